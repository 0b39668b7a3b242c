"""An address belongs to one domain, or is refused (threat A21)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoshou.base.errors import Refused
from hoshou.base.mail_addresses import comparable_address, domain_name, mail_domain

REGISTERED = "ok.jp"

REFUSED = [
    "a@evil.jp@ok.jp",
    '"x@evil"@ok.jp',
    '"x@evil.jp"@ok.jp',
    "a@ok.jp.",
    "a@.ok.jp",
    "a@ok..jp",
    "a@ok.jp@",
    "@ok.jp",
    "ok.jp",
    "",
    " a@ok.jp",
    "a@ok.jp ",
    "a@ok.jp\n",
    "a@ok.jp\r\nBcc: b@evil.jp",
    "a@ok.jp\x00",
    "a@ok\u200b.jp",
    "a@ok\u00ad.jp",
    "\ufeffa@ok.jp",
    "a@ok。jp",
    "a@ｏｋ.jp",
    "ａ@ok.jp",
    "a＠ok.jp",
    "a@o\u212a.jp",
    "a@\u017fok.jp",
    "a(evil)@ok.jp",
    "a@ok.jp(evil)",
    "A <a@ok.jp>",
    "a@ok.jp,b@evil.jp",
    "a@ok.jp;b@evil.jp",
    "a@[192.0.2.1]",
    "a@192.0.2.1",
    "a%evil.jp@ok.jp",
    "evil.jp!a@ok.jp",
    "a..b@ok.jp",
    "山田@ok.jp",
    "a@ok_jp.jp",
    "a@xn--ok.jp",
    "a@jp",
]

ELSEWHERE = {
    "a@ok.jp.evil.jp": "ok.jp.evil.jp",
    "a@sub.ok.jp": "sub.ok.jp",
    "a@evilok.jp": "evilok.jp",
    "a@ok.jp-evil.jp": "ok.jp-evil.jp",
    "a@\u043ek.jp": "xn--k-0tb.jp",  # a Cyrillic о
    "ok.jp@evil.jp": "evil.jp",
}


@pytest.mark.req("A21", "D-13")
@pytest.mark.parametrize("address", REFUSED)
def test_an_address_that_can_be_read_in_two_ways_is_refused(address):
    with pytest.raises(Refused) as refused:
        mail_domain(address)
    assert refused.value.code == "invalid_address"


@pytest.mark.req("A21", "D-13")
@pytest.mark.parametrize(("address", "domain"), ELSEWHERE.items())
def test_an_address_elsewhere_is_never_taken_for_the_registered_domain(address, domain):
    assert mail_domain(address) == domain != REGISTERED


@pytest.mark.req("A21")
@pytest.mark.parametrize("address", ["a@ok.jp", "A@OK.JP", "first.last+tag@Ok.jp", "o'neil@ok.jp"])
def test_an_address_of_the_registered_domain(address):
    assert mail_domain(address) == REGISTERED


@pytest.mark.req("A21")
def test_an_international_domain_has_one_form():
    spellings = ("a@日本語.jp", "a@xn--wgv71a119e.jp", "a@XN--WGV71A119E.JP")
    assert {mail_domain(address) for address in spellings} == {"xn--wgv71a119e.jp"}


@pytest.mark.req("A21")
@given(st.text(alphabet='ab@."%!()<>,; \\-。\u200bｋ\u212a', max_size=12))
def test_whatever_stands_before_it_only_the_plain_domain_passes(prefix):
    try:
        domain = mail_domain(f"{prefix}@ok.jp")
    except Refused:
        return
    assert domain == REGISTERED
    assert "@" not in prefix


def test_addresses_compare_in_one_form():
    assert comparable_address("Taro.Yamada@City.EXAMPLE.jp") == "taro.yamada@city.example.jp"
    with pytest.raises(Refused):
        comparable_address("a@evil.jp@ok.jp")


@pytest.mark.req("A-070", "D-13")
def test_a_domain_is_registered_in_the_form_it_is_compared_in():
    assert domain_name("OK.jp") == REGISTERED
    assert domain_name("日本語.jp") == "xn--wgv71a119e.jp"


@pytest.mark.req("A-070")
@pytest.mark.parametrize(
    "text", ["", "@ok.jp", "a@ok.jp", "ok.jp.", ".ok.jp", "*.ok.jp", "ok", "ok.jp/x", "http://ok.jp"]
)
def test_what_is_no_domain_is_not_registered(text):
    with pytest.raises(Refused) as refused:
        domain_name(text)
    assert refused.value.code == "invalid_domain"
