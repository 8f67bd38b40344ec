"""What text, SNMP, SIP, H.323 and STUN equipment says is recorded without secrets, and replayed.

Each device plants what is secret where real ones do: typed and echoed logins, communities and
passphrases within values, challenges. The recording is then asked again on a socket of its own.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from collectors._snmp.engine import Engine
from core.collector import Collector, Exchange
from core.reading import Reading
from lab.calls import Calls
from lab.emulators import polycom_dma, polycom_endpoint, polycom_rmx, polycom_rprm
from lab.emulators.answering import Stage
from lab.emulators.lifesize import Lifesize
from lab.emulators.polycom_text import PolycomText
from lab.emulators.redfish import Redfish
from lab.emulators.serving import served
from lab.emulators.yealink_text import YealinkText
from lab.mib import encoded
from lab.world import Quality, World
from runtime.cli.look import app
from runtime.kit import DirectSockets, make_kit
from runtime.recording import FILE, MAPS, Recorder, words_of
from runtime.registries import collectors
from runtime.scheduler import look_once
from tests.collectors import test_h323_gatekeeper, test_snmp_map
from tests.collectors.families import CONFERENCE, FABRIC, ROOM, Purse
from tests.collectors.servers import answers, program, replying, running, talking
from tests.collectors.snmp_agent import (
    SYSTEM,
    Element,
    Ids,
    PlayedAgent,
    Request,
    ids,
    octets,
    response,
    snmpd,
    stage,
)
from tests.collectors.test_captures import replayed
from tests.factories import DAWN, FakeClock, a_check
from tests.ports import free_port

SECRET = "mat-khau-kin-2026"
LOCATION, CONTACT = ids("1.3.6.1.2.1.1.6.0"), ids("1.3.6.1.2.1.1.4.0")
SITES = {"Trung tâm": Quality(), "Xã A": Quality(loss=0.03, jitter=0.012, delay=0.04)}
Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True)
class Device:
    """How one is stood up, and what the engineer gives to look at it."""

    collector: str
    serve: Callable[[Stage], AbstractAsyncContextManager[int]]
    secret: str | None = None
    params: Mapping[str, object] = field(default_factory=dict)
    hidden: tuple[str, ...] = (SECRET,)
    name: str = ""

    def __str__(self) -> str:
        return self.name or self.collector


def echoing(codec: Talk) -> Talk:
    """Return a codec that sends the password back, as it is typed."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        read = reader.readline

        async def readline() -> bytes:
            line = await read()
            writer.write(line if SECRET.encode() in line else b"")
            return line

        setattr(reader, "readline", readline)  # noqa: B010  (mypy would not have it assigned)
        await codec(reader, writer)

    return talk


@asynccontextmanager
async def typed(make: Callable[[Stage], Talk], stage: Stage) -> AsyncIterator[int]:
    async with talking(echoing(make(stage))) as port:
        yield port


@dataclass
class Living(PlayedAgent):
    """An agent that is asked anew for what it knows."""

    community: bytes = SECRET.encode()
    rows: Callable[[], Mapping[Ids, Element]] = dict

    def answer(self, request: Request) -> bytes:
        self.table = dict(self.rows())
        return super().answer(request)


@dataclass
class Grudging(Living):
    """An agent that finds answers of more than a few names too big."""

    def answer(self, request: Request) -> bytes:
        if request.kind == 0xA0 and len(request.names) > 3:
            return response(request, [], status=1)
        return super().answer(request)


@asynccontextmanager
async def agent(
    rows: Callable[[Stage], Iterable[tuple[Ids, Any]]], at: Stage, kind: type[Living] = Living
) -> AsyncIterator[int]:
    async with stage(kind) as play:
        made = play({})
        assert isinstance(made, Living)
        made.rows = lambda: {
            **SYSTEM,
            **{
                oid: value if isinstance(value, bytes) else encoded(value)
                for oid, value in rows(at)
            },
        }
        yield made.port


def blabbing(_: Stage) -> Iterable[tuple[Ids, Element]]:
    """Yield a system group that tells its community, in text and in octets that are no text."""
    yield ids("1.3.6.1.2.1.1.1.0"), octets(f"Firmware 3 (rw {SECRET})")
    yield LOCATION, octets(b"\xff\xfe" + SECRET.encode())
    yield CONTACT, octets("Chị Lan, 0912 000 000")


