# Copyright (c) 2026, hardened.django contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Remove what the site has in its caches, and nothing of others who use the same server of Redis."""

import itertools

import django
from django.conf import settings
from django.core.cache import caches

try:
    from django.core.cache.backends.redis import RedisCache
except ImportError:
    # It came with Django 4.0.
    RedisCache = ()


def forget(cache):
    # django-redis
    if hasattr(cache, "delete_pattern"):
        cache.delete_pattern("*")
    elif isinstance(cache, RedisCache):
        # Its clear() would empty the whole database of Redis.
        client = cache._cache.get_client(None, write=True)
        keys = client.scan_iter(match=cache.make_key("*", version="*"), count=1000)
        while some := list(itertools.islice(keys, 1000)):
            client.unlink(*some)
    else:
        cache.clear()


django.setup()
for alias in settings.CACHES:
    forget(caches[alias])
