"""The rules of mandates, failures, endings and foresight, with the manual's own dates."""

from dataclasses import replace
from datetime import date, time
from datetime import datetime as instant

import pytest
import zengin_code

from hoshou.base.clock import JST
from hoshou.base.errors import Invalid, Refused
from hoshou.base.japanese_holidays import japanese_calendar
from hoshou.plugins.debits.rules.accounts import Account, checked_account, masked, tail_of
from hoshou.plugins.debits.rules.endings import Receivable, Share, receivable, required_instalments
from hoshou.plugins.debits.rules.failures import Consequences, TaskKind, consequences, lapse_day
from hoshou.plugins.debits.rules.foresight import Due, outlook
from hoshou.plugins.debits.rules.mandates import MandateKind, first_month, latest_arrival, new_code
from hoshou.plugins.debits.rules.runs import (
    RUN_TRANSITIONS,
    RunState,
    RunStep,
    agent_closing,
    customer_number,
    debit_date,
    last_of_month,
    next_state,
)
from hoshou.plugins.debits.rules.transfers import OpenInstalment, settled_by
from hoshou.plugins.debits.zengin.profiles import STANDARD
from hoshou.plugins.debits.zengin.results import Outcome
from hoshou.plugins.guardkun.rules.net_banks import NET_BANKS, NET_BANKS_NOT_TAKEN

ACCOUNT = Account("0001", "新宿支店", "1", "1234567", "カ）サンプル")
CALENDAR = japanese_calendar()


@pytest.mark.req("B-082", "D-34")
@pytest.mark.parametrize(
    ("arrived", "month"),
    [
        (date(2026, 3, 15), date(2026, 5, 1)),
        (date(2026, 3, 20), date(2026, 5, 1)),
        (date(2026, 3, 21), date(2026, 6, 1)),
        # 20 September 2026 is a Sunday, the 21st and 22nd are holidays: the 20th all the same.
        (date(2026, 9, 20), date(2026, 11, 1)),
        (date(2026, 9, 21), date(2026, 12, 1)),
        (date(2026, 11, 20), date(2027, 1, 1)),
        (date(2026, 12, 31), date(2027, 3, 1)),
    ],
)
def test_a_form_counts_from_the_month_after_next(arrived: date, month: date) -> None:
    assert first_month(arrived) == month


@pytest.mark.req("B-082")
@pytest.mark.parametrize(
    ("month", "day"),
    [
        (date(2026, 5, 12), date(2026, 3, 20)),
        (date(2026, 6, 12), date(2026, 4, 20)),
        (date(2027, 1, 12), date(2026, 11, 20)),
    ],
)
def test_the_last_day_to_change_an_account_for_a_debit(month: date, day: date) -> None:
    assert latest_arrival(month) == day
    assert first_month(day) == month.replace(day=1)


@pytest.mark.req("B-067")
@pytest.mark.parametrize(
    ("kind", "used", "code"),
    [
        (MandateKind.NEW, False, "1"),
        (MandateKind.CHANGED, False, "2"),
        (MandateKind.NEW, True, "0"),
        (MandateKind.CHANGED, True, "0"),
    ],
)
def test_new_changed_and_continued(kind: MandateKind, used: bool, code: str) -> None:
    assert new_code(kind, used_before=used) == code


@pytest.mark.req("B-067", "B6")
def test_an_account_is_turned_into_the_banks_characters() -> None:
    account = checked_account(ACCOUNT, STANDARD)
    assert (account.bank_code, account.bank_name, account.bank_kanji) == ("0001", "ﾐｽﾞﾎ", "みずほ")
    assert (account.branch_code, account.branch_name, account.branch_kanji) == ("240", "ｼﾝｼﾞﾕｸ", "新宿")
    assert account.holder == "ｶ)ｻﾝﾌﾟﾙ"
    assert masked(tail_of(account.account_number)) == "***4567"


