"""What every family of conference equipment promises: good manners, and no harm done.

That it tells the truth is asked in `test_worlds`.
"""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.reading import FailureKind, is_stale
from lab.emulators.answering import Ask, Reply
from lab.world import How
from tests.collectors.families import (
    CONFERENCE,
    FAMILIES,
    ROOM,
    Family,
    stand,
    told,
)
from tests.collectors.servers import talking
from tests.factories import DAWN, a_check

MEASURING = [family for family in FAMILIES if family.media]
OF_THEIR_OWN = [f for f in FAMILIES if f.name != "cisco_codec ce9"]  # it has roomos11's code
LOGGING_IN = [family for family in FAMILIES if family.secret]
each = pytest.mark.parametrize("family", FAMILIES, ids=str)
each_measuring = pytest.mark.parametrize("family", MEASURING, ids=str)
each_logging_in = pytest.mark.parametrize("family", LOGGING_IN, ids=str)


@each_measuring
async def test_a_room_that_leaves_the_call_leaves_no_series_behind(family: Family) -> None:
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(15)
        during = await at.look()
        at.calls.leave(ROOM)
        at.clock.advance(10)
        after = await at.look()
        of_call = {
            series
            for series, _ in during.samples
            if series.name.startswith(("vc_media", "vc_call_i"))
        }
        assert of_call
        ended = {series for series, value in after.samples if is_stale(value)}
        assert of_call <= ended
        if not family.is_bridge:
            assert told(during, "vc_in_call") == 1
            assert told(after, "vc_in_call") == 0


@each
async def test_what_a_look_brings_is_what_is_declared(family: Family) -> None:
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE, content=True)
        at.clock.advance(15)
        await at.look()
        at.clock.advance(10)
        reading = await at.look()
        declared: dict[str, list[set[str]]] = {}
        for emit in family.collector.emits:
            declared.setdefault(emit.name, []).append(set(emit.labels))
        for series, _ in reading.samples:
            assert {k for k, _ in series.labels} - {"instance"} in declared[series.name], series


# Manners


@each_logging_in
async def test_a_refused_login_is_not_tried_again_and_a_new_password_is(family: Family) -> None:
    async with stand(family, secret="monitor:mat-khau-cu") as at:
        first = await at.look()
        assert first.failure is not None
        assert first.failure.kind is FailureKind.AUTH
        tries = len(at.spoiling.asked)
        for _ in range(10):
            at.clock.advance(30)
            again = await at.look()
            assert again.failure is not None
            assert again.failure.kind is FailureKind.AUTH
            assert "not tried again before" in again.failure.detail
        assert len(at.spoiling.asked) == tries
        assert "mat-khau-cu" not in str([run.lines for run in at.runs])
        at.purse.text = family.secret
        assert (await at.look()).ok


@each_logging_in
async def test_a_wrong_password_is_tried_four_times_in_a_day(family: Family) -> None:
    async with stand(family, secret="monitor:sai") as at:
        tries = set()
        for minute in range(24 * 60):
            at.clock.advance(60)
            if minute % 2 == 0:
                before = len(at.spoiling.asked)
                await at.look()
                if len(at.spoiling.asked) > before:
                    tries.add(minute)
        assert len(tries) <= 4


@each
async def test_a_device_that_is_asked_too_often_is_left_alone_as_long_as_it_says(
    family: Family,
) -> None:
    async with stand(family) as at:
        at.spoiling.spoil = lambda n, ask, reply: Reply(429, headers=(("Retry-After", "90"),))
        assert not (await at.look()).ok
        at.spoiling.spoil = lambda n, ask, reply: reply
        asked = len(at.spoiling.asked)
        at.clock.advance(80)
        resting = await at.look()
        assert resting.failure is not None
        assert "left alone until" in resting.failure.detail
        assert len(at.spoiling.asked) == asked
        at.clock.advance(20)
        assert (await at.look()).ok


@each
async def test_nothing_is_changed_on_the_device(family: Family) -> None:
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(15)
        await at.look()
        changing = [a for a in at.spoiling.asked if a.method != "GET" and not _is_session(a)]
        assert changing == []


def _is_session(ask: Ask) -> bool:
    """Say whether a request logs in, or asks for a list by POST, which changes nothing."""
    return ask.path.endswith(("/session", "/token", "/listDevices"))


# What strangers send

