# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Back up what this host has of a site into a repository of restic, prove that it comes back, and bring it back.

Beside this file lies backup.json, which says what the host has, and where. A part is database, media or secrets.
"""

import argparse
import contextlib
import datetime
import fcntl
import hashlib
import itertools
import json
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import urllib.parse

WANTED = json.loads(pathlib.Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
STATE = pathlib.Path(WANTED["state"])
SSH_LOG = STATE / "ssh"
HOST = WANTED["host"]
DATABASES = WANTED["databases"]
MANAGED = WANTED["managed"]
# Where databases are made and removed from. On a managed server, the account may know no other one.
SERVER = DATABASES[0] if MANAGED else "postgres"
CREATE = """
SELECT format('CREATE DATABASE %%I OWNER %%I TEMPLATE template0 ENCODING %%L LC_COLLATE %%L LC_CTYPE %%L',
  %(new)s::text, CASE WHEN %(managed)s THEN current_user ELSE pg_get_userbyid(datdba) END,
  pg_encoding_to_char(encoding), datcollate, datctype)
FROM pg_database WHERE datname = %(old)s
"""
# Those that this account may end, but not its own.
END_CONNECTIONS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = %s AND pid <> pg_backend_pid() AND pg_has_role(usesysid, 'MEMBER')
"""
# In a list of pg_restore.
EXTENSION = re.compile(r"\d+; \d+ \d+ (COMMENT - )?EXTENSION ")
# The id of one.
SNAPSHOT = re.compile("[0-9a-f]{8,64}")
MIGRATIONS = "SELECT id, app, name FROM public.django_migrations"
MAY_CREATE = "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
# The same may connect as before.
GRANT = """
SELECT format('GRANT %%s ON DATABASE %%I TO %%I', privilege_type, %(new)s::text, pg_get_userbyid(grantee))
FROM pg_database, aclexplode(datacl) WHERE datname = %(old)s AND grantee <> 0
"""
TABLES = """
SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE relkind = 'r' AND relpersistence <> 't' AND nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%'
ORDER BY 1
"""
# Drops all that the account has in a database but the extensions, which a provider may have installed.
EMPTY = """
DO $empty$
DECLARE statement text;
BEGIN
  PERFORM lo_unlink(oid) FROM pg_largeobject_metadata WHERE lomowner = current_user::regrole;
  LOOP
    SELECT format('DROP %s %s CASCADE', kind, name) INTO statement FROM (
      SELECT 'pg_namespace'::regclass AS catalog, oid, nspowner AS owner, 'public'::regnamespace::oid AS schema,
        oid::regnamespace::text AS name, 'SCHEMA' AS kind
      FROM pg_namespace WHERE nspname NOT LIKE 'pg\\_%' AND nspname NOT IN ('public', 'information_schema')
      UNION ALL
      SELECT 'pg_class'::regclass, oid, relowner, relnamespace, oid::regclass::text,
        CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'm' THEN 'MATERIALIZED VIEW' WHEN 'S' THEN 'SEQUENCE'
          WHEN 'f' THEN 'FOREIGN TABLE' ELSE 'TABLE' END
      FROM pg_class WHERE relkind IN ('r', 'p', 'v', 'm', 'S', 'f')
      UNION ALL
      SELECT 'pg_proc'::regclass, oid, proowner, pronamespace, oid::regprocedure::text, 'ROUTINE' FROM pg_proc
      UNION ALL
      SELECT 'pg_type'::regclass, oid, typowner, typnamespace, oid::regtype::text, 'TYPE' FROM pg_type
      WHERE typtype IN ('e', 'd', 'r') OR typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c')
    ) present
    WHERE owner = current_user::regrole AND schema = 'public'::regnamespace AND NOT EXISTS (
      SELECT 1 FROM pg_depend WHERE classid = catalog AND objid = present.oid AND deptype IN ('e', 'i'))
    LIMIT 1;
    EXIT WHEN statement IS NULL;
    EXECUTE statement;
  END LOOP;
END $empty$;
"""
PROOF = """
DO $proof$ BEGIN IF (SELECT count(*) FROM {table}) <> {count} THEN
  RAISE EXCEPTION 'the restored table {name} has other rows than were dumped';
END IF; END $proof$;
"""
# Another host may be removing old backups, which takes the repository for itself.
LOCK_SECONDS = 1800
# Timers of the same night are up to an hour apart.
FIRST_BACKUP_SECONDS = 7200


