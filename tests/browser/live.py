"""The product behind a real port of the loopback, with a mail server that keeps what it is sent."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import TypeVar

from flask import Flask
from sqlalchemy import delete
from sqlalchemy.orm import Session
from werkzeug.serving import WSGIRequestHandler, make_server

import config
from hoshou.app import create_app
from hoshou.base.clock import FixedClock
from hoshou.platform.calendar import Maintenance
from hoshou.platform.context import platform
from hoshou.platform.db import db, transact, unit_of_work
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.jobs.runs import RunState
from hoshou.platform.mail.deliver import deliver_due
from hoshou.platform.throttle import ThrottleCounter
from hoshou.plugins.demo.services.data_folder import MAILS
from hoshou.plugins.demo.services.mail_server import catching_mail, free_port
from hoshou.plugins.demo.services.mailbox import ReceivedMail, newest_about, read_mails
from tests.conftest import NOON, settings_for

Result = TypeVar("Result")


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        pass


@dataclass(frozen=True)
class LiveSite:
    """A running application, its address, its clock, and the folder of the mails that it has sent."""

    app: Flask
    url: str
    clock: FixedClock
    mails: Path

    def run(self, work: Callable[[Session], Result]) -> Result:
        """Work in a unit of work of its own."""
        with self.app.app_context():
            return transact(work)

    def begin_again(self) -> None:
        """Noon, no maintenance, and nobody has tried too often."""
        self.clock.move_to(NOON)
        self.run(lambda session: session.execute(delete(ThrottleCounter)))
        self.run(lambda session: session.execute(delete(Maintenance)))

    def deliver(self) -> None:
        """What the scheduler's job does every few seconds."""
        with self.app.app_context():
            deliver_due(unit_of_work, self.clock, platform().keys)

    def work(self, name: str) -> None:
        """What the scheduler does when the job of that name is due at this instant."""
        outcome = run_job(self.app, all_jobs(self.app)[name], self.clock.now())
        assert (outcome.state, outcome.ran) == (RunState.DONE, True), outcome

    def mail(self, recipient: str, subject: str) -> ReceivedMail:
        """The newest mail to the recipient whose subject has these words."""
        found = newest_about(self.mails, recipient, subject)
        assert found is not None, [(mail.recipient, mail.subject) for mail in read_mails(self.mails)]
        return found


@contextmanager
def running_site(folder: Path, template: Path, *, demo: bool = False) -> Iterator[LiveSite]:
    """Serve a copy of the migrated SQLite file ``template``; ``demo`` adds the page of the mail box.

    A browser says by X-Forwarded-For where it is, so that the tries of one test aren't counted for another, and
    asks once only for a style sheet or a script.
    """
    database, clock = folder / "site.sqlite", FixedClock(NOON)
    shutil.copy(template, database)
    port, mail_port = free_port(), free_port()
    settings = {
        **settings_for(f"sqlite:///{database}", folder),
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
        "MAIL_PORT": mail_port,
        "TRUSTED_PROXIES": 1,
        # Scripts, styles and fonts are fetched once a window, not once a page.
        "SEND_FILE_MAX_AGE_DEFAULT": 3600,
        "DEMO": demo,
        "PLUGINS": [*config.PLUGINS, "demo"] if demo else config.PLUGINS,
    }
    app = create_app(settings, clock=clock)
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        with catching_mail(folder / MAILS, mail_port):
            yield LiveSite(app, f"http://127.0.0.1:{port}", clock, folder / MAILS)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