@pytest.mark.req("B-067", "B3", "B-080")
@pytest.mark.parametrize(
    ("values", "faults"),
    [
        ({"bank": "12"}, [("bank", "bank_unknown")]),
        ({"bank": ""}, [("bank", "required")]),
        ({"bank": "東京"}, [("bank", "bank_ambiguous")]),
        ({"account_number": "12345678"}, [("account_number", "not_digits")]),
        ({"account_number": "123456７"}, [("account_number", "not_digits")]),
        ({"branch": ""}, [("branch", "required")]),
        ({"branch": "999"}, [("branch", "branch_unknown")]),
        ({"branch": "新"}, [("branch", "branch_ambiguous")]),
        ({"account_type": "4"}, [("account_type", "account_type")]),
        ({"holder": "株式会社サンプル"}, [("holder", "kanji")]),
        ({"holder": "サンプル\n"}, []),
        ({"holder": "サン\nプル"}, [("holder", "character_not_allowed")]),
        ({"holder": ""}, [("holder", "required")]),
        ({"holder": "ガ" * 16}, [("holder", "too_long")]),
        ({"bank": "0035", "branch": "001"}, [("bank", "net_bank")]),
        (
            {"bank": "ソニー銀行", "branch": "001", "holder": "×"},
            [("bank", "net_bank"), ("holder", "character_not_allowed")],
        ),
    ],
)
def test_what_a_bank_would_not_take_is_refused_at_its_field(
    values: dict[str, str], faults: list[tuple[str, str]]
) -> None:
    written = replace(ACCOUNT, **values)
    if not faults:
        assert checked_account(written, STANDARD).holder == "ｻﾝﾌﾟﾙ"
        return
    with pytest.raises(Invalid) as refused:
        checked_account(written, STANDARD)
    assert [(fault.field, fault.code) for fault in refused.value.errors] == faults


@pytest.mark.req("B-080")
def test_eight_net_banks_are_taken_and_the_others_are_not() -> None:
    assert list(NET_BANKS.values()) == [
        "PayPay銀行", "セブン銀行", "シティバンク、エヌ・エイ", "イオン銀行", "住信SBIネット銀行", "auじぶん銀行",
        "楽天銀行", "SBI新生銀行",
    ]  # fmt: skip
    assert not set(NET_BANKS) & NET_BANKS_NOT_TAKEN
    for code in NET_BANKS:
        written = replace(ACCOUNT, bank=NET_BANKS[code], branch=next(iter(zengin_code.Bank[code].branches)))
        assert checked_account(written, STANDARD).bank_code == code


@pytest.mark.req("B-080")
@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("0035", "ソニー"),
        ("0041", "大和ネクスト"),
        ("0042", "ローソン"),
        ("0043", "みんなの"),
        ("0044", "ＵＩ"),
        ("0310", "ＧＭＯあおぞらネット"),
    ],
)
def test_a_net_bank_that_the_manual_does_not_list_is_refused(code: str, name: str) -> None:
    assert zengin_code.Bank[code].name == name
    with pytest.raises(Invalid) as refused:
        checked_account(replace(ACCOUNT, bank=code), STANDARD)
    assert ("bank", "net_bank") in [(fault.field, fault.code) for fault in refused.value.errors]


@pytest.mark.req("B-068", "B-069")
@pytest.mark.parametrize(
    ("month", "day"),
    [
        (date(2026, 8, 1), date(2026, 8, 12)),
        (date(2026, 9, 1), date(2026, 9, 14)),
        (date(2026, 10, 1), date(2026, 10, 13)),
        (date(2026, 12, 1), date(2026, 12, 14)),
        (date(2027, 6, 1), date(2027, 6, 14)),
    ],
)
def test_debit_days(month: date, day: date) -> None:
    assert debit_date(month, CALENDAR, 12) == day
    assert last_of_month(day).month == month.month


