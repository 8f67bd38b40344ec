"""Does the sweep tell the truth, at once, and no more than that?"""

import asyncio
import random
import socket
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors import icmp
from collectors._icmp import packet
from collectors._icmp.host import SUMMARY, Host, jitter, percentile
from collectors._icmp.sweep import RECOVERY, Sweep
from collectors._icmp.wire import Wire
from core.clock import SystemClock
from core.losses import needed
from core.reading import Failure, FailureKind, Reading, is_stale
from core.watching import Check, Verify
from runtime.kit import make_kit
from runtime.transcripts import Run
from tests.collectors.land import Land
from tests.factories import DAWN, a_check

pytestmark = pytest.mark.lab


class Feed:
    """Checks, and hints, that a test may change."""

    def __init__(self, *checks: Check) -> None:
        self.checks: Sequence[Check] = checks
        self.version = 1
        self.hinted: list[str] = []

    def current(self) -> Sequence[Check]:
        return self.checks

    def hints(self) -> Sequence[str]:
        hinted, self.hinted = self.hinted, []
        return hinted

    def become(self, *checks: Check) -> None:
        self.checks = checks
        self.version += 1


class Watch:
    """A running sweep and what it has emitted."""

    def __init__(self, sweep: Sweep, readings: list[Reading]) -> None:
        self.sweep = sweep
        self.readings = readings

    def of(self, target: str) -> list[Reading]:
        return [r for r in self.readings if r.check == f"{target}/icmp"]

    async def until(self, claim: Callable[[], bool], within: float = 10.0) -> None:
        async with asyncio.timeout(within):
            while not claim():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def sweeping(feed: Feed, world: Land) -> AsyncIterator[Watch]:
    readings: list[Reading] = []
    kit = make_kit(SystemClock(), world)
    sweep = Sweep(feed, kit, readings.extend)
    task = asyncio.create_task(sweep.run())
    try:
        yield Watch(sweep, readings)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def ping(name: str, address: str, *uplinks: str, **changes: object) -> Check:
    verify = Verify(uplinks=tuple(f"{up}/icmp" for up in uplinks))
    fields: dict[str, object] = {"interval": 0.2, "verify": verify, "address": address}
    return a_check(name, "icmp", **(fields | changes))


def failures(readings: Sequence[Reading]) -> list[Reading]:
    return [r for r in readings if not r.ok]


async def test_the_first_answer_is_told_at_once_with_all_samples(world: Land) -> None:
    async with sweeping(Feed(ping("a", "10.0.0.5")), world) as watch:
        await watch.until(lambda: bool(watch.readings))
    reading = watch.readings[0]
    assert reading.ok
    assert reading.loss == 0.0
    assert {s.name for s, _ in reading.samples} == {e.name for e in icmp.COLLECTOR.emits}


async def test_the_first_miss_is_told_at_once_and_the_burst_follows(world: Land) -> None:
    async with sweeping(Feed(ping("a", "10.0.0.5")), world) as watch:
        await watch.until(lambda: bool(watch.readings))
        world.answer = lambda address, asked: None
        await watch.until(lambda: len(failures(watch.readings)) >= 23)
    bad = failures(watch.readings)
    assert {r.failure.kind for r in bad if r.failure} == {FailureKind.TIMEOUT}
    assert (bad[22].at - bad[0].at).total_seconds() < 2.5
    assert [r.at for r in bad] == sorted(r.at for r in bad)


async def test_every_uplink_is_probed_and_its_good_answers_are_told(world: Land) -> None:
    feed = Feed(ping("hub", "10.0.0.2"), ping("xa", "10.0.0.3", "hub"))
    async with sweeping(feed, world) as watch:
        await watch.until(lambda: len(watch.readings) >= 2)
        world.answer = lambda address, asked: None if address == "10.0.0.3" else 0.001
        await watch.until(lambda: len(failures(watch.of("xa"))) >= 10)
    first_miss = failures(watch.of("xa"))[0].at
    alive = [r for r in watch.of("hub") if r.ok and r.at > first_miss]
    assert len(alive) >= 8
    assert not failures(watch.of("hub"))


async def test_an_uplink_of_many_suspects_is_probed_once_per_step(world: Land) -> None:
    children = [ping(f"x{n}", f"10.0.1.{n}", "hub") for n in range(1, 21)]
    async with sweeping(Feed(ping("hub", "10.0.0.2"), *children), world) as watch:
        await watch.until(lambda: len({r.check for r in watch.readings}) == 21)
        before = world.asked["10.0.0.2"]
        world.answer = lambda address, asked: 0.0 if address == "10.0.0.2" else None
        await watch.until(lambda: len(failures(watch.of("x7"))) >= 20)
        assert world.asked["10.0.0.2"] - before < 70


