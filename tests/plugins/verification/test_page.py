"""証券等の照合: whoever holds a PDF is told how it stands, and nobody is told anything else."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, update
from webtest import TestApp, TestResponse

from hoshou.base.clock import jst
from hoshou.platform.actor import Actor, ActorKind
from hoshou.platform.context import platform
from hoshou.platform.db import db, unit_of_work
from hoshou.platform.files.store import FileStore
from hoshou.platform.jobs.builtin import all_jobs
from hoshou.platform.jobs.runner import run_job
from hoshou.platform.pdf import signatures
from hoshou.plugins.bonds.models import BondFile, BondFolder, BondWaiting
from hoshou.plugins.bonds.services.entomb import entomb
from hoshou.plugins.verification.services.check import CHECKS_PER_SUBNET
from tests.plugins.bonds.factories import MadeFolder
from tests.plugins.public_site import PublicSite, form_to
from tests.plugins.viewer.test_entrance import essence
from tests.samples import pdfs, signed

UNKNOWN = "ab" * 32
STAFF = Actor(ActorKind.STAFF, "uploader", 1)


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def ask(site: PublicSite, digest: str, browser: TestApp | None = None, **options: Any) -> TestResponse:
    """The answer about a digest that is typed, as without JavaScript."""
    form = form_to((browser or site.browser()).get("/verify"), "/verify")
    form["sha256"] = digest
    return form.submit(**options)


def told(page: TestResponse) -> list[str]:
    """The answer's title and facts."""
    answer = page.html.select_one("[data-verify-answer]")
    return [answer.h2.get_text(), *(fact.get_text() for fact in answer.select("dl.facts")[0].select("dd"))]


def bury(site: PublicSite, made: MadeFolder) -> None:
    """What the purge and a deletion by staff do to a folder."""

    def work(session: Any) -> None:
        entomb(session, site.clock, STAFF, session.get_one(BondFolder, made.folder_id), "誤登録")

    site.run(work)


def report(site: PublicSite, minute: int = 0) -> int:
    """One run of the job that looks at signatures; how many files it looked at."""
    outcome = run_job(site.app, all_jobs(site.app)["bonds.signatures"], jst(2026, 4, 15, 12, minute))
    assert outcome.state == "done", outcome
    files: int = outcome.result["files"]
    return files


def rows(page: TestResponse, number: int = 0) -> dict[str, str]:
    """What is told of a signature."""
    facts = page.html.select(".signatures li")[number].select(".facts__row")
    return {row.dt.get_text(): row.dd.get_text() for row in facts}


@pytest.mark.req("D-02")
def test_a_registered_file_is_known_by_its_digest_alone(public_site: PublicSite) -> None:
    made = public_site.folder(kind="change_notice")
    page = ask(public_site, sha256(made.files[0]))
    assert told(page) == [
        "登録されています",
        "三井住友海上火災保険株式会社",
        "契約内容変更のお知らせ",
        "2026/04/15",
    ]
    assert "このファイルに電子署名はありません" in page
    # Nothing that isn't in the file: no number, no names, no mail address, no file's name.
    answer = page.html.select_one("[data-verify-answer]").get_text()
    for word in (made.policy_number, "見本建設", "見本橋", "見本市", "証券.pdf", "uploader", "example.jp"):
        assert word not in answer
    [entry] = public_site.audit("verification.checked")
    assert (entry.object_kind, entry.object_id, entry.origin) == (
        "bonds_folder",
        str(made.folder_id),
        "192.0.2.10",
    )


@pytest.mark.req("D-03")
def test_a_replaced_file_says_so_and_its_successor_is_current(public_site: PublicSite) -> None:
    old = public_site.folder(files=[("誤.pdf", pdfs.plain())])
    new = public_site.folder(policy_number=old.policy_number, replaces="1", files=[("正.pdf", pdfs.plain(2))])
    assert told(ask(public_site, sha256(old.files[0])))[0] == "差し替えられています"
    assert told(ask(public_site, sha256(new.files[0])))[0] == "登録されています"


@pytest.mark.req("A-082", "A25")
def test_a_purged_file_is_known_by_the_tombstones_digest(public_site: PublicSite) -> None:
    made = public_site.folder(files=[("証券.pdf", signed.signed())])
    report(public_site)
    bury(public_site, made)
    page = ask(public_site, sha256(made.files[0]))
    assert told(page) == ["削除されています", "三井住友海上火災保険株式会社", "証券", "2026/04/15"]
    assert signed.SIGNER not in page
    with public_site.app.app_context():
        assert db.session.scalars(db.select(BondFile.signature_report)).one() is None