class Failure(Exception):
    """Something that is told to the administrator without a traceback."""


def credential(name):
    """Return the file of a secret: a systemd credential, or where the administrator who calls this program finds it."""
    directory = os.environ.get("CREDENTIALS_DIRECTORY")
    return pathlib.Path(directory, name) if directory else pathlib.Path(WANTED["credentials"][name])


def secret(name):
    return credential(name).read_text(encoding="utf-8").removesuffix("\n")


def variables():
    """Return the variables that restic's targets read, which are secrets."""
    return json.loads(secret("environment.json"))


def shown(text):
    """Return the last lines of a program without the secrets that it may repeat."""
    address = urllib.parse.urlsplit(secret("repository").partition(":")[2])
    secrets = [secret("password"), address.password, *variables().values()]
    lines = "; ".join(line.strip() for line in text.strip().splitlines()[-4:] if line.strip())
    for hidden in filter(None, secrets):
        lines = lines.replace(hidden, "***")
    return lines


def restic_command(*arguments, ssh="ssh"):
    options = ["--quiet"]
    repository = secret("repository")
    if repository.startswith("sftp:"):
        # In both notations of restic, sftp:USER@HOST:PATH and sftp://USER@HOST:PORT//PATH.
        address = urllib.parse.urlsplit(repository).netloc
        target = f"ssh://{address}" if address else repository.split(":")[1]
        command = f"{ssh} -F {WANTED['ssh_configuration']} -i {credential('ssh_key')} {target} -s sftp"
        options.append(f"--option=sftp.command={command}")
    return ["restic", *options, *arguments]


def restic_environment():
    return {
        "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME": "/nonexistent",
        "RESTIC_REPOSITORY_FILE": str(credential("repository")),
        "RESTIC_PASSWORD_FILE": str(credential("password")),
        "RESTIC_CACHE_DIR": WANTED["cache"],
        "TMPDIR": str(STATE),
        **variables(),
    }


