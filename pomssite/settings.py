"""Every choice of the site, read from the environment; docs/settings.md says what may be set."""
import os
from datetime import timedelta
from pathlib import Path

import dj_database_url
from csp.constants import NONCE, NONE, SELF

from pomssite.kit import environment, signon
from scripts import postgres

ROOT = Path(__file__).resolve().parents[1]
VAR = Path(os.environ.get("POMS_VAR") or ROOT / "var").resolve()
POMS_URL = os.environ.get("POMS_URL") or "http://127.0.0.1:8000"
ADDRESS = environment.address(POMS_URL)
PREFIX = ADDRESS.prefix

# Who may ask, and how it is kept secret
DEBUG = environment.flag("POMS_DEBUG", default=False)
SECRET_KEY = os.environ.get("SECRET_KEY") or environment.secret(VAR / "secret_key")
ALLOWED_HOSTS = environment.words("POMS_HOSTS", ADDRESS.host, "127.0.0.1", "localhost", "[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("POMS_TRUSTED_ORIGINS", ADDRESS.origin)
AUTH_USER_MODEL = "accounts.User"
LOCAL_ACCOUNTS = environment.flag("POMS_LOCAL_ACCOUNTS", default=True)
SIGN_ON = signon.read("POMS_SIGN_ON_FILE")          # the laboratory's single sign-on; docs/signing-in.md
AUTHENTICATION_BACKENDS = [
    *(["accounts.views.provider.SignOn"] if SIGN_ON else []),
    "axes.backends.AxesStandaloneBackend",          # before the passwords: who guesses waits
    *(["django.contrib.auth.backends.ModelBackend"] if LOCAL_ACCOUNTS else []),
]
AXES_FAILURE_LIMIT = environment.number("POMS_SIGN_IN_TRIES", 5)
AXES_COOLOFF_TIME = timedelta(minutes=environment.number("POMS_SIGN_IN_WAIT_MIN", 15))
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS, AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = True, False
AXES_LOCKOUT_CALLABLE = "accounts.views.signing.locked"
AXES_SENSITIVE_PARAMETERS = ["username", "ip_address", "csrfmiddlewaretoken"]
AXES_DISABLE_ACCESS_LOG, AXES_ENABLE_ADMIN, AXES_VERBOSE = True, False, False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = f"{PREFIX}/me/sign-in/"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = f"{PREFIX}/"

# What it is made of
INSTALLED_APPS = [
    "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "django.contrib.messages",
    "django.contrib.staticfiles", "django.contrib.postgres", "django.contrib.admin",
    "rest_framework", "django_filters", "django_q", "csp", "axes",
    "pomssite", "accounts", "datasets", "campaigns", "submissions",
]
MIDDLEWARE = [
    "pomssite.kit.trace.RequestId",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.api.Bearer",
    "pomssite.middleware.Maintenance",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "pomssite.middleware.Refusals",
    "axes.middleware.AxesMiddleware",
]
CSRF_FAILURE_VIEW = "pomssite.views.no_form"
ROOT_URLCONF = "pomssite.urls"
WSGI_APPLICATION = "pomssite.wsgi.application"
ASGI_APPLICATION = "pomssite.asgi.application"
FORCE_SCRIPT_NAME = PREFIX or None
TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [ROOT / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {"context_processors": [
        "django.template.context_processors.request", "django.contrib.auth.context_processors.auth",
        "django.contrib.messages.context_processors.messages", "accounts.frame.frame",
    ]},
}]

