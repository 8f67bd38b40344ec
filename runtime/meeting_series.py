"""How booked meetings stand, as series: who is invited, in, ready and well heard, room by room."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from alerts.meeting_sound import sound_of
from alerts.readiness import finding
from alerts.room_stack import RoomFacts, Surroundings
from alerts.signals import Signals
from core.callquality import Grade
from core.clock import Clock
from core.labels import Series
from core.meeting import Meeting, Readiness
from core.reading import Sample
from core.text import Text
from runtime.estate_feed import Edition
from runtime.meeting_watch import Book, Brain, present

MOST_MEETINGS, MOST_ROOMS = 20, 1000  # of all meetings together: a chart can show no more
_MINUTE = timedelta(minutes=1)

INFO = "meeting_info"
GOING_ON = "meeting_going_on"
BEGIN = "meeting_begin_timestamp_seconds"
END = "meeting_end_timestamp_seconds"
ROOMS = "meeting_rooms"
GRADE = "meeting_quality_grade"
ROOM_JOINED = "meeting_room_joined"
ROOM_READINESS = "meeting_room_readiness"
ROOM_GRADE = "meeting_room_quality_grade"
ROOM_MOS = "meeting_room_estimated_mos"
INVITED, JOINED, READY, GOOD, MEASURED = "invited", "joined", "ready", "good", "measured"
_GRADES = Text("0 tốt, 1 tạm được, 2 kém, 3 rất kém", "0 good, 1 fair, 2 poor, 3 bad")
SERIES: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    (
        INFO,
        Text(
            "Cuộc họp sắp hoặc đang diễn ra, luôn bằng 1",
            "A meeting that is near or goes on, always 1",
        ),
        ("meeting", "title", "bridge", "officer", "importance"),
    ),
    (GOING_ON, Text("1 nếu đang họp, 0 nếu sắp họp", "1 while it goes on, 0 before"), ("meeting",)),
    (BEGIN, Text("Giờ bắt đầu, giây Unix", "When it begins, Unix time"), ("meeting",)),
    (END, Text("Giờ kết thúc, giây Unix", "When it ends, Unix time"), ("meeting",)),
    (
        ROOMS,
        Text(
            "Số điểm cầu được mời, đang dự, sẵn sàng, đo được, nghe nhìn tốt",
            "Rooms that are invited, in, ready, measured, well heard",
        ),
        ("meeting", "state"),
    ),
    (
        GRADE,
        Text(
            f"Chất lượng điểm cầu xấu nhất: {_GRADES.vi}",
            f"Quality of its worst room: {_GRADES.en}",
        ),
        ("meeting",),
    ),
    (
        ROOM_JOINED,
        Text("1 nếu điểm cầu đang dự, 0 nếu không", "1 if the room is in, 0 if not"),
        ("meeting", "room"),
    ),
    (
        ROOM_READINESS,
        Text(
            "0 sẵn sàng, 1 chưa kiểm tra được, 2 có nguy cơ, 3 chưa sẵn sàng",
            "0 ready, 1 not checked, 2 at risk, 3 not ready",
        ),
        ("meeting", "room"),
    ),
    (
        ROOM_GRADE,
        Text(f"Chất lượng của điểm cầu: {_GRADES.vi}", f"Quality of the room: {_GRADES.en}"),
        ("meeting", "room"),
    ),
    (
        ROOM_MOS,
        Text(
            "Ước tính đường truyền: điểm MOS theo E-model, không phải đo được",
            "An estimate of the path: MOS by the E-model, not measured",
        ),
        ("meeting", "room"),
    ),
)
Row = tuple[str, tuple[tuple[str, str], ...], float]  # a name, its labels, its value


class MeetingSeries(Collector):
    """Looked up when somebody asks for it by `refresh`; what was found is given out until then."""

    def __init__(
        self,
        book: Book,
        brain: Brain,
        edition: Callable[[], Edition],
        signals: Signals,
        clock: Clock,
    ) -> None:
        self._book = book
        self._brain = brain
        self._edition = edition
        self._signals = signals
        self._clock = clock
        self._rows: list[Row] = []

    async def refresh(self) -> None:
        """Look it all up; Unavailable if the ledger does not answer."""
        now, found, left = self._clock.now(), list[Row](), MOST_ROOMS
        for meeting in self._edition().meetings[:MOST_MEETINGS]:
            around = await self._around(meeting, now)
            facts = {room: around.facts(room, meeting) for room in meeting.rooms}
            found += _of_meeting(meeting, now)
            found += _counted(meeting, facts, around)
            shown = dict(list(facts.items())[:left])
            found += [
                row for room, one in shown.items() for row in _of_room(meeting, room, one, now)
            ]
            left -= len(shown)
        self._rows = found

    async def _around(self, meeting: Meeting, now: datetime) -> Surroundings:
        book, signals = self._book, self._signals
        said, sharing = await book.said(meeting.id), await book.going_on(meeting, now)
        brain, phones = self._brain, self._edition().phones
        return Surroundings(brain.topology, brain.states, signals, said, phones, now, sharing)

    def samples(self, base: tuple[tuple[str, str], ...]) -> list[Sample]:
        """Return what was found as samples for the engine; `base` are the series' labels."""
        return [(Series.of(name, (*base, *labels)), value) for name, labels, value in self._rows]

    def collect(self) -> Iterator[Metric]:
        """Yield what was found, for /metrics."""
        for name, words, labels in SERIES:
            family = GaugeMetricFamily(name, words.en, labels=labels)
            for found, pairs, value in self._rows:
                if found == name:
                    family.add_metric([dict(pairs).get(label, "") for label in labels], value)
            yield family


