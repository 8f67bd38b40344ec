"""A room's call belongs to one of the meetings that have invited it: the call says which."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from alerts.legs import Leg
from alerts.quality import UNKNOWN
from alerts.whose_call import Seat, Whereabouts, whose
from core.meeting import ELSEWHERE, PRESENT, REACH, GoingOn, Meeting, Presence, Tick
from core.watching import Target, TargetKind
from tests.factories import DAWN

MINUTE = timedelta(minutes=1)
TARGETS = {
    slug: Target(slug=slug, kind=kind, name=slug, role=role, address=address, uplinks=uplinks)
    for slug, kind, role, address, uplinks in (
        ("mcu-1", TargetKind.DEVICE, "bridge", "10.0.0.1", ("core",)),
        ("mcu-2", TargetKind.DEVICE, "bridge", "10.0.0.2", ("core",)),
        ("hop", TargetKind.SERVICE, "application", None, ("mcu-2",)),
    )
}


def meets(name: str, begin: int = 0, **changes: object) -> Meeting:
    fields: dict[str, object] = {
        "id": name,
        "title": f"Họp {name}",
        "begin": DAWN + begin * MINUTE,
        "end": DAWN + (begin + 60) * MINUTE,
        "rooms": ("r", f"r-{name}"),
        "by": "lan",
        "recorded_at": DAWN,
    }
    return Meeting.model_validate(fields | changes)


def moved(minute: int, *, present: bool, source: str = "call") -> Presence:
    at = DAWN + minute * MINUTE
    return Presence(meeting="x", room="r", at=at, present=present, source=source)


def going_on(
    meeting: Meeting, row: Presence | None = None, said: tuple[int, bool] | None = None
) -> GoingOn:
    ticks = {}
    if said is not None:
        at = DAWN + said[0] * MINUTE
        ticks = {"r": Tick(meeting="x", room="r", item=PRESENT, good=said[1], at=at, by="an")}
    return GoingOn(meeting, {"r": row} if row is not None else {}, ticks)


def leg(device: str, conference: str = "") -> Leg:
    return Leg(device, "r", DAWN, (), UNKNOWN, (), conference)


def found(
    *among: GoingOn,
    legs: Mapping[str, Sequence[Leg]] | None = None,
    dialled: tuple[str, ...] = (),
) -> str | None:
    known = legs or {}
    seats = [Seat(one, "r") for one in among]
    where = Whereabouts(TARGETS, lambda room: known.get(room, ()), lambda room: room, dialled)
    there = whose(seats, where)
    return there.meeting.id if there is not None else None


def test_the_bridge_that_the_call_hangs_on_says_whose_it_is() -> None:
    one, two = going_on(meets("a", bridge="mcu-1")), going_on(meets("b", 5, bridge="hop"))
    assert found(one, two, legs={"r": [leg("mcu-1")]}) == "a"
    assert found(one, two, legs={"r": [leg("mcu-2")]}) == "b"  # of a service its server
    both = {"r": [leg("mcu-1"), leg("mcu-2")]}
    assert found(going_on(one.meeting, moved(1, present=True)), two, legs=both) == "a"


def test_so_does_what_was_dialled_and_what_the_conference_is_called() -> None:
    one = going_on(meets("a", bridge="mcu-1"))
    two = going_on(meets("b", 5, above=("MCU Bộ", "9000@hop.bo.gov.vn")))
    assert found(one, two, dialled=("sip:7000@10.0.0.1",)) == "a"
    assert found(one, two, dialled=("sip:9000@hop.bo.gov.vn;transport=tls",)) == "b"
    same = meets("a", bridge="mcu-1"), meets("b", 5, bridge="mcu-1", mark="lich-42")
    for conference, whom in (("HỌP A", "a"), ("Lich-42", "b"), ("7000", "b")):
        legs = {"r": [leg("mcu-1", conference)]}
        assert found(*map(going_on, same), legs=legs) == whom, conference


def test_so_do_the_rooms_of_one_meeting_alone_that_sit_in_the_same_conference() -> None:
    one, two = (going_on(meets(name, n, bridge="mcu-1")) for n, name in enumerate("ab"))
    company = {"r": [leg("mcu-1", "1")], "r-a": [leg("mcu-1", "1")], "r-b": [leg("mcu-1", "2")]}
    assert found(one, two, legs=company) == "a"
    mixed = company | {"r-b": [leg("mcu-1", "1")]}
    assert found(one, two, legs=mixed) == "b"  # it tells nothing


def test_else_a_room_stays_where_it_was_until_it_leaves() -> None:
    long, later = meets("a", end=DAWN + 120 * MINUTE), meets("b", 60)
    assert found(going_on(long, moved(0, present=True)), going_on(later)) == "a"
    hung_up = moved(65, present=False)
    assert found(going_on(long, hung_up), going_on(later)) == "b"
    fell = moved(65, present=False, source=REACH)
    assert found(going_on(long, fell), going_on(later)) == "a"  # it comes back to where it was
    left = moved(62, present=False, source=ELSEWHERE)
    assert found(going_on(long, left), going_on(later, moved(62, present=True))) == "b"


def test_what_the_person_there_says_counts_from_then_on() -> None:
    first, second = meets("a", end=DAWN + 120 * MINUTE), meets("b", 60)
    before = going_on(first, moved(0, present=True), said=(1, True))
    assert found(before, going_on(second, said=(62, True))) == "b"
    assert found(going_on(first, moved(0, present=True), said=(62, False)), going_on(second)) == "b"


def test_else_the_meeting_that_began_last_has_it_and_of_two_the_important_one() -> None:
    assert found(going_on(meets("a")), going_on(meets("b", -5))) == "a"
    assert found(going_on(meets("a", importance="high")), going_on(meets("b"))) == "a"
    assert found() is None
