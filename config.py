"""Settings, each from the environment with a default that suits a single machine.

Flask-AppBuilder reads its own settings from here too; those that guard the product
are fixed and not read from the environment.
"""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent
_env = os.environ.get


def _flag(name: str, default: bool) -> bool:
    return _env(name, "1" if default else "0").lower() in {"1", "true", "yes", "on"}


# Where the product keeps what it must not lose: the embedded database, the encrypted files, the keys.
DATA_DIR = Path(_env("HOSHOU_DATA_DIR", str(ROOT / "var"))).resolve()

SQLALCHEMY_DATABASE_URI = _env("HOSHOU_DATABASE_URL", f"sqlite:///{DATA_DIR / 'hoshou.sqlite'}")

# A bucket for the encrypted files, on AWS or at an endpoint that speaks the same protocol; empty: DATA_DIR/files.
# Credentials come from where boto3 looks for them: AWS_ACCESS_KEY_ID and its kin, or the machine's role.
S3_BUCKET = _env("HOSHOU_S3_BUCKET", "")
S3_PREFIX = _env("HOSHOU_S3_PREFIX", "")
S3_ENDPOINT = _env("HOSHOU_S3_ENDPOINT", "")
S3_REGION = _env("HOSHOU_S3_REGION", "")

# One secret from which the keys for cookies, audit chain, stored digests and file encryption are derived.
# Without it `hoshou` keeps one in DATA_DIR/keys, readable by the owner alone.
MASTER_KEY = _env("HOSHOU_MASTER_KEY", "")

# The address that mails name. Never taken from a request.
PUBLIC_URL = _env("HOSHOU_PUBLIC_URL", "http://127.0.0.1:8080").rstrip("/")
TRUSTED_PROXIES = int(_env("HOSHOU_TRUSTED_PROXIES", "0"))

# Plugins of the product, in the order of their menus. Others are found by the entry-point group hoshou.plugins.
PLUGINS = [
    "organisations",
    "bonds",
    "domains",
    "viewer",
    "orderer",
    "guides",
    "retention",
    "proration",
    "premium",
    "guardkun",
    "debits",
    "receipts",
    "verification",
]
if _env("HOSHOU_PLUGINS"):
    PLUGINS = [name.strip() for name in _env("HOSHOU_PLUGINS", "").split(",") if name.strip()]

# Mail.
MAIL_SERVER = _env("HOSHOU_SMTP_HOST", "127.0.0.1")
MAIL_PORT = int(_env("HOSHOU_SMTP_PORT", "25"))
MAIL_USERNAME = _env("HOSHOU_SMTP_USER") or None
MAIL_PASSWORD = _env("HOSHOU_SMTP_PASSWORD") or None
MAIL_USE_TLS = _flag("HOSHOU_SMTP_STARTTLS", False)
MAIL_USE_SSL = _flag("HOSHOU_SMTP_TLS", False)
MAIL_DEFAULT_SENDER = _env("HOSHOU_MAIL_FROM", "info@mail.sonpo-hosyou-syouken.jp")

# Where orderers apply for their domain.
DOMAIN_CONTACT_EMAIL = _env("HOSHOU_DOMAIN_CONTACT", "syouken-kakunin@sonpo.or.jp")

# Who approves an application for a domain after the association: every participating insurer ("all") or nobody else
# ("association") (D-09). And the day of the four registrations a year; the next business day when it is none (D-45).
DOMAIN_APPROVAL = _env("HOSHOU_DOMAIN_APPROVAL", "all")
DOMAIN_REGISTRATION_DAY = int(_env("HOSHOU_DOMAIN_REGISTRATION_DAY", "25"))

# How many business days before a date of the group scheme those whom it concerns are reminded by mail; 0: never.
SCHEME_REMINDER_DAYS = int(_env("HOSHOU_SCHEME_REMINDER_DAYS", "5"))

# Whether the contractor's own mail domain is shut out of the download of its folder, though registered (D-15).
EXCLUDE_CONTRACTOR_DOMAIN = _flag("HOSHOU_EXCLUDE_CONTRACTOR_DOMAIN", False)

# Within how many days of the 保険始期 a folder that nobody has downloaded is called to its uploaders' minds.
UNDOWNLOADED_DAYS = int(_env("HOSHOU_UNDOWNLOADED_DAYS", "14"))

# Whether the association keeps its collection fee back from the premium that it remits; else it remits all (D-20).
COLLECTION_FEE_DEDUCTED = _flag("HOSHOU_COLLECTION_FEE_DEDUCTED", False)

# Whether a withdrawal from the group scheme takes effect on the 1st of a month only (D-28).
GUARDKUN_CHANGES_ON_FIRST = _flag("HOSHOU_GUARDKUN_CHANGES_ON_FIRST", True)

# Service conditions (A-061, D-17).
SERVICE_HOURS_ENFORCED = _flag("HOSHOU_SERVICE_HOURS", True)
# Staff keep the same hours, but for these roles: somebody must be able to mend the calendar.
ROLES_AT_ANY_HOUR = [role for role in _env("HOSHOU_ROLES_AT_ANY_HOUR", "administrator").split(",") if role]

# The manual supports PCs only. The pages work on phones and tablets all the same and say so; this shuts them out (D-07).
PC_ONLY = _flag("HOSHOU_PC_ONLY", False)

# Limits of an upload (D-01, D-19).
_MEGABYTE = 1024 * 1024
MAX_FILE_BYTES = 20 * _MEGABYTE
MAX_FILES_PER_FOLDER = 20
MAX_CONTENT_LENGTH = 210 * _MEGABYTE

# How much may be taken in (A28): what a folder holds in all, and uploads and their bytes in a day.
MAX_BYTES_PER_FOLDER = int(_env("HOSHOU_FOLDER_MEGABYTES", "200")) * _MEGABYTE
UPLOADS_PER_FOLDER_A_DAY = int(_env("HOSHOU_FOLDER_UPLOADS", "50"))
UPLOADS_PER_USER_A_DAY = int(_env("HOSHOU_USER_UPLOADS", "1000"))
BYTES_PER_USER_A_DAY = int(_env("HOSHOU_USER_MEGABYTES", "5000")) * _MEGABYTE
UPLOADS_PER_ORGANISATION_A_DAY = int(_env("HOSHOU_ORGANISATION_UPLOADS", "10000"))
BYTES_PER_ORGANISATION_A_DAY = int(_env("HOSHOU_ORGANISATION_MEGABYTES", "50000")) * _MEGABYTE

# ClamAV's daemon, tcp://host:port or unix:///path; without one nothing is scanned for malware (A16).
CLAMD = _env("HOSHOU_CLAMD", "")

# Life of secrets and sessions.
OTP_MINUTES = int(_env("HOSHOU_OTP_MINUTES", "30"))
IDLE_MINUTES = 20
STAFF_IDLE_MINUTES = 60
SESSION_HOURS = 12

LANGUAGES = {"ja_JP": {"flag": "jp", "name": "日本語"}, "en": {"flag": "gb", "name": "English"}}
BABEL_DEFAULT_LOCALE = "ja_JP"
BABEL_DEFAULT_TIMEZONE = "Asia/Tokyo"
BABEL_TRANSLATION_DIRECTORIES = str(ROOT / "translations")

# `hoshou demo` sets this, and nobody else: a page that shows every mail, and banners that say so.
DEMO = _flag("HOSHOU_DEMO", False)
if DEMO:
    PLUGINS.append("demo")