def restic(*arguments, text=None):
    """Run restic and return what it prints; wait while another host has the repository for itself."""
    deadline = time.monotonic() + LOCK_SECONDS
    while True:
        done = subprocess.run(
            # restic may end before it has read what ssh said.
            restic_command(*arguments, ssh=f"ssh -E {SSH_LOG}"),
            env=restic_environment(),
            input=text or "",
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        said = SSH_LOG.read_text(encoding="utf-8", errors="replace") if SSH_LOG.exists() else ""
        SSH_LOG.unlink(missing_ok=True)
        if done.returncode == 0:
            return done.stdout
        if "already locked" not in done.stderr or time.monotonic() > deadline:
            raise Failure(f"restic {arguments[0]} ended with {done.returncode}: {shown(said + done.stderr)}")
        time.sleep(5)


def missing_repository():
    """Return the words of restic where there is no repository, else None."""
    try:
        # Locks of runs that ended without giving them back; those of others stay.
        restic("unlock")
    except Failure as failure:
        if "Is there a repository at the following location?" not in str(failure):
            raise
        return failure
    return None


def open_repository(first_backup):
    """Prove that the repository can be opened. One host makes it, and once: two at a time would leave it unreadable."""
    known = STATE / "repository"
    mark = hashlib.sha256(secret("repository").encode()).hexdigest()
    missing = missing_repository()
    if missing and (not first_backup or (known.exists() and known.read_text(encoding="utf-8") == mark)):
        raise missing
    if missing and WANTED["keeper"]:
        restic("init")
    elif missing:
        print(f"waits for the host that makes the repository: {missing}", flush=True)
        deadline = time.monotonic() + FIRST_BACKUP_SECONDS
        while missing := missing_repository():
            if time.monotonic() > deadline:
                raise missing
            time.sleep(10)
    known.write_text(mark, encoding="utf-8")


def run(*command):
    done = subprocess.run(
        command,
        env=database_environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise Failure(f"{pathlib.Path(command[0]).name} ended with {done.returncode}: {shown(done.stderr)}")


def postgresql(program):
    newest = max(pathlib.Path("/usr/lib/postgresql").iterdir(), key=lambda path: int(path.name))
    return str(newest / "bin" / program)


def database_environment():
    environment = {
        "PATH": "/usr/bin:/bin",
        **{f"PG{name.upper()}": value for name, value in WANTED["connection"].items()},
    }
    # The server may limit what the site does; a dump takes as long as it takes.
    environment["PGOPTIONS"] = "-c statement_timeout=0 -c lock_timeout=0 -c idle_in_transaction_session_timeout=0"
    if "database_password" in WANTED["credentials"]:
        environment["PGPASSFILE"] = str(STATE / "pgpass")
    return environment


def write_password():
    if "database_password" in WANTED["credentials"]:
        password = secret("database_password")
        path = STATE / "pgpass"
        path.touch(mode=0o600)
        path.write_text("*:*:*:*:" + re.sub(r"([\\:])", r"\\\1", password) + "\n", encoding="utf-8")


@contextlib.contextmanager
def connected(database, autocommit=False):
    """Yield a function that executes a statement and returns its rows."""
    import psycopg2  # hosts without a database have no need of it

    os.environ.update(database_environment())
    try:
        with contextlib.closing(psycopg2.connect(dbname=database)) as connection:
            connection.set_session(isolation_level=None if autocommit else "REPEATABLE READ", autocommit=autocommit)
            with connection.cursor() as cursor:

                def execute(statement, parameters=None):
                    cursor.execute(statement, parameters)
                    return cursor.fetchall() if cursor.description else []

                yield execute
                connection.commit()
    except psycopg2.Error as error:
        raise Failure(f"the database {database}: {shown(str(error))}") from error


def quoted(name):
    return '"' + name.replace('"', '""') + '"'


def row_counts(execute):
    return {table: execute(f"SELECT count(*) FROM {table}")[0][0] for (table,) in execute(TABLES)}


def check_dump(path):
    """Read the whole dump: what pg_restore cannot read is no backup."""
    run(postgresql("pg_restore"), "--file=/dev/null", str(path))


def dump_databases(directory, names=DATABASES):
    """Dump each database with the number of rows of its tables, both as they are in one moment."""
    directory.mkdir(parents=True)
    for name in names:
        path = directory / f"{name}.dump"
        with connected(name) as execute:
            snapshot = execute("SELECT pg_export_snapshot()")[0][0]
            # Uncompressed: restic compresses, and recognizes what has not changed since the last time.
            run(
                postgresql("pg_dump"),
                "--format=custom",
                "--compress=0",
                f"--snapshot={snapshot}",
                "--no-password",
                f"--file={path}",
                f"--dbname={name}",
            )
            counts = row_counts(execute)
        check_dump(path)
        (directory / f"{name}.json").write_text(json.dumps(counts), encoding="utf-8")
    if not MANAGED:
        run(postgresql("pg_dumpall"), "--globals-only", "--no-password", f"--file={directory / 'globals.sql'}")


def back_up(tag, path):
    """Make a snapshot of a directory; one that lacks files does not stay."""
    try:
        restic("backup", f"--host={HOST}", f"--tag={tag}", str(path))
    except Failure as failure:
        if "ended with 3" in str(failure):
            newest = [found for found in snapshots(tag) if found["hostname"] == HOST][-1]
            restic("forget", newest["id"])
        raise


def snapshots(tag):
    """Return the snapshots of a tag, oldest first, without those of a clock that was ahead: none is the newest."""
    found = json.loads(restic("snapshots", "--json", f"--tag={tag}")) or []
    found.sort(key=lambda snapshot: moment(snapshot["time"]))
    limit = datetime.datetime.now(tz=datetime.UTC) + datetime.timedelta(minutes=10)
    # Where all are, it is the clock of this host that is wrong.
    return [snapshot for snapshot in found if moment(snapshot["time"]) <= limit] or found


def moment(text):
    found = datetime.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)


def choose(part, wanted):
    """Return a snapshot of a part: the newest up to a time, of this host or else of any; or one by its id."""
    if SNAPSHOT.fullmatch(wanted):
        every = json.loads(restic("snapshots", "--json", wanted))
        if not any({part, f"before-restore-{part}"} & set(found["tags"]) for found in every):
            raise Failure(f"the snapshot {wanted} is none of the {part}")
        return every[0]
    every = snapshots(part)
    if wanted != "latest":
        every = [found for found in every if moment(found["time"]) <= moment(wanted)]
    own = [found for found in every if found["hostname"] == HOST]
    if not every:
        raise Failure(f"the repository has no backup of the {part}{'' if wanted == 'latest' else f' up to {wanted}'}")
    return (own or every)[-1]


def fetch_dumps(wanted, names, directory):
    """Put dumps of databases into a directory, of a moment or of a snapshot; return what they are of."""
    if WANTED["pgbackrest"] and wanted != "latest" and not SNAPSHOT.fullmatch(wanted):
        with server_as_of(wanted) as is_running:
            if is_running:
                dump_databases(directory, names)
                return f"database: restored as it was at {moment(wanted):%Y-%m-%dT%H:%M:%S}"
    snapshot = choose("database", wanted)
    for name in names:
        fetch_dump(snapshot, name, directory)
    return described("database", snapshot)


@contextlib.contextmanager
def server_as_of(wanted):
    """Let all connections reach the database server as it was at a moment; yield False where that is too long ago."""
    present = WANTED["connection"]["host"]
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            [WANTED["pgbackrest"], "serve", wanted],
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
        ) as process,
    ):
        socket_directory = process.stdout.readline().rstrip("\n")
        WANTED["connection"]["host"] = socket_directory or present
        try:
            yield bool(socket_directory)
        finally:
            WANTED["connection"]["host"] = present
            process.stdin.close()
        if process.wait():
            errors.seek(0)
            raise Failure(shown(errors.read().decode()))