CHALLENGE = f'WWW-Authenticate: Digest realm="hoinghi", nonce="{SECRET}", algorithm=MD5\r\n'


def challenged(request: bytes) -> bytes:
    """Return a registrar's answer to OPTIONS."""
    head = request.decode().split("\r\n")[1:]
    wanted = ("via:", "from:", "to:", "call-id:", "cseq:")
    kept = "".join(f"{line}\r\n" for line in head if line.lower().startswith(wanted))
    allow = "Allow: INVITE, REGISTER, OPTIONS\r\nServer: TANDBERG/4137 (X12.5)\r\n"
    return f"SIP/2.0 200 OK\r\n{kept}{allow}{CHALLENGE}Content-Length: 0\r\n\r\n".encode()


@asynccontextmanager
async def registrar(transport: str, _: Stage) -> AsyncIterator[int]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(challenged(await reader.readuntil(b"\r\n\r\n")))

    if transport == "tcp":
        async with talking(talk) as port:
            yield port
    else:
        async with replying(lambda asked: [challenged(asked)]) as (port, _echo):
            yield port


@asynccontextmanager
async def gatekeeper(choice: int, _: Stage) -> AsyncIterator[int]:
    async with replying(lambda asked: [test_h323_gatekeeper.answer(asked, choice)]) as (port, _e):
        yield port


@asynccontextmanager
async def controller(_: Stage) -> AsyncIterator[int]:
    async with served(Redfish(password=SECRET)) as port:
        yield port


DEVICES = [
    Device(
        "polycom_text", partial(typed, lambda stage: PolycomText(stage, SECRET).talk), SECRET
    ),
    Device(
        "yealink_text", partial(typed, lambda stage: YealinkText(stage, SECRET).talk), SECRET
    ),
    Device(
        "lifesize",
        partial(typed, lambda stage: Lifesize(stage, "auto", SECRET).talk),
        f"auto:{SECRET}",
    ),
    Device(
        "lifesize",
        partial(typed, lambda stage: Lifesize(stage, "auto", "lifesize").talk),
        "auto:lifesize",
        hidden=(),
        name="lifesize by the published login",
    ),
    Device("snmp_polycom", partial(agent, polycom_endpoint.rows), SECRET),
    Device("snmp_polycom", partial(agent, polycom_endpoint.rows, kind=Grudging), SECRET,
           name="snmp_polycom that answers little at once"),
    Device("snmp_rmx", partial(agent, lambda stage: polycom_rmx.rows(stage.calls)), SECRET),
    Device("snmp_dma", partial(agent, lambda stage: polycom_dma.rows(stage.calls)), SECRET),
    Device("snmp_rprm", partial(agent, lambda _: polycom_rprm.rows(SITES, {"A–B": SITES["Xã A"]})),
           SECRET),
    Device("snmp_map", partial(agent, lambda _: test_snmp_map.TABLE.items()), SECRET),
    Device("snmp_system", partial(agent, blabbing), SECRET),
    Device(
        "snmp_system",
        partial(agent, blabbing),
        params={"community": SECRET},
        name="snmp_system with its community as a parameter",
    ),
    Device("sip_options", partial(registrar, "udp"), params={"user": "phong-hop"}),
    Device("sip_options", partial(registrar, "tcp"), params={"transport": "tcp"}, name="by tcp"),
    Device("redfish", controller, f"monitor:{SECRET}", {"scheme": "http"}),
    Device("h323_gatekeeper", partial(gatekeeper, 1), hidden=()),
    Device("h323_gatekeeper", partial(gatekeeper, 2), hidden=(), name="a gatekeeper that rejects"),
]  # fmt: skip


