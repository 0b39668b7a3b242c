"""What is checked and set right before an edited guide text is stored."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from hoshou.base.errors import Refused
from hoshou.base.errors import noop_gettext as N_
from hoshou.plugins.guides.models import FlowStep, SampleClause
from hoshou.plugins.guides.rules.flow import split_lanes
from hoshou.plugins.guides.rules.kinds import LARGEST_TENTHS
from hoshou.plugins.guides.services.read import BLANK

LANGUAGE_COLUMNS = ("_ja", "_en")


def prepare_texts(item: Any) -> None:
    """Texts in both languages, with plain line ends and no white space around them."""
    for name in item.__table__.columns.keys():  # noqa: SIM118 - columns aren't a mapping
        if name.endswith(LANGUAGE_COLUMNS):
            setattr(item, name, "\n".join((getattr(item, name) or "").splitlines()).strip())


def prepare_clause(item: SampleClause) -> None:
    """Raises Refused ``tenths_unlikely``, and ``no_blank`` when there is no ● to be filled in."""
    prepare_texts(item)
    if item.tenths is None:
        return
    if not 1 <= item.tenths <= LARGEST_TENTHS:
        raise Refused("tenths_unlikely", N_("1から10までの数を入力してください。"), field="tenths")
    if BLANK not in item.text_ja or BLANK not in item.text_en:
        raise Refused("no_blank", N_("文中に「●」がないため、数を入れられません。"), field="tenths")


def prepare_step(session: Session, item: FlowStep) -> None:
    """Raises Refused ``no_way`` when the stage before has no box in a lane that this one is reached from."""
    prepare_texts(item)
    before = session.scalar(
        select(FlowStep.stage)
        .where(FlowStep.flow == item.flow, FlowStep.stage < item.stage)
        .order_by(FlowStep.stage.desc())
        .limit(1)
    )
    there = set(session.scalars(select(FlowStep.lane).where(FlowStep.flow == item.flow, FlowStep.stage == before)))
    if not {lane.value for lane in split_lanes(item.from_lanes)} <= there:
        raise Refused("no_way", N_("前の段階に、矢印の起点となる手順がありません。"), field="from_lanes")