SPOILS: dict[str, Callable[[Reply], Reply]] = {
    "empty": lambda reply: Reply(200, b"", reply.kind),
    "other words": lambda reply: Reply(200, b"<html><p>Login</html>", "text/html"),
    "a null": lambda reply: Reply(200, b"null", "application/json"),
    "numbers": lambda reply: Reply(200, b"[1, 2, 3]", "application/json"),
    "deep": lambda reply: Reply(200, b"[" * 200_000, "application/json"),
    "deep markup": lambda reply: Reply(200, b"<a>" * 200_000 + b"</a>" * 200_000, "text/xml"),
    "entities": lambda reply: Reply(
        200, b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>', "text/xml"
    ),
    "octets": lambda reply: Reply(200, bytes(range(256)), reply.kind),
    "half": lambda reply: Reply(200, reply.body[: len(reply.body) // 2], reply.kind),
    "an error": lambda reply: Reply(500, b"oops"),
    "too long": lambda reply: Reply(200, b" " * 2_000_000, reply.kind),
    "moved": lambda reply: Reply(302, headers=(("Location", "http://10.0.0.1/"),)),
}


def only(place: int, spoil: Callable[[Reply], Reply]) -> Callable[[int, Ask, Reply], Reply]:
    return lambda n, ask, reply: spoil(reply) if n == place else reply


@pytest.mark.parametrize("family", OF_THEIR_OWN, ids=str)
@pytest.mark.parametrize("spoil", SPOILS)
async def test_a_spoilt_answer_is_a_failure_with_a_reason(family: Family, spoil: str) -> None:
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(15)
        await at.look()
        wanted = len(at.spoiling.asked)
        for place in range(1, wanted + 1, max(1, wanted // 4)):
            begun = len(at.spoiling.asked)
            at.spoiling.spoil = only(begun + place, SPOILS[spoil])
            at.clock.advance(200)
            reading = await at.look()
            if reading.failure is not None:
                assert reading.failure.kind is not FailureKind.BUG, at.runs[-1].lines
                assert reading.failure.detail
        at.spoiling.spoil = lambda n, ask, reply: reply
        at.clock.advance(4000)
        assert (await at.look()).ok


@each
@pytest.mark.full
def test_answers_with_wrong_octets_break_nothing(family: Family, full: bool) -> None:
    @settings(max_examples=1000 if full else 8, deadline=None)
    @given(cut=st.integers(0, 10_000), flip=st.integers(0, 255), at_=st.integers(1, 20))
    def broken(cut: int, flip: int, at_: int) -> None:
        asyncio.run(play(cut, flip, at_))

    async def play(cut: int, flip: int, at_: int) -> None:
        async with stand(family) as at:
            at.calls.join(ROOM, CONFERENCE)
            at.clock.advance(15)

            def spoil(n: int, ask: Ask, reply: Reply) -> Reply:
                if n != at_ or not reply.body:
                    return reply
                place = cut % len(reply.body)
                body = reply.body[:place] + bytes((flip,)) + reply.body[place + 1 :]
                return Reply(reply.status, body, reply.kind, reply.headers)

            at.spoiling.spoil = spoil
            for _ in range(2):
                reading = await at.look()
                at.clock.advance(10)
                kind = reading.failure.kind if reading.failure else None
                assert kind is not FailureKind.BUG, at.runs[-1].lines

    broken()


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n\r\n")
    while True:
        writer.write(b"<a>" * 10_000)
        await writer.drain()


async def _dripping(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH_9.2\r\n" * 100)
    await writer.drain()
    await reader.read()


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n<Status>")
    await writer.drain()


@each
@pytest.mark.parametrize("body", [b"{}", b'{"error": 7}', b"<x/>", b"<html><body/></html>"])
async def test_a_whole_document_about_something_else_is_not_taken_for_nobody_there(
    family: Family, body: bytes
) -> None:
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(15)
        assert (await at.look()).ok
        at.clock.advance(15)
        at.spoiling.spoil = lambda n, ask, reply: (
            reply if ask.path.endswith(("token", "session")) else Reply(200, body, reply.kind)
        )
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.PROTOCOL
        told_of = {series.name for series, _ in reading.samples}
        assert told_of == {"probe_success", "probe_duration_seconds"}


@each
@pytest.mark.parametrize("talk", [_endless, _dripping, _mute, _no_http, _cut])
async def test_what_never_ends_or_is_no_http_ends_within_the_deadline(
    family: Family, talk: Callable[..., object]
) -> None:
    async with stand(family) as at, talking(talk) as port:  # type: ignore[arg-type]
        begun = asyncio.get_running_loop().time()
        reading = await at.look(timeout=0.5, port=port)
        assert asyncio.get_running_loop().time() - begun < 1.5
        assert reading.failure is not None
        assert reading.failure.kind in {
            FailureKind.TIMEOUT,
            FailureKind.PROTOCOL,
            FailureKind.REFUSED,
        }
        assert reading.failure.detail


@each
async def test_a_silent_device_ends_the_look_and_a_cut_off_room_its_call(family: Family) -> None:
    async with stand(family) as at:
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(15)
        await at.look()
        at.change(at.world.cut(at.line(), How.BLACKHOLE, DAWN))
        at.clock.advance(30)
        assert told(await at.look(), "vc_media_loss_ratio", media="video", direction="rx") is None
        assert at.calls.ended[-1][2] == "media timeout"
        at.spoiling.spoil = lambda n, ask, reply: Reply(0)
        reading = await at.look(timeout=0.3)
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.TIMEOUT


@each
async def test_a_look_that_is_cancelled_leaves_nothing(family: Family) -> None:
    async with stand(family) as at:
        at.spoiling.spoil = lambda n, ask, reply: (
            Reply(reply.status, reply.body, reply.kind, reply.headers, 0.05) if n < 2 else Reply(0)
        )
        before = asyncio.all_tasks()
        task = asyncio.create_task(at.look())
        await asyncio.sleep(0.3)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await at.kit.aclose()
        await asyncio.sleep(0.05)
        ours = {t for t in asyncio.all_tasks() - before if "look" in repr(t.get_coro())}
        assert ours == set()


async def test_without_the_secret_nothing_is_asked() -> None:
    async with stand(FAMILIES[0], secret=None) as at:
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.LOCAL
        assert at.spoiling.asked == []


def test_checks_can_be_made_of_every_family() -> None:
    for family in FAMILIES:
        check = a_check("a", family.collector.name, params=dict(family.params))
        family.collector.params.model_validate(dict(check.params))
