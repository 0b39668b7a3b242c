"""A document made now leaves as a file, and the audit log notes it."""

from collections.abc import Callable

from flask import Response
from sqlalchemy.orm import Session

from hoshou.platform.context import platform
from hoshou.platform.db import reading, unit_of_work
from hoshou.platform.site.attachment import attachment
from hoshou.platform.staff.session import staff_actor
from hoshou.plugins.guardkun.services.documents.downloads import Download, note_download

PDF = "application/pdf"


def handed_out(make: Callable[[Session], Download]) -> Response:
    """Made outside of any writing transaction, since typesetting takes its time."""
    clock, actor = platform().clock, staff_actor()
    with reading() as session:
        download = make(session)
    with unit_of_work() as session:
        note_download(session, clock, actor, download)
    return attachment(download.content, download.file_name, PDF)
