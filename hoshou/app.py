"""The application factory: an ordered list of named steps, nothing else."""

from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask
from flask_babel import Babel
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

import hoshou.platform.staff
from hoshou.base.clock import Clock, SystemClock
from hoshou.platform.api.bearer import init_api
from hoshou.platform.api.document import api_document
from hoshou.platform.context import EXTENSION, Platform, platform
from hoshou.platform.db import init_db
from hoshou.platform.files.disk import DiskShelf
from hoshou.platform.files.s3 import Bucket, S3Shelf
from hoshou.platform.files.scanner import Scanner
from hoshou.platform.files.shelf import Shelf
from hoshou.platform.files.store import FileStore
from hoshou.platform.keys import load_keys
from hoshou.platform.mail.smtp import mail
from hoshou.platform.plugins import load_plugins, plugin_name
from hoshou.platform.site.addresses import init_addresses
from hoshou.platform.site.assets import init_assets
from hoshou.platform.site.blueprint import site
from hoshou.platform.site.errors import init_errors
from hoshou.platform.site.gate import init_gate
from hoshou.platform.site.headers import init_headers
from hoshou.platform.site.language import chosen_language
from hoshou.platform.staff.builder import init_staff_site
from hoshou.platform.staff.session import init_fence

ROOT = Path(hoshou.__file__).resolve().parent.parent


def create_app(settings: Mapping[str, Any] | None = None, *, clock: Clock | None = None) -> Flask:
    """A whole application of its own. ``settings`` override config.py. Issues no SQL."""
    app = Flask("hoshou", template_folder=str(Path(hoshou.platform.staff.__file__).parent / "templates"))
    configure(app, settings or {})
    init_db(app)
    hold_platform(app, clock or SystemClock())
    mail.init_app(app)
    trust_proxies(app)
    protect_forms(app)
    init_addresses(app)
    init_headers(app)
    init_assets(app)
    init_errors(app)
    init_gate(app)
    register_assets(app)
    init_staff_site(app)
    speak(app)
    register_public_site(app)
    register_api(app)
    init_fence(app)
    return app


def configure(app: Flask, settings: Mapping[str, Any]) -> None:
    """Settings from config.py, then the caller's, then those that nobody may change."""
    app.config.from_pyfile(str(ROOT / "config.py"))
    app.config.from_mapping(settings)
    secure = app.config["PUBLIC_URL"].startswith("https://")
    app.config.update(
        FAB_UPDATE_PERMS=False,
        FAB_CREATE_DB=False,
        FAB_ADD_SECURITY_API=False,
        FAB_API_SWAGGER_UI=False,
        AUTH_USER_REGISTRATION=False,
        AUTH_ROLE_ADMIN="administrator",
        AUTH_ROLE_PUBLIC="Public",
        SESSION_COOKIE_NAME="__Host-staff" if secure else "hoshou_staff",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        # Tickets guard staff sessions; Flask-Login's mark of freshness would only give visitors a second cookie.
        SESSION_PROTECTION=None,
        WTF_CSRF_TIME_LIMIT=None,
        # Our pages forbid the Referer header, which Flask-WTF would ask for under HTTPS.
        WTF_CSRF_SSL_STRICT=False,
        APP_NAME="保証証券等確認システム",
        SQLALCHEMY_TRACK_MODIFICATIONS=False,
    )


def hold_platform(app: Flask, clock: Clock) -> None:
    """The clock, the keys, the files and the plugins of this application."""
    keys = load_keys(app)
    app.config["SECRET_KEY"] = keys.derive("cookies")
    app.extensions[EXTENSION] = Platform(
        clock=clock,
        keys=keys,
        plugins=load_plugins(app.config["PLUGINS"]),
        files=FileStore(shelf_of(app.config), keys),
        scanner=Scanner(app.config["CLAMD"]) if app.config["CLAMD"] else None,
    )


def shelf_of(config: Mapping[str, Any]) -> Shelf:
    """Where files lie: in the bucket that the settings name, else beside the embedded database."""
    if not config["S3_BUCKET"]:
        return DiskShelf(Path(config["DATA_DIR"]) / "files")
    place = Bucket(
        config["S3_BUCKET"], prefix=config["S3_PREFIX"], endpoint=config["S3_ENDPOINT"], region=config["S3_REGION"]
    )
    return S3Shelf(place)


def trust_proxies(app: Flask) -> None:
    """Believe exactly as many proxies as are configured, and no foreign host name."""
    hops: int = app.config["TRUSTED_PROXIES"]
    if hops:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0)  # type: ignore[method-assign]
    host = app.config["PUBLIC_URL"].split("://", 1)[1].split("/", 1)[0].rsplit(":", 1)[0]
    app.config.setdefault("TRUSTED_HOSTS", None)
    app.config["TRUSTED_HOSTS"] = [host, "127.0.0.1", "localhost", *app.config.get("EXTRA_HOSTS", [])]
    app.config["FAB_SAFE_REDIRECT_HOSTS"] = [host]


def protect_forms(app: Flask) -> None:
    """Every form carries a token."""
    app.extensions["csrf"] = CSRFProtect(app)


def speak(app: Flask) -> None:
    """Our catalogue over Flask-AppBuilder's own: Japanese unless somebody chose English.

    After the staff site, whose builder would choose by itself and give every visitor a cookie for it.
    """
    framework = Path(str(find_spec("flask_appbuilder").origin)).parent / "translations"  # type: ignore[union-attr]
    ours = app.config["BABEL_TRANSLATION_DIRECTORIES"]
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = f"{framework};{ours}"
    Babel(app, locale_selector=chosen_language)


def register_assets(app: Flask) -> None:
    """Templates and static files: the public site's base, the staff site's, then each plugin's own."""
    app.register_blueprint(site)
    staff = Path(hoshou.platform.staff.__file__).parent
    app.register_blueprint(
        Blueprint(
            "staff", "hoshou.platform.staff", static_folder=str(staff / "static"), static_url_path="/assets/staff"
        )
    )
    for module in platform(app).plugins.modules:
        folder = Path(str(module.__file__)).parent
        name = plugin_name(module)
        app.register_blueprint(
            Blueprint(
                f"{name}_assets",
                module.__name__,
                template_folder=str(folder / "templates"),
                static_folder=str(folder / "static"),
                static_url_path=f"/assets/{name}",
            )
        )


def register_public_site(app: Flask) -> None:
    """Pages that anyone may reach in service hours."""
    blueprints = platform(app).plugins.collect("public_blueprints")
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    app.config["PUBLIC_BLUEPRINTS"] = frozenset(blueprint.name for blueprint in blueprints)


def register_api(app: Flask) -> None:
    """The REST API: opened by a personal token, so no cookie and no form token."""
    init_api(app, platform(app).plugins.collect("api_blueprints"))
    app.register_blueprint(api_document)
