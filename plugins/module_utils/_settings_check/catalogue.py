# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every rule of settings_check as data: id, row of the checklist, why it is there, how to mend a finding."""

from __future__ import annotations

from typing import NamedTuple

LEVELS = {"D": "DEBUG", "I": "INFO", "W": "WARNING", "E": "ERROR", "C": "CRITICAL"}


class Entry(NamedTuple):
    """One rule. Its level follows from the letter of its id, as with Django's own checks."""

    id: str
    row: str
    why: str
    hint: str

    @property
    def topic(self) -> str:
        return self.id.partition(".")[0]

    @property
    def level(self) -> str:
        return LEVELS[self.id.partition(".")[2][0]]


# A new rule gets the next number of its topic. An id is never given to another rule, because waivers name it.
ENTRIES = (
    Entry(
        "secret.E001",
        "C03",
        "Whoever can read the source code can sign sessions and password resets with this key.",
        "Set SECRET_KEY to a new value, and load it from a file or an environment variable.",
    ),
    Entry(
        "secret.W002",
        "C04",
        "A fallback that is the key itself shows a rotation that was not finished.",
        "Set SECRET_KEY to a new value, or take the fallback out of SECRET_KEY_FALLBACKS.",
    ),
    Entry(
        "secret.E003",
        "C03",
        "The service gets its credentials from systemd, which reads them as root; nobody else needs to.",
        "Give the file to root, with the mode 0400, or 0440 for a group that may read it.",
    ),
    Entry(
        "secret.E004",
        "C03",
        "With another key on one host, sessions are lost whenever a request reaches that host.",
        "Set SECRET_KEY to the value that the other hosts of this environment have.",
    ),
    Entry(
        "secret.E005",
        "C04",
        "What was signed with a fallback still counts, so that a published one is as bad as a published key.",
        "Take the key out of SECRET_KEY_FALLBACKS; its sessions end by that.",
    ),
    Entry(
        "secret.I006",
        "C04",
        "Old keys that stay for ever make a rotation useless, and cost time with each signature.",
        "Take a key out of SECRET_KEY_FALLBACKS once SESSION_COOKIE_AGE and PASSWORD_RESET_TIMEOUT have passed since "
        "it was the key.",
    ),
    Entry(
        "secret.E007",
        "C03",
        "A key from elsewhere is one that others may know: it is not in the file that is protected for it.",
        "Set SECRET_KEY to the content of the credential that the inventory names.",
    ),
    Entry(
        "secret.W008",
        "C04",
        "All that was signed with the old keys has expired: they serve only those who have stolen one.",
        "Take the old keys out of SECRET_KEY_FALLBACKS, and restart the service.",
    ),
    Entry(
        "debug.E001",
        "C05",
        "DEBUG shows source code, settings and queries to visitors. Reported where security.W018 of Django is silent.",
        "Set DEBUG to the value that the inventory asks for, and do not silence security.W018.",
    ),
    Entry(
        "debug.W002",
        "C05",
        "With template debugging, reports of errors hold parts of templates and their variables.",
        "Remove debug from the OPTIONS of the engine: it then follows DEBUG.",
    ),
    Entry(
        "debug.W003",
        "C05",
        "Errors reach the application server in place of handler500: no error page, and no mail to the admins.",
        "Set DEBUG_PROPAGATE_EXCEPTIONS to False.",
    ),
    Entry(
        "debug.W004",
        "C05",
        "These applications can show requests, queries and settings to visitors, whether DEBUG is on or off.",
        "Remove the application from INSTALLED_APPS, or let only your staff see it: SILKY_AUTHENTICATION and "
        "SILKY_AUTHORISATION to True, DEBUG_TOOLBAR_CONFIG without SHOW_TOOLBAR_CALLBACK.",
    ),
    Entry(
        "debug.I005",
        "C05",
        "It is idle while DEBUG is off, but it is code that one setting can open.",
        "Remove the application from INSTALLED_APPS, and its middleware, in production.",
    ),
    Entry(
        "debug.I006",
        "C05",
        "Behind a proxy every request can seem to come from one of these addresses.",
        "Set INTERNAL_IPS to an empty list.",
    ),
    Entry(
        "hosts.E001",
        "C06",
        "Django builds links from the name in the request, those of mails for password resets among them.",
        "Set ALLOWED_HOSTS to the domains of your site.",
    ),
    Entry(
        "hosts.E002",
        "C06",
        "The web server passes on requests for this domain, and Django refuses them.",
        "Add the domain to ALLOWED_HOSTS.",
    ),
    Entry(
        "hosts.W003",
        "C06",
        "A domain that is not served any more can belong to somebody else.",
        "Remove the name from ALLOWED_HOSTS, or make it a domain of the site.",
    ),
    Entry(
        "hosts.E004",
        "C06",
        "These are the names of development, not of a public site.",
        "Set ALLOWED_HOSTS to the domains of your site.",
    ),
    Entry(
        "hosts.W005",
        "C06",
        "Names are compared without scheme, port and path, and a leading dot is the only wildcard.",
        "Write www.example.com for one name in ALLOWED_HOSTS, and .example.com for a domain with all its sub-domains.",
    ),
    Entry(
        "cache.E001",
        "C08",
        "What one process puts into its memory, others do not see: limits, locks and sessions work by chance.",
        'Set CACHES["default"] to a server that all processes share, such as Redis.',
    ),
    Entry(
        "cache.W002",
        "C08",
        "The dummy cache is made for development: what relies on it, such as a limit of attempts, has no effect.",
        'Set CACHES["default"] to a server that all processes share, such as Redis.',
    ),
    Entry(
        "cache.W003",
        "C08",
        "Files are slow with many entries, and belong to one host; what can write them can run code in the project.",
        'Set CACHES["default"] to a server that all processes share, such as Redis.',
    ),
    Entry(
        "cache.I004",
        "C08",
        "That is right for values that each process may compute again, and for nothing else.",
        "Set the alias to a server that all processes share, where its values must be the same everywhere.",
    ),
    Entry(
        "cache.W005",
        "C08",
        "Whoever reaches the server can read and change sessions, and run code where values are pickled.",
        "Set a user and a password in LOCATION, as in redis://user:password@host:6379/0.",
    ),
    Entry(
        "cache.I006",
        "C08",
        "The protocol of Memcached knows no password, so that only a firewall keeps others out.",
        "Let the firewall admit the application servers only, or use Redis with a password.",
    ),
    Entry(
        "cache.I007",
        "C08",
        "Not a warning, because a firewall that admits the application servers only keeps strangers from the "
        "connection; in a network that others can listen to, it is one.",
        "Set the scheme of LOCATION to rediss, once the server has a certificate.",
    ),
    Entry(
        "cache.E008",
        "C08",
        "The project uses another cache than the one that was set up and protected for it.",
        'Set LOCATION of CACHES["default"] to the server that the inventory names.',
    ),
    Entry(
        "cache.E009",
        "C08",
        "A cache that does not answer fails with the first request.",
        "See that the server runs, that the firewall admits this host, and that user and password are right.",
    ),
    Entry(
        "database.E001",
        "C09",
        "SQLite in production is most often what is left of development: a file on one host, in which writes wait "
        "for each other.",
        'Set DATABASES["default"] to a database server such as PostgreSQL.',
    ),
    Entry(
        "database.I002",
        "C09",
        "A second database in a file may be meant so, and is in no backup of the database server.",
        "Move its data to the database server, or add the file to the backups.",
    ),
    Entry(
        "database.E003",
        "C09",
        "A server that lets in without a password lets in everybody who reaches it.",
        "Set PASSWORD, and let the server demand scram-sha-256.",
    ),
    Entry(
        "database.W004",
        "C09",
        "Without sslmode, libpq prefers TLS but does without when the other side says so.",
        'Set OPTIONS to {"sslmode": "verify-full"}, or at least to {"sslmode": "require"}.',
    ),
    Entry(
        "database.I005",
        "C09",
        "Not a warning, because the connection is encrypted; only somebody between the hosts could pose as the server.",
        'Set OPTIONS to {"sslmode": "verify-full", "sslrootcert": ...}, and the authority of its certificate.',
    ),
    Entry(
        "database.E006",
        "C09",
        "The project uses another database server than the one that was set up for it.",
        'Set HOST of DATABASES["default"] to the host that the inventory names.',
    ),
    Entry(
        "database.E007",
        "C09",
        "The project uses another database than the one that was set up, and is backed up.",
        'Set NAME of DATABASES["default"] to the name that the inventory gives.',
    ),
    Entry(
        "database.E008",
        "C09",
        "OPTIONS go to the driver as they are; a URL such as postgres://...?conn_max_age=60 may put Django's keys in.",
        "Set the key in the database itself, beside ENGINE, or give it to dj_database_url.config(). A pool needs "
        "Django 5.1.",
    ),
    Entry(
        "database.E009",
        "C19",
        "Django refuses both together, and tells so only at the first connection.",
        "Set CONN_MAX_AGE to 0, and leave it to the pool how long connections are kept.",
    ),
    Entry(
        "database.W010",
        "C19",
        "Under ASGI, persistent connections are left behind until the server has none to give.",
        'Set CONN_MAX_AGE to 0, and "pool" in OPTIONS to True.',
    ),
    Entry(
        "database.I011",
        "C19",
        "To open a connection takes longer than most queries.",
        "Set CONN_MAX_AGE to some seconds such as 60, or use a pool.",
    ),
    Entry(
        "database.W012",
        "C19",
        "After a restart of the server, each kept connection fails a request.",
        "Set CONN_HEALTH_CHECKS to True.",
    ),
    Entry(
        "database.W013",
        "C19",
        "The server refuses connections beyond max_connections: requests fail when most of them come.",
        "Lower the number of processes, their threads or max_size of the pool, or raise max_connections.",
    ),
    Entry(
        "database.E014",
        "C09",
        "A database that does not answer fails every request.",
        "See that the server runs, that it and the firewall admit this host, and that user and password are right.",
    ),
    Entry(
        "database.W015",
        "C09",
        "The password and all data cross the network in plain text.",
        "Turn TLS on at the server, and set sslmode in OPTIONS.",
    ),
    Entry(
        "database.W016",
        "C09",
        "A flaw in the project can then read files of the server, or other databases.",
        "Take the rights from the role: ALTER ROLE ... NOSUPERUSER NOCREATEDB NOCREATEROLE.",
    ),
    Entry(
        "database.E017",
        "C09",
        "The code expects tables and columns that are not there.",
        "Run the command migrate.",
    ),
    Entry(
        "database.E018",
        "C09",
        "A password from elsewhere is in no protected file, and is not the one that is changed with it.",
        'Set PASSWORD of DATABASES["default"] to the content of the credential that the inventory names.',
    ),
    Entry(
        "database.E019",
        "C09",
        "The site keeps its data in another server than the one that is protected and saved.",
        "Set DATABASES to the port that the inventory names.",
    ),
    Entry(
        "database.E020",
        "C09",
        "The rights of another role are not those that the inventory limits.",
        "Set DATABASES to the user that the inventory names.",
    ),
    Entry(
        "backup.I001",
        "C10",
        "A database without a backup is gone with its disk, or with one wrong command.",
        "Make backups, and let the job that does write the file about them.",
    ),
    Entry(
        "backup.W002",
        "C10",
        "Nobody can tell whether there is a backup.",
        "Let the job that makes backups write the file anew.",
    ),
    Entry(
        "backup.W003",
        "C10",
        "What was entered since the newest backup is lost with the database.",
        "See why the backups fail or do not run.",
    ),
    Entry(
        "backup.W004",
        "C10",
        "A backup that was never restored is a hope.",
        "Restore the newest backup beside the database, and let that job write the file about it.",
    ),
    Entry(
        "email.E001",
        "C11",
        "This backend is made for development: no mail reaches a user. Of the default mailer tells mail.E001.",
        "Set EMAIL_BACKEND, or BACKEND in MAILERS, to a backend that sends mail, such as Django's SMTP backend.",
    ),
    Entry(
        "email.W002",
        "C11",
        "Mail servers refuse these senders, or take them for spam.",
        "Set DEFAULT_FROM_EMAIL and SERVER_EMAIL to addresses of your own domain.",
    ),
    Entry(
        "email.W003",
        "C11",
        "The mails, links for password resets among them, cross the network in plain text.",
        "Set EMAIL_USE_TLS, or use_tls in the OPTIONS of the mailer, to True.",
    ),
    Entry(
        "email.E004",
        "C11",
        "The backend refuses its options when the first mail is sent, and not before.",
        "Set at most one of use_tls and use_ssl, and set the host.",
    ),
    Entry(
        "email.E005",
        "C11",
        "Mails are lost, or the requests that send them fail.",
        "See that host and port are right, that the server admits this host, and that user and password are right.",
    ),
    Entry(
        "static.E001",
        "C12",
        "Without them, nobody knows where collectstatic puts the files, and under which address they are.",
        "Set STATIC_ROOT to the directory that the web server reads, and STATIC_URL to its address.",
    ),
    Entry(
        "static.E002",
        "C12",
        "An upload can take the place of a script of the site, or collectstatic --clear can delete uploads.",
        "Set STATIC_ROOT and MEDIA_ROOT to directories of which none lies in the other.",
    ),
    Entry(
        "static.W003",
        "C12",
        "Pages come without styles and scripts.",
        "Run the command collectstatic, or set STATIC_ROOT to the directory that it was run for.",
    ),
    Entry(
        "static.W004",
        "C12",
        "Scripts that the service can change are scripts that an intruder can change.",
        "Give the directory to root, and run collectstatic at deployment.",
    ),
    Entry(
        "static.E005",
        "C12",
        "The storage looks up each name in its manifest, and raises an error for one that is not there.",
        "Run the command collectstatic with the settings of production.",
    ),
    Entry(
        "static.E006",
        "C12",
        "The web server reads another directory.",
        "Set STATIC_ROOT to the directory that the inventory names.",
    ),
    Entry(
        "media.W001",
        "C13",
        "A relative path means another directory for each process, most often one in the code.",
        "Set MEDIA_ROOT to an absolute path outside of the code.",
    ),
    Entry(
        "media.E002",
        "C13",
        "An upload can become a template or a module of the project, or is lost with the next release.",
        "Set MEDIA_ROOT to a directory outside of the code.",
    ),
    Entry(
        "media.E003",
        "C13",
        "The web server looks for uploads among the static files, and lets browsers keep them for ever.",
        "Set MEDIA_URL and STATIC_URL to addresses of which none begins with the other.",
    ),
    Entry(
        "media.E004",
        "C13",
        "The web server reads another directory, and so do the backups.",
        "Set MEDIA_ROOT to the directory that the inventory names.",
    ),
    Entry(
        "media.W005",
        "C13",
        "Uploads are data: nobody runs them, and nobody but the service writes them. A decimal number such as 644 is "
        "not 0o644.",
        "Set FILE_UPLOAD_PERMISSIONS to 0o644 and FILE_UPLOAD_DIRECTORY_PERMISSIONS to 0o755.",
    ),
    Entry(
        "media.W006",
        "C13",
        "The first upload is an error 500.",
        "Give the directory to the user of the service, and let its sandbox write there.",
    ),
    Entry(
        "https.E001",
        "C15",
        "With a header that the proxy does not set, visitors can claim to use HTTPS; without the one that it sets, "
        "redirects go in circles.",
        "Set SECURE_PROXY_SSL_HEADER to the header that your proxy overwrites in each request, else to None.",
    ),
    Entry(
        "https.W002",
        "C15",
        "Unless the proxy overwrites these headers, visitors write them, and ALLOWED_HOSTS is compared with that.",
        "Set USE_X_FORWARDED_HOST and USE_X_FORWARDED_PORT to False, and let the proxy pass on Host.",
    ),
    Entry(
        "https.W003",
        "C15",
        "SECURE_SSL_REDIRECT has no effect.",
        "Set SECURE_REDIRECT_EXEMPT to patterns of the few paths that need plain HTTP, such as ^health/$.",
    ),
    Entry(
        "https.W004",
        "C15",
        "Lists of browsers refuse a domain with such a header. Reported where security.W005 of Django is silent.",
        "Set SECURE_HSTS_INCLUDE_SUBDOMAINS to True and SECURE_HSTS_SECONDS to 31536000 or more, or "
        "SECURE_HSTS_PRELOAD to False.",
    ),
    Entry(
        "https.E005",
        "C15",
        "Visitors are sent to a host where they get an answer 400.",
        "Set SECURE_SSL_HOST to a name of ALLOWED_HOSTS, or to None.",
    ),
    Entry(
        "cookies.W001",
        "C17",
        "Without SameSite, requests that other sites start are made in the name of your users.",
        'Set SESSION_COOKIE_SAMESITE to "Lax" or "Strict".',
    ),
    Entry(
        "cookies.W002",
        "C16",
        "SameSite is the second line of defence against forged requests.",
        'Set CSRF_COOKIE_SAMESITE to "Lax" or "Strict".',
    ),
    Entry(
        "cookies.W003",
        "C16",
        "A trusted origin may send any form in the name of your users.",
        "Set CSRF_TRUSTED_ORIGINS to origins of your own, each with https://.",
    ),
    Entry(
        "cookies.E004",
        "C17",
        "Browsers refuse a cookie for a domain that the host is not part of: nobody can log in there.",
        "Set SESSION_COOKIE_DOMAIN to None, or to a domain that all domains of the site are part of.",
    ),
    Entry(
        "cookies.E005",
        "C16",
        "Browsers refuse a cookie for a domain that the host is not part of: each form fails there.",
        "Set CSRF_COOKIE_DOMAIN to None, or to a domain that all domains of the site are part of.",
    ),
    Entry(
        "cookies.I006",
        "C15",
        "The cookie holds no secret, but it goes over connections that others can listen to.",
        "Set LANGUAGE_COOKIE_SECURE to True.",
    ),
    Entry(
        "cookies.E007",
        "C17",
        "The session can be taken from plain HTTP. Reported where security.W010 to W012 of Django are silent.",
        "Set SESSION_COOKIE_SECURE to True.",
    ),
    Entry(
        "cookies.E008",
        "C16",
        "The token can be taken from plain HTTP. Reported where security.W016 of Django is silent.",
        "Set CSRF_COOKIE_SECURE to True.",
    ),
    Entry(
        "sessions.W001",
        "C18",
        "A signed cookie still counts after a logout, and its user can read it. Files are slow and for one host.",
        "Set SESSION_ENGINE to django.contrib.sessions.backends.cached_db.",
    ),
    Entry(
        "sessions.E002",
        "C18",
        "Users are logged out, or a logout is undone, by chance: each process has its own sessions, or there are none.",
        "Set the cache of SESSION_CACHE_ALIAS to a server that all processes share.",
    ),
    Entry(
        "sessions.W003",
        "C18",
        "Django does not remove expired sessions by itself: the table grows, and holds what users believe to be gone.",
        "Run the command clearsessions daily, by an enabled timer.",
    ),
    Entry(
        "sessions.E004",
        "C18",
        "Expired sessions are not removed.",
        "See the journal of the timer's service for the reason.",
    ),
    Entry(
        "sessions.I005",
        "C18",
        "A stolen session can be used as long, and an old SECRET_KEY has to stay a fallback as long.",
        "Set SESSION_COOKIE_AGE to weeks rather than years.",
    ),
    Entry(
        "sessions.E006",
        "C18",
        "To load a pickle runs what it holds: SECRET_KEY, the cache or the database then are the key to the host.",
        "Set SESSION_SERIALIZER to django.contrib.sessions.serializers.JSONSerializer.",
    ),
    Entry(
        "sessions.W007",
        "C18",
        "A timer that does not run leaves expired sessions in the table, which grows for ever.",
        "See systemctl list-timers and the journal of the timer, and its OnCalendar.",
    ),
    Entry(
        "template.W001",
        "C20",
        "Django caches templates only as long as loaders is not set, or holds the cached loader itself.",
        "Remove loaders from the OPTIONS of the engine, or wrap them into django.template.loaders.cached.Loader.",
    ),
    Entry(
        "logging.W001",
        "C21",
        "Django's own logging shows errors on the console with DEBUG only, and mails them to ADMINS.",
        "Set a handler such as logging.StreamHandler for the root logger or for django in LOGGING, or set ADMINS.",
    ),
    Entry(
        "logging.E002",
        "C21",
        "The records are lost, or the service does not start.",
        "Log to the console, or give the file and its directory to the user of the service.",
    ),
    Entry(
        "logging.I003",
        "C21",
        "It makes no difference while DEBUG is off; with DEBUG on, every mistake of a developer becomes a mail.",
        "Add the filter django.utils.log.RequireDebugFalse to the handler.",
    ),
    Entry(
        "logging.I004",
        "C21",
        "Not a warning, because a web server that refuses unknown hosts keeps these requests from Django.",
        "Set the logger django.security.DisallowedHost to logging.NullHandler, with propagate False.",
    ),
    Entry(
        "logging.W005",
        "C21",
        "At DEBUG, libraries log requests with their headers and tokens.",
        "Set the level of the root logger to INFO or WARNING.",
    ),
    Entry(
        "logging.I006",
        "C21",
        "Queries are logged with DEBUG on only, but other messages of these loggers fill the log.",
        "Set the level of the logger to INFO or WARNING.",
    ),
    Entry(
        "logging.I007",
        "C21",
        "A plain handler goes on to write to the file that logrotate has moved; rotating handlers of several processes "
        "move the file away from each other.",
        "Log to the console, or use logging.handlers.WatchedFileHandler with logrotate.",
    ),
    Entry(
        "logging.W008",
        "C21",
        "A log that is never rotated fills the disk, and then nothing works.",
        "Write to the journal, or name the file in a configuration of /etc/logrotate.d.",
    ),
    Entry(
        "admins.I001",
        "C22",
        "Without an address or an error tracker, errors wait in the log until somebody looks.",
        "Set ADMINS, or use an error tracker such as Sentry.",
    ),
    Entry(
        "admins.E002",
        "C22",
        "Django refuses another form when it sends the first mail, which is the one about an error.",
        'Set ADMINS and MANAGERS to lists of ("name", "address") before Django 6.0, and of "address" from 6.0 on.',
    ),
    Entry(
        "admins.I003",
        "C22",
        "A later version of Django will refuse pairs.",
        'Set ADMINS and MANAGERS to lists of addresses, such as ["ops@example.com"] or ["Ops <ops@example.com>"].',
    ),
    Entry(
        "admins.W004",
        "C22",
        "Reports of errors hold details of requests, and go nowhere or to strangers.",
        "Set ADMINS and MANAGERS to addresses that you read.",
    ),
    Entry(
        "admins.I005",
        "C22",
        "MANAGERS and IGNORABLE_404_URLS are for reports of broken links, which this middleware sends.",
        "Add django.middleware.common.BrokenLinkEmailsMiddleware near the top of MIDDLEWARE and set MANAGERS, or "
        "remove what is set for nothing.",
    ),
    Entry(
        "errors.E001",
        "C23",
        "An error in the page of an error hides the first one. Django renders 500.html without any context.",
        "Mend the template: it must not need context processors, request or the database.",
    ),
    Entry(
        "errors.I002",
        "C23",
        "Django's bare answers tell visitors nothing about where they are.",
        "Add the templates 404.html and 500.html to a directory of templates.",
    ),
    Entry(
        "versions.W001",
        "C17",
        "Django reads cookies that were signed in an older way, where name and salt run into each other.",
        "Set SIGNED_COOKIE_LEGACY_SALT_FALLBACK to False, once cookies of older versions have expired.",
    ),
    Entry(
        "versions.I002",
        "C17",
        "As versions.W001; only a remark, because it is the default of this version.",
        "Set SIGNED_COOKIE_LEGACY_SALT_FALLBACK to False, once cookies of older versions have expired.",
    ),
    Entry(
        "versions.I003",
        "C01",
        "A policy stops scripts that came in through a flaw of the project. The web server may send one, too.",
        "Set SECURE_CSP_REPORT_ONLY first, then SECURE_CSP, and add ContentSecurityPolicyMiddleware.",
    ),
    Entry(
        "versions.W004",
        "C01",
        "The policy is never sent.",
        "Add django.middleware.csp.ContentSecurityPolicyMiddleware to MIDDLEWARE.",
    ),
    Entry(
        "versions.I005",
        "C02",
        "The backend is made for development: a task runs within the request that asks for it.",
        "Set BACKEND in TASKS to a backend with workers of its own.",
    ),
    Entry(
        "versions.W006",
        "C02",
        "The backend is made for development: it keeps tasks, and runs none.",
        "Set BACKEND in TASKS to a backend with workers of its own.",
    ),
    Entry(
        "versions.W007",
        "C01",
        "Older versions have flaws that everybody knows.",
        "Raise the version in the project's requirements.",
    ),
    Entry(
        "versions.W008",
        "C12",
        "Files go to the default storage in place of the one that is set.",
        "Set STORAGES in its place.",
    ),
    Entry(
        "versions.W009",
        "C01",
        "A setting of a later version looks like a protection, or like a way to send mail, and does nothing.",
        "Update Django, or set what this version reads: EMAIL_* in place of MAILERS, and the middleware and settings "
        "of django-csp in place of SECURE_CSP.",
    ),
    Entry(
        "service.E001",
        "C02",
        "A flaw in the project, or in one of its packages, gives away the whole host.",
        "Set User= in the unit to a user of the project's own.",
    ),
    Entry(
        "service.E002",
        "C02",
        "Nobody has audited runserver for security or speed; it is made for the machine of a developer.",
        "Run the project by an application server such as Gunicorn.",
    ),
    Entry(
        "service.W003",
        "C02",
        "What is on disk is not what runs: the next restart is a deployment that nobody watches.",
        "Restart the service.",
    ),
    Entry(
        "service.I004",
        "C02",
        "Rules about the running service have seen its unit only.",
        "Start the service.",
    ),
    Entry(
        "service.E005",
        "C02",
        "Visitors see an error page of the web server.",
        "Look at the journal of the service for the reason, and start it.",
    ),
    Entry(
        "edge.E001",
        "C07",
        "The old configuration stays in use until nginx starts anew, and then it does not start.",
        "Run nginx -t on the host, and mend what it says.",
    ),
    Entry(
        "edge.W002",
        "C07",
        "Where no server is marked, the first one answers to every name, also to those of attackers.",
        "Add a server with default_server for this socket, which answers 444 or rejects the handshake.",
    ),
    Entry(
        "edge.W003",
        "C07",
        "Only ALLOWED_HOSTS stands between an unknown host and the project then.",
        "Give the socket a default_server of its own, which answers 444 or rejects the handshake.",
    ),
    Entry(
        "edge.E004",
        "C06",
        "Visitors who use this name get an error 400.",
        "Add the name to ALLOWED_HOSTS, or take it out of server_name.",
    ),
    Entry(
        "edge.W005",
        "C06",
        "A name that nobody can reach through nginx is a leftover, or a site that is down.",
        "Add the name to server_name and to the certificate, or take it out of ALLOWED_HOSTS.",
    ),
    Entry(
        "edge.E006",
        "C15",
        "Browsers refuse a certificate outside of its time.",
        "Renew the certificate, and reload nginx.",
    ),
    Entry(
        "edge.W007",
        "C15",
        "Certificates are renewed long before they end; this one was not.",
        "See why the renewal fails, or install a new certificate.",
    ),
    Entry(
        "edge.E008",
        "C15",
        "Browsers refuse a site whose certificate has other names.",
        "Get a certificate for all names in server_name.",
    ),
    Entry(
        "edge.I009",
        "C15",
        "Requests over plain HTTP reach Django, which has to redirect them; what they carry was readable on the way.",
        "Redirect to HTTPS in nginx, unless a load balancer in front of it does.",
    ),
    Entry(
        "edge.W010",
        "C21",
        "A log that is never rotated fills the disk, and then nothing works.",
        "Install logrotate, and name the file in a configuration of /etc/logrotate.d.",
    ),
    Entry(
        "settings.E001",
        "C02",
        "Settings without applications pass every check of Django.",
        "Set DJANGO_SETTINGS_MODULE to the settings of the project, or INSTALLED_APPS to its applications.",
    ),
    Entry(
        "settings.E002",
        "C02",
        "Settings without addresses pass every check of Django.",
        "Set DJANGO_SETTINGS_MODULE to the settings of the project, or ROOT_URLCONF to its addresses.",
    ),
    Entry(
        "settings.I003",
        "C02",
        "Settings that are laid over the project's by an import may have no effect.",
        "Give the project its settings by the environment or the files that the library reads.",
    ),
    Entry(
        "settings.W004",
        "C02",
        "The settings in use are not those that were asked for, and this is why.",
        "Give the project its settings by the environment or the files that the library reads.",
    ),
    Entry(
        "settings.E005",
        "C02",
        "The process runs with other settings than those of this environment.",
        "Set DJANGO_SETTINGS_MODULE in the environment of the service, and do not assign it in wsgi.py or asgi.py.",
    ),
    Entry(
        "settings.W006",
        "C02",
        "A setting that has a form of its own was not judged, so that nothing is known about it.",
        "Set the settings that the rule is about to values of the types in Django's documentation.",
    ),
    Entry(
        "waiver.W001",
        "C01",
        "A finding was accepted for a time, and the time is over.",
        "Mend the finding and remove the waiver, or give it a new date.",
    ),
    Entry(
        "waiver.I002",
        "C01",
        "A waiver that is not needed hides the finding when it comes back.",
        "Remove the waiver.",
    ),
)
CATALOGUE = {entry.id: entry for entry in ENTRIES}
