"""The product's own templates and assets behind stand-in routes, so that the look is tested by itself."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, render_template, request
from flask_babel import Babel

HOSHOU = Path(__file__).parent.parent / "hoshou"
SITE = HOSHOU / "platform" / "site"
NONCE = "test-nonce"
HOSTILE = "<script>alert(1)</script>\"'"
# A GIF of one pixel.
PIXEL = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")


@dataclass(frozen=True)
class File:
    number: int
    name: str
    kind: str
    uploaded_at: str
    replaced: bool
    digest: str = "ab" * 32


@dataclass(frozen=True)
class Folder:
    insurer: str
    policy_number: str


@dataclass(frozen=True)
class Page:
    number: int
    width: int
    height: int
    text: str


FILES = [
    File(2, "変更.pdf", "契約内容変更のお知らせ", "2026年11月2日 14:05", False),
    File(1, "証券.pdf", "証券", "2026年4月1日 10:12", True),
]
PAGES = [Page(number, 1240, 1754, f"本文{number}" if number < 3 else "") for number in (1, 2, 3)]
MESSAGES = (
    "closed",
    "error",
    "forbidden",
    "form_expired",
    "locked",
    "lost_session",
    "maintenance",
    "not_found",
    "pc_only",
    "unavailable",
)


def _document() -> dict[str, Any]:
    number = int(request.args.get("file", FILES[0].number))
    return {
        "folder": Folder("損害保険ジャパン株式会社", request.args.get("policy", "BA-1")),
        "files": FILES,
        "current": next(file for file in FILES if file.number == number),
        "pages": PAGES,
        "idle_minutes": 20,
        "session_seconds_left": int(request.args.get("left", 1200)),
    }


def make_app() -> Flask:
    app = Flask("look", static_folder=None)
    app.secret_key = "test"
    Babel(app, default_locale="ja")
    app.jinja_env.globals.update(csp_nonce=lambda: NONCE, csrf_token=lambda: "token")
    site = Blueprint(
        "site",
        "site",
        template_folder=str(SITE / "templates"),
        static_folder=str(SITE / "static"),
        static_url_path="/static/site",
    )
    staff = Blueprint("staff", "staff", template_folder=str(HOSHOU / "platform" / "staff" / "templates"))
    viewer = Blueprint("viewer", "viewer", template_folder=str(HOSHOU / "plugins" / "viewer" / "templates"))
    orderer = Blueprint("orderer", "orderer", template_folder=str(HOSHOU / "plugins" / "orderer" / "templates"))

    def page_image(**_: Any) -> Response:
        return Response(PIXEL, mimetype="image/gif")

    def nothing(*_endpoint: Any, **_: Any) -> str:
        return ""

    def errors(**sentences: str) -> dict[str, str]:
        return sentences if "wrong" in request.args else {}

    site.add_url_rule("/language", "language", nothing, methods=["POST"])
    viewer.add_url_rule("/v/<token>/files/<int:number>/pages/<int:page>.jpg", "page_image", page_image)
    viewer.add_url_rule("/v/<token>/leave", "leave", nothing, methods=["POST"])
    orderer.add_url_rule("/orderer/<ticket>/files/<int:number>/pages/<int:page>.jpg", "page_image", page_image)
    orderer.add_url_rule("/orderer/<ticket>/files/<int:number>/download", "download", nothing)
    orderer.add_url_rule("/orderer/<attempt>/resend", "resend", nothing, methods=["POST"])
    orderer.add_url_rule("/orderer/<ticket>/back", "back", nothing, methods=["POST"])

    @site.get("/")
    def home() -> str:
        entrances = {
            "orderer": ["orderer/entrance.html", "viewer/entrance.html"],
            "contractor": ["viewer/entrance.html"],
            "staff": ["staff/entrance.html"],
        }
        return render_template("site/home.html", entrances=entrances, notices=[], reopens_at="11月24日（火）6時")

    @site.get("/message/<path:name>")
    def message(name: str) -> str:
        return render_template(
            f"{name}.html",
            reference="E-7K2M",
            reopens_at="11月24日（火）6時",
            minutes=15,
            idle_minutes=20,
            restart_url="/orderer",
        )

    @viewer.get("/v/<token>")
    def password(token: str) -> str:
        return render_template("viewer/password.html", token=token, errors=errors(password="見つかりません。"))

    @viewer.get("/v/<token>/files/<int:number>")
    def show(token: str, number: int) -> str:
        return render_template("viewer/viewer.html", token=token, **_document())

    @orderer.get("/orderer")
    def login() -> str:
        wrong = errors(email="メール？", url="URL？", password="パスワード？")
        return render_template("orderer/login.html", values={"email": request.args.get("email", "")}, errors=wrong)

    @orderer.get("/orderer/<attempt>/otp")
    def otp(attempt: str) -> str:
        return render_template(
            "orderer/otp.html",
            attempt=attempt,
            state=request.args.get("state", "waiting"),
            email="k***@city.example.lg.jp",
            expires_at="2026/11/21 15:42",
            seconds_left=1700,
            resend_seconds=45,
            errors=errors(otp="正しくありません。"),
        )

    @orderer.get("/orderer/<ticket>/files/<int:number>")
    def preview(ticket: str, number: int) -> str:
        return render_template("orderer/preview.html", ticket=ticket, **_document())

    @app.context_processor
    def layout_values() -> dict[str, Any]:
        return {
            "site_open": "closed" not in request.args,
            "html_lang": "ja",
            "domain_contact_email": "syouken-kakunin@sonpo.or.jp",
            "staff_login_url": "/login/",
            "url_if": nothing,
        }

    @app.after_request
    def content_policy(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = (
            f"default-src 'self'; script-src 'self' 'nonce-{NONCE}'; object-src 'none'; base-uri 'none'"
        )
        return response

    for blueprint in (site, staff, viewer, orderer):
        app.register_blueprint(blueprint)
    return app