def fetch_dump(snapshot, name, directory):
    directory.mkdir(parents=True, exist_ok=True)
    for suffix in ("dump", "json"):
        inside = f"{snapshot['paths'][0]}/{name}.{suffix}"
        with (directory / f"{name}.{suffix}").open("wb") as file:
            done = subprocess.run(
                restic_command("dump", snapshot["id"], inside),
                env=restic_environment(),
                stdin=subprocess.DEVNULL,
                stdout=file,
                stderr=subprocess.PIPE,
                check=False,
            )
        if done.returncode:
            raise Failure(f"restic dump ended with {done.returncode}: {shown(done.stderr.decode())}")
    check_dump(directory / f"{name}.dump")


def drop(database):
    with connected(SERVER, autocommit=True) as execute:
        if execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)):
            execute(f"DROP DATABASE {quoted(database)} WITH (FORCE)")


def load(name, new, directory):
    """Restore the dump of a database under a new name, and prove that it has the rows that it had."""
    dump, counts = directory / f"{name}.dump", json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
    with connected(SERVER, autocommit=True) as execute:
        statements = execute(CREATE, {"new": new, "old": name, "managed": MANAGED})
        if not statements:
            raise Failure(
                f"there is no database {name}, which tells the owner of the restored one; run the playbook site first"
            )
        execute(statements[0][0])
        execute(f"REVOKE ALL ON DATABASE {quoted(new)} FROM PUBLIC")
        for (statement,) in execute(GRANT, {"new": new, "old": name}):
            execute(statement)
    if MANAGED:
        run_on_managed(new, dump)
    else:
        options = ["--exit-on-error", "--no-password", f"--jobs={os.cpu_count()}"]
        run(postgresql("pg_restore"), *options, f"--dbname={new}", str(dump))
    with connected(new, autocommit=True) as execute:
        execute("ANALYZE")
        restored = row_counts(execute)
    different = sorted(table for table in counts.keys() | restored.keys() if counts.get(table) != restored.get(table))
    if different:
        raise Failure(f"the restored database {name} has other rows than were dumped: {', '.join(different)}")
    return sum(counts.values())


