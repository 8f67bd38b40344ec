"""What PCs in rooms say becomes series while they say it; a silent one is down, a gone one gone."""

from datetime import timedelta

from core.meeting import Beat
from runtime.catalogue import catalogue
from runtime.room_series import SERIES, RoomSeries
from storage.ledger import Ledger
from tests.factories import DAWN, FakeClock

BASE = (("job", "thongsuot"),)


async def told(series: RoomSeries) -> dict[str, float]:
    await series.refresh()
    return {str(one): value for one, value in series.samples(BASE)}


async def test_a_pc_is_up_while_it_speaks_and_down_when_it_is_silent(
    sqlite_ledger: Ledger,
) -> None:
    clock = FakeClock()
    series = RoomSeries(sqlite_ledger, clock)
    assert await told(series) == {}
    await sqlite_ledger.meetings.beat(
        Beat(
            room="ph-a",
            at=DAWN,
            client=True,
            camera=False,
            loss=0.25,
            round_trip=0.008,
            clock_offset=-3.0,
            by="pc",
        )
    )
    assert await told(series) == {
        'vc_client_up{job="thongsuot",room="ph-a"}': 1.0,
        'vc_client_running{job="thongsuot",room="ph-a"}': 1.0,
        'vc_client_loss_ratio{job="thongsuot",room="ph-a"}': 0.25,
        'vc_client_round_trip_seconds{job="thongsuot",room="ph-a"}': 0.008,
        'vc_client_clock_offset_seconds{job="thongsuot",room="ph-a"}': -3.0,
        'vc_client_device_present{device="camera",job="thongsuot",room="ph-a"}': 0.0,
    }
    clock.advance(96)
    assert await told(series) == {'vc_client_up{job="thongsuot",room="ph-a"}': 0.0}
    clock.advance(timedelta(days=31).total_seconds())
    assert await told(series) == {}


def test_every_series_is_in_the_catalogue() -> None:
    for name, words, labels in SERIES:
        metric = catalogue()[name]
        assert metric.help == words
        assert {"room", *labels} <= set(metric.labels)