def test_a_file_registered_twice_stands_as_its_best_registration_does(public_site: PublicSite) -> None:
    files = [("証券.pdf", pdfs.plain())]
    current, wrong = public_site.folder(files=files), public_site.folder(files=files)
    bury(public_site, wrong)
    assert told(ask(public_site, sha256(current.files[0])))[0] == "登録されています"
    bury(public_site, current)
    assert told(ask(public_site, sha256(current.files[0])))[0] == "削除されています"


@pytest.mark.req("A2")
def test_of_an_unknown_digest_nothing_is_said_and_nothing_kept(public_site: PublicSite) -> None:
    made = public_site.folder()
    page = ask(public_site, UNKNOWN)
    assert page.status_int == 200
    assert page.html.select_one("[data-verify-answer] h2").get_text() == "登録されていません"
    # A digest that differs in its last letter is as unknown as any.
    digest = sha256(made.files[0])
    near = digest[:-1] + ("0" if digest[-1] != "0" else "1")
    assert essence(ask(public_site, near), near) == essence(page, UNKNOWN)
    assert public_site.audit("verification.checked") == []


@pytest.mark.req("A16")
def test_a_file_that_waits_for_the_scanner_is_not_registered_yet(public_site: PublicSite) -> None:
    made = public_site.folder()

    def wait(session: Any) -> None:
        waiting = BondWaiting(
            folder_id=made.folder_id, user_id=1, email="a@b.example", since=public_site.clock.now()
        )
        session.add(waiting)
        session.flush()
        session.execute(update(BondFile).values(waiting_id=waiting.id))

    public_site.run(wait)
    answer = ask(public_site, sha256(made.files[0]))
    assert answer.html.select_one("[data-verify-answer] h2").get_text() == "登録されていません"


@pytest.mark.parametrize("typed", ["", "abc", UNKNOWN[:-1], UNKNOWN + "0", "%" * 64, "' OR 1=1 --"])
def test_less_than_a_whole_digest_is_refused(public_site: PublicSite, typed: str) -> None:
    public_site.folder()
    page = ask(public_site, typed, status=400)
    assert "64文字で入力してください" in page.html.select_one("#sha256-error").get_text()
    assert page.html.select_one("[data-verify-answer]") is None
    assert page.html.select_one("#sha256").get("value", "") == typed


@pytest.mark.req("A2", "A5")
def test_who_asks_without_end_is_stopped_and_others_are_not(public_site: PublicSite) -> None:
    made = public_site.folder()
    prober = public_site.browser("203.0.113.5")
    for _ in range(CHECKS_PER_SUBNET):
        ask(public_site, UNKNOWN, prober)
    for digest in (UNKNOWN, sha256(made.files[0])):
        answer = ask(public_site, digest, prober, status=429)
        assert "登録されて" not in answer.text
    # Another address of the same network is the same prober; what is no digest costs nothing.
    ask(public_site, UNKNOWN, public_site.browser("203.0.113.77"), status=429)
    ask(public_site, "abc", prober, status=400)
    assert told(ask(public_site, sha256(made.files[0]), public_site.browser("198.51.100.1")))
    public_site.clock.advance(timedelta(minutes=15))
    assert told(ask(public_site, sha256(made.files[0]), prober))


@pytest.mark.req("A23", "A24", "A12", "A-061")
def test_it_is_a_public_page_like_the_others(public_site: PublicSite) -> None:
    made = public_site.folder()
    browser = public_site.browser()
    browser.post("/verify", {"sha256": sha256(made.files[0])}, status=400)
    # Nothing is told to a GET, so no digest stands in an address.
    asked = browser.get("/verify", {"sha256": sha256(made.files[0])})
    assert asked.html.select_one("[data-verify-answer]") is None
    assert "default-src 'self'" in asked.headers["Content-Security-Policy"]
    assert not asked.html.select("[style], style, script:not([nonce])")
    assert asked.html.select_one("input[type=file]").get("name") is None
    assert asked.html.select_one("[data-verify-file]").has_attr("hidden"), "without JavaScript there is the digest"
    form = form_to(asked, "/verify")
    form["sha256"] = sha256(made.files[0])
    public_site.clock.move_to(jst(2026, 4, 18, 12))
    browser.get("/verify", status=503)
    assert "登録されています" not in form.submit(status=503)