def run_on_managed(name, dump, before=(), after=(), without=None):
    """Restore a dump on a provider's server, where the account can give nothing to others, in one transaction.

    without: what to leave out of the list of pg_restore. before, after: files of statements.
    """
    contents, wanted, script = (dump.with_suffix(suffix) for suffix in (".contents", ".wanted", ".sql"))
    run(postgresql("pg_restore"), "--list", f"--file={contents}", str(dump))
    lines = contents.read_text(encoding="utf-8").splitlines(keepends=True)
    wanted.write_text("".join(line for line in lines if not (without and without.match(line))), encoding="utf-8")
    run(postgresql("pg_restore"), "--no-owner", f"--use-list={wanted}", f"--file={script}", str(dump))
    with script.open("r+b") as file:
        # A server older than pg_restore does not know it; the comment is as long.
        beginning, mark, rest = file.read(4096).partition(b"SELECT pg_catalog.set_config")
        file.seek(0)
        file.write(beginning.replace(b"SET transaction_timeout", b"--  transaction_timeout") + mark + rest)
    options = ["--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1", "--single-transaction"]
    files = [f"--file={path}" for path in (*before, script, *after)]
    run(postgresql("psql"), *options, f"--dbname={name}", *files)


def replace_on_managed(name, directory):
    """Replace what the account has in a database by a dump, in a transaction that other numbers of rows undo."""
    counts = json.loads((directory / f"{name}.json").read_text(encoding="utf-8"))
    proofs = (
        PROOF.format(table=table, count=count, name=table.replace("'", "''").replace("%", "%%"))
        for table, count in counts.items()
    )
    empty, proof = directory / "empty", directory / "proof"
    empty.write_text(EMPTY, encoding="utf-8")
    proof.write_text("".join(proofs), encoding="utf-8")
    with connected(name, autocommit=True) as execute:
        execute(END_CONNECTIONS, (name,))
    run_on_managed(name, directory / f"{name}.dump", [empty], [proof], without=EXTENSION)


def restore_directory(part, snapshot, place):
    """Restore a directory of a snapshot, owned by whom the present one belongs to: ids differ between hosts."""
    scratch = place.with_name(f"{place.name}.unpacked")
    shutil.rmtree(scratch, ignore_errors=True)
    restic("restore", snapshot["id"], f"--target={scratch}", "--verify")
    restored = scratch / snapshot["paths"][0].lstrip("/")
    present = pathlib.Path(WANTED["files"][part])
    owner = (present if present.exists() else present.parent).stat()
    for folder, folders, names in os.walk(restored):
        for path in (folder, *(os.path.join(folder, name) for name in (*folders, *names))):
            os.lchown(path, owner.st_uid, owner.st_gid)
    restored.rename(place)
    shutil.rmtree(scratch)


def staged(part):
    """Return where a restored directory waits: where nobody but root gets at it."""
    present = pathlib.Path(WANTED["files"][part])
    return (STATE if part == "media" else present.parent) / f"{present.name}.restoring"