@pytest.mark.req("B-067")
def test_the_agents_closing_counts_business_days() -> None:
    # Before Wednesday 12 August 2026: Tuesday the 11th is a holiday, then Mon 10, Fri 7, Thu 6, Wed 5, Tue 4.
    assert agent_closing(date(2026, 8, 12), 5, time(15), CALENDAR) == instant(2026, 8, 4, 15, tzinfo=JST)


@pytest.mark.req("B-067")
def test_a_customer_number_has_twenty_digits_and_ascends() -> None:
    numbers = [customer_number(date(2026, 8, 12), run, enrolment) for run in (1, 2) for enrolment in (9, 10)]
    assert numbers[0] == "26080000010000000009"
    assert numbers == sorted(set(numbers))
    assert {len(number) for number in numbers} == {20}


@pytest.mark.req("B9", "B4")
def test_no_way_around_a_step_of_a_run() -> None:
    for state in RunState:
        for step in RunStep:
            if (state, step) in RUN_TRANSITIONS:
                continue
            with pytest.raises(Refused):
                next_state(state, step)
    reaches_release = {state for (state, step) in RUN_TRANSITIONS if step is RunStep.RELEASE}
    assert reaches_release == {RunState.SEALED}
    assert not [state for (state, _step) in RUN_TRANSITIONS if state in (RunState.CLOSED, RunState.DISCARDED)]


SECOND = (TaskKind.PREFECTURE, TaskKind.BRANCH, TaskKind.TRANSFER)
DEBIT = date(2026, 9, 14)


@pytest.mark.req("B-072", "B-073", "B-075", "B-077", "D-26", "D-35", "D-37", "D-38")
@pytest.mark.parametrize(
    ("outcome", "code", "failures", "is_last", "follows"),
    [
        (Outcome.PAID, "0", 0, False, Consequences(0)),
        (Outcome.PAID, "0", 1, False, Consequences(0)),
        (Outcome.FAILED, "1", 0, False, Consequences(1, (TaskKind.PREFECTURE,))),
        (Outcome.FAILED, "3", 0, False, Consequences(1, (TaskKind.PREFECTURE,))),
        (Outcome.FAILED, "2", 0, False, Consequences(1, (TaskKind.PREFECTURE, TaskKind.MANDATE))),
        (Outcome.FAILED, "4", 0, False, Consequences(1, (TaskKind.PREFECTURE, TaskKind.MANDATE))),
        (Outcome.FAILED, "1", 0, True, Consequences(1, (TaskKind.PREFECTURE, TaskKind.TRANSFER))),
        (Outcome.FAILED, "1", 1, False, Consequences(2, SECOND, date(2026, 10, 1))),
        (Outcome.FAILED, "1", 1, True, Consequences(2, SECOND, date(2026, 10, 1))),
        (Outcome.STOPPED, "8", 0, False, Consequences(0)),
        (Outcome.STOPPED, "8", 1, False, Consequences(1)),
        (Outcome.STOPPED, "8", 0, True, Consequences(0, (TaskKind.TRANSFER,))),
    ],
)
def test_what_an_outcome_leads_to(
    outcome: Outcome, code: str, failures: int, is_last: bool, follows: Consequences
) -> None:
    assert consequences(outcome, code, failures, DEBIT, is_last=is_last) == follows


@pytest.mark.req("D-35")
@pytest.mark.parametrize("outcome", [Outcome.UNDECIDED, Outcome.PENDING])
def test_what_nobody_has_decided_leads_to_nothing(outcome: Outcome) -> None:
    with pytest.raises(ValueError, match="not decided"):
        consequences(outcome, "9", 0, DEBIT, is_last=False)


@pytest.mark.req("D-26")
@pytest.mark.parametrize(
    ("failed", "day"),
    [(date(2026, 9, 14), date(2026, 10, 1)), (date(2026, 12, 14), date(2027, 1, 1))],
)
def test_the_day_of_a_lapse(failed: date, day: date) -> None:
    assert lapse_day(failed) == day


