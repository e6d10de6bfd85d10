"""All settings, driven by the environment (.env.example names each variable) and safe when nothing is said."""

from datetime import timedelta
from pathlib import Path

from celery.schedules import crontab
from django.utils.translation import gettext_lazy as _

from genre_site import env, security_policies
from genre_site.unfold import UNFOLD as UNFOLD
from recommender.embeddings.registry import BACKENDS

BASE_DIR = Path(__file__).resolve().parent.parent

DEBUG = env.flag("GENRE_DEBUG", default=False)
# Off on the loopback address alone, where ./run demo switches it off.
HTTPS = env.flag("GENRE_HTTPS", default=True)
SECRET_KEY = env.secret_key()
# Former ones: what they signed is still believed, and who was erased under them is still known (users/tombstones.py).
SECRET_KEY_FALLBACKS = env.words("GENRE_SECRET_KEY_FALLBACKS", [])
ALLOWED_HOSTS = env.words("GENRE_ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("GENRE_CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "rest_framework",
    "drf_spectacular",
    # Swagger UI's files.
    "drf_spectacular_sidecar",
    "django_htmx",
    "allauth",
    "allauth.account",
    "axes",
    "csp",
    "catalog",
    "users",
    "recommender",
]

MIDDLEWARE = [
    "genre_site.request_ids.request_ids",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pages shrink to a tenth; secrets in them are masked anew each time, and the length varies (BREACH).
    "genre_site.compression.Compression",
    "genre_site.security_headers.ContentSecurityPolicy",
    "genre_site.security_headers.permissions_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    # Last: it answers in place of the page that let somebody sign in too often.
    "axes.middleware.AxesMiddleware",
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
                "recommender.views.site_context.site",
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
AUTHENTICATION_BACKENDS = ["users.lockout.LockoutBackend", "django.contrib.auth.backends.ModelBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "recommender:home"
LOGOUT_REDIRECT_URL = "recommender:home"
ACCOUNT_ADAPTER = "users.adapter.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "users.forms.SignInForm",
    "signup": "users.forms.SignUpForm",
    "reset_password": "users.forms.ForgottenPasswordForm",
    "reset_password_from_key": "users.forms.ResetPasswordForm",
    "change_password": "users.forms.ChangePasswordForm",
    "set_password": "users.forms.FirstPasswordForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Neither sign-in nor reset tells whether an address has an account; sign-up does not where confirming is mandatory.
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_VERIFICATION = env.choice(
    "GENRE_EMAIL_CONFIRMATION", default="optional", allowed=("none", "optional", "mandatory")
)
ACCOUNT_RATE_LIMITS = {
    # Wrong passwords are counted by axes, by person and place; this would let one place shut somebody out of all.
    "login_failed": None,
}

# Wrong passwords, counted in the database, which all processes share: by e-mail address and where it is tried from.
GENRE_SIGN_IN_ATTEMPTS = env.whole_number("GENRE_SIGN_IN_ATTEMPTS", default=5, minimum=1)
GENRE_SIGN_IN_PAUSE_MINUTES = env.whole_number("GENRE_SIGN_IN_PAUSE_MINUTES", default=15, minimum=1)
# Reverse proxies in front, each of which appends to X-Forwarded-For; without any the header is not believed.
GENRE_PROXY_COUNT = env.whole_number("GENRE_PROXY_COUNT", default=0)
AXES_FAILURE_LIMIT = GENRE_SIGN_IN_ATTEMPTS
AXES_COOLOFF_TIME = timedelta(minutes=GENRE_SIGN_IN_PAUSE_MINUTES)
# What Retry-After says stays true, however often somebody tries meanwhile.
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False
AXES_RESET_ON_SUCCESS = True
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_CALLABLE = "users.lockout.name_tried"
AXES_CLIENT_IP_CALLABLE = "users.client_address.client_address"
AXES_LOCKOUT_CALLABLE = "genre_site.errors.locked_out"
# Who signed in when is nobody's business, and addresses belong in no log.
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "login", "email", "csrfmiddlewaretoken"]
AXES_ENABLE_ADMIN = False

# What limits requests is counted where every process sees it, and where nothing else can be away than the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "genre_cache",
        "OPTIONS": {"MAX_ENTRIES": 10_000},
    }
}

