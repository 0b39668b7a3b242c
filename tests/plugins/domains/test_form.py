"""What of an application can stand (A-070, D-13, D-14, A21), and its receipt number."""

from dataclasses import replace

import pytest

from hoshou.base.errors import Invalid
from hoshou.plugins.domains.rules.form import ApplicationForm, check_form
from hoshou.plugins.domains.rules.free_mail import is_free_mail
from hoshou.plugins.domains.rules.receipt import new_receipt, receipt_typed
from hoshou.plugins.domains.rules.terms import Approval, Terms, insurers_agree

FORM = ApplicationForm(
    kind="add",
    domain="City.Example.LG.jp",
    organisation="　見本市 ",
    department="",
    applicant_name="見本 太郎",
    email="taro@city.example.lg.jp",
    phone="０３－１２３４ー５６７８",
    consent="1",
)


def faults(**changes: str) -> dict[str | None, str]:
    with pytest.raises(Invalid) as caught:
        check_form(replace(FORM, **changes))
    return {error.field: error.code for error in caught.value.errors}


@pytest.mark.req("A-070")
def test_a_form_is_kept_in_one_form() -> None:
    details = check_form(FORM)
    assert (details.domain, details.organisation, details.phone) == (
        "city.example.lg.jp",
        "見本市",
        "03-1234-5678",
    )
    assert check_form(replace(FORM, new_domain="forgotten.example.jp")).new_domain == ""
    assert check_form(replace(FORM, domain="ｃｉｔｙ.example.jp")).domain == "city.example.jp"
    assert check_form(replace(FORM, domain="日本語.jp")).domain == "xn--wgv71a119e.jp"


@pytest.mark.req("D-14", "A21")
@pytest.mark.parametrize(
    "domain",
    [
        "", "gmail.com", "GMAIL.com", "mail.yahoo.co.jp", "docomo.ne.jp", "a@b.jp", "@b.jp", "ok.jp.", "nodot",
        "ok.jp evil.jp", "ok.jp,evil.jp", "[192.0.2.1]", "ok..jp", "-ok.jp", "http://ok.jp", "ok.jp\x00", "*.ok.jp",
    ],
)  # fmt: skip
def test_free_mail_and_whatever_is_unclear_is_refused_at_the_field(domain: str) -> None:
    assert set(faults(domain=domain)) == {"domain"}
    assert set(faults(kind="change", new_domain=domain)) == {"new_domain"}


@pytest.mark.req("D-14")
def test_free_mail_rule_looks_at_whole_labels() -> None:
    assert is_free_mail("gmail.com")
    assert is_free_mail("x.gmail.com")
    assert not is_free_mail("notgmail.com")
    assert not is_free_mail("city.yokohama.lg.jp")


@pytest.mark.req("A-070", "A18")
def test_every_fault_is_named_at_its_field() -> None:
    assert faults(kind="all", organisation=" \u200b", applicant_name="", email="x", phone="abc", consent="") == {
        "kind": "kind_missing",
        "organisation": "text_missing",
        "applicant_name": "text_missing",
        "email": "invalid_address",
        "phone": "phone_invalid",
        "consent": "consent_missing",
    }
    assert faults(kind="change", new_domain=FORM.domain) == {"new_domain": "same_domain"}
    assert faults(organisation="市" * 201) == {"organisation": "text_too_long"}
    assert faults(organisation="市\x00") == {"organisation": "text_unprintable"}
    assert faults(department="課\x07") == {"department": "text_unprintable"}
    assert check_form(replace(FORM, organisation="見本市\r\nBcc: x@evil.example")).organisation.count("\n") == 0


def test_an_empty_name_is_asked_for_by_name() -> None:
    with pytest.raises(Invalid) as caught:
        check_form(replace(FORM, organisation="", applicant_name=" "))
    assert [fault.message for fault in caught.value.errors] == [
        "団体・組織名を入力してください。",
        "申請者の氏名を入力してください。",
    ]


def test_receipt_numbers_are_readable_and_read_back() -> None:
    numbers = {new_receipt() for _ in range(200)}
    assert len(numbers) == 200
    for number in numbers:
        assert receipt_typed(number.replace("-", " ").lower()) == number
    assert receipt_typed("ａｂｃｄ－ｅｆｇｈ－ｊｋｌｍ") == "ABCD-EFGH-JKLM"
    for text in ("", "ABCD-EFGH-JKL", "ABCD-EFGH-JKLO", "' OR 1=1", "ABCD-EFGH-JKLM-N", "\x00"):
        assert receipt_typed(text) is None


@pytest.mark.req("D-09")
def test_all_means_every_active_insurer_and_at_least_one() -> None:
    assert insurers_agree(Approval.ALL, {1, 2}, {1, 2, 3})
    assert not insurers_agree(Approval.ALL, {1, 2}, {1, 3})
    assert not insurers_agree(Approval.ALL, set(), {3})
    assert insurers_agree(Approval.ASSOCIATION, {1, 2}, set())


@pytest.mark.parametrize(("approval", "day"), [("any", 25), ("all", 0), ("all", 29)])
def test_settings_that_mean_nothing_are_refused(approval: str, day: int) -> None:
    with pytest.raises(ValueError, match=r"."):
        Terms.of({"DOMAIN_APPROVAL": approval, "DOMAIN_REGISTRATION_DAY": day})
