"""What a codec posts to its own address brings its checks forward; nobody else's does."""

from core.watching import Check
from runtime.feedback import Feedback, address_of, token_of
from runtime.hints import PAUSE, Hints
from tests.factories import FakeClock, a_check

SECRET = "mot-bi-mat-dai"


class Feed:
    """A feed with two codecs."""

    version = 1

    def current(self) -> list[Check]:
        checks = []
        for number, device in enumerate(("vc-1", "vc-2"), 1):
            address = f"10.0.0.{number}"
            checks += [
                a_check(device, "icmp", address=address, reach=True),
                a_check(device, "cisco_codec", address=address, reach=False),
                a_check(device, "snmp_health", address=address, reach=False),
            ]
        return checks


class Ears:
    """What was hinted."""

    def __init__(self, name: str = "hint-key", secret: str | None = SECRET) -> None:
        self.given: list[str] = []
        self.clock = FakeClock()
        self.hints = Hints(Feed(), self.given.append, self.clock)  # type: ignore[arg-type]
        self.feedback = Feedback(self.hints, lambda _: secret, name)


def test_a_codecs_post_brings_its_own_checks_forward() -> None:
    ears = Ears()
    assert ears.feedback.take("vc-1", token_of(SECRET, "vc-1"))
    assert ears.given == ["vc-1/icmp", "vc-1/cisco_codec"]


def test_an_address_of_another_device_or_of_an_old_secret_is_none() -> None:
    ears = Ears()
    assert not ears.feedback.take("vc-1", token_of(SECRET, "vc-2"))
    assert not ears.feedback.take("vc-1", token_of("bi-mat-cu", "vc-1"))
    assert not ears.feedback.take("vc-1", "é")
    assert ears.given == []


def test_without_a_secret_nothing_is_taken() -> None:
    for ears in (Ears(name=""), Ears(secret=None), Ears(secret="")):
        assert not ears.feedback.take("vc-1", token_of("", "vc-1"))
        assert ears.given == []


def test_a_codec_that_posts_all_the_time_is_looked_at_once_in_a_while() -> None:
    ears = Ears()
    for _ in range(100):
        assert ears.feedback.take("vc-1", token_of(SECRET, "vc-1"))
    assert ears.given == ["vc-1/icmp", "vc-1/cisco_codec"]
    ears.clock.advance(PAUSE)
    ears.feedback.take("vc-1", token_of(SECRET, "vc-1"))
    assert len(ears.given) == 4


def test_a_device_that_is_watched_no_more_is_answered_and_wakes_nobody() -> None:
    ears = Ears()
    assert ears.feedback.take("vc-9", token_of(SECRET, "vc-9"))
    assert ears.given == []


def test_the_address_is_short_enough_for_old_codecs() -> None:
    address = address_of("https://thongsuot.binhphuoc.gov.vn:8443", SECRET, "x" * 63)
    assert len(address) <= 255
    assert SECRET not in address