# The database; without a word it is the project's own PostgreSQL on its socket
DATABASES = {"default": dj_database_url.parse(
    os.environ.get("DATABASE_URL") or postgres.url(VAR), engine="pomssite.database",
    conn_max_age=environment.number("POMS_CONNECTION_SECONDS", 0))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Time and language
USE_TZ, TIME_ZONE = True, "UTC"
USE_I18N, LANGUAGE_CODE, FORMAT_MODULE_PATH = False, "en", "pomssite.formats"

# The world outside
POMS_STORAGE = Path(os.environ.get("POMS_STORAGE") or VAR / "storage").resolve()
POMS_TEST = os.environ.get("POMS_TEST") or ""       # what old clients are told in it: which of the servers this is
BATCH_SYSTEMS = {"default": {
    "BACKEND": "submissions.batch.local.LocalBatch",
    "OPTIONS": {"folder": str(VAR / "grid"), "slots": environment.number("POMS_SLOTS", max(2, os.cpu_count() or 2))},
}}
BATCH_SYSTEMS |= environment.backends("POMS_BATCH_FILE")     # pools of HTCondor, login hosts; docs/htcondor.md, docs/login-hosts.md
DATA_HANDLERS = {"default": {"BACKEND": "datasets.handlers.local.LocalCatalogue"}}
DIRECTORIES = {"default": {"BACKEND": "accounts.ferry.https.Ferry", "OPTIONS": {     # who belongs to which experiment; docs/people.md
    "url": os.environ["POMS_FERRY_URL"], "certificate": os.environ.get("POMS_FERRY_CERTIFICATE", ""),
    "key": os.environ.get("POMS_FERRY_KEY", ""), "authorities": os.environ.get("POMS_FERRY_AUTHORITIES", ""),
    "seconds": environment.number("POMS_FERRY_SECONDS", 8),
}}} if os.environ.get("POMS_FERRY_URL") else {}
POMS_FERRY_EVERY_S = environment.number("POMS_FERRY_EVERY_S", 3600)
POMS_FERRY_MOST_PERCENT = environment.number("POMS_FERRY_MOST_PERCENT", 20)      # of the members; if more would lose a role or leave, it asks

# Background life: tasks are rows of the same database; `manage.py tick` sets them, so django-q's own scheduler is off
Q_CLUSTER = {
    "name": "poms", "orm": "default", "workers": environment.number("POMS_WORKERS", 2), "poll": 0.2,
    "timeout": 30, "retry": 40, "ack_failures": True, "max_attempts": 0, "catch_up": False, "scheduler": False,
    "save_limit": 20, "queue_limit": 4, "bulk": 1, "recycle": 1000, "label": "Background tasks",
}

POMS_FILES_EVERY_S = environment.number("POMS_FILES_EVERY_S", 300)      # a schedule that waits for new files asks the catalogue so often
POMS_CATCH_UP_MOST = environment.number("POMS_CATCH_UP_MOST", 24)       # launches at once of one that catches up with all
POMS_LARGEST_FILE = environment.number("POMS_LARGEST_FILE", 1_000_000)     # bytes of a campaign file
DATA_UPLOAD_MAX_MEMORY_SIZE = max(2_621_440, 3 * POMS_LARGEST_FILE)        # the same in the box of a page, whose line ends are longer
WAKE_UPS = environment.flag("POMS_WAKE_UPS", default=True)     # a commit queues its task at once; off, only the ticker does

# The API
REST_FRAMEWORK = {
    "EXCEPTION_HANDLER": "submissions.api.errors.answer",
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.TokenOfAScript", "rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
}

# Files of the pages; libraries come from npm, each under vendor/
STATIC_URL = f"{PREFIX}/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS: list[Path | tuple[str, Path]] = [ROOT / "static", *environment.existing([
    ("vendor/htmx", ROOT / "node_modules/htmx.org/dist"),
    ("vendor/plotly", ROOT / "node_modules/plotly.js-cartesian-dist-min"),
    ("vendor/cytoscape", ROOT / "node_modules/cytoscape/dist"), ("vendor/dagre", ROOT / "node_modules/dagre/dist"),
    ("vendor/cytoscape-dagre", ROOT / "node_modules/cytoscape-dagre"),
])]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
WHITENOISE_ALLOW_ALL_ORIGINS = False

# What a browser is told
CONTENT_SECURITY_POLICY = {"DIRECTIVES": {
    "default-src": [NONE], "script-src": [SELF, NONCE], "style-src": [SELF], "img-src": [SELF, "data:"], "font-src": [SELF],
    "connect-src": [SELF], "form-action": [SELF], "base-uri": [NONE], "frame-ancestors": [NONE],
}}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if ADDRESS.is_secure else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if environment.flag("POMS_BEHIND_PROXY", default=False) else None
SESSION_COOKIE_NAME, SESSION_COOKIE_PATH, SESSION_COOKIE_SECURE = "poms_session", f"{PREFIX}/", ADDRESS.is_secure
SESSION_COOKIE_AGE = 14 * 24 * 3600
CSRF_COOKIE_NAME, CSRF_COOKIE_PATH, CSRF_COOKIE_SECURE, CSRF_COOKIE_HTTPONLY = "poms_csrf", f"{PREFIX}/", ADDRESS.is_secure, True

# What is written down
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request_id": {"()": "pomssite.kit.trace.WithRequestId"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s] %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["request_id"]}},
    "root": {"handlers": ["stderr"], "level": os.environ.get("POMS_LOG_LEVEL", "INFO")},
    "loggers": {"django-q": {"level": os.environ.get("POMS_LOG_LEVEL_TASKS", "WARNING")}},
}