def stage(part, wanted):
    """Restore a part beside the present one, which goes on being used."""
    if part == "database" and MANAGED:
        shutil.rmtree(STATE / "restoring", ignore_errors=True)
        return fetch_dumps(wanted, DATABASES, STATE / "restoring")
    if part == "database":
        said = fetch_dumps(wanted, DATABASES, STATE / "restore")
        for name in DATABASES:
            drop(f"{name}.restoring")
            try:
                load(name, f"{name}.restoring", STATE / "restore")
            except Failure:
                drop(f"{name}.restoring")
                raise
        return said
    snapshot = choose(part, wanted)
    present = pathlib.Path(WANTED["files"][part])
    if present.is_mount() and part == "secrets":
        raise Failure(f"{present} is encrypted on the disk; set app_server_secrets_encryption to none, and run site")
    if part == "media" and present.stat().st_dev != STATE.stat().st_dev:
        raise Failure(f"{present} lies on another file system than {STATE}; restore into another directory, and copy")
    shutil.rmtree(staged(part), ignore_errors=True)
    restore_directory(part, snapshot, staged(part))
    return described(part, snapshot)


def described(part, snapshot):
    return f"{part}: restored snapshot {snapshot['id'][:8]} of {snapshot['hostname']}, {snapshot['time'][:19]}"


def exchange(part):
    """Let what was staged take the place of the present one, which is kept."""
    if part == "database":
        directory = STATE / "before-restore"
        dump_databases(directory)
        back_up("before-restore-database", directory)
        before = snapshots("before-restore-database")[-1]["id"][:8]
        if MANAGED:
            for name in DATABASES:
                replace_on_managed(name, STATE / "restoring")
            shutil.rmtree(STATE / "restoring")
            return f"database: what was there before is the snapshot {before}"
        for name in DATABASES:
            drop(f"{name}.replaced")
        # All or none.
        with connected("postgres") as execute:
            for name in DATABASES:
                execute(END_CONNECTIONS, (name,))
                execute(f"ALTER DATABASE {quoted(name)} RENAME TO {quoted(f'{name}.replaced')}")
                execute(f"ALTER DATABASE {quoted(f'{name}.restoring')} RENAME TO {quoted(name)}")
        for name in DATABASES:
            drop(f"{name}.replaced")
        return f"database: what was there before is the snapshot {before}"
    present = pathlib.Path(WANTED["files"][part])
    before = staged(part).with_name(f"{present.name}.before-restore")
    shutil.rmtree(before, ignore_errors=True)
    if present.exists():
        present.rename(before)
    staged(part).rename(present)
    return f"{part}: what was there before is {before}"


def restore_into(part, wanted, place):
    """Restore the first database under another name, or a directory somewhere else."""
    if part == "database":
        with connected(SERVER, autocommit=True) as execute:
            if execute("SELECT 1 FROM pg_database WHERE datname = %s", (place,)):
                raise Failure(f"there is a database {place} already")
        said = fetch_dumps(wanted, DATABASES[:1], STATE / "restore")
        load(DATABASES[0], place, STATE / "restore")
        return f"{said}, into {place}"
    if pathlib.Path(place).exists():
        raise Failure(f"{place} exists already")
    snapshot = choose(part, wanted)
    restore_directory(part, snapshot, pathlib.Path(place))
    return f"{described(part, snapshot)}, into {place}"


def prove_directory(part):
    """Read all files of the newest snapshot, and compare those that have not changed since; return their number."""
    snapshot = choose(part, "latest")
    present, compared = pathlib.Path(WANTED["files"][part]), 0
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            restic_command("dump", "--archive=tar", snapshot["id"], snapshot["paths"][0]),
            env=restic_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
        ) as process,
    ):
        try:
            with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
                for member in filter(tarfile.TarInfo.isfile, archive):
                    digest = hashlib.file_digest(archive.extractfile(member), "sha256").digest()
                    compared += agrees(present / inside(member.name, snapshot), member, digest)
        except tarfile.TarError as error:
            broken = str(error)
        else:
            broken = ""
        process.stdout.close()
        if process.wait() or broken:
            errors.seek(0)
            raise Failure(f"the {part} cannot be read back: {shown(errors.read().decode()) or broken}")
    return compared


