"""Do the collectors of Yealink's and Lifesize's text interfaces read codecs with bad habits?"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import ModuleType

import pytest

from collectors import lifesize, yealink_text
from core.collector import Collector, Kit
from core.reading import FailureKind, Reading
from lab.calls import Calls
from lab.emulators.answering import Stage
from lab.emulators.lifesize import Lifesize
from lab.emulators.yealink_text import YealinkText
from lab.world import World
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.collectors.families import CONFERENCE, FABRIC, ROOM, Purse, told
from tests.collectors.servers import talking
from tests.factories import FakeClock, a_check

LOGIN = "auto:mat-khau-moi"
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Stand:
    collector: Collector
    clock: FakeClock
    calls: Calls
    purse: Purse
    kit: Kit
    port: int
    run: Run | None = None

    async def look(self, timeout: float = 5.0, port: int | None = None) -> Reading:
        check = a_check(
            "a",
            self.collector.name,
            address="127.0.0.1",
            timeout=timeout,
            secret="codec" if self.purse.text is not None else None,
            params={"port": port or self.port},
        )
        self.run, reading = await look_once(self.collector, check, self.kit)
        return reading


@asynccontextmanager
async def stand(
    collector: Collector, codec: Callable[[Stage], Talk], secret: str | None
) -> AsyncIterator[Stand]:
    clock = FakeClock()
    calls = Calls(lambda: World(FABRIC), clock)
    purse = Purse(secret)
    async with talking(codec(Stage(calls, clock, ROOM))) as port:
        kit = make_kit(clock, secrets=purse)
        yield Stand(collector, clock, calls, purse, kit, port)
        await kit.aclose()


@asynccontextmanager
async def yealink(
    password: str | None = None, secret: str | None = None
) -> AsyncIterator[tuple[Stand, YealinkText]]:
    made: list[YealinkText] = []

    def codec(stage: Stage) -> Talk:
        made.append(YealinkText(stage, password))
        return made[0].talk

    async with stand(yealink_text.COLLECTOR, codec, secret) as at:
        yield at, made[0]


@asynccontextmanager
async def a_lifesize(
    secret: str | None = LOGIN, *, icon: bool = False
) -> AsyncIterator[tuple[Stand, Lifesize]]:
    made: list[Lifesize] = []

    def codec(stage: Stage) -> Talk:
        made.append(Lifesize(stage, icon=icon))
        return made[0].talk

    async with stand(lifesize.COLLECTOR, codec, secret) as at:
        yield at, made[0]


async def test_a_yealink_tells_what_it_is_and_how_it_stands() -> None:
    async with yealink() as (at, _):
        reading = await at.look()
        assert reading.ok, reading.failure
        assert told(reading, "vc_device_info", product="Yealink VC800") == 1
        assert told(reading, "vc_device_info", software="63.345.0.30") == 1
        assert told(reading, "vc_in_call") == 0
        assert told(reading, "vc_standby") == 0
        condition = at.calls.condition(ROOM)
        condition.awake = False
        condition.microphone_muted = condition.do_not_disturb = True
        reading = await at.look()
        assert told(reading, "vc_standby") == 1
        assert told(reading, "vc_microphone_muted") == 1
        assert told(reading, "vc_do_not_disturb") == 1


async def test_a_yealink_that_rings_is_not_in_a_call_and_one_that_talks_is() -> None:
    async with yealink() as (at, codec):
        codec.ringing = True
        assert told(await at.look(), "vc_in_call") == 0
        at.calls.join(ROOM, CONFERENCE)
        assert told(await at.look(), "vc_in_call") == 1
        assert set(codec.asked) == {"sysstatus get", "mute near get", "donotdisturb global get"}


async def test_a_yealink_with_a_password_gets_it_once() -> None:
    async with yealink("mat-khau", "mat-khau") as (at, codec):
        assert (await at.look()).ok
        assert codec.wrong == 0
        assert at.run is not None
        assert "mat-khau" not in str(at.run.lines)


async def test_a_wrong_password_is_given_to_a_yealink_once_and_not_again() -> None:
    async with yealink("mat-khau", "sai") as (at, codec):
        for _ in range(20):
            reading = await at.look()
            assert reading.failure is not None
            assert reading.failure.kind is FailureKind.AUTH
            at.clock.advance(30)
        assert codec.wrong == 1
        at.purse.text = "mat-khau"
        assert (await at.look()).ok


async def test_a_lifesize_tells_what_it_is_and_of_its_call() -> None:
    async with a_lifesize() as (at, codec):
        reading = await at.look()
        assert reading.ok, reading.failure
        assert told(reading, "vc_device_info", product="Lifesize Room 220") == 1
        assert told(reading, "vc_device_info", software="4.8.0.59") == 1
        assert told(reading, "vc_in_call") == 0
        assert told(reading, "vc_standby") is None
        at.calls.join(ROOM, CONFERENCE)
        at.clock.advance(3700)
        at.calls.condition(ROOM).microphone_muted = True
        reading = await at.look()
        assert told(reading, "vc_in_call") == 1
        assert told(reading, "vc_call_duration_seconds") == 3700
        far = {"remote": f"{CONFERENCE}@hoinghi.example", "protocol": "sip", "origin": "outgoing"}
        assert told(reading, "vc_call_info", **far) == 1
        assert told(reading, "vc_microphone_muted") == 1
        assert all(line.startswith(("get ", "status ")) for line in codec.asked)


async def test_an_icon_tells_of_sleep_and_calls_its_states_otherwise() -> None:
    async with a_lifesize(icon=True) as (at, _):
        at.calls.join(ROOM, CONFERENCE)
        reading = await at.look()
        assert told(reading, "vc_call_info", remote=f"{CONFERENCE}@hoinghi.example") == 1
        assert told(reading, "vc_standby") == 0
        at.calls.leave(ROOM)
        at.calls.condition(ROOM).awake = False
        assert told(await at.look(), "vc_standby") == 1


async def test_a_wrong_login_is_shown_to_a_lifesize_once_and_not_again() -> None:
    async with a_lifesize("auto:sai") as (at, codec):
        for _ in range(20):
            reading = await at.look()
            assert reading.failure is not None
            assert reading.failure.kind is FailureKind.AUTH
            at.clock.advance(30)
        assert codec.wrong == 1
        at.purse.text = LOGIN
        assert (await at.look()).ok


async def test_a_password_that_is_asked_for_again_is_not_given_again() -> None:
    given: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"login: ")
        await reader.readline()
        for _ in range(20):
            writer.write(b"Password: ")
            given.append(await reader.readline())

    async with stand(lifesize.COLLECTOR, lambda stage: talk, "auto:sai") as at:
        for _ in range(3):
            reading = await at.look(timeout=1.0)
            assert reading.failure is not None
            assert reading.failure.kind is FailureKind.AUTH
    assert [line for line in given if line] == [b"sai\r\n"]


@pytest.mark.parametrize("module", [yealink_text, lifesize])
async def test_a_password_that_is_not_answered_in_time_is_not_given_again_soon(
    module: ModuleType,
) -> None:
    given: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Password: ")
        given.append(await reader.readline())
        await reader.read()

    async with stand(module.COLLECTOR, lambda stage: talk, LOGIN) as at:
        for _ in range(20):
            assert not (await at.look(timeout=0.3)).ok
            at.clock.advance(30)
    assert len(given) == 1


async def test_a_model_that_does_not_tell_of_calls_is_not_taken_to_be_in_none() -> None:
    async with a_lifesize() as (at, codec):
        assert told(await at.look(), "vc_in_call") == 0
        codec.knows_calls = False
        reading = await at.look()
        assert reading.ok
        assert told(reading, "vc_in_call") is None


async def test_the_login_that_the_vendor_prints_is_a_finding() -> None:
    async with a_lifesize("auto:lifesize") as (at, codec):
        codec.password = "lifesize"
        reading = await at.look()
        assert told(reading, "vc_fault_info", fault="the login is the published one") == 1


async def test_without_a_login_a_lifesize_is_not_asked() -> None:
    async with a_lifesize(None) as (at, codec):
        reading = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.LOCAL
        assert codec.asked == []


GREETINGS: Mapping[str, bytes] = {
    "yealink_text": b'version "model:VC800"\r\n',
    "lifesize": b"$ ",
}


def greeted(name: str, then: Talk) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(GREETINGS[name])
        await writer.drain()
        await then(reader, writer)

    return talk


async def _endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x y\r\n" * 1000)
        await writer.drain()
        await asyncio.sleep(0)


async def _one_line(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"x" * 4096)
        await writer.drain()
        await asyncio.sleep(0)


async def _slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b".")
        await writer.drain()
        await asyncio.sleep(0.05)


async def _mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def _cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readline()
    writer.write(b"sysstatus g")
    await writer.drain()


async def _nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.readline():
        writer.write(b"sysstatus get \xff\xfe\x00\r\n,,,,,,,,\r\nerror: no\r\nerror,01\r\n$ ")
        await writer.drain()


async def _telnet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(b"\xff\xfd\x18" * 500)
        await writer.drain()
        await asyncio.sleep(0)


@pytest.mark.parametrize("name", sorted(GREETINGS))
@pytest.mark.parametrize("talk", [_endless, _one_line, _slow, _mute, _cut, _nonsense, _telnet])
async def test_what_strangers_say_ends_within_the_deadline(name: str, talk: Talk) -> None:
    collector = {"yealink_text": yealink_text, "lifesize": lifesize}[name].COLLECTOR
    async with stand(collector, lambda stage: greeted(name, talk), LOGIN) as at:
        begun = asyncio.get_running_loop().time()
        reading = await at.look(timeout=0.6)
        assert asyncio.get_running_loop().time() - begun < 1.5
        kind = reading.failure.kind if reading.failure is not None else None
        assert kind is not FailureKind.BUG
        if talk is not _nonsense:
            assert kind in {FailureKind.TIMEOUT, FailureKind.PROTOCOL, FailureKind.REFUSED}


async def test_a_closed_port_and_a_look_that_is_cancelled_leave_nothing() -> None:
    async with a_lifesize() as (at, _):
        reading = await at.look(port=9)
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.REFUSED
    async with stand(lifesize.COLLECTOR, lambda stage: _mute, LOGIN) as at:
        before = asyncio.all_tasks()
        task = asyncio.create_task(at.look())
        await asyncio.sleep(0.1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert asyncio.all_tasks() - before <= {t for t in asyncio.all_tasks() if "talk" in repr(t)}


def test_the_emulators_tell_what_they_guessed() -> None:
    for emulator, collector in ((YealinkText, yealink_text), (Lifesize, lifesize)):
        assert emulator.about.family == collector.COLLECTOR.name
        assert emulator.about.guessed
