"""The mail box page: what the demo's mail server has received."""

from pathlib import Path
from typing import Any

from flask import Blueprint, current_app, render_template, request

from hoshou.plugins.demo.services.data_folder import MAILS
from hoshou.plugins.demo.services.mailbox import read_mail, read_mails, recipients

demo = Blueprint("demo", __name__, url_prefix="/demo")


def _folder() -> Path:
    return Path(current_app.config["DATA_DIR"]) / MAILS


@demo.get("/mailbox")
def mailbox() -> Any:
    """The newest mails first, of everybody or of one recipient."""
    recipient = request.args.get("to", "")
    return render_template(
        "demo/mailbox.html",
        mails=read_mails(_folder(), recipient),
        choices=[(address, address) for address in recipients(_folder())],
        recipient=recipient,
    )


@demo.get("/mailbox/<key:number>")
def mail(number: int) -> Any:
    """One mail with its links."""
    return render_template("demo/mail.html", mail=read_mail(_folder(), number))
