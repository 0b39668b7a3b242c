"""Who gets in when: public pages, staff, and the API, around hours and maintenance (A-061, A-062, D-17)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.calendar import CalendarYear, Maintenance
from hoshou.platform.db import unit_of_work
from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, browser, log_in

SATURDAY = jst(2026, 4, 18, 12)


def answers(app: Flask, path: str) -> int:
    status: int = browser(app).get(path, expect_errors=True).status_int
    return status


@pytest.mark.req("A-061", "A12")
@pytest.mark.parametrize(
    ("instant", "status"),
    [
        (jst(2026, 4, 15, 5, 59, 59), 503),
        (jst(2026, 4, 15, 6, 0, 0), 200),
        (jst(2026, 4, 15, 23, 59, 59), 200),
        (jst(2026, 4, 16, 0, 0, 0), 503),
        (SATURDAY, 503),
        (jst(2026, 11, 23, 12), 503),
        (jst(2026, 12, 31, 12), 503),
        (jst(2027, 1, 4, 12), 200),
    ],
)
def test_public_pages_keep_the_service_hours(app: Flask, clock: FixedClock, instant: object, status: int) -> None:
    clock.move_to(instant)  # type: ignore[arg-type]
    assert answers(app, "/orderer") == status
    assert answers(app, "/v/anything") == status
    assert answers(app, "/") == 200


@pytest.mark.req("A-061", "A12")
def test_the_api_keeps_the_service_hours(app: Flask, clock: FixedClock) -> None:
    assert answers(app, "/api/v1/bonds/folders") == 401
    clock.move_to(SATURDAY)
    assert answers(app, "/api/v1/bonds/folders") == 503


@pytest.mark.req("D-17")
def test_staff_keep_the_hours_but_for_the_roles_named(usual_url: str, make_app: Callable[..., Flask]) -> None:
    clock = FixedClock(SATURDAY)
    app = make_app(usual_url)
    app.extensions["hoshou"].clock = clock
    add_agency(app, "代理店", ms="1")
    add_user(app, "agency", Role.AGENCY, agency="代理店")
    add_user(app, "admin", Role.ADMINISTRATOR)
    assert log_in(app, "agency").get("/home/", expect_errors=True).status_int == 503
    assert log_in(app, "admin").get("/home/").status_int == 200


@pytest.mark.req("A-062")
def test_maintenance_closes_the_public_pages_with_its_own_text_and_leaves_staff_in(
    app: Flask, clock: FixedClock
) -> None:
    with unit_of_work() as session:
        hour = timedelta(hours=1)
        now = clock.now()
        session.add(Maintenance(starts_at=now, ends_at=now + hour, notice="サーバーを入れ替えています。"))
    add_user(app, "admin", Role.ADMINISTRATOR)
    page = browser(app).get("/orderer", expect_errors=True)
    assert page.status_int == 503
    assert "サーバーを入れ替えています。" in page.text
    assert "2026/04/15 13:00" in page.text
    assert log_in(app, "admin").get("/home/").status_int == 200
    clock.advance(timedelta(hours=1))
    assert answers(app, "/orderer") == 200


@pytest.mark.req("A-061", "P-012")
def test_an_unknown_year_is_closed_and_said_so_without_a_fault(app: Flask) -> None:
    with unit_of_work() as session:
        session.execute(delete(CalendarYear))
    add_user(app, "admin", Role.ADMINISTRATOR)
    assert answers(app, "/orderer") == 503
    assert answers(app, "/") == 200
    assert log_in(app, "admin").get("/home/").status_int == 200
