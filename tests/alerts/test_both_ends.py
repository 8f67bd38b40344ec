"""A room's call of both of its ends, whom a bad one is blamed on, and how that is told."""

import pytest

from alerts.both_ends import End, RoomQuality, beside, heard, of_ends, rating
from alerts.legs import Leg
from alerts.quality import Bands, Figures, of_leg
from alerts.quality_words import of_blame, of_room
from alerts.topology import Topology
from core import emodel
from core.callquality import Grade, Side
from core.meeting import Beat
from tests.alerts.province import estate, serving
from tests.factories import DAWN

BANDS = Bands()
LAND = Topology(serving(estate(hubs=1, communes=2)))
CLEAN = Figures("", "", loss=0.0, round_trip=0.02)
LOSSY = Figures("", "", loss=0.042, round_trip=0.12)


def a_leg(
    *streams: Figures, device: str = "c11-vc", remote: str = "", recent: tuple[Grade, ...] = ()
) -> Leg:
    verdict = of_leg(streams, BANDS)
    return Leg(device, remote, DAWN, streams, verdict, recent or (verdict.grade,))


def quality(loss: float | None, line: Figures | None = None) -> RoomQuality | None:
    found = of_ends(a_leg(Figures("video", "rx", loss=loss)), None, None, BANDS)
    return beside(found, line) if found is not None else None


def test_what_is_worse_of_the_two_ends_counts_and_says_who_measured() -> None:
    room = a_leg(Figures("video", "rx", loss=0.0))
    bridge = a_leg(Figures("video", "tx", loss=0.04), device="bridge", remote="7501")
    found = of_ends(room, bridge, None, BANDS)
    assert found is not None
    assert (found.verdict.grade, found.end, found.bridge) == (Grade.BAD, End.BRIDGE, "bridge")
    assert {end: one.grade for end, one in found.ends.items()} == {
        End.ROOM: Grade.GOOD,
        End.BRIDGE: Grade.BAD,
    }
    assert of_ends(None, None, None, BANDS) is None
    assert quality(None) is None  # nobody measured: that is not good


def test_a_single_bad_window_does_not_last() -> None:
    video = Figures("video", "rx", loss=0.04)
    once = of_ends(a_leg(video, recent=(Grade.GOOD,) * 4 + (Grade.BAD,)), None, None, BANDS)
    often = of_ends(
        a_leg(video, recent=(Grade.BAD, Grade.GOOD) * 2 + (Grade.BAD,)), None, None, BANDS
    )
    assert once is not None
    assert often is not None
    assert (once.lasts, often.lasts) == (False, True)


def test_a_pc_that_says_what_it_loses_is_heard() -> None:
    beat = Beat(room="r", at=DAWN, in_call=True, loss=0.03, by="pc")
    found = of_ends(None, None, beat, BANDS)
    assert found is not None
    assert (found.verdict.grade, found.end, found.lasts) == (Grade.POOR, End.CLIENT, True)


def test_the_rating_is_that_of_speech_over_the_worst_delay_and_is_an_estimate() -> None:
    audio = Figures("audio", "rx", loss=0.02, jitter=0.02)
    video = Figures("video", "rx", loss=0.3, round_trip=0.2)
    assert rating([audio, video]) == pytest.approx(emodel.estimated(0.02, 0.02, 0.2))
    assert rating([video]) == pytest.approx(emodel.estimated(0.3, None, 0.2))
    assert rating([Figures("content", "rx", loss=0.1)]) is None
    found = of_ends(a_leg(audio, video), None, None, BANDS)
    assert "ước tính đường truyền: R 82, MOS 4,1" in of_room(found, "vi")
    assert "estimate of the path: R 82, MOS 4.1" in of_room(found, "en")


@pytest.mark.parametrize(
    ("line", "way", "bridge", "others", "side", "said"),
    [
        (
            LOSSY,
            "",
            "",
            [0.0] * 4,
            Side.LINE,
            "đường truyền cùng lúc mất gói 4,2\N{NO-BREAK SPACE}%, đi về 120\N{NO-BREAK SPACE}ms",
        ),
        (CLEAN, "line-c11", "", [0.0] * 4, Side.LINE, "Kênh VNPT đi c11"),
        (
            CLEAN,
            "",
            "",
            [0.0] * 4,
            Side.ROOM,
            "thiết bị tại điểm cầu; đường truyền cùng lúc mất gói 0\N{NO-BREAK SPACE}%",
        ),
        (CLEAN, "", "", [0.2, 0.2, 0.2, 0.0], Side.BRIDGE, "3/4 điểm cầu khác cũng kém"),
        (CLEAN, "", "bridge", [0.0] * 4, Side.BRIDGE, "đang có sự cố"),
        (None, "", "", [0.0] * 4, Side.UNKNOWN, "chưa đo đủ đường truyền"),
    ],
)
def test_a_bad_leg_is_blamed_in_words_with_the_figures(  # noqa: PLR0917
    line: Figures | None,
    way: str,
    bridge: str,
    others: list[float],
    side: Side,
    said: str,
) -> None:
    rooms = {f"r{n}": quality(loss) for n, loss in enumerate(others)}
    rooms["room-c11"] = quality(0.05, line)
    whole = heard(rooms, {"room-c11": way} if way else {}, bridge, BANDS)
    blame = whole.blames["room-c11"]
    assert blame.side is side
    assert said in of_blame(blame, LAND, "vi")
    assert of_blame(blame, LAND, "en")


def test_a_meeting_is_as_good_as_its_worst_room_and_good_ones_are_blamed_on_nobody() -> None:
    whole = heard({"a": quality(0.0), "b": quality(0.05), "c": None}, {}, "", BANDS)
    assert (whole.whole.worst_room, whole.whole.good, whole.whole.known, whole.whole.rooms) == (
        "b",
        1,
        2,
        3,
    )
    assert set(whole.blames) == {"b"}


def test_who_measured_is_told_and_what_nobody_measured_is_not_called_good() -> None:
    bad = quality(0.032)
    assert of_room(bad, "vi").startswith(
        "rất kém: mất gói 3,2\N{NO-BREAK SPACE}% (hình, chiều đến điểm cầu); "
        "thiết bị tại điểm cầu đo"
    )
    assert of_room(bad, "en").startswith(
        "bad: 3.2\N{NO-BREAK SPACE}% of packets lost (picture, to the room)"
    )
    assert of_room(None, "vi") == "chưa đo được"