@pytest.mark.req("B-088")
@pytest.mark.parametrize(
    ("ended", "required"),
    [(date(2026, 9, 1), 3), (date(2026, 6, 1), 0), (date(2026, 9, 2), 4), (date(2027, 6, 1), 12)],
)
def test_required_instalments(ended: date, required: int) -> None:
    assert required_instalments(date(2026, 6, 1), ended) == required


@pytest.mark.req("B-088")
@pytest.mark.parametrize(
    ("collected", "expected"),
    [
        ((), Receivable(3, 0, 3, 16_380, 0)),
        ((1,), Receivable(3, 1, 2, 10_920, 0)),
        ((1, 2, 3), Receivable(3, 3, 0, 0, 0)),
        ((1, 2, 3, 4), Receivable(3, 3, 0, 0, 5_460)),
    ],
)
def test_what_is_owed_after_three_months(collected: tuple[int, ...], expected: Receivable) -> None:
    shares = [Share(number, 5_460, number in collected) for number in range(1, 13)]
    assert receivable(3, shares) == expected


@pytest.mark.req("B-076")
def test_a_transfer_settles_whole_instalments_oldest_first() -> None:
    unpaid = [OpenInstalment(1, 5_470), OpenInstalment(2, 5_460), OpenInstalment(3, 5_460)]
    assert settled_by(5_470, unpaid) == tuple(unpaid[:1])
    assert settled_by(10_930, unpaid) == tuple(unpaid[:2])
    for amount in (0, 5_460, 10_920, 20_000):
        with pytest.raises(Refused) as refused:
            settled_by(amount, unpaid)
        assert refused.value.values["fitting"] == "5,470、10,930、16,390"
    with pytest.raises(Refused):
        settled_by(1, [])


def year(paid: int = 0, failed: int = 0, waiting: int = 0) -> list[Due]:
    """The year of a June start: so many instalments paid, then failed, then in a run."""
    days = [debit_date(date(2026 + (month > 12), (month - 1) % 12 + 1, 1), CALENDAR, 12) for month in range(8, 20)]
    return [
        Due(
            number,
            day,
            5_460,
            is_over=number <= paid,
            is_open=paid + failed < number <= paid + failed + waiting,
        )
        for number, day in enumerate(days, start=1)
    ]


@pytest.mark.req("B-072", "B-082")
def test_foresight_before_the_first_debit() -> None:
    seen = outlook(year(), date(2026, 7, 1), 0, stopped=False)
    assert len(seen.debits) == 12
    first = seen.debits[0]
    assert (first.on, first.amount, first.change_account_by) == (date(2026, 8, 12), 5_460, date(2026, 6, 20))
    assert (first.merged_if_fails, first.lapse_if_fails) == (10_920, None)
    assert seen.debits[-1].merged_if_fails is None


@pytest.mark.req("B-072", "B-073", "D-26")
def test_foresight_after_one_failure_tells_the_day_of_the_lapse() -> None:
    seen = outlook(year(failed=1), date(2026, 8, 20), 1, stopped=False)
    first = seen.debits[0]
    assert (first.on, first.numbers, first.amount) == (date(2026, 9, 14), (1, 2), 10_920)
    assert (first.merged_if_fails, first.lapse_if_fails) == (None, date(2026, 10, 1))
    assert seen.debits[1].lapse_if_fails is None
    assert seen.unpaid == 5_460


@pytest.mark.req("B-073")
def test_foresight_of_what_waits_and_of_what_is_stopped() -> None:
    seen = outlook(year(paid=1, waiting=1), date(2026, 9, 15), 0, stopped=False)
    assert (seen.awaiting, seen.unpaid, seen.debits[0].on) == (5_460, 0, date(2026, 10, 13))
    stopped = outlook(year(failed=2), date(2026, 9, 20), 2, stopped=True)
    assert (stopped.debits, stopped.unpaid, stopped.stopped) == ((), 10_920, True)
