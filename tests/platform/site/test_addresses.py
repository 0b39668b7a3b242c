"""Numbers in addresses."""

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter

from hoshou.platform.site.addresses import KeyConverter
from tests.accounts import browser


@pytest.mark.req("P-024", "B12")
def test_every_number_in_an_address_is_one_that_a_row_can_have(app: Flask) -> None:
    odd = [
        rule.rule
        for rule in app.url_map.iter_rules()
        for converter in rule._converters.values()
        if isinstance(converter, IntegerConverter) and not isinstance(converter, KeyConverter)
    ]
    assert odd == []


@pytest.mark.req("P-024", "B12")
@pytest.mark.parametrize("number", ["2147483648", "99999999999999999999"])
def test_a_number_beyond_every_key_leads_nowhere(app: Flask, number: str) -> None:
    for page in (f"/v/x/files/{number}", f"/orderer/x/files/{number}/download", f"/bonds/folders/show/{number}"):
        assert browser(app).get(page, status="*").status_int == 404, page
