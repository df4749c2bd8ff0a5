"""Second half: only what differs in production, useless without base."""

DEBUG = False
ALLOWED_HOSTS = ("portal.example.com",)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "portal",
        "HOST": "db.portal.invalid",
        "ATOMIC_REQUESTS": True,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "portal"},
    },
    "replica": {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "portal",
        "HOST": "replica.portal.invalid",
        "TEST": {"MIRROR": "default"},
    },
}

CACHES = {
    "default": {
        "BACKEND": "portal.cache.PingableRedisCache",
        "LOCATION": "redis://cache.portal.invalid:6379/0",
        "KEY_PREFIX": "portal",
    },
    "sessions": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": "redis://cache.portal.invalid:6379/1",
    },
}
SESSION_ENGINE = "django.contrib.sessions.backends.cache"
SESSION_CACHE_ALIAS = "sessions"
