"""Every setting, read from the environment (or `.env`) once. docs/configuration.md explains each variable."""

from pathlib import Path
from urllib.parse import quote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from environs import Env

BASE_DIR = Path(__file__).resolve().parent.parent

env = Env()
env.read_env(BASE_DIR / ".env", recurse=False)

# The instance

DEBUG = env.bool("DEBUG", False)
DATA_DIR = (BASE_DIR / env.path("DATA_DIR", Path("var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)

SECRET_KEY = env.str("SECRET_KEY", "")
if not SECRET_KEY and (secret_file := DATA_DIR / "secret_key").is_file():
    SECRET_KEY = secret_file.read_text().strip()
if not SECRET_KEY:
    raise ImproperlyConfigured(
        "SECRET_KEY is not set. Put a long random value into the environment or .env; "
        "script/server makes one for a first local run."
    )
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])

SITE_NAME = env.str("SITE_NAME", "PhotoCloud")
SITE_URL = env.str("SITE_URL", f"http://127.0.0.1:{env.int('PORT', 8000)}").rstrip("/")
HTTPS = urlsplit(SITE_URL).scheme == "https"
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", [urlsplit(SITE_URL).hostname, "localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", [SITE_URL])
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", 0)
SIGNUP_OPEN = env.bool("SIGNUP_OPEN", True)
PWA_ENABLED = env.bool("PWA_ENABLED", True)

# What the code is made of

INSTALLED_APPS = [
    "accounts",
    "images",
    "galleries",
    "photocloud.apps.PhotoCloudConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.humanize",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.usersessions",
    "csp",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
]

MIDDLEWARE = [
    "photocloud.logging.RequestIdMiddleware",
    "photocloud.headers.HeadersMiddleware",
    "photocloud.headers.PageCompressionMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "photocloud.charsets.CharsetMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "photocloud.errors.NotAllowedMiddleware",
]

ROOT_URLCONF = "photocloud.urls"
WSGI_APPLICATION = "photocloud.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "photocloud.views.site",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# Databases: SQLite tuned for a server, or PostgreSQL with psycopg's pool

DATABASES = {"default": env.dj_db_url("DATABASE_URL", f"sqlite:///{quote(str(DATA_DIR / 'photocloud.sqlite3'))}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A file as in production: a database in memory knows neither WAL nor waiting for a lock.
    DATABASES["default"]["TEST"] = {"NAME": DATA_DIR / "test.sqlite3"}
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        # FULL: a commit that was answered survives a power cut, not only a crash of the process.
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-20000; "
        "PRAGMA mmap_size=134217728; PRAGMA journal_size_limit=27103364;",
    }
elif DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {
        "min_size": 1,
        "max_size": env.int("DATABASE_POOL_SIZE", 10),
        "timeout": 10,
    }

CACHES = {
    "default": env.dj_cache_url("CACHE_URL", "db://django_cache"),
}

# Background work: "immediate" renders while the uploader waits, "database" leaves it to `manage.py db_worker`.
# What nobody waits for has a low priority there, and here a thread.

TASKS_BACKEND = env.str("TASKS_BACKEND", "immediate", validate=lambda v: v in {"immediate", "database"})
TASKS = {
    "default": {
        "BACKEND": {
            "immediate": "django_tasks.backends.immediate.ImmediateBackend",
            "database": "django_tasks_db.DatabaseBackend",
        }[TASKS_BACKEND]
    },
    "thread": {"BACKEND": "images.background.ThreadBackend"},
}
TASKS_SPARE_TIME = {"immediate": "thread", "database": "default"}[TASKS_BACKEND]

# People

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "images:library"
LOGOUT_REDIRECT_URL = "images:explore"

MAIL_CONFIGURED = bool(env.str("EMAIL_URL", ""))
if MAIL_CONFIGURED:
    email = env.dj_email_url("EMAIL_URL")
    if "EMAIL_BACKEND" not in email:
        raise ImproperlyConfigured("EMAIL_URL has to begin with submission://, smtp:// or console:.")
    EMAIL_BACKEND = email["EMAIL_BACKEND"]
    EMAIL_HOST = email["EMAIL_HOST"]
    EMAIL_PORT = email["EMAIL_PORT"]
    EMAIL_HOST_USER = email["EMAIL_HOST_USER"]
    EMAIL_HOST_PASSWORD = email["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS = email["EMAIL_USE_TLS"]
    EMAIL_USE_SSL = email["EMAIL_USE_SSL"]
    EMAIL_FILE_PATH = email["EMAIL_FILE_PATH"]
    EMAIL_TIMEOUT = 15
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", f"photocloud@{urlsplit(SITE_URL).hostname}")
SERVER_EMAIL = DEFAULT_FROM_EMAIL

ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "username"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "username*", "password1*"]
ACCOUNT_FORMS = {
    "add_email": "accounts.forms.AddEmailForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ResetPasswordKeyForm",
    "signup": "accounts.forms.SignupForm",
}
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_EMAIL_VERIFICATION = "mandatory" if MAIL_CONFIGURED else "none"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_RATE_LIMITS = {"share_link_password": "10/5m/ip,30/5m/key", "share_link_upload": "600/h/ip,3000/h/key"}
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False
ACCOUNT_USER_DISPLAY = "accounts.models.display_name"
ALLAUTH_TRUSTED_PROXY_COUNT = TRUSTED_PROXY_COUNT

# Uploads: what is accepted, and the room that decoding gets

UPLOAD_MAX_BYTES = env.int("UPLOAD_MAX_BYTES", 64 * 1024**2)
UPLOAD_MAX_FILES = env.int("UPLOAD_MAX_FILES", 200)
UPLOAD_REQUEST_MAX_BYTES = env.int("UPLOAD_REQUEST_MAX_BYTES", 2 * 1024**3)
UPLOAD_IDLE_SECONDS = env.int("UPLOAD_IDLE_SECONDS", 24 * 3600)
UPLOAD_STALL_SECONDS = env.int("UPLOAD_STALL_SECONDS", 60)
DISK_HEADROOM_BYTES = env.int("DISK_HEADROOM_BYTES", 256 * 1024**2)
STORAGE_LIMIT_BYTES = env.int("STORAGE_LIMIT_BYTES", 10 * 1024**3)
IMAGE_LIMIT = env.int("IMAGE_LIMIT", 100_000)
IMAGE_MAX_PIXELS = env.int("IMAGE_MAX_PIXELS", 120_000_000)
IMAGE_MAX_FRAMES = env.int("IMAGE_MAX_FRAMES", 300)
DECODE_WORKERS = env.int("DECODE_WORKERS", 2)
DECODE_MEMORY_BYTES = env.int("DECODE_MEMORY_BYTES", 1536 * 1024**2)
DECODE_CPU_SECONDS = env.int("DECODE_CPU_SECONDS", 60)
DECODE_TIMEOUT_SECONDS = env.int("DECODE_TIMEOUT_SECONDS", 120)

FILE_UPLOAD_HANDLERS = ["images.intake.BoundedUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = UPLOAD_MAX_FILES
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a selection of photos sends one field each

SHARE_LINK_DAYS = env.int("SHARE_LINK_DAYS", 30)

# Files

MEDIA_ROOT = (BASE_DIR / env.path("MEDIA_ROOT", Path("media"))).resolve()
STAGING_DIR = MEDIA_ROOT / "staging"
FILE_URL_WINDOW_SECONDS = env.int("FILE_URL_WINDOW_SECONDS", 3600)
X_ACCEL_PREFIX = env.str("X_ACCEL_PREFIX", "")
MEDIA_STORAGE = env.str("MEDIA_STORAGE", "local", validate=lambda v: v in {"local", "s3"})
MEDIA_ORIGINS: list[str] = []

if MEDIA_STORAGE == "s3":
    S3_ENDPOINT_URL = env.str("S3_ENDPOINT_URL", "") or None
    MEDIA_ALIAS = {
        "BACKEND": "images.buckets.ObjectStorage",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET"),
            "access_key": env.str("S3_ACCESS_KEY_ID", "") or None,
            "secret_key": env.str("S3_SECRET_ACCESS_KEY", "") or None,
            "region_name": env.str("S3_REGION", "us-east-1"),
            "endpoint_url": S3_ENDPOINT_URL,
            "addressing_style": env.str("S3_ADDRESSING_STYLE", "path"),
            "signature_version": "s3v4",
            "default_acl": None,
            "querystring_auth": True,
        },
    }
    MEDIA_ORIGINS = env.list("MEDIA_ORIGINS", [S3_ENDPOINT_URL or "https://*.amazonaws.com"])
else:
    MEDIA_ALIAS = {"BACKEND": "images.storage.LocalStorage", "OPTIONS": {"location": MEDIA_ROOT}}

STORAGES = {
    "default": MEDIA_ALIAS,
    "staticfiles": {"BACKEND": "photocloud.static_files.StaticStorage"},
}
STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

# Lifetimes: what new photos get, when people are told, how long the trash is kept, how much a purge may remove at once

DEFAULT_LIFETIME = env.str("DEFAULT_LIFETIME", "never")
EXPIRY_NOTICE_DAYS = env.int("EXPIRY_NOTICE_DAYS", 3)
TRASH_DAYS = env.int("TRASH_DAYS", 30)
PURGE_MOST_SHARE = env.float("PURGE_MOST_SHARE", 0.5)

# Language and time

LANGUAGE_CODE = env.str("LANGUAGE_CODE", "en")
# Named as in themselves, for whoever looks for theirs.
LANGUAGES = [
    ("en", "English"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("fr", "Français"),
    ("ru", "Русский"),
    ("zh-hans", "简体中文"),
]
LANGUAGE_COOKIE_NAME = "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"  # as accounts.languages sets it
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = "photocloud.formats"
TIME_ZONE = env.str("TIME_ZONE", "UTC")
USE_I18N = True
USE_TZ = True

# Headers and cookies

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *MEDIA_ORIGINS],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "worker-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "photocloud.errors.old_form"
if HTTPS:
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
    SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", 365 * 24 * 3600)
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_INCLUDE_SUBDOMAINS", True)
    SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", True)
if TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Log: one line an event, with the request's id; rotation that several processes can share

LOG_LEVEL = env.str("LOG_LEVEL", "INFO")
LOG_DIR = DATA_DIR / "logs"
LOG_DIR.mkdir(parents=True, exist_ok=True)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "photocloud.logging.RequestIdFilter"}},
    "formatters": {
        "line": {
            "()": "photocloud.logging.DiscreetFormatter",
            "fmt": "{asctime} {levelname} {request_id} {name} {message}",
            "style": "{",
        }
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]},
        "file": {
            "class": "concurrent_log_handler.ConcurrentRotatingFileHandler",
            "filename": str(LOG_DIR / "app.log"),
            "maxBytes": 10 * 1024**2,
            "backupCount": 5,
            "delay": True,
            "formatter": "line",
            "filters": ["request_id"],
        },
    },
    "root": {"handlers": ["console", "file"], "level": LOG_LEVEL},
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
    },
}
