"""What the public pages say about sessions that idle out, end, or never were (A-055, A-064, D-16)."""

from datetime import timedelta

from flask import current_app, render_template
from flask_babel import gettext as _

from hoshou.platform.tickets import LostSession


def idle_time() -> timedelta:
    """After so long without an operation a session of the public pages is over."""
    return timedelta(minutes=current_app.config["IDLE_MINUTES"])


def lost_session_words(error: LostSession) -> str:
    """Why the session is over, in one sentence."""
    minutes: int = current_app.config["IDLE_MINUTES"]
    sentences = {
        "idle": _(
            "システムを操作せずに%(minutes)s分間経過したため、自動的にログアウトしました。", minutes=minutes
        ),
        "midnight": _("サービス提供時間（24時まで）が終了したため、自動的にログアウトしました。"),
        "password_changed": _("閲覧用パスワードが変更されたため、ログアウトしました。"),
        "folder_deleted": _("証券等が削除されたため、ログアウトしました。"),
    }
    return str(sentences.get(error.why) or _("セッションが終了しているため、この画面を表示できません。"))


def lost_session_page(error: LostSession, restart_url: str) -> tuple[str, int]:
    """The page for a request without a live session."""
    page = render_template("site/lost_session.html", message=lost_session_words(error), restart_url=restart_url)
    return page, 403
