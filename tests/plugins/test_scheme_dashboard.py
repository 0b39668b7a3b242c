"""The scheme's charts: counts that are right, each reader's own, and nothing of debits for an agency (P-022, B-078)."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from webtest import TestApp

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.db import transact
from hoshou.platform.subject import Role
from hoshou.plugins.guardkun.models.members import PrefectureStaff
from hoshou.plugins.guardkun.rules.stages import Stage
from tests.accounts import add_user, log_in
from tests.plugins.debits.ground import AUGUST, OCTOBER, SEPTEMBER, answered, build_run, lay_month, move_to, sent
from tests.plugins.guardkun.ground import add_enrolment, lay_ground
from tests.plugins.test_dashboard import PAGE, section, table

STAGES, RESULTS, CODES = (
    "次の募集締切までの加入手続き",
    "月別の口座振替の結果",
    "振替できなかった口座振替（振替結果コード別）",
)

MINATO, YAMATO = "10000000001", "20000000002"


def titles(user: TestApp) -> list[str]:
    return [heading.get_text() for heading in user.get(PAGE).html.select("section.chart h2")]


def add_people(app: Flask) -> None:
    """An account of each role; the agent at home at みなと代理店, the prefecture's in Tokyo."""
    add_user(app, "agent", Role.AGENCY, agency="みなと代理店")
    add_user(app, "neighbour", Role.AGENCY, agency="ひのでエージェンシー")
    add_user(app, "insurer", Role.INSURER, insurer="ms")
    add_user(app, "outside", Role.INSURER, insurer="aig")
    add_user(app, "co", Role.CO_INSURER, insurer="aioi")
    add_user(app, "lead", Role.LEAD_OFFICE, insurer="ms")
    add_user(app, "group", Role.GROUP_ASSOCIATION)
    add_user(app, "kyokai", Role.ASSOCIATION)
    add_user(app, "auditor", Role.AUDITOR)
    add_user(app, "nowhere", Role.PREFECTURE)
    tokyo = add_user(app, "tokyo", Role.PREFECTURE)
    transact(lambda session: session.add(PrefectureStaff(user_id=tokyo, prefecture_id=1)))


@pytest.mark.req("P-022", "P-007", "B-047", "B-101", "B-102")
def test_enrolments_are_counted_by_stage_before_the_next_deadline(app_on_both: Flask, clock: FixedClock) -> None:
    def work(session: Session) -> None:
        ground = lay_ground(session)
        rows = [
            (Stage.APPLIED, MINATO, "2026-06-01"),
            (Stage.AT_LEAD, MINATO, "2026-06-01"),
            (Stage.AT_LEAD, YAMATO, "2026-06-01"),
            (Stage.SHIPPED, YAMATO, "2026-06-01"),
            (Stage.REGISTERED, MINATO, "2026-07-01"),
            (Stage.APPLIED, MINATO, "2026-06-01"),
        ]
        made = [
            add_enrolment(session, ground, number, stage=stage, registration=agency, start=start)
            for number, (stage, agency, start) in enumerate(rows, start=1)
        ]
        made[2].arrived_at = None
        made[5].stage = Stage.CANCELLED.value

    transact(work)
    add_people(app_on_both)
    open_, complete = "書類未到着", "書類到着済"
    minato = {"加入申込票作成済": {open_: 1}, "幹事会社確認中": {complete: 1}}
    yamato = {"幹事会社確認中": {open_: 1}, "加入者証発送済": {complete: 1}}
    whole = {**minato, **yamato, "幹事会社確認中": {complete: 1, open_: 1}}
    seen = {"agent": minato, "neighbour": {}, "co": yamato}
    for reader in ("agent", "neighbour", "co", "insurer", "lead", "group", "auditor", "tokyo"):
        assert table(log_in(app_on_both, reader), STAGES) == seen.get(reader, whole), reader
    assert table(log_in(app_on_both, "nowhere"), STAGES) == {}
    for reader in ("outside", "kyokai"):
        assert STAGES not in titles(log_in(app_on_both, reader)), reader
    lead = log_in(app_on_both, "lead")
    assert "第1回募集締切（2026/06/01始期）" in section(lead, STAGES).get_text()
    assert "2026/04/30 17:00まで" in section(lead, STAGES).get_text()
    clock.move_to(jst(2026, 5, 20, 17, 0, 1))
    lead = log_in(app_on_both, "lead")
    assert table(lead, STAGES) == {"申込本登録済（計上未了）": {open_: 1}}
    assert "中途加入の締切（2026/07/01始期）" in section(lead, STAGES).get_text()


@pytest.mark.req("P-022", "B-078", "D-27", "D-35")
def test_debits_are_counted_by_month_and_by_code_for_those_who_handle_them(app_on_both: Flask) -> None:
    _paying, poor, stopped = lay_month(3)
    answered(AUGUST, {poor: "1", stopped: "8"})
    answered(SEPTEMBER, {stopped: "9"})
    sent(OCTOBER)
    move_to(2026, 11, 2)
    build_run(date(2026, 11, 1))
    add_people(app_on_both)
    expected = {
        "2026/08": {"振替済": 1, "振替不能": 1, "委託者の都合による停止": 1},
        "2026/09": {"振替済": 2, "判断待ち": 1},
        "2026/10": {"結果待ち": 2},
    }
    for reader in ("lead", "group", "auditor"):
        user = log_in(app_on_both, reader)
        assert table(user, RESULTS) == expected
        assert table(user, CODES) == {
            "1 資金不足": {"件数": 1},
            "8 委託者の都合による振替停止": {"件数": 1},
            "9 その他": {"件数": 1},
        }
    for reader in ("agent", "insurer", "co", "tokyo", "kyokai"):
        assert not {RESULTS, CODES} & set(titles(log_in(app_on_both, reader))), reader
    move_to(2027, 9, 1)
    assert table(log_in(app_on_both, "lead"), RESULTS) == {"2026/10": {"結果待ち": 2}}