async def test_the_burst_ends_with_the_answer_and_the_rhythm_is_calm_again(world: Land) -> None:
    feed = Feed(ping("hub", "10.0.0.2"), ping("xa", "10.0.0.3", "hub"))
    async with sweeping(feed, world) as watch:
        await watch.until(lambda: len(watch.readings) >= 2)
        lost = world.asked["10.0.0.3"] + 1
        world.answer = lambda address, asked: (
            None if address == "10.0.0.3" and asked == lost else 0.0
        )
        await watch.until(lambda: bool(failures(watch.readings)))
        await watch.until(lambda: watch.of("xa")[-1].ok)
        await asyncio.sleep(0.2)
        told = len(watch.readings)
        await asyncio.sleep(0.8)
        assert len(watch.readings) == told
    assert len(failures(watch.readings)) == 1


async def test_the_burst_ends_when_the_misses_suffice(world: Land) -> None:
    world.answer = lambda address, asked: None
    feed = Feed(ping("a", "10.0.0.5", interval=60.0, timeout=0.2))
    async with sweeping(feed, world) as watch:
        await asyncio.sleep(0.05)
        feed.hinted.append("a/icmp")
        await watch.until(lambda: len(failures(watch.readings)) >= needed(0.0))
        await asyncio.sleep(0.5)
    assert len(failures(watch.readings)) < needed(0.0) + 6 < Verify().probes


async def test_a_hint_about_what_is_surely_dead_is_answered_by_as_many_probes(world: Land) -> None:
    world.answer = lambda address, asked: None
    feed = Feed(ping("a", "10.0.0.5", interval=60.0, timeout=0.2, verify=Verify(probes=24)))
    async with sweeping(feed, world) as watch:
        await asyncio.sleep(0.05)
        feed.hinted.append("a/icmp")
        await watch.until(lambda: len(failures(watch.readings)) >= needed(0.0) + 2)
        await asyncio.sleep(0.5)
        before = world.asked["10.0.0.5"]
        feed.hinted.append("a/icmp")
        await watch.until(lambda: world.asked["10.0.0.5"] >= before + RECOVERY, within=2.0)


async def test_soon_after_another_suspicion_the_burst_is_sent_whole(world: Land) -> None:
    world.answer = lambda address, asked: 0.0 if asked == 6 else None  # the first of the burst
    feed = Feed(ping("a", "10.0.0.5", interval=60.0, timeout=0.2))
    async with sweeping(feed, world) as watch:
        await asyncio.sleep(0.05)
        feed.hinted.append("a/icmp")
        await watch.until(lambda: any(r.ok for r in watch.readings))
        feed.hinted.append("a/icmp")
        await watch.until(lambda: len(failures(watch.readings)) >= Verify().probes)


async def test_a_dead_target_is_told_of_rarely_after_its_burst(world: Land) -> None:
    world.answer = lambda address, asked: None
    check = ping("a", "10.0.0.5", verify=Verify(probes=4), interval=0.025, timeout=0.2)
    async with sweeping(Feed(check), world) as watch:
        await watch.until(lambda: world.asked["10.0.0.5"] > 150)
        assert 100 <= len(watch.readings) <= 103


async def test_recovery_is_told_at_once_and_confirmed_by_a_short_burst(world: Land) -> None:
    world.answer = lambda address, asked: None
    check = ping("a", "10.0.0.5", verify=Verify(probes=6, spacing=0.03), timeout=0.2)
    async with sweeping(Feed(check), world) as watch:
        await watch.until(lambda: len(watch.readings) >= 7)
        world.answer = lambda address, asked: 0.0
        await watch.until(lambda: watch.readings[-1].ok)
        await watch.until(lambda: sum(r.ok for r in watch.readings) >= 5, within=1.0)


async def test_a_recovery_on_a_lossy_line_is_told_until_it_is_proven(world: Land) -> None:
    world.answer = lambda address, asked: None
    check = ping("a", "10.0.0.5", verify=Verify(probes=6, spacing=0.03), timeout=0.2)
    async with sweeping(Feed(check), world) as watch:
        await watch.until(lambda: len(watch.readings) >= 7)
        mended = world.asked["10.0.0.5"]
        world.answer = lambda address, asked: (
            None if asked < mended + 40 and asked % 3 == 0 else 0.0
        )
        await watch.until(lambda: "1" * 5 in "".join(str(int(r.ok)) for r in watch.readings))