def test_the_public_home_and_every_foot_lead_there(public_site: PublicSite) -> None:
    page = public_site.browser().get("/")
    assert page.html.find("a", string="証券等を照合する")["href"] == "/verify"
    assert page.html.select_one(".site-foot").find("a", string="証券等の照合")["href"] == "/verify"
    public_site.register()
    _, preview = public_site.preview(public_site.folder())
    assert preview.html.find("a", string="ダウンロードしたファイルを照合する")["href"] == "/verify"


def test_the_folders_timeline_tells_that_somebody_checked(public_site: PublicSite) -> None:
    labels = dict(platform(public_site.app).plugins.collect("action_labels"))
    assert labels["verification.checked"] % {"file": 1} == "手元のPDFがファイル1と一致するか照合されました"


def test_the_report_on_signatures_is_made_by_a_job_and_shown(public_site: PublicSite) -> None:
    data = signed.signed(stamped=True)
    public_site.folder(files=[("証券.pdf", data)])
    assert "電子署名を確認しています" in ask(public_site, sha256(data))
    assert report(public_site) == 1
    assert report(public_site, 1) == 0
    page = ask(public_site, sha256(data))
    assert "署名された内容は変わっていません" in page
    shown = rows(page)
    assert shown["署名者"] == f"{signed.SIGNER}、{signed.ORGANISATION}"
    assert shown["タイムスタンプの日時"] == "2026/04/01 09:30"
    assert (shown["署名の対象"], shown["署名後の変更"]) == ("ファイル全体", "なし")
    assert "証明書の発行者が信頼できるかどうかは調べていません" in page


@pytest.mark.parametrize(
    ("make", "tag", "facts"),
    [
        (signed.changed_inside, "署名が正しくありません", {}),
        (
            signed.added_to,
            "署名後に変更されています",
            {"署名の対象": "ファイルの一部", "署名後の変更": "認められていない変更があります"},
        ),
        (
            signed.signed_twice,
            "署名された内容は変わっていません",
            {
                "署名の対象": "署名した時点のファイル全体（そのあとに追加があります）",
                "署名後の変更": "認められた追加（署名の追加や項目の入力）のみ",
            },
        ),
    ],
)
def test_what_happened_since_the_signing_is_told(
    public_site: PublicSite, make: Callable[[], bytes], tag: str, facts: dict[str, str]
) -> None:
    data = make()
    public_site.folder(files=[("証券.pdf", data)])
    report(public_site)
    page = ask(public_site, sha256(data))
    assert page.html.select_one(".signatures .tag").get_text() == tag
    assert rows(page).items() >= facts.items()


def test_signatures_that_cannot_be_read_are_told_and_not_tried_again(public_site: PublicSite) -> None:
    data = signed.with_a_broken_signature()
    public_site.folder(files=[("証券.pdf", data)])
    assert report(public_site) == 1
    assert report(public_site, 1) == 0
    assert "電子署名がありますが、読み取れませんでした" in ask(public_site, sha256(data))


@pytest.mark.req("A22")
def test_a_signers_name_is_shown_as_it_is(public_site: PublicSite) -> None:
    data = signed.signed_by("<script>alert(1)</script>")
    public_site.folder(files=[("証券.pdf", data)])
    report(public_site)
    page = ask(public_site, sha256(data))
    assert rows(page)["署名者"].startswith("<script>alert(1)</script>")
    assert not page.html.select("script:not([nonce])")


@pytest.mark.req("A13")
def test_no_question_opens_a_file(public_site: PublicSite, monkeypatch: pytest.MonkeyPatch) -> None:
    data = signed.signed()
    public_site.folder(files=[("証券.pdf", data)])

    def refuse(*_arguments: Any, **_options: Any) -> None:
        raise AssertionError("a file was opened")

    monkeypatch.setattr(FileStore, "read", refuse)
    monkeypatch.setattr(signatures._runner, "ask", refuse)
    ask(public_site, sha256(data))
    ask(public_site, UNKNOWN)


@pytest.mark.sqlite
def test_a_question_is_found_by_an_index(public_site: PublicSite) -> None:
    public_site.folder()
    statements: list[str] = []
    with public_site.app.app_context():

        @event.listens_for(db.engine, "before_cursor_execute")
        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            statements.append(statement)

        ask(public_site, UNKNOWN)
        [asked] = [statement for statement in statements if "platform_file.sha256 = " in statement]
        with unit_of_work() as session:
            steps = session.connection().exec_driver_sql("EXPLAIN QUERY PLAN " + asked, (UNKNOWN, 100, 0)).all()
    plan = " / ".join(step[3] for step in steps)
    assert "ix_platform_file_sha256" in plan
    assert "SCAN" not in plan
