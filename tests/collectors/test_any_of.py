"""A line is up while enough of its references answer, over real pings and connections."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from pydantic import ValidationError

from collectors import any_of
from core.clock import SystemClock
from core.collector import Sockets
from core.reading import Failure, FailureKind, Reading
from core.reference import Reference, reference
from runtime.kit import make_kit
from runtime.transcripts import Run
from tests.collectors.land import Land
from tests.factories import DAWN, a_check

FIRST, SECOND, THIRD = "10.8.8.8", "10.1.1.1", "fd00::8888"


async def looked(
    world: Sockets | None,
    *references: str,
    need: int = 1,
    timeout: float = 1.0,
    source: str | None = None,
) -> Reading:
    check = a_check(
        "internet",
        "any_of",
        address=FIRST,
        timeout=timeout,
        params={"references": references, "need": need, "source": source},
    )
    kit = make_kit(SystemClock(), world)
    try:
        return await any_of.look(check, kit, Run(check.slug, DAWN))
    finally:
        await kit.aclose()


def told(reading: Reading, metric: str) -> dict[str, float]:
    """Return the values of a metric by reference, or by nothing."""
    return {
        dict(series.labels).get("reference", ""): value
        for series, value in reading.samples
        if series.name == metric
    }


@pytest.fixture
async def open_port() -> AsyncIterator[int]:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def test_one_dead_reference_is_no_dead_line(world: Land) -> None:
    world.answer = lambda address, asked: None if address == FIRST else 0.01
    reading = await looked(world, FIRST, SECOND, THIRD)
    assert reading.ok
    assert told(reading, "probe_reference_success") == {FIRST: 0, SECOND: 1, THIRD: 1}
    assert set(told(reading, "probe_reference_duration_seconds")) == {SECOND, THIRD}
    assert all(v >= 0.01 for v in told(reading, "probe_reference_duration_seconds").values())
    assert told(reading, "probe_references_answering") == {"": 2}
    assert told(reading, "probe_references_asked") == {"": 3}


async def test_a_lost_packet_is_no_silent_reference(world: Land) -> None:
    world.answer = lambda address, asked: None if asked <= 2 else 0.0
    assert (await looked(world, FIRST)).ok
    assert world.asked[FIRST] == 3


async def test_a_line_is_down_when_none_answers_and_the_reading_names_them(world: Land) -> None:
    world.answer = lambda address, asked: None
    reading = await looked(world, FIRST, SECOND)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT
    assert reading.failure.detail == f"0 of 2 references answer; not {FIRST}, {SECOND}"
    assert told(reading, "probe_success") == {"": 0}
    assert told(reading, "probe_references_answering") == {"": 0}


@pytest.mark.parametrize(("need", "ok"), [(1, True), (2, True), (3, False)])
async def test_as_many_must_answer_as_are_needed(world: Land, need: int, ok: bool) -> None:
    world.answer = lambda address, asked: None if address == FIRST else 0.0
    reading = await looked(world, FIRST, SECOND, THIRD, need=need)
    assert reading.ok is ok
    if not ok:
        assert reading.failure is not None
        assert reading.failure.detail == f"2 of 3 references answer, 3 are needed; not {FIRST}"


async def test_what_we_could_not_ask_is_neither_good_nor_bad(world: Land) -> None:
    world.raw_allowed = False  # and its group may send no pings either
    reading = await looked(world, FIRST, SECOND)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.LOCAL
    assert told(reading, "probe_references_answering") == {"": 0}


async def test_a_connection_is_an_answer_and_a_refusal_is_none(open_port: int) -> None:
    closed = open_port - 1 if open_port > 1024 else open_port + 1
    door, other = f"127.0.0.1:{open_port}", f"127.0.0.1:{closed}"
    reading = await looked(None, door, other)
    assert reading.ok
    assert told(reading, "probe_reference_success") == {door: 1, other: 0}
    reading = await looked(None, other)
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.TIMEOUT
    assert reading.failure.detail == f"0 of 1 references answer; not {other}"


async def test_it_is_asked_from_the_address_that_chooses_the_line(world: Land) -> None:
    callers: list[str] = []

    async def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        callers.append(writer.get_extra_info("peername")[0])
        writer.close()

    server = await asyncio.start_server(note, "127.0.0.1", 0)
    async with server:
        door = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        assert (await looked(None, door, source="127.0.0.7")).ok
        await asyncio.sleep(0.05)
    assert callers == ["127.0.0.7"]
    assert (await looked(world, FIRST, source="10.0.0.1")).ok
    world.run("ip", "address", "add", "10.0.0.77/8", "dev", "world")
    assert (await looked(world, FIRST, source="10.0.0.77")).ok


async def test_an_address_that_is_none_of_ours_is_our_own_fault(world: Land) -> None:
    reading = await looked(world, FIRST, SECOND, source="10.0.0.99")
    assert reading.failure is not None
    assert reading.failure.kind is FailureKind.LOCAL
    assert world.asked == {}


async def test_silence_ends_before_the_deadline(world: Land) -> None:
    world.answer = lambda address, asked: None
    reading = await looked(world, FIRST, f"{SECOND}:443", timeout=0.5)
    assert not reading.ok
    assert reading.duration is not None
    assert reading.duration < 0.5
    assert told(reading, "probe_references_asked") == {"": 2}


@pytest.mark.parametrize(
    ("answering", "ours", "theirs", "need", "kind"),
    [
        (1, 0, 2, 1, None),
        (0, 1, 2, 1, FailureKind.LOCAL),  # it might have answered
        (0, 1, 2, 2, FailureKind.TIMEOUT),  # it could not have helped
        (1, 1, 1, 2, FailureKind.LOCAL),
        (0, 0, 3, 1, FailureKind.TIMEOUT),
    ],
)
def test_who_is_to_blame_is_counted(
    answering: int, ours: int, theirs: int, need: int, kind: FailureKind | None
) -> None:
    said: list[any_of.Told] = [0.01] * answering
    said += [Failure(FailureKind.LOCAL, "no socket")] * ours
    said += [Failure(FailureKind.TIMEOUT, "no answer")] * theirs
    counted = any_of.counted({Reference(f"10.0.0.{n}"): one for n, one in enumerate(said)}, need)
    assert (counted.kind if counted else None) is kind


@pytest.mark.parametrize(
    ("references", "need", "wrong"),
    [
        ((), 1, "at least 1"),
        ((FIRST, FIRST), 1, "named twice"),
        ((THIRD, "fd00:0::8888"), 1, "named twice"),
        ((FIRST, SECOND), 3, "3 of 2 references can never answer"),
        (("dns.google",), 1, "write a reference as an IP address"),
        ((f"{FIRST}:0",), 1, "a port is a number"),
        (tuple(f"10.0.0.{n}" for n in range(17)), 1, "at most 16"),
    ],
)
def test_what_cannot_be_counted_is_refused(
    references: tuple[str, ...], need: int, wrong: str
) -> None:
    with pytest.raises(ValidationError, match=wrong):
        any_of.Params(references=references, need=need)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("8.8.8.8", Reference("8.8.8.8")),
        (" 8.8.8.8:53 ", Reference("8.8.8.8", 53)),
        ("2001:db8:0::1", Reference("2001:db8::1")),
        ("[2001:db8::1]", Reference("2001:db8::1")),
        ("[2001:db8::1]:443", Reference("2001:db8::1", 443)),
        ("2001:db8::1:53", Reference("2001:db8::1:53")),  # its last group is no port
    ],
)
def test_a_reference_is_read_and_can_be_written_again(text: str, read: Reference) -> None:
    assert reference(text) == read
    assert reference(str(read)) == read


@pytest.mark.parametrize("text", ["", "dns.google", "8.8.8", "8.8.8.8:", "8.8.8.8:65536", "[::1"])
def test_what_is_no_address_is_no_reference(text: str) -> None:
    with pytest.raises(ValueError, match=r"IP address|a port is"):
        reference(text)
