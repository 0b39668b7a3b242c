"""Every route of the application, as somebody meets it who has no part in the folder that it is asked for (A11)."""

import re

import pytest
from sqlalchemy import select
from webtest import TestApp, TestResponse

from hoshou.platform.subject import Role
from hoshou.plugins.bonds.models import BondFile, BondFolder
from tests.accounts import fresh
from tests.plugins.bonds.conftest import Office
from tests.plugins.bonds.test_api import Caller
from tests.plugins.bonds.uploading import CONTRACTOR, POLICY, form_values, hidden, mails, send

FACTS = (POLICY, "見本建設株式会社", CONTRACTOR, "見本橋補修工事")
OF_FOLDERS = ("Bond", "Receipt", "bonds_api.")


def routes(office: Office) -> list[tuple[str, str, str]]:
    """Endpoint, method and address of every route, asked for the first folder and its first file.

    Forms without an object of their own are left out: they act on nothing that could be somebody else's.
    """
    return [
        (rule.endpoint, method, re.sub(r"<[^>]+>", "1", rule.rule))
        for rule in office.app.url_map.iter_rules()
        if not rule.endpoint.endswith("static")
        for method in sorted(rule.methods & {"GET", "POST"})
        if method == "GET" or rule.arguments
    ]


def ask(user: TestApp, asked: list[tuple[str, str, str]]) -> list[tuple[str, str, TestResponse]]:
    """What the user is answered, by endpoint and address."""
    fields = {"csrf_token": hidden(user.get("/tokens/"), "csrf_token"), "reason": "別の契約のため"}
    return [
        (
            endpoint,
            address,
            user.get(address, status="*") if method == "GET" else user.post(address, fields, status="*"),
        )
        for endpoint, method, address in asked
    ]


def tells(answer: TestResponse) -> bool:
    """Whether an answer holds anything of the folder."""
    if answer.content_type in ("image/jpeg", "application/pdf"):
        return True
    return any(fact in answer.text for fact in FACTS)


def state() -> tuple[object, ...]:
    session = fresh()
    folder = session.get_one(BondFolder, 1)
    files = session.scalars(select(BondFile.deleted_at)).all()
    return folder.deleted_at, folder.password_serial, folder.changed_at, files, len(mails())


@pytest.mark.req("A11", "P-007")
def test_no_route_tells_or_does_anything_for_who_has_no_part_in_a_folder(office: Office) -> None:
    send(office.agent, form_values(office.ms))
    before, everything = state(), routes(office)
    of_folders = [one for one in everything if one[0].startswith(OF_FOLDERS)]
    rival = office.someone("rival", Role.INSURER, insurer="tokio")
    for user, asked in ((rival, everything), (office.neighbour(), of_folders)):
        for endpoint, address, answer in ask(user, asked):
            assert not tells(answer), address
            if endpoint.startswith(OF_FOLDERS) and "1" in address.split("/"):
                assert answer.status_int in (401, 403, 404), address
        assert state() == before
        caller = Caller(office, user)
        for _, method, address in asked:
            if address.startswith("/api/") and method == "GET":
                assert not tells(caller.get(address, status="*")), address
    # Its own agency meets the folder all over the place.
    looks = [one for one in of_folders if one[1] == "GET"]
    assert sum(tells(answer) for _, _, answer in ask(office.agent, looks)) >= 6