async def recorded(device: Device, folder: Path) -> Path:
    """Record three looks as `look --record` does: idle, in a call, and ten seconds on."""
    clock = FakeClock()
    calls = Calls(lambda: World(FABRIC), clock)
    params = dict(device.params)
    if device.collector == "snmp_map":
        params[MAPS] = str(test_snmp_map.written(folder.parent))
    async with device.serve(Stage(calls, clock, ROOM)) as port:
        kit = make_kit(clock, secrets=Purse(device.secret))
        check = a_check(
            "a",
            device.collector,
            address="127.0.0.1",
            timeout=5,
            secret="login" if device.secret else None,
            params={**params, "port": port},
        )
        recorder = Recorder.of(check, kit.secrets)
        kit.record = recorder.take
        try:
            for look in range(3):
                if look == 1:
                    calls.join(ROOM, CONFERENCE, content=True)
                clock.advance(10)
                _, reading = await look_once(collectors()[device.collector], check, kit)
                assert reading.ok, reading.failure
                recorder.settle(reading)
        finally:
            await kit.aclose()
        return recorder.write(folder, check)


@pytest.mark.parametrize("device", DEVICES, ids=str)
async def test_what_is_said_is_kept_without_secrets_and_read_again(
    device: Device, tmp_path: Path
) -> None:
    file = await recorded(device, tmp_path / "made")
    kept = [one for one in file.parent.rglob("*") if one.is_file()]
    for word in device.hidden:
        for one in kept:
            text = one.read_text(encoding="utf-8")
            assert word not in text, one
            assert word.encode().hex() not in text, one
    looks = json.loads(file.read_text(encoding="utf-8"))["looks"]
    assert len(looks) == 3
    assert all(look["exchanges"] for look in looks)
    shutil.rmtree(tmp_path / MAPS, ignore_errors=True)
    await replayed(file)


async def test_a_token_in_a_header_is_struck_out_and_where_the_session_stands_is_kept(
    tmp_path: Path,
) -> None:
    device = next(one for one in DEVICES if one.collector == "redfish")
    file = await recorded(device, tmp_path / "made")
    looks = json.loads(file.read_text(encoding="utf-8"))["looks"]
    begun = [one for one in looks[0]["exchanges"] if one["headers"]]
    place = "/redfish/v1/SessionService/Sessions/1"
    assert [one["headers"] for one in begun] == [{"X-Auth-Token": "***", "Location": place}]


async def test_nobodys_name_and_telephone_number_is_kept() -> None:
    name = ".".join(map(str, CONTACT))
    kept: list[str] = []
    clock = FakeClock()
    at = Stage(Calls(lambda: World(FABRIC), clock), clock, ROOM)
    async with agent(blabbing, at) as port:
        engine = Engine(DirectSockets(), record=lambda one: kept.append(one.body))
        try:
            asked = await engine.agent("127.0.0.1", port, SECRET)
            await engine.get(asked, engine.plan([name]))
        finally:
            await engine.aclose()
    assert kept == [f"{name}|4|***"]


async def test_a_login_of_version_3_is_kept_nowhere_and_its_answers_are_read_again(
    tmp_path: Path,
) -> None:
    one, two = "mot-mat-khau-kin", "hai-mat-khau-kin"
    system = [f"sysLocation phong {one}", f"sysContact {two}", "createUser giamsat "]
    system[-1] += f"SHA-256 {one} AES {two}"
    device = Device(
        "snmp_system",
        lambda _: real_agent(tmp_path, [*system, "rouser giamsat priv"]),
        f"v3 user=giamsat auth=sha256:{one} priv=aes128:{two}",
    )
    file = await recorded(device, tmp_path / "made")
    text = file.read_text(encoding="utf-8")
    assert "phong ***" in text
    assert one not in text
    assert two not in text
    assert "giamsat" not in text
    await replayed(file)


@asynccontextmanager
async def real_agent(folder: Path, lines: list[str]) -> AsyncIterator[int]:
    program("snmpd")
    with snmpd(folder, *lines) as port:
        yield port


async def test_what_coturn_says_is_kept_and_read_again(tmp_path: Path) -> None:
    port = free_port()
    command = [program("turnserver"), "-n", "--listening-ip=127.0.0.1", f"--user=u:{SECRET}"]
    command += [f"--listening-port={port}", "--realm=lab", "--lt-cred-mech", "--no-tls"]
    command += ["--no-dtls", "--no-cli", f"--pidfile={tmp_path / 'pid'}", "--log-file=stdout"]
    hello = bytes.fromhex("000100002112a442") + bytes(range(12))

    @asynccontextmanager
    async def relay(_: Stage) -> AsyncIterator[int]:
        with running(*command, ready=lambda: answers(port, hello), folder=tmp_path):
            yield port

    device = Device("stun", relay, params={"turn": True})
    file = await recorded(device, tmp_path / "made")
    asked = [e["asked"] for e in json.loads(file.read_text())["looks"][0]["exchanges"]]
    assert asked == ["BINDING", "ALLOCATE"]
    await replayed(file)


