"""The published document tells what the API takes and answers; whatever is sent by it, nothing fails (P-023, B12)."""

from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, given, settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import (
    content_type_conformance,
    load_all_checks,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from hoshou.base.clock import FixedClock, jst
from hoshou.platform.api.document import ADDRESS, operations
from hoshou.platform.subject import Role
from tests.accounts import add_agency, add_user, log_in
from tests.conftest import THOROUGH, AppMaker
from tests.platform.api.test_tokens import new_token

load_all_checks()
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EXAMPLES = 400 if THOROUGH else 40


def published(app: Flask) -> dict[str, Any]:
    answer = app.test_client().get(ADDRESS)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.get_json()
    return found


@pytest.mark.req("P-023")
def test_every_address_of_the_api_is_in_the_document(app: Flask) -> None:
    told = {
        (rule.rule.replace("<key:", "{").replace(">", "}"), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/") and rule.rule != ADDRESS
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    paths = published(app)["paths"]
    assert {(path, method) for path, methods in paths.items() for method in methods} == told
    assert len([*operations(app)]) == len(told) >= 6


@pytest.mark.req("P-023", "A-061")
@pytest.mark.parametrize(("language", "summary"), [("ja_JP", "見積の作成"), ("en", "Make a quote")])
def test_it_is_there_without_a_token_at_any_hour(
    usual_url: str, make_app: AppMaker, clock: FixedClock, language: str, summary: str
) -> None:
    clock.move_to(jst(2026, 4, 15, 3))
    client = make_app(usual_url).test_client()
    with client.session_transaction() as session:
        session["locale"] = language
    assert client.get("/orderer").status_code == 503
    assert client.get(ADDRESS).get_json()["paths"]["/api/v1/guardkun/quotes"]["post"]["summary"] == summary


@pytest.mark.slow
@pytest.mark.req("P-023", "B12")
@pytest.mark.parametrize("mode", [*GenerationMode])
def test_nothing_that_is_sent_makes_it_fail(app: Flask, mode: GenerationMode) -> None:
    """Requests that the document allows, and such as it doesn't: each is answered as the document says."""
    add_agency(app, "見本代理店", ms="MS-1")
    add_user(app, "agent", Role.AGENCY, agency="見本代理店")
    token = {"Authorization": f"Bearer {new_token(log_in(app, 'agent'))}"}
    document = schemathesis.openapi.from_wsgi(ADDRESS, app)
    statuses = set()
    for found in document.get_all_operations():

        @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=[*HealthCheck])
        @given(case=found.ok().as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            statuses.add(case.call_and_validate(headers=token, checks=CHECKS).status_code)

        ask()
    assert {200, 400} <= statuses