def _of_meeting(meeting: Meeting, now: datetime) -> Iterable[Row]:
    of_it = (("meeting", meeting.id),)
    about = (
        ("title", meeting.title),
        ("bridge", meeting.bridge or ""),
        ("officer", meeting.officer or ""),
        ("importance", meeting.importance),
    )
    yield INFO, (*of_it, *about), 1.0
    yield GOING_ON, of_it, float(meeting.begin <= now < meeting.end)
    yield BEGIN, of_it, meeting.begin.timestamp()
    yield END, of_it, meeting.end.timestamp()


def _counted(
    meeting: Meeting, facts: dict[str, RoomFacts | None], around: Surroundings
) -> Iterable[Row]:
    of_it = (("meeting", meeting.id),)
    there = {room: None if _is_in(one) is False else one for room, one in facts.items()}
    whole = sound_of(meeting, there, around).whole  # a call that has ended is not a good one
    ahead = (meeting.begin - around.now) / _MINUTE
    ready = sum(finding(room, one, ahead).result is Readiness.READY for room, one in facts.items())
    joined = sum(_is_in(one) is True for one in facts.values())
    for state, count in (
        (INVITED, len(facts)),
        (JOINED, joined),
        (READY, ready),
        (MEASURED, whole.known),
        (GOOD, whole.good),
    ):
        yield ROOMS, (*of_it, ("state", state)), float(count)
    if whole.worst.grade is not Grade.UNKNOWN:
        yield GRADE, of_it, float(whole.worst.grade)


def _of_room(meeting: Meeting, room: str, facts: RoomFacts | None, now: datetime) -> Iterable[Row]:
    of_it = (("meeting", meeting.id), ("room", room))
    found = finding(room, facts, (meeting.begin - now) / _MINUTE)
    yield ROOM_READINESS, of_it, float(found.result.badness)
    there = _is_in(facts)
    if there is not None:
        yield ROOM_JOINED, of_it, float(there)
    if facts is not None and facts.quality is not None:
        yield ROOM_GRADE, of_it, float(facts.quality.verdict.grade)
        if facts.quality.mos is not None:
            yield ROOM_MOS, of_it, facts.quality.mos


def _is_in(facts: RoomFacts | None) -> bool | None:
    found = present(facts) if facts is not None else None
    return found[0] if found is not None else None