async def test_a_session_that_the_device_ends_is_replayed_to_that_end(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"Hi, my name is : Xa A\r\n")
        await reader.readline()
        writer.write(b"Model: HDX")

    collector: Collector = collectors()["polycom_text"]
    async with talking(talk) as port:
        kit = make_kit(FakeClock())
        check = a_check("a", collector.name, address="127.0.0.1", params={"port": port})
        recorder = Recorder.of(check, kit.secrets)
        kit.record = recorder.take
        _, reading = await look_once(collector, check, kit)
        recorder.settle(reading)
        await kit.aclose()
    assert reading.failure is not None
    file = recorder.write(tmp_path / "made", check)
    last = json.loads(file.read_text())["looks"][0]["exchanges"][-1]
    assert (last["asked"], last["status"], last["body"]) == ("whoami", 1, "Model: HDX")
    await replayed(file)


async def test_a_codec_that_is_asked_otherwise_than_when_recorded_fails(tmp_path: Path) -> None:
    file = await recorded(DEVICES[0], tmp_path / "made")
    file.write_text(file.read_text().replace('"asked": "netstats"', '"asked": "netstat"'))
    with pytest.raises(AssertionError, match="not asked when it was recorded"):
        await replayed(file)


async def test_the_command_keeps_no_community_that_was_typed_on_its_line(tmp_path: Path) -> None:
    clock = FakeClock()
    at = Stage(Calls(lambda: World(FABRIC), clock), clock, ROOM)
    async with agent(blabbing, at) as port:
        words = f"--address 127.0.0.1 snmp_system -p port={port} -p community={SECRET}".split()
        made = ["--record", str(tmp_path / "made")]
        result = await asyncio.to_thread(CliRunner().invoke, app, [*words, *made])
    assert result.exit_code == 0, result.output
    file = tmp_path / "made" / FILE
    assert SECRET not in file.read_text(encoding="utf-8")
    await replayed(file)


async def test_the_command_writes_no_recording_of_a_device_that_says_nothing(
    tmp_path: Path,
) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with talking(talk) as port:
        words = f"--address 127.0.0.1 tcp -p port={port}".split()
        made = ["--record", str(tmp_path / "made")]
        spoken = {"THONGSUOT_LANGUAGE": "vi", "LANG": "vi_VN.UTF-8"}
        result = await asyncio.to_thread(CliRunner().invoke, app, [*words, *made], env=spoken)
    assert result.exit_code == 1
    assert "Không có gì để ghi" in result.output
    assert not (tmp_path / "made").exists()


@pytest.mark.parametrize(
    ("secret", "words"),
    [
        ("public", {"public"}),
        ("monitor:bi-mat", {"monitor:bi-mat", "bi-mat"}),
        ("monitor:bi-mat\nSHA256 00:11", {"monitor:bi-mat", "bi-mat"}),
        ("v3 user=a auth=sha:mot-hai-ba", {"v3 user=a auth=sha:mot-hai-ba", "mot-hai-ba"}),
        ("", set()),
    ],
)
def test_passwords_are_found_in_every_form_of_a_secret(secret: str, words: set[str]) -> None:
    assert words_of(secret) == words


def test_a_community_of_digits_changes_no_name_and_no_number() -> None:
    recorder = Recorder(["2026"])
    row = "1.3.6.1.2026.1.0|65|2026\n1.3.6.1.2.1.1.6.0|4|ro 2026"
    recorder.take(Exchange("GET 1.3.6.1.2026.1.0", 0, "", row, way="snmp"))
    recorder.settle(Reading("a", "v", DAWN))
    kept = recorder.looks[0]["exchanges"][0]
    assert kept["asked"] == "GET 1.3.6.1.2026.1.0"
    assert kept["body"] == "1.3.6.1.2026.1.0|65|2026\n1.3.6.1.2.1.1.6.0|4|ro ***"
