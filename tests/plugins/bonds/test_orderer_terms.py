"""Who uploads for an orderer whose contract terms aren't known to be ready is told so (A-010)."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from hoshou.base.clock import FixedClock
from hoshou.platform.db import db, transact
from hoshou.platform.subject import Role
from hoshou.plugins.organisations.models import Orderer
from tests.accounts import fresh, token
from tests.plugins.bonds.conftest import Office
from tests.plugins.bonds.uploading import form_values, send

NOTICE = "約款整備済）は、登録されていません"
ORDERER = "見本市(契約課)"


def is_told(office: Office, **changes: str) -> bool:
    values = form_values(office.ms, **{"orderer_name": ORDERER, **changes})
    return NOTICE in send(office.agent, values).follow()


@pytest.mark.req("A-010")
def test_the_uploader_is_told_until_the_terms_are_ready(office: Office, clock: FixedClock) -> None:
    today = clock.today()
    assert is_told(office, policy_number="A-1")
    orderer = Orderer(name=ORDERER)
    transact(lambda session: session.add(orderer))
    assert is_told(office, policy_number="A-2")

    def ready_on(day: date) -> None:
        transact(lambda session: setattr(session.scalars(select(Orderer)).one(), "terms_ready_on", day))

    ready_on(today + timedelta(days=1))
    assert is_told(office, policy_number="A-3")
    ready_on(today)
    assert not is_told(office, policy_number="A-4")
    assert not is_told(office, policy_number="A-5", orderer_name="見本市（契約課）")
    assert is_told(office, policy_number="A-6", orderer_name="別の市")


@pytest.mark.req("A-010", "A-009")
def test_paper_and_uploads_without_an_orderer_need_no_notice(office: Office) -> None:
    assert not is_told(office, policy_number="A-1", submission="paper")
    assert not is_told(office, policy_number="A-2", orderer_name="")


@pytest.mark.req("A-010")
def test_the_association_keeps_the_orderers(office: Office, clock: FixedClock) -> None:
    association = office.someone("kyokai", Role.ASSOCIATION)
    page = association.get("/organisations/orderers/add")
    association.post(
        "/organisations/orderers/add",
        {"csrf_token": token(page), "name": "見本市（契約課）", "terms_ready_on": clock.today().isoformat()},
        status=302,
    )
    db.session.rollback()
    assert fresh().scalars(select(Orderer.name)).all() == [ORDERER]
    assert not is_told(office)
    assert ORDERER in office.agent.get("/organisations/orderers/list/")
    office.agent.get("/organisations/orderers/add", status=403)
