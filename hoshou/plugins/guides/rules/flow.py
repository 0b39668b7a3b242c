"""A flow as it is drawn: stages from top to bottom, lanes from left to right, ways between them (A-086)."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from hoshou.plugins.guides.rules.kinds import Lane
from hoshou.plugins.guides.rules.markup import Blocks

LANES = tuple(Lane)
LANE_WIDTH = 100
WAY_HEIGHT = 40


@dataclass(frozen=True)
class Step:
    """One box: who does what at which stage, and from where it is reached."""

    stage: int
    lane: Lane
    from_lanes: tuple[Lane, ...]
    by_mail: bool
    title: str
    note: Blocks


@dataclass(frozen=True)
class Way:
    """The line that leads from a lane of the stage before to a box."""

    start: Lane
    end: Lane
    by_mail: bool

    @property
    def path(self) -> str:
        """An SVG path from the middle of one lane to the middle of the other, in a field of all lanes' width."""
        middle = WAY_HEIGHT // 2
        return f"M {_middle(self.start)} 0 V {middle} H {_middle(self.end)} V {WAY_HEIGHT}"


@dataclass(frozen=True)
class Stage:
    """What happens at the same time, in the order of the lanes."""

    number: int
    steps: tuple[Step, ...]

    @property
    def ways(self) -> tuple[Way, ...]:
        """The lines that lead here."""
        return tuple(Way(start, step.lane, step.by_mail) for step in self.steps for start in step.from_lanes)


def stages(steps: Iterable[Step]) -> tuple[Stage, ...]:
    """The steps by stage. Stages are counted anew, so that a number that was left out isn't missed."""
    ordered = sorted(steps, key=lambda step: (step.stage, LANES.index(step.lane)))
    return tuple(
        Stage(number, tuple(group))
        for number, (_, group) in enumerate(groupby(ordered, key=lambda step: step.stage), start=1)
    )


def split_lanes(text: str) -> tuple[Lane, ...]:
    """The lanes of a list with spaces between them. Raises ValueError for what is no lane."""
    return tuple(Lane(name) for name in text.split())


def _middle(lane: Lane) -> int:
    return LANES.index(lane) * LANE_WIDTH + LANE_WIDTH // 2