def inside(name, snapshot):
    """Return the path of a member of an archive below the directory that was backed up."""
    return pathlib.PurePath("/", name).relative_to(snapshot["paths"][0])


def agrees(path, member, digest):
    """Tell whether a file is the one of the archive; one that has changed since does not count."""
    try:
        found = path.lstat()
        # The archive has rounded times.
        is_same_time = abs(found.st_mtime - member.mtime) <= 1
        if not stat.S_ISREG(found.st_mode) or found.st_size != member.size or not is_same_time:
            return False
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").digest() != digest:
                raise Failure(f"{path} has another content than its backup, although it is as old and as long")
    except FileNotFoundError:
        return False
    return True


def back_up_all():
    if DATABASES:
        dump_databases(STATE / "run")
        back_up("database", STATE / "run")
    for part, path in WANTED["files"].items():
        back_up(part, path)
    if WANTED["files"]:
        write_stamp()
    if WANTED["keeper"] and any(WANTED["keep"].values()):
        tags = [
            f"--tag={tag}"
            for tag in ("database", "media", "secrets", "drill-database", "drill-files", "before-restore-database")
        ]
        keep = [f"--keep-{name}={number}" for name, number in WANTED["keep"].items()]
        # What was made today stays beside what replaces it: after a loss, the newest may be of an empty site.
        restic("forget", "--prune", "--group-by=host,tags", "--keep-within=2d", *tags, *keep)


def may_create_databases():
    with connected(SERVER) as execute:
        return execute(MAY_CREATE)[0][0]


def read_dumps():
    """Read the newest dumps whole, where the account may make no database to restore them to."""
    fetch_dumps("latest", DATABASES, STATE / "drill")
    return {name: (STATE / "drill" / f"{name}.dump").stat().st_size for name in DATABASES}


def compare_migrations(name, restored):
    """Refuse a restored database without migrations that the site had by then; return how many it has, and lacks since.

    With these, `migrate --check` would pass: the release has migrated the database of the site.
    """
    site, backup = {}, {}
    for database, found in ((name, site), (restored, backup)):
        with connected(database) as execute:
            if execute("SELECT to_regclass('public.django_migrations')")[0][0]:
                found |= {number: f"{app}.{migration}" for number, app, migration in execute(MIGRATIONS)}
    later = sum(number > max(backup, default=0) for number in site)
    lost = [site[number] for number in site if number <= max(backup, default=0) and backup.get(number) != site[number]]
    if lost:
        raise Failure(f"the restored database {name} lacks migrations: {', '.join(lost)}")
    proved = {f"migrations of {name}": len(backup)} if site else {}
    return proved | ({f"later migrations of {name} (to be run after a restore)": later} if later else {})


def drill():
    """Restore the newest backup of what this host has, and compare; then leave a note of it in the repository."""
    proved = {}
    if DATABASES and not may_create_databases():
        proved |= {
            f"bytes of {name} (only read: its account may create no database)": size
            for name, size in read_dumps().items()
        }
        note("drill-database", proved)
    elif DATABASES:
        fetch_dumps("latest", DATABASES, STATE / "drill")
        for name in DATABASES:
            drop(f"{name}.drill")
            try:
                proved[f"rows of {name}"] = load(name, f"{name}.drill", STATE / "drill")
                proved |= compare_migrations(name, f"{name}.drill")
            finally:
                drop(f"{name}.drill")
        note("drill-database", proved)
    if WANTED["keeper"]:
        restic("check", f"--read-data-subset={WANTED['check_subset']}")
    if WANTED["files"]:
        proved |= {f"files of {part}": prove_directory(part) for part in WANTED["files"]}
        note("drill-files", proved)
        write_stamp()
    print("restored and compared:", ", ".join(f"{number} {what}" for what, number in proved.items()))


