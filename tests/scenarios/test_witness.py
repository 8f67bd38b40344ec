"""The judge of scenes itself: it finds what was told falsely, late, twice or never."""

from datetime import timedelta

import pytest

from benchmarks.scenes import Fault, branches, province
from benchmarks.witness import Happened, Look, Told, Witness
from core.incident import Incident, IncidentState, Severity
from core.status import Status
from lab.fabric import Fabric
from lab.world import How
from tests.factories import DAWN

INVENTORY = province(hubs=2, communes=8)
FABRIC = Fabric(INVENTORY)
HUB = branches(INVENTORY)[1]
LINE, OTHER = HUB.lines[:2]


def cut(line: str, begun: float, mended: float) -> Happened:
    fault = Fault((line,), How.BLACKHOLE, begun, mended)
    times = (DAWN + timedelta(seconds=s) for s in (begun, mended, mended))
    return Happened(fault, *times)


def told(seconds: float, purpose: str, root: str = LINE, code: str = "SC-1") -> Told:
    return Told(DAWN + timedelta(seconds=seconds), purpose, code, root)


def ended(root: str = LINE, code: str = "SC-1", seconds: float = 20.5) -> dict[str, Incident]:
    incident = Incident(
        id=code,
        root=root,
        severity=Severity.MAJOR,
        state=IncidentState.RECOVERED,
        began_at=DAWN,
        decided_at=DAWN,
        recovered_at=DAWN + timedelta(seconds=seconds),
    )
    return {code: incident}


def wrong(*messages: Told, happened: tuple[Happened, ...] | None = None, **end: object) -> str:
    found = Witness(FABRIC, happened or (cut(LINE, 0, 20),)).judge(
        messages,
        (),
        ended(**end),  # type: ignore[arg-type]
    )
    return "; ".join(found.wrong)


def test_a_true_story_has_no_fault() -> None:
    assert wrong(told(3, "problem"), told(23, "recovery")) == ""


@pytest.mark.parametrize(
    ("messages", "fault"),
    [
        ((told(3, "problem", OTHER), told(23, "recovery", OTHER)), "blamed"),
        ((told(12, "problem"), told(23, "recovery")), "nobody was told"),
        ((), "nobody was told"),
        ((told(3, "problem"), told(5, "problem"), told(23, "recovery")), "told 2 times"),
        ((told(3, "problem"),), "never told"),
        ((told(3, "problem"), told(23, "recovery"), told(24, "recovery")), "told 2 times"),
    ],
)
def test_what_is_wrong_is_found(messages: tuple[Told, ...], fault: str) -> None:
    assert fault in wrong(*messages)


def test_an_end_that_nothing_had_is_found() -> None:
    assert "is said to have ended" in wrong(told(3, "problem"), told(9, "recovery"), seconds=8)


def test_what_is_hidden_above_need_not_be_told_and_must_not_be_blamed() -> None:
    hidden = (cut(HUB.line, 0, 40), cut(LINE, 5, 30))
    story = (told(3, "problem", HUB.line), told(43, "recovery", HUB.line))
    assert wrong(*story, happened=hidden, root=HUB.line, seconds=40.5) == ""
    assert "blamed" in wrong(told(20, "problem"), happened=hidden, seconds=30)


def test_a_calm_moment_must_be_as_the_world_is() -> None:
    witness = Witness(FABRIC, (cut(LINE, 0, 60),))
    silent = FABRIC.behind(LINE)
    right = dict.fromkeys(FABRIC.devices, Status.UP) | dict.fromkeys(silent, Status.UNREACHABLE)
    late = DAWN + timedelta(seconds=30)
    story = (told(3, "problem"), told(63, "recovery"))
    for look, count in (
        (Look(late, (LINE,), right), 0),
        (Look(late, (), right), 1),
        (Look(late, (LINE, OTHER), right), 2),
        (Look(late, (LINE,), dict.fromkeys(FABRIC.devices, Status.UP)), len(silent)),
    ):
        found = witness.judge(story, (look,), ended(seconds=60.5))
        assert len(found.wrong) == count, found.wrong
