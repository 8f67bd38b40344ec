"""From what conference equipment counts to figures: of the time between two looks, or none."""

import re

import pytest

from collectors._vc.facts import Call, Direction, Endpoint, Media, Stream
from collectors._vc.telling import Before, samples
from core.media import Counts
from core.reading import is_stale
from lab.emulators.answering import Ask, Reply
from tests.collectors.families import CONFERENCE, FAMILIES, ROOM, stand, told
from tests.factories import a_check

BY_NAME = {family.name: family for family in FAMILIES}


class Codec:
    """Equipment in a call, looked at again and again."""

    def __init__(self) -> None:
        self.before = Before()
        self.check = a_check("phong-hop", "cisco_codec")

    def loss(self, counts: Counts | None, *, duration: float, channel: str = "331") -> float | None:
        """Look once; return the loss that is told of the one channel, None for none."""
        streams = [Stream(Media.VIDEO, Direction.RX, channel, counts)] if counts else []
        call = Call("27", "tinh@hop.vn", duration=duration, streams=streams)
        found = samples(self.check, Endpoint(calls=[call]), self.before)
        return next(
            (v for s, v in found if s.name == "vc_media_loss_ratio" and not is_stale(v)), None
        )


def test_a_channel_that_is_missing_for_a_look_is_not_told_from_its_beginning() -> None:
    codec = Codec()
    codec.loss(Counts(1_000, 500), duration=60)
    assert codec.loss(Counts(2_000, 500), duration=90) == 0
    assert codec.loss(None, duration=120) is None  # it did not say for once
    assert codec.loss(Counts(3_900, 600), duration=150) == pytest.approx(0.05)


def test_a_call_under_the_same_numbers_is_another_one_where_it_has_lasted_less() -> None:
    codec = Codec()
    codec.loss(Counts(100_000, 0), duration=3_600)
    assert codec.loss(Counts(500, 60), duration=3_630, channel="332") is not None
    again = codec.loss(Counts(1_000, 100), duration=20, channel="332")
    assert again == pytest.approx(100 / 1_100)


@pytest.mark.parametrize(
    ("name", "figure"),
    [
        ("poly_videoos", rb'("percentPacketLoss":)[^,}]*'),
        ("cisco_meeting_server", rb"(<packetLossPercentage>)[^<]*"),
    ],
)
@pytest.mark.parametrize("said", [b"-1", b"300", b"NaN"])
async def test_a_share_that_is_none_is_not_measured_and_never_good(
    name: str, figure: bytes, said: bytes
) -> None:
    family = BY_NAME[name]
    remote = {"remote": family.remote(ROOM)} if family.is_bridge else {}

    def spoil(n: int, ask: Ask, reply: Reply) -> Reply:
        body = re.sub(figure, rb"\g<1>" + said, reply.body)
        return Reply(reply.status, body, reply.kind, reply.headers)

    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE)
        for honest in (True, False):
            at.clock.advance(15)
            reading = await at.look()
            assert reading.ok
            for series in ("vc_media_loss_ratio", "vc_media_estimated_mos"):
                audio = {"media": "audio"} if "loss" in series else {}
                value = told(reading, series, direction="rx", **audio, **remote)
                assert (value is not None) is honest
            at.spoiling.spoil = spoil
