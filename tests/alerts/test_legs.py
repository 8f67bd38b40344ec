"""What was said last of every leg, which way it went, and of the lines below."""

from datetime import datetime, timedelta

import pytest

from alerts.callers import Callers
from alerts.legs import FRESH, Legs
from alerts.quality import Figures
from core.callquality import Grade
from core.labels import Series
from core.reading import STALE, Failure, FailureKind, Reading, Sample
from core.watching import TargetKind
from tests.alerts.test_callers import known
from tests.factories import DAWN

SECOND = timedelta(seconds=1)
CALLERS = Callers.of(known())
ROOM = TargetKind.ROOM


def media(name: str, value: float, **labels: str) -> Sample:
    return Series.of(
        f"vc_media_{name}", (), **{"media": "video", "direction": "rx", **labels}
    ), value


def codec(*samples: Sample, at: datetime = DAWN, device: str = "c1-vc") -> Reading:
    in_call = (Series.of("vc_in_call"), 1.0)
    return Reading(f"{device}/cisco_codec", "center", at, [in_call, *samples])


def bridge(*samples: Sample, at: datetime = DAWN, check: str = "mcu/pexip") -> Reading:
    return Reading(check, "center", at, [(Series.of("vc_bridge_legs"), 1.0), *samples])


def swept(loss: float, at: datetime, target: str = "gw") -> Reading:
    samples: list[Sample] = [
        (Series.of("probe_loss_ratio"), loss),
        (Series.of("probe_icmp_rtt_mean_seconds"), 0.02),
    ]
    return Reading(f"{target}/icmp", "center", at, samples, loss=loss)


def test_equipment_speaks_of_its_own_call_by_medium_and_direction() -> None:
    legs = Legs()
    legs.hear(
        [
            codec(
                media("loss_ratio", 0.02),
                media("jitter_seconds", 0.004),
                media("loss_ratio", 0.0, media="audio", direction="tx"),
                (Series.of("vc_media_bandwidth_used_ratio", (), direction="rx"), 0.9),
            )
        ]
    )
    leg = legs.of_room("c1-vc", DAWN)
    assert leg is not None
    assert leg.streams == (
        Figures("audio", "tx", loss=0.0),
        Figures("video", "rx", loss=0.02, jitter=0.004, used=0.9),
    )
    assert (leg.verdict.grade, leg.verdict.by, leg.verdict.value) == (Grade.POOR, "loss", 0.02)
    assert legs.of_room("c1-vc", DAWN + FRESH + SECOND) is None
    assert legs.of_room(None, DAWN) is None


def test_what_a_bridge_receives_is_what_leaves_the_room() -> None:
    legs = Legs()
    call = Series.of("vc_call_info", (), remote="7501", conference="giao-ban")
    legs.hear([bridge((call, 1.0), media("loss_ratio", 0.04, remote="7501"))])
    leg = legs.of_bridge("room-c1", ROOM, CALLERS, DAWN, "mcu")
    assert leg is not None
    assert [(one.media, one.direction, one.loss) for one in leg.streams] == [("video", "tx", 0.04)]
    assert leg.conference == "giao-ban"
    assert legs.of_bridge("room-c2", ROOM, CALLERS, DAWN, "mcu") is None


def test_the_bridge_of_the_meeting_is_believed_before_another() -> None:
    legs = Legs()
    legs.hear([bridge(media("loss_ratio", 0.0, remote="7501"), check="a/pexip")])
    legs.hear([bridge(media("loss_ratio", 0.1, remote="7501"), check="b/pexip", at=DAWN + SECOND)])
    for wanted, found in (("a", "a"), ("b", "b"), (None, "b")):
        leg = legs.of_bridge("room-c1", ROOM, CALLERS, DAWN + SECOND, wanted)
        assert leg is not None
        assert leg.device == found


def test_a_bridge_that_named_a_room_and_does_no_more_says_that_it_has_left() -> None:
    legs = Legs()
    call = Series.of("vc_call_info", (), remote="10.1.1.2", conference="x")
    assert not legs.has_left("room-c1", ROOM, CALLERS, DAWN)
    legs.hear([bridge((call, 1.0))])
    leg = legs.of_bridge("room-c1", ROOM, CALLERS, DAWN, None)
    assert leg is not None
    assert leg.verdict.grade is Grade.UNKNOWN  # it is named, and nothing is said of its media
    legs.hear([bridge((call, STALE), at=DAWN + 30 * SECOND)])
    assert legs.of_bridge("room-c1", ROOM, CALLERS, DAWN + 30 * SECOND, None) is None
    assert legs.has_left("room-c1", ROOM, CALLERS, DAWN + 30 * SECOND)
    assert not legs.has_left("room-c2", ROOM, CALLERS, DAWN + 30 * SECOND)
    # A bridge that is silent itself says nothing of anybody.
    assert not legs.has_left("room-c1", ROOM, CALLERS, DAWN + timedelta(minutes=5))


def test_a_look_that_failed_and_a_series_that_ended_say_nothing() -> None:
    legs = Legs()
    legs.hear([codec(media("loss_ratio", 0.02))])
    failed = Reading("c1-vc/cisco_codec", "center", DAWN + SECOND)
    failed.failure = Failure(FailureKind.TIMEOUT, "silent")
    legs.hear([failed])
    assert legs.of_room("c1-vc", DAWN + SECOND) is not None
    legs.hear([codec(media("loss_ratio", STALE), at=DAWN + 2 * SECOND)])
    assert legs.of_room("c1-vc", DAWN + 2 * SECOND) is None


def test_the_last_windows_are_kept_until_there_is_a_gap() -> None:
    legs = Legs()
    for n, loss in enumerate((0.0, 0.02, 0.0, 0.04, 0.0, 0.0)):
        legs.hear([codec(media("loss_ratio", loss), at=DAWN + n * 15 * SECOND)])
    leg = legs.of_room("c1-vc", DAWN + 75 * SECOND)
    assert leg is not None
    good = Grade.GOOD
    assert leg.recent == (Grade.POOR, good, Grade.BAD, good, good)
    late = DAWN + 75 * SECOND + FRESH + SECOND
    legs.hear([codec(media("loss_ratio", 0.0), at=late)])
    after = legs.of_room("c1-vc", late)
    assert after is not None
    assert after.recent == (good,)


def test_a_line_is_the_mean_of_minutes_and_only_of_ways_that_matter() -> None:
    legs = Legs()
    legs.hear([swept(0.1, DAWN)])
    legs.attend({"gw"})
    for n in range(3):
        legs.hear([swept(1 / 30 if n == 1 else 0.0, DAWN + n * 30 * SECOND)])
    assert legs.path("gw", DAWN + 60 * SECOND) is None  # too few probes to tell 1 % from none
    legs.hear([swept(0.0, DAWN + 90 * SECOND)])
    line = legs.path("gw", DAWN + 90 * SECOND)
    assert line is not None
    assert line.loss == pytest.approx(1 / 120)
    assert line.round_trip == pytest.approx(0.02)
    assert legs.path("gw", DAWN + timedelta(minutes=5)) is None
    legs.attend(())
    assert legs.path("gw", DAWN + 90 * SECOND) is None
