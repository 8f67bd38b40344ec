"""What does a meeting sound like now? Its worst room, good ones, whom bad ones are due to."""

from collections.abc import Mapping

from alerts.both_ends import Heard, heard
from alerts.room_stack import RoomFacts, Surroundings
from core.meeting import Meeting
from core.status import Status


def sound_of(
    meeting: Meeting, rooms: Mapping[str, RoomFacts | None], around: Surroundings
) -> Heard:
    """Return it of the facts of all rooms of a meeting, as they stand at one instant."""
    ways = {
        room: facts.weak[0].slug
        for room, facts in rooms.items()
        if facts is not None and facts.weak
    }
    state = around.states.get(meeting.bridge or "")
    amiss = state is not None and state.status in {
        Status.DEGRADED,
        Status.DOWN,
        Status.UNREACHABLE,
    }
    return heard(
        {room: facts.quality if facts is not None else None for room, facts in rooms.items()},
        ways,
        (meeting.bridge or "") if amiss else "",
        around.signals.legs.bands,
    )