async def test_a_spotless_window_is_not_closed_over_a_suspicion(world: Land) -> None:
    host = Host(a_check(), 0.0)
    host.answered(1, 0.01, True, False)
    assert host.is_closable
    host.missed(2, Failure(FailureKind.TIMEOUT, "no answer"), regular=False)
    assert not host.is_closable
    host.missed(3, Failure(FailureKind.TIMEOUT, "no answer"), regular=True)
    assert host.is_closable


async def test_an_answer_later_than_we_waited_is_no_loss(world: Land) -> None:
    async with sweeping(Feed(ping("a", "10.0.0.5", interval=0.5)), world) as watch:
        await watch.until(lambda: bool(watch.readings))
        await asyncio.sleep(0.6)
        world.answer = lambda address, asked: 0.7  # it was 0; we wait 1 s at first, 150 ms later
        await asyncio.sleep(2.5)
        host = watch.sweep._hosts["a/icmp"]
        assert host.wait > 0.7
        assert host.misses == 0
        assert watch.sweep.stats.strays == 0


async def test_what_cannot_be_sent_is_named_and_is_no_loss(world: Land) -> None:
    world.run("ip", "route", "add", "prohibit", "172.16.0.0/12")
    feed = Feed(ping("refused", "172.16.0.1"), ping("lost", "192.0.2.1"))
    async with sweeping(feed, world) as watch:
        await watch.until(lambda: len({r.check for r in watch.readings}) == 2)
    kinds = {r.check: r.failure.kind for r in watch.readings if r.failure}
    assert kinds == {"refused/icmp": FailureKind.LOCAL, "lost/icmp": FailureKind.UNREACHABLE}
    assert all(r.loss is None for r in watch.of("refused"))


async def test_ipv6_is_swept_beside_ipv4(world: Land) -> None:
    feed = Feed(ping("six", "fd00:0::5"), ping("four", "10.0.0.5"))
    async with sweeping(feed, world) as watch:
        await watch.until(lambda: len({r.check for r in watch.readings if r.ok}) == 2)


async def test_a_host_name_is_swept_by_its_address(world: Land) -> None:
    async with sweeping(Feed(ping("a", "localhost")), world) as watch:
        await watch.until(lambda: any(r.ok for r in watch.readings))


async def test_a_name_without_address_is_our_fault(world: Land) -> None:
    async with sweeping(Feed(ping("a", "no.such.name.invalid")), world) as watch:
        await watch.until(lambda: bool(watch.readings))
    failure = watch.readings[0].failure
    assert failure is not None
    assert failure.kind is FailureKind.LOCAL


async def test_where_raw_is_refused_datagram_sockets_do(world: Land) -> None:
    world.run("sysctl", "-qw", "net.ipv4.ping_group_range=0 2147483647")
    world.raw_allowed = False
    feed = Feed(ping("six", "fd00::5"), ping("four", "10.0.0.5"))
    async with sweeping(feed, world) as watch:
        await watch.until(lambda: len({r.check for r in watch.readings if r.ok}) == 2)
        assert not any(wire.raw for wire in watch.sweep._wires.values())


async def test_without_any_socket_every_check_says_why(world: Land) -> None:
    world.raw_allowed = False
    async with sweeping(Feed(ping("a", "10.0.0.5"), ping("b", "10.0.0.6")), world) as watch:
        await watch.until(lambda: len({r.check for r in watch.readings}) == 2)
    failure = watch.readings[0].failure
    assert failure is not None
    assert failure.kind is FailureKind.LOCAL
    assert "no ICMP socket" in failure.detail


async def test_a_changed_feed_is_followed_without_restart(world: Land) -> None:
    feed = Feed(ping("a", "10.0.0.5"))
    async with sweeping(feed, world) as watch:
        await watch.until(lambda: bool(watch.of("a")))
        feed.become(ping("b", "10.0.0.6"))
        await watch.until(lambda: bool(watch.of("b")))
        asked = world.asked["10.0.0.5"]
        await asyncio.sleep(0.5)
        assert world.asked["10.0.0.5"] == asked


async def test_a_hint_is_answered_by_probes_that_are_all_told(world: Land) -> None:
    feed = Feed(ping("a", "10.0.0.5", interval=30.0))
    async with sweeping(feed, world) as watch:
        await asyncio.sleep(0.05)
        feed.hinted.append("a/icmp")
        await watch.until(lambda: len(watch.readings) >= 5, within=2.0)


