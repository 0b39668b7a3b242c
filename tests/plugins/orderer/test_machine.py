"""Steps can't be skipped: every route in every state, by random walks (A8)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import webtest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from hoshou.plugins.bonds.services.end_access import end_access
from tests.conftest import THOROUGH
from tests.plugins.public_site import ORDERER, PublicSite
from tests.plugins.viewer.test_entrance import WRONG

IDLE = timedelta(minutes=20)
MOSTLY = st.sampled_from([True, True, True, False])


class Walk(RuleBasedStateMachine):
    """One browser's walk; what it may do is kept beside as the model says.

    ``sessions`` holds, for each preview that was ever reached, when it was last used; None once it is over.
    """

    site: PublicSite
    made: Any

    def __init__(self) -> None:
        super().__init__()
        # A new day for each walk, so that no walk inherits the tries of another; early, so that none sees midnight.
        self.site.clock.move_to((self.site.clock.now() + timedelta(days=1)).replace(hour=1, minute=0))
        self.browser: webtest.TestApp = self.site.browser()
        page = self.browser.get("/orderer")
        self.csrf_token = page.html.select_one("input[name=csrf_token]")["value"]
        self.otp_path = ""
        self.otp_good = False
        self.issued_at = self.site.clock.now()
        self.codes = 0
        self.sessions: dict[str, Any] = {}
        self.viewing_since: Any = None

    def post(self, path: str, **fields: str) -> webtest.TestResponse:
        return self.browser.post(path, {"csrf_token": self.csrf_token, **fields}, expect_errors=True)

    @initialize(is_inside=st.booleans())
    def begin(self, is_inside: bool) -> None:
        """Half of the walks begin in the preview, reached step by step, so that its end is walked often too."""
        if is_inside:
            self.log_in(right=True, registered=True)
            self.type_code(right=True)

    @rule(right=MOSTLY, registered=MOSTLY)
    @precondition(lambda self: self.codes < 4)
    def log_in(self, right: bool, registered: bool) -> None:
        email = ORDERER if registered else "a@elsewhere.example"
        answer = self.post(
            "/orderer", email=email, url=self.made.url, password=self.made.password if right else WRONG
        )
        if answer.status_int == 302:
            assert right
            assert registered
            self.otp_path, self.otp_good = urlsplit(answer.location).path, True
            self.issued_at, self.codes = self.site.clock.now(), self.codes + 1
        else:
            assert answer.status_int in (400, 429)

    @rule(right=MOSTLY)
    @precondition(lambda self: self.otp_path)
    def type_code(self, right: bool) -> None:
        is_alive = self.site.clock.now() < self.issued_at + timedelta(minutes=30)
        code = self.site.code()
        typed = code if right else str((int(code) + 1) % 10**8).zfill(8)
        answer = self.post(self.otp_path, otp=typed)
        if answer.status_int == 302:
            assert right
            assert self.otp_good
            assert is_alive
            self.otp_good = False
            self.sessions[urlsplit(answer.location).path] = self.site.clock.now()
        else:
            assert answer.status_int in (400, 429)

    @rule(right=MOSTLY)
    def open_viewer(self, right: bool) -> None:
        typed = self.made.password if right else WRONG
        answer = self.post(f"/v/{self.made.token}", password=typed)
        if answer.status_int == 302:
            assert right
            self.viewing_since = self.site.clock.now()

    @rule()
    def view(self) -> None:
        answer = self.browser.get(f"/v/{self.made.token}/files/1", expect_errors=True)
        alive = self.viewing_since is not None and self.site.clock.now() < self.viewing_since + IDLE
        assert answer.status_int == (200 if alive else 403)
        self.viewing_since = self.site.clock.now() if alive else None

    @rule()
    def leave_viewer(self) -> None:
        self.post(f"/v/{self.made.token}/leave")
        self.viewing_since = None

    @rule(data=st.data())
    @precondition(lambda self: self.sessions)
    def go_back(self, data: st.DataObject) -> None:
        path = data.draw(st.sampled_from(sorted(self.sessions)))
        answer = self.post(path.rpartition("/files/")[0] + "/back")
        assert answer.status_int == (302 if self.lives(path) else 403)
        self.sessions[path] = None

    @rule()
    def password_changes(self) -> None:
        """Sessions end as they do when the password rotates."""
        self.site.run(
            lambda session: end_access(session, self.site.clock, self.made.folder_id, "password_changed")
        )
        self.sessions = dict.fromkeys(self.sessions)
        self.viewing_since = None

    @rule(minutes=st.sampled_from([1, 9, 19, 20, 31]))
    def time_passes(self, minutes: int) -> None:
        self.site.clock.advance(timedelta(minutes=minutes))

    @rule()
    def download_with_other_ids(self) -> None:
        """The way to a download without a session of one's own."""
        for name in ("x", self.otp_path.split("/")[2] if self.otp_path else "0" * 32):
            answer = self.browser.get(f"/orderer/{name}/files/1/download", expect_errors=True)
            assert answer.status_int == 403

    @invariant()
    def downloads_need_every_step(self) -> None:
        for path in self.sessions:
            answer = self.browser.get(path + "/download", expect_errors=True)
            assert answer.status_int == (200 if self.lives(path) else 403), path
            assert (answer.body == self.made.files[0]) == self.lives(path)
            self.sessions[path] = self.site.clock.now() if self.lives(path) else None

    def lives(self, path: str) -> bool:
        used_at = self.sessions[path]
        return used_at is not None and self.site.clock.now() < used_at + IDLE


@contextmanager
def walks(make_site: Callable[..., PublicSite]) -> Iterator[type[Walk]]:
    site = make_site(SERVICE_HOURS_ENFORCED=False)
    site.register()
    yield type("Walks", (Walk,), {"site": site, "made": site.folder()})


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.req("A8")
def test_no_step_can_be_skipped(make_site: Callable[..., PublicSite]) -> None:
    """2,000 walks by ``make thorough``; a part of them each time."""
    with walks(make_site) as machine:
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=2000 if THOROUGH else 100,
                stateful_step_count=8,
                deadline=None,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
