"""What PCs in rooms say of themselves, as series: alive, what they have, how they reach us."""

from collections.abc import Iterable, Iterator

from alerts.legs import FRESH
from alerts.room_stack import KNOWN_FOR
from core.clock import Clock
from core.labels import Series
from core.meeting import DEVICES, Beat
from core.reading import Sample
from core.text import Text
from storage.ledger import Ledger

UP = "vc_client_up"
RUNNING = "vc_client_running"
DEVICE = "vc_client_device_present"
LOSS = "vc_client_loss_ratio"
ROUND_TRIP = "vc_client_round_trip_seconds"
CLOCK = "vc_client_clock_offset_seconds"
SERIES: tuple[tuple[str, Text, tuple[str, ...]], ...] = (
    (UP, Text("1 nếu máy tính phòng họp đang báo về", "1 while the PC of a room reports"), ()),
    (RUNNING, Text("1 nếu phần mềm họp đang mở", "1 while its meeting program runs"), ()),
    (
        DEVICE,
        Text("1 nếu thấy camera, micrô, loa", "1 if it finds a camera, microphone or speaker"),
        ("device",),
    ),
    (LOSS, Text("Tỷ lệ mất gói về trung tâm", "Share of packets lost on the way to us"), ()),
    (ROUND_TRIP, Text("Thời gian đi và về trung tâm", "Round trip to us"), ()),
    (CLOCK, Text("Đồng hồ của nó nhanh bao nhiêu", "How far its clock is ahead of ours"), ()),
)
_Row = tuple[str, tuple[tuple[str, str], ...], float]


class RoomSeries:
    """Looked up by `refresh`; what was found is given out until then."""

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._rows: list[_Row] = []

    async def refresh(self) -> None:
        """Look up what PCs said last; Unavailable if the ledger does not answer."""
        beats = (await self._ledger.meetings.said(None)).beats.values()
        self._rows = list(self._told(beats))

    def samples(self, base: tuple[tuple[str, str], ...]) -> list[Sample]:
        """Return what was found as samples; `base` are the series' labels."""
        return [(Series.of(name, (*base, *labels)), value) for name, labels, value in self._rows]

    def _told(self, beats: Iterable[Beat]) -> Iterator[_Row]:
        now = self._clock.now()
        for beat in beats:
            age, room = now - beat.at, (("room", beat.room),)
            if age > KNOWN_FOR:
                continue
            yield UP, room, float(age <= FRESH)
            if age <= FRESH:
                yield from _said(beat, room)


def _said(beat: Beat, room: tuple[tuple[str, str], ...]) -> Iterator[_Row]:
    for name, value in (
        (RUNNING, beat.client),
        (LOSS, beat.loss),
        (ROUND_TRIP, beat.round_trip),
        (CLOCK, beat.clock_offset),
    ):
        if value is not None:
            yield name, room, float(value)
    for device in DEVICES:
        there = getattr(beat, device)
        if there is not None:
            yield DEVICE, (*room, ("device", device)), float(there)