async def test_replies_of_strangers_and_doubles_answer_nothing(world: Land) -> None:
    async with sweeping(Feed(ping("a", "10.0.0.5")), world) as watch:
        await watch.until(lambda: bool(watch.readings))
        sweep = watch.sweep
        answered, strays = sweep.stats.answered, sweep.stats.strays
        sweep._flight[7] = (sweep._hosts["a/icmp"], 1, 0.0, False, False)
        sweep._answered(7, "10.0.0.66", 2)
        sweep._answered(999_999, "10.0.0.5", 2)
        assert sweep.stats.strays == strays + 2
        assert sweep.stats.answered == answered


async def test_an_overflow_of_our_buffer_is_never_their_loss(world: Land) -> None:
    checks = [ping(f"x{n}", f"10.1.{n >> 8}.{n & 255}", interval=0.5) for n in range(600)]
    async with sweeping(Feed(*checks), world) as watch:
        await watch.until(lambda: len(watch.readings) >= 600)
        wire = watch.sweep._wires[socket.AF_INET]
        assert isinstance(wire, Wire)
        wire._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        await watch.until(lambda: wire.drops() > 0)
        await asyncio.sleep(1.5)
    kinds = Counter(r.failure.kind for r in watch.readings if r.failure)
    assert watch.sweep.stats.voided
    assert kinds[FailureKind.TIMEOUT] == 0


async def test_a_fifth_of_loss_costs_a_bounded_number_of_probes(world: Land) -> None:
    rng = random.Random(4)
    hubs = [ping(f"h{n}", f"10.2.0.{n}", interval=1.0) for n in range(1, 11)]
    leaves = [
        ping(f"x{n}", f"10.3.{n >> 8}.{n & 255}", f"h{n % 10 + 1}", interval=1.0)
        for n in range(1000)
    ]
    world.answer = lambda address, asked: None if rng.random() < 0.2 else 0.002
    async with sweeping(Feed(*hubs, *leaves), world) as watch:
        await asyncio.sleep(3.0)
        before = watch.sweep.stats.sent
        await asyncio.sleep(3.0)
        per_second = (watch.sweep.stats.sent - before) / 3
    assert per_second < 2500
    streaks = Counter[str]()
    worst = 0
    for reading in watch.readings:
        streaks[reading.check] = 0 if reading.ok else streaks[reading.check] + 1
        worst = max(worst, streaks[reading.check])
    assert worst < 15


async def test_cancelling_leaves_no_socket_and_no_task(world: Land) -> None:
    async with sweeping(Feed(ping("a", "10.0.0.5"), ping("b", "localhost")), world) as watch:
        await watch.until(lambda: bool(watch.readings))
    assert world.opened
    assert all(made.fileno() == -1 for made in world.opened)
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_one_look_says_what_was_lost(world: Land) -> None:
    world.answer = lambda address, asked: None if asked == 2 else 0.02
    run = Run("a/icmp", DAWN)
    check = a_check("a", address="10.0.0.5", params={"count": 4})
    reading = await icmp.look(check, make_kit(SystemClock(), world), run)
    assert reading.ok
    assert reading.loss == 0.25
    samples = {series.name: value for series, value in reading.samples}
    assert 0.019 < samples["probe_icmp_rtt_min_seconds"] < 0.03
    assert "no reply to probe 2" in run.lines


def test_a_patched_checksum_is_the_checksum() -> None:
    echo = packet.Echo(8, 0xBEEF, 0xDEADBEEF)

    @given(st.integers(0, 2**32 - 1))
    def claim(counter: int) -> None:
        assert packet.checksum(bytes(echo.patched(counter))) == 0

    claim()


def test_an_empty_window_after_a_full_one_ends_its_timings() -> None:
    host = Host(a_check(), 0.0)
    host.answered(1, 0.010, True, False)
    host.answered(2, 0.030, True, False)
    full = host.summary(DAWN)
    host.missed(3, Failure(FailureKind.TIMEOUT, "no answer"), regular=True)
    empty = host.summary(DAWN)
    assert {s.name: v for s, v in full.samples}["probe_icmp_jitter_seconds"] == pytest.approx(0.02)
    assert empty.loss == 1.0
    assert sum(is_stale(value) for _, value in empty.samples) == 7
    assert SUMMARY == 30.0


def test_percentile_and_jitter_of_little() -> None:
    assert percentile([1.0], 0.95) == 1.0
    assert percentile(sorted(map(float, range(1, 101))), 0.95) == 95.0
    assert jitter([0.5]) == 0.0
