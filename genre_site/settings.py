"""All settings, driven by the environment (.env.example names each variable) and safe when nothing is said."""

from pathlib import Path

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from genre_site import env
from recommender.embeddings.registry import BACKENDS

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("GENRE_DEBUG", default=False)
SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = env.words("GENRE_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("GENRE_CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "catalog",
    "users",
    "recommender",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "genre_site.urls"
WSGI_APPLICATION = "genre_site.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]

# Database: connections persist, since a new one for each request costs two thirds of the throughput.
DATABASES = {
    "default": env.database(
        env.required(
            "DATABASE_URL",
            "Start through ./run (./run manage ..., ./run serve), which brings its own database, or set "
            "DATABASE_URL=postgresql://user:password@host:5432/name.",
        ),
        connection_max_age_seconds=env.whole_number("GENRE_CONNECTION_MAX_AGE_SECONDS", default=600),
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Accounts
AUTH_USER_MODEL = "users.User"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "admin:login"

# Languages and time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("zh-hans", _("Simplified Chinese"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("GENRE_TIME_ZONE", default="UTC")

# Static files: local, compressed, with hashed names.
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.text("GENRE_STATIC_ROOT", str(BASE_DIR / "var" / "static")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Transport: HTTPS unless it is switched off, as ./run demo does on the loopback address.
HTTPS = env.flag("GENRE_HTTPS", default=True)
SECURE_SSL_REDIRECT = HTTPS
# Probes ask from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SECURE = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
if env.flag("GENRE_TRUST_FORWARDED_PROTO", default=False):
    # Only behind a proxy that overwrites this header: a client could set it otherwise.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Celery
CELERY_BROKER_URL = env.required(
    "BROKER_URL",
    "Start through ./run, which brings its own broker, or set BROKER_URL to any broker that Celery speaks to.",
)
CELERY_TASK_SERIALIZER = "json"
CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
# Other projects may use the same broker.
CELERY_TASK_DEFAULT_QUEUE = "genre"
# A message is done with when its task starts: claims in the database say what is left after a crash, while a broker
# would bring the message back an hour later, when it means nothing.
CELERY_TASK_ACKS_LATE = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# A busy machine may take longer than the usual four seconds to start a process, which would be ended and begun again.
CELERY_WORKER_PROC_ALIVE_TIMEOUT = 60.0
# Tasks give no results: nothing is to be waited for when a process was killed.
CELERY_WORKER_LOST_WAIT = 0.5
# However long the broker is away, the worker waits for it.
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
# A page that nudges the worker must not hang when the broker is away: the work waits in the database.
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_TIMEOUT = 2.0
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1.0,
    "socket_timeout": 2.0,
    "max_retries": 0,
    "visibility_timeout": 3600,
}
CELERY_BEAT_SCHEDULE = {
    "embed-stale-items": {
        "task": "recommender.tasks.embed_stale_items",
        "schedule": 10.0,
        # A tick that waited is worth nothing: the next one looks at the same state.
        "options": {"expires": 10.0},
    },
    "maintain-slates": {
        "task": "recommender.tasks.maintain_slates",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
    "maintain-ranking-models": {
        "task": "recommender.tasks.maintain_ranking_models",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    },
}
# An hour of the day in GENRE_TIME_ZONE.
GENRE_TRAINING_HOUR = env.choice("GENRE_TRAINING_HOUR", default="3", allowed=[*map(str, range(24)), "never"])
if GENRE_TRAINING_HOUR != "never":
    CELERY_BEAT_SCHEDULE["train-ranking-models"] = {
        "task": "recommender.tasks.train_ranking_models",
        "schedule": crontab(hour=GENRE_TRAINING_HOUR, minute="0"),
        # By the next morning it is better to wait for the next night.
        "options": {"expires": 6 * 3600.0},
    }

# GENRE
GENRE_EMBED_BATCH_SIZE = env.whole_number("GENRE_EMBED_BATCH_SIZE", default=1024, minimum=1)
GENRE_EMBED_LEASE_SECONDS = env.whole_number("GENRE_EMBED_LEASE_SECONDS", default=30, minimum=1)
GENRE_EMBED_RETRY_SECONDS = env.whole_number("GENRE_EMBED_RETRY_SECONDS", default=10)
GENRE_DEFAULT_ENCODER = env.choice("GENRE_DEFAULT_ENCODER", default="multilingual-use", allowed=BACKENDS)
GENRE_SLATE_RETENTION_MONTHS = env.whole_number("GENRE_SLATE_RETENTION_MONTHS", default=12, minimum=1)

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "rest_framework.authentication.SessionAuthentication",
        "rest_framework.authentication.BasicAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "EXCEPTION_HANDLER": "genre_site.errors.problem_response",
}

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env.choice("GENRE_LOG_LEVEL", default="INFO", allowed=LOG_LEVELS)},
    "loggers": {"django.server": {"level": "INFO"}},
}