# E-mail: without GENRE_HTTPS, as in ./run demo, it is printed, so that a link in it can be read.
MAIL = env.mail("GENRE_EMAIL_URL", default="none:" if HTTPS else "console:")
EMAIL_BACKEND = MAIL.backend
EMAIL_HOST, EMAIL_PORT = MAIL.host, MAIL.port
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL.user, MAIL.password
EMAIL_USE_TLS, EMAIL_USE_SSL = MAIL.starttls, MAIL.ssl
DEFAULT_FROM_EMAIL = env.text("GENRE_EMAIL_FROM", "GENRE <genre@localhost>")
EMAIL_TIMEOUT = 10

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

# Transport: HTTPS unless it is switched off.
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
CONTENT_SECURITY_POLICY = {"DIRECTIVES": security_policies.SITE}
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
    # What is to count later than it was sent.
    "let-due-feedback-count": {
        "task": "recommender.tasks.let_due_feedback_count",
        "schedule": 10.0,
        "options": {"expires": 10.0},
    },
    "import-files": {
        "task": "recommender.tasks.import_waiting_files",
        "schedule": 10.0,
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
    "forget-stored-answers": {
        "task": "recommender.tasks.forget_stored_answers",
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

# Once an hour, catalogs whose versions know somebody who was erased are trained again, whatever the hour.
GENRE_TRAIN_AFTER_ERASURE = env.flag("GENRE_TRAIN_AFTER_ERASURE", default=True)
if GENRE_TRAIN_AFTER_ERASURE:
    CELERY_BEAT_SCHEDULE["train-after-erasures"] = {
        "task": "recommender.tasks.train_after_erasures",
        "schedule": 3600.0,
        "options": {"expires": 3600.0},
    }

# GENRE
GENRE_EMBED_BATCH_SIZE = env.whole_number("GENRE_EMBED_BATCH_SIZE", default=1024, minimum=1)
GENRE_EMBED_LEASE_SECONDS = env.whole_number("GENRE_EMBED_LEASE_SECONDS", default=30, minimum=1)
GENRE_EMBED_RETRY_SECONDS = env.whole_number("GENRE_EMBED_RETRY_SECONDS", default=10)
GENRE_DEFAULT_ENCODER = env.choice("GENRE_DEFAULT_ENCODER", default="multilingual-use", allowed=BACKENDS)
GENRE_SLATE_RETENTION_MONTHS = env.whole_number("GENRE_SLATE_RETENTION_MONTHS", default=12, minimum=1)

# The most bytes that a file may have which a program brings for import, as it is sent (it may be packed).
GENRE_IMPORT_MAX_BYTES = env.whole_number("GENRE_IMPORT_MAX_BYTES", default=1_000_000_000, minimum=1)

# The API. Requests of one key, of one signed-in person, and refused ones of one address: "600/minute" or "none".
GENRE_API_RATE = env.rate("GENRE_API_RATE", default="6000/minute")
GENRE_API_RATE_PERSON = env.rate("GENRE_API_RATE_PERSON", default="300/minute")
GENRE_API_RATE_REFUSED = env.rate("GENRE_API_RATE_REFUSED", default="60/minute")
# Bytes of a body that is read at once; files of an import go to disk.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5_000_000

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "recommender.api.authentication.KeyAuthentication",
        "recommender.api.authentication.PasswordAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["recommender.api.parsing.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "recommender.api.negotiation.AlwaysFirst",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "recommender.api.schema.EndpointSchema",
    "EXCEPTION_HANDLER": "genre_site.errors.problem_response",
    "NON_FIELD_ERRORS_KEY": "",
}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.1",
    "TITLE": "GENRE",
    "DESCRIPTION": _("Items, people and what they do go in; recommendations with their reasons come out."),
    "VERSION": "1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PREPROCESSING_HOOKS": ["recommender.api.schema.endpoints_of_version_one"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "recommender.api.schema.strict_requests",
    ],
    "PATH_CONVERTER_OVERRIDES": {"any_text": {"type": "string", "minLength": 1, "maxLength": 255}},
    # What a body may hold and what an answer holds are described apart, each as strictly as it is.
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATION_PARAMETERS": False,
    "ENABLE_DJANGO_DEPLOY_CHECK": False,
}

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} [{request_id}] {message}", "style": "{"}},
    "filters": {"request_id": {"()": "genre_site.request_ids.WithRequestId"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["console"], "level": env.choice("GENRE_LOG_LEVEL", default="INFO", allowed=LOG_LEVELS)},
    # axes tells each sign-in in four lines; who is locked out is one of its warnings.
    "loggers": {"django.server": {"level": "INFO"}, "axes": {"level": "WARNING"}},
}
