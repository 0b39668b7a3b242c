"""What recorded actions prove, and of whom."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest

import hoshou
from hoshou.base.clock import jst
from hoshou.plugins.receipts.rules.steps import (
    ACCESS,
    PROVEN,
    STEP_LABELS,
    STEPS_OF_ACTION,
    VISITOR_LABELS,
    Step,
    Tally,
    Visitor,
    VisitorKind,
    progress,
    visitor_of,
)

NOON = jst(2026, 4, 15, 12)
VIEWER = Visitor(VisitorKind.VIEWER)
CITY = Visitor(VisitorKind.ORDERER, "city.example.lg.jp")
CLAIMED = Visitor(VisitorKind.LOGIN, "city.example.lg.jp")


def tally(action: str, visitor: Visitor, first: int, last: int, count: int) -> Tally:
    return Tally(action, visitor, NOON + timedelta(minutes=first), NOON + timedelta(minutes=last), count)


def test_every_action_that_is_told_is_recorded_somewhere() -> None:
    recorded = {
        node.value
        for path in (Path(hoshou.__file__).parent / "plugins").glob("*/services/*.py")
        if path.parents[1].name in ("viewer", "orderer")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant)
    }
    assert set(ACCESS) - recorded == set()
    assert len(set(ACCESS)) == len(ACCESS)
    assert set(PROVEN) <= set(ACCESS)
    assert set(STEP_LABELS) == set(Step)
    assert set(VISITOR_LABELS) == set(VisitorKind)


def test_steps_come_in_order_with_first_last_count_and_visitors() -> None:
    steps = progress(
        [
            tally("viewer.refused", VIEWER, 1, 4, 2),
            tally("viewer.entered", VIEWER, 5, 5, 1),
            tally("orderer.otp_issued", CLAIMED, 7, 30, 3),
            tally("orderer.downloaded", CITY, 9, 9, 1),
        ]
    )
    assert [step.step for step in steps] == list(Step)
    mailed, opened, unlocked, verified, downloaded = steps
    assert (opened.first, opened.last, opened.count) == (
        NOON + timedelta(minutes=1),
        NOON + timedelta(minutes=30),
        6,
    )
    assert opened.visitors == (CLAIMED, VIEWER)
    assert (unlocked.first, unlocked.count) == (NOON + timedelta(minutes=5), 4)
    assert (downloaded.first, downloaded.visitors) == (NOON + timedelta(minutes=9), (CITY,))
    for untouched in (mailed, verified):
        assert (untouched.first, untouched.last, untouched.count, untouched.visitors) == (None, None, 0, ())


@pytest.mark.parametrize(
    ("action", "actor", "visitor"),
    [
        ("viewer.viewed", "A1B2C3D4", VIEWER),
        ("orderer.downloaded", "k***@city.example.lg.jp", CITY),
        ("orderer.otp_issued", "k***@City.Example.LG.jp", CLAIMED),
        ("orderer.refused", "k***@xn--eckwd4c7c.jp", Visitor(VisitorKind.LOGIN, "xn--eckwd4c7c.jp")),
        ("orderer.refused", "k***@odd domain", Visitor(VisitorKind.LOGIN, "odd domain")),
    ],
)
def test_of_an_address_the_domain_is_told_and_only_proven_ones_are_orderers(
    action: str, actor: str, visitor: Visitor
) -> None:
    assert visitor_of(action, actor) == visitor


def test_what_proves_a_step_is_an_access() -> None:
    assert set(STEPS_OF_ACTION) <= set(ACCESS)
    assert {step for steps in STEPS_OF_ACTION.values() for step in steps} == set(Step) - {Step.MAILED}
