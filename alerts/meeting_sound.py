"""What does a meeting sound like now? Its worst room, good ones, whom bad ones are due to."""

from collections.abc import Iterator, Mapping

from alerts.both_ends import DIRECTIONS, Heard, RoomQuality, Shared, heard, ways_measured
from alerts.quality import Bands
from alerts.room_stack import RoomFacts, Surroundings
from alerts.segments import Agreement, agreements
from alerts.topology import Topology
from core.meeting import Meeting
from core.status import Status, TargetState

_LOST = frozenset({Status.DOWN, Status.UNREACHABLE})
_LOSING = "losing_packets"


def sound_of(
    meeting: Meeting, rooms: Mapping[str, RoomFacts | None], around: Surroundings
) -> Heard:
    """Return it of the facts of all rooms of a meeting, as they stand at one instant."""
    states = around.states
    ways = {
        room: way
        for room, facts in rooms.items()
        if facts is not None
        and facts.quality is not None
        and (way := amiss_on_way(facts.site.slug, around.topology, states))
    }
    state = states.get(meeting.bridge or "")
    unwell = state is not None and state.status in {*_LOST, Status.DEGRADED}
    bands = around.signals.legs.bands
    calls = {room: facts.quality if facts is not None else None for room, facts in rooms.items()}
    alone = {room: call for room, call in calls.items() if call is not None and room not in ways}
    return heard(
        calls,
        ways,
        (meeting.bridge or "") if unwell else "",
        bands,
        agreed(alone, meeting.bridge or "", around.topology, bands),
    )


def agreed(
    calls: Mapping[str, RoomQuality], bridge: str, topology: Topology, bands: Bands
) -> Mapping[str, Shared]:
    """Return by room of a bad call the segment over which the rooms agree, and in which directions.

    Each direction is asked by itself, since a full line is full one way: rooms that are bad in
    different directions do not agree. `bridge` is whom a room hangs on that no bridge tells of.
    """
    measured = {room: ways_measured(call, bands) for room, call in calls.items()}
    found: dict[str, tuple[Agreement, frozenset[str]]] = {}
    for direction in DIRECTIONS:
        asked = {
            room: calls[room].bridge or bridge
            for room, is_bad in measured.items()
            if direction in is_bad
        }
        bad = {room for room in asked if measured[room][direction]}
        for room, one in agreements(topology, bad, asked).items():
            first, before = found.get(room, (one, frozenset[str]()))
            same = first.segment == one.segment
            found[room] = (first, before | {direction} if same else before)
    return found


def amiss_on_way(site: str, topology: Topology, states: Mapping[str, TargetState]) -> str:
    """Return the topmost line or gateway that loses packets or is lost on the way to a site.

    Whatever lies behind a bad line loses packets, too, so the topmost is the one to blame. Where
    the way forks, what lies above is not looked at: nobody knows which way the call takes. A
    device that is degraded for another reason than loss says nothing of the way.
    """
    if site not in topology.by_site:
        return ""
    found = [
        slug
        for slug in _way(site, topology)
        if (state := states.get(slug)) is not None and _is_amiss(slug, state, topology)
    ]
    return found[-1] if found else ""


def _is_amiss(slug: str, state: TargetState, topology: Topology) -> bool:
    if state.status is not Status.DEGRADED:
        return state.status in _LOST
    return topology.is_link(slug) or state.reason == _LOSING


def _way(site: str, topology: Topology) -> Iterator[str]:
    """Yield the gateways of a site and what they hang on, from below, until the way forks."""
    heads = [head for head in topology.heads(site) if topology.targets[head].role != "endpoint"]
    yield from heads
    at, seen = heads[0] if len(heads) == 1 else "", set(heads)
    while at and at in topology.uplinks:
        above = [up for up in topology.uplinks[at] if up not in seen]
        yield from above
        seen.update(above)
        at = above[0] if len(above) == 1 else ""
