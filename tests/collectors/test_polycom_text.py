"""Does the collector of Polycom's text interface read what a codec with bad habits says?"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from collectors import polycom_text
from core.collector import Kit
from core.reading import FailureKind, Reading
from lab.calls import BASE_JITTER, Calls
from lab.emulators.answering import Stage
from lab.emulators.polycom_text import PolycomText
from lab.world import World
from runtime.kit import make_kit
from runtime.scheduler import look_once
from tests.collectors.families import CONFERENCE, FABRIC, ROOM, Purse, told
from tests.collectors.servers import talking
from tests.factories import DAWN, FakeClock, a_check

LINE = FABRIC.line(FABRIC.devices[ROOM].site)


@dataclass
class Place:
    world: World


@dataclass
class Stand:
    clock: FakeClock
    place: Place
    calls: Calls
    codec: PolycomText
    purse: Purse
    kit: Kit
    port: int

    async def look(self, timeout: float = 5.0, port: int | None = None) -> Reading:
        secret = "codec" if self.purse.text is not None else None
        check = a_check(
            "a",
            "polycom_text",
            address="127.0.0.1",
            timeout=timeout,
            secret=secret,
            params={"port": port or self.port},
        )
        _, reading = await look_once(polycom_text.COLLECTOR, check, self.kit)
        return reading


@asynccontextmanager
async def stand(password: str | None = None, secret: str | None = None) -> AsyncIterator[Stand]:
    clock, place = FakeClock(), Place(World(FABRIC))
    calls = Calls(lambda: place.world, clock)
    codec = PolycomText(Stage(calls, clock, ROOM), password)
    purse = Purse(secret)
    async with talking(codec.talk) as port:
        kit = make_kit(clock, secrets=purse)
        yield Stand(clock, place, calls, codec, purse, kit, port)
        await kit.aclose()


async def test_it_tells_what_the_codec_is_and_how_it_stands() -> None:
    async with stand() as at:
        reading = await at.look()
        assert reading.ok, reading.failure
        assert told(reading, "vc_device_info", product="RealPresence Group 500") == 1
        assert told(reading, "vc_registered", protocol="sip") == 1
        assert told(reading, "vc_registered", protocol="h323") is None
        assert told(reading, "vc_in_call") == 0
        condition = at.calls.condition(ROOM)
        condition.registered = condition.microphone = False
        condition.microphone_muted = condition.video_muted = True
        reading = await at.look()
        assert told(reading, "vc_registered", protocol="sip") == 0
        assert told(reading, "vc_microphone_muted") == 1
        assert told(reading, "vc_video_muted") == 1
        assert told(reading, "vc_peripheral_connected", kind="microphone") == 0
        assert told(reading, "vc_fault_info", fault="microphones") == 1


@pytest.mark.parametrize("loss", [0.0, 0.0137, 0.2])
@pytest.mark.parametrize("jitter", [0.0, 0.0374, 0.1])
async def test_a_minute_is_measured_as_it_was(loss: float, jitter: float) -> None:
    async with stand() as at:
        at.calls.join(ROOM, CONFERENCE)
        if loss or jitter:
            at.calls.settle()
            at.place.world = at.place.world.degrade(LINE, DAWN, loss=loss, jitter=jitter)
        before, readings = at.calls.sums(ROOM, "video", "down"), []
        for _ in range(6):
            at.clock.advance(10)
            readings.append(await at.look())
        sent, lost = (
            now - then
            for now, then in zip(at.calls.sums(ROOM, "video", "down"), before, strict=True)
        )
        losses = [told(r, "vc_media_loss_ratio", media="all") or 0.0 for r in readings]
        assert sum(losses) / 6 == pytest.approx(lost / sent, abs=0.005)
        for media in ("audio", "video"):
            place = {"media": media, "direction": "tx"}
            seen = [told(r, "vc_media_jitter_seconds", **place) or 0.0 for r in readings]
            assert sum(seen) / 6 == pytest.approx(BASE_JITTER + jitter, abs=0.002)
        last = readings[-1]
        assert told(last, "vc_in_call") == 1
        assert told(last, "vc_call_info", remote=f"{CONFERENCE}@hoinghi.example") == 1
        assert told(last, "vc_media_height_pixels", media="video", direction="rx") == 720
        assert told(last, "vc_call_bits_per_second", direction="rx") == 1_920_000
        used = told(last, "vc_media_bandwidth_used_ratio", direction="rx")
        assert used == pytest.approx((1700 + 64) / 1920)


async def test_a_password_is_given_where_it_is_asked_for() -> None:
    async with stand("mat-khau", "mat-khau") as at:
        assert (await at.look()).ok
        assert at.codec.wrong == 0


async def test_a_wrong_password_is_given_once_and_not_again() -> None:
    async with stand("mat-khau", "sai") as at:
        for _ in range(20):
            reading = await at.look()
            assert reading.failure is not None
            assert reading.failure.kind is FailureKind.AUTH
            at.clock.advance(30)
        assert at.codec.wrong == 1
        at.purse.text = "mat-khau"
        assert (await at.look()).ok


async def test_a_password_that_is_not_answered_in_time_is_not_given_again_soon() -> None:
    given: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Password: ")
        given.append(await reader.readline())
        await reader.read()

    async with stand(secret="mat-khau") as at, talking(talk) as port:
        reading = await at.look(timeout=0.3, port=port)
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.TIMEOUT
        for _ in range(20):
            at.clock.advance(30)
            reading = await at.look(timeout=0.3, port=port)
            assert reading.failure is not None
            assert "the login was not answered; to lock no account" in reading.failure.detail
    assert given == [b"mat-khau\r\n"]


async def test_a_look_that_we_ended_ourselves_is_no_refusal() -> None:
    given = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Password: ")
        await reader.readline()
        given.set()
        await reader.read()

    async with stand(secret="mat-khau") as at, talking(talk) as port:
        task = asyncio.create_task(at.look(port=port))
        await given.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        given.clear()
        await at.look(timeout=0.3, port=port)
        assert given.is_set()


async def test_without_a_secret_a_password_prompt_is_told() -> None:
    async with stand("mat-khau") as at:
        reading = await at.look()
        assert reading.failure is not None
        assert "wants a password" in reading.failure.detail


async def test_the_session_ends_with_the_look_and_another_one_is_respected() -> None:
    async with stand() as at:
        await at.look()
        await asyncio.sleep(0.05)
        assert not at.codec.busy
        at.codec.busy = True
        reading = await at.look()
        assert reading.failure is not None
        assert "another session may be open" in reading.failure.detail


async def test_nothing_is_changed_on_the_device() -> None:
    async with stand() as at:
        at.calls.join(ROOM, CONFERENCE)
        await at.look()
        questions = {"whoami", "status", "callinfo all", "advnetstats", "netstats"}
        questions |= {"mute near get", "videomute near get"}
        assert set(at.codec.asked) == questions


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"Hi, my name is : a\r\n-> ")
    while True:
        writer.write(b"x y\r\n" * 1000)
        await writer.drain()
        await asyncio.sleep(0)


async def _one_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()
        await asyncio.sleep(0)


async def _mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"Hi, my name is : a\r\n-> ")
    await reader.readline()
    writer.write(b"Model: half")
    await writer.drain()


@pytest.mark.parametrize("talk", [_endless, _one_line, _mute, _cut])
async def test_what_strangers_say_ends_within_the_deadline(talk: object) -> None:
    async with stand() as at, talking(talk) as port:  # type: ignore[arg-type]
        begun = asyncio.get_running_loop().time()
        reading = await at.look(timeout=0.6, port=port)
        assert asyncio.get_running_loop().time() - begun < 1.5
        assert reading.failure is not None
        assert reading.failure.kind is not FailureKind.BUG
        assert reading.failure.detail