def note(tag, proved):
    restic(
        "backup", "--stdin", "--stdin-filename=drill.json", f"--host={HOST}", f"--tag={tag}", text=json.dumps(proved)
    )


def write_stamp():
    """Write what the playbook check reads: as old as the oldest of the newest backups of all parts."""
    times = {}
    for kind, shared, own in (
        ("backup", "database", list(WANTED["files"])),
        ("restore_drill", "drill-database", ["drill-files"]),
    ):
        newest = [[found["time"] for found in snapshots(shared)][-1:]]
        newest += [[found["time"] for found in snapshots(tag) if found["hostname"] == HOST][-1:] for tag in own]
        if all(newest):
            finished = min(moment(found[0]).timestamp() for found in newest)
            times[kind] = {"finished": int(finished), "period": period(WANTED["calendars"][kind])}
    path = pathlib.Path(WANTED["stamp"])
    new = path.with_name(f"{path.name}.new")
    new.write_text(json.dumps(times), encoding="utf-8")
    new.chmod(0o644)
    new.replace(path)


def period(calendar):
    """Return the longest time between two events of a calendar of systemd, in seconds."""
    command = ["systemd-analyze", "calendar", "--iterations=10", calendar]
    text = subprocess.run(
        command, env={"TZ": "UTC", "PATH": "/usr/bin:/bin"}, capture_output=True, encoding="utf-8", check=True
    ).stdout
    times = [moment(found).timestamp() for found in re.findall(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC", text)]
    return max((later - earlier for earlier, later in itertools.pairwise(dict.fromkeys(times))), default=0)


def clean():
    """Remove what a run leaves behind, however it ended."""
    for name in ("run", "drill", "restore", "before-restore"):
        shutil.rmtree(STATE / name, ignore_errors=True)
    (STATE / "pgpass").unlink(missing_ok=True)


def act(arguments):
    if arguments.action == "restic":
        os.execvpe("restic", restic_command(*arguments.words), restic_environment())
    with (STATE / "lock").open("w", encoding="utf-8") as lock:
        # One at a time on this host.
        fcntl.flock(lock, fcntl.LOCK_EX)
        clean()
        write_password()
        try:
            if arguments.action == "clean":
                shutil.rmtree(STATE / "restoring", ignore_errors=True)
                for name in DATABASES:
                    drop(f"{name}.drill")
                return
            open_repository(first_backup=arguments.action == "run")
            if arguments.action == "run":
                back_up_all()
            elif arguments.action == "drill":
                drill()
            elif arguments.action == "exchange":
                print(exchange(arguments.part))
            elif arguments.into:
                print(restore_into(arguments.part, arguments.wanted, arguments.into))
            else:
                print(stage(arguments.part, arguments.wanted))
        finally:
            clean()


def main():
    parser = argparse.ArgumentParser(prog=f"{WANTED['name']}-backup", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    actions.add_parser("run", help="back up what this host has")
    actions.add_parser(
        "drill", help="restore the newest backup beside what this host has, compare, and remove it again"
    )
    actions.add_parser("clean", help="remove what a run that was killed has left behind")
    action = actions.add_parser("restore", help="restore a part beside the present one")
    action.add_argument("part", choices=["database", "media", "secrets"])
    action.add_argument(
        "--from",
        dest="wanted",
        default="latest",
        help="latest, a time such as 2026-11-27T03:00 (UTC), or the id of a snapshot",
    )
    action.add_argument("--into", default="", help="name of a new database, or path of a new directory")
    action = actions.add_parser("exchange", help="put what was restored into its place")
    action.add_argument("part", choices=["database", "media", "secrets"])
    action = actions.add_parser("restic", help="run any command of restic on the repository")
    action.add_argument("words", nargs=argparse.REMAINDER)
    try:
        act(parser.parse_args())
    except (Failure, OSError) as failure:
        sys.exit(f"{parser.prog}: {failure}")


os.umask(0o077)
main()
