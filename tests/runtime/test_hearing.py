"""Traps and informs v3, syslog by UDP, TCP and TLS: heard, kept, bounded; junk is survived."""

import asyncio
import random
import shutil
import socket
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import trustme
import uvloop

from collectors._snmp.agent import Patience
from collectors._snmp.authority import Authority
from collectors._snmp.engine import Engine
from core.clock import SystemClock
from core.errors import Conflict
from core.remark import DROPPED, Remark, Via
from runtime import hearing as doors
from runtime.hearing import Ear, Listener, open_ear
from runtime.hints import Hints, HintStats
from runtime.kit import DirectSockets
from runtime.remarks import OF_ONE
from runtime.sections.looking import Hearing
from storage.ledger import Ledger
from storage.remarks import Wanted
from tests.collectors.snmp_agent import SYSTEM, stage
from tests.factories import a_check
from tests.ports import free_port

LOGIN = "v3 user=gs auth=sha256:mot-mat-khau priv=aes128:hai-mat-khau"
LINK_DOWN = "1.3.6.1.6.3.1.1.5.3"
V3: tuple[str, ...] = (
    *("-v3", "-u", "gs", "-l", "authPriv"),
    *("-a", "SHA-256", "-A", "mot-mat-khau", "-x", "AES", "-X", "hai-mat-khau"),
)


class Feed:
    """A feed with one device."""

    def __init__(self, address: str = "127.0.0.1") -> None:
        self.address, self.version = address, 1

    def becomes(self, address: str) -> None:
        self.address, self.version = address, self.version + 1

    def current(self) -> list[object]:
        return [
            a_check("gw-1", "icmp", address=self.address, reach=True, labels=(("site", "s-1"),)),
            a_check(
                "gw-1",
                "snmp_interfaces",
                address=self.address,
                reach=False,
                secret="snmp",
                labels=(("site", "s-1"),),
            ),
        ]


class Purse:
    """One secret."""

    def reveal(self, name: str) -> str | None:
        return LOGIN if name == "snmp" else None


class House:
    """An open listener over a ledger."""

    def __init__(
        self, ledger: Ledger, folder: Path, *, device: str = "127.0.0.1", **changes: object
    ) -> None:
        self.ledger = ledger
        self.given: list[str] = []
        self.feed = Feed(device)
        self.hints = Hints(self.feed, self.given.append, SystemClock())  # type: ignore[arg-type]
        self.ports = {name: free_port() for name in ("traps", "syslog", "syslog_tcp", "syslog_tls")}
        self.authority = trustme.CA()
        issued = self.authority.issue_cert("127.0.0.1")
        self.certificate, self.key = folder / "server.pem", folder / "server.key"
        self.certificate.write_bytes(b"".join(b.bytes() for b in issued.cert_chain_pems))
        self.key.write_bytes(issued.private_key_pem.bytes())
        self.settings = Hearing.model_validate(
            {name: f"127.0.0.1:{port}" for name, port in self.ports.items()}
            | {"certificate": self.certificate, "key": self.key, **changes}
        )
        self.listener: Listener

    @property
    def ear(self) -> Ear:
        return self.listener.ear

    async def said(self) -> list[Remark]:
        """Return what was heard, oldest first."""
        assert self.ear.remarks is not None
        await self.ear.remarks.write()
        return list(reversed((await self.ledger.remarks.find(Wanted(), 1000)).items))

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def a_house(
    ledger: Ledger, folder: Path, *, device: str = "127.0.0.1", **changes: object
) -> AsyncIterator[House]:
    house = House(ledger, folder, device=device, **changes)
    ear = await open_ear(house.settings, house.hints, Purse(), ledger.remarks, SystemClock())
    house.listener = Listener(house.settings, ear)
    running = asyncio.create_task(house.listener.run())
    await asyncio.sleep(0)
    try:
        yield house
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        house.listener.close()


@pytest.fixture
async def house(sqlite_ledger: Ledger, tmp_path: Path) -> AsyncIterator[House]:
    async with a_house(sqlite_ledger, tmp_path) as made:
        yield made


Send = Callable[..., Awaitable[None]]


@pytest.fixture
def snmptrap(house: House, tmp_path: Path) -> Send:
    """Send by the real program, which ends with 1 if an inform is not answered."""
    program = shutil.which("snmptrap")
    assert program is not None

    async def send(*words: str) -> None:
        place = f"127.0.0.1:{house.ports['traps']}"
        command = [program, "-m", "", "-r", "1", "-t", "2", *words, place, "", LINK_DOWN]
        command += ["1.3.6.1.2.1.2.2.1.2.3", "s", "Gi0/3"]
        world = {"SNMP_PERSISTENT_DIR": str(tmp_path / "kept"), "PATH": "/usr/bin"}
        await asyncio.to_thread(subprocess.run, command, check=True, timeout=20, env=world)

    return send


async def test_a_signed_and_encrypted_trap_is_heard_and_understood(
    house: House, snmptrap: Send
) -> None:
    await snmptrap(*V3)
    await house.until(lambda: bool(house.given))
    assert house.given == ["gw-1/icmp", "gw-1/snmp_interfaces"]
    [one] = await house.said()
    assert (one.via, one.device, one.site, one.severity) == (Via.TRAP_V3, "gw-1", "s-1", 3)
    assert (one.kind, one.text) == (LINK_DOWN, "linkDown ifDescr=Gi0/3")
    assert (one.means, one.means_en) == ("Cổng mất kết nối", "Port down")


async def test_an_inform_of_version_3_finds_our_engine_and_is_answered(
    house: House, snmptrap: Send
) -> None:
    await snmptrap("-Ci", *V3)
    [one] = await house.said()
    assert one.via is Via.INFORM_V3
    await snmptrap("-Ci", *V3[:4], "authNoPriv", *V3[5:9])
    assert house.hints.stats.junk == 0


async def test_an_inform_of_version_2c_is_kept_as_one(house: House, snmptrap: Send) -> None:
    await snmptrap("-Ci", "-v2c", "-c", "public")
    [one] = await house.said()
    assert (one.via, one.text) == (Via.INFORM_V2C, "linkDown ifDescr=Gi0/3")


@pytest.mark.parametrize(
    "words",
    [
        (*V3[:8], "sai-mat-khau", *V3[9:]),
        (*V3[:12], "sai-mat-khau"),
        ("-v3", "-u", "gs", "-l", "noAuthNoPriv"),
        ("-v3", "-u", "ai-do", *V3[3:]),
    ],
)
async def test_a_trap_that_is_not_of_the_device_s_user_is_junk(
    house: House, snmptrap: Send, words: tuple[str, ...]
) -> None:
    await snmptrap(*words)
    await house.until(lambda: house.hints.stats.junk == 1)
    assert house.given == []
    assert await house.said() == []


async def test_a_trap_that_is_played_again_much_later_is_junk(
    house: House, snmptrap: Send, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[bytes] = []
    real = Authority.opened

    def listening(self: Authority, data: bytes, *rest: object) -> object:
        heard.append(data)
        return real(self, data, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Authority, "opened", listening)
    await snmptrap(*V3)
    await house.until(lambda: len(heard) == 1)
    authority, users = house.ear.authority, [*map(doors._user, [LOGIN])]
    assert authority is not None
    later = house.hints.clock.monotonic() + 200
    with pytest.raises(ValueError, match="old message"):
        real(authority, heard[0], users, later)  # type: ignore[arg-type]


async def test_our_engine_tells_more_boots_after_a_restart(
    sqlite_ledger: Ledger, tmp_path: Path
) -> None:
    boots = []
    for _ in range(2):
        async with a_house(sqlite_ledger, tmp_path) as house:
            assert house.ear.authority is not None
            boots.append(house.ear.authority.boots)
    assert boots == [1, 2]


LOGGER = [
    ("--tcp", "--octet-count", "--rfc5424"),
    ("--tcp", "--rfc5424"),
    ("--tcp", "--rfc3164"),
    ("--tcp", "--octet-count", "--rfc3164"),
]


@pytest.mark.parametrize("words", LOGGER)
async def test_syslog_by_tcp_is_heard_in_every_framing(
    house: House, words: tuple[str, ...]
) -> None:
    program = shutil.which("logger")
    assert program is not None
    command = [program, "--server", "127.0.0.1", "--port", str(house.ports["syslog_tcp"])]
    command += [*words, "--tag", "snmpd", "--priority", "local0.err", "Quạt số 2 hỏng"]
    await asyncio.to_thread(subprocess.run, command, check=True, timeout=10)
    await house.until(lambda: house.hints.stats.heard == 1)
    [one] = await house.said()
    assert (one.via, one.severity) == (Via.SYSLOG_TCP, 3)
    assert (one.kind, one.text) == ("snmpd", "Quạt số 2 hỏng")
    assert "gw-1/icmp" in house.given


async def test_a_device_that_is_watched_by_its_name_is_heard(house: House) -> None:
    house.feed.becomes("localhost")
    assert house.hints.names() == ["localhost"]
    assert house.hints.speaker("127.0.0.1") is None
    house.hints.call("khac.dongnai.test", ["127.0.0.1"])
    assert house.hints.speaker("127.0.0.1") is None
    house.hints.call("localhost", ["127.0.0.1", "::1"])
    speaker = house.hints.speaker("127.0.0.1")
    assert speaker is not None
    assert speaker.device == "gw-1"
    house.hints.call("localhost", ["127.0.0.2"])
    assert house.hints.speaker("127.0.0.1") is None


async def test_names_are_looked_up_as_long_as_the_doors_are_open(
    sqlite_ledger: Ledger, tmp_path: Path
) -> None:
    async with a_house(sqlite_ledger, tmp_path, device="localhost") as house:
        await house.until(lambda: house.hints.speaker("127.0.0.1") is not None)


async def test_a_line_that_ends_with_its_connection_is_heard(house: House) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.ports["syslog_tcp"])
    writer.write("<11>snmpd: Quạt số 2 hỏng".encode())
    writer.close()
    await house.until(lambda: house.hints.stats.heard == 1)
    [one] = await house.said()
    assert (one.kind, one.text) == ("snmpd", "Quạt số 2 hỏng")


async def test_the_secret_of_a_logged_command_is_not_kept(house: House) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.ports["syslog_tcp"])
    line = "%PARSER-5-CFGLOG_LOGGEDCMD: User:lan  logged command:enable secret mat-khau-1"
    writer.write(f"<189>1: Nov 30 09:00:00: {line}\n".encode())
    writer.close()
    await house.until(lambda: house.hints.stats.heard == 1)
    [one] = await house.said()
    assert one.text.endswith("logged command:enable secret ***")


async def by_tls(house: House, context: ssl.SSLContext, line: bytes) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.ports["syslog_tls"], ssl=context)
    writer.write(line)
    await writer.drain()
    writer.close()
    with suppress(OSError, ssl.SSLError):
        await writer.wait_closed()


def trusting(house: House) -> ssl.SSLContext:
    context = ssl.create_default_context()
    house.authority.configure_trust(context)
    return context


async def test_syslog_by_tls_is_heard(house: House) -> None:
    await by_tls(house, trusting(house), b"24 <11>may-1: m\xe1\xba\xa5t ngu\xe1\xbb\x93n")
    await house.until(lambda: house.hints.stats.heard == 1)
    [one] = await house.said()
    assert (one.via, one.kind, one.text) == (Via.SYSLOG_TLS, "may-1", "mất nguồn")


async def test_every_door_works_on_the_loop_that_the_product_runs_on(
    house: House, tmp_path: Path
) -> None:
    """Transports of uvloop are not asyncio's."""
    ports = {name: free_port() for name in house.ports}
    hearing = house.settings.model_copy(
        update={name: f"127.0.0.1:{port}" for name, port in ports.items()}
    )

    async def scenario() -> HintStats:
        hints = Hints(Feed(), house.given.append, SystemClock())  # type: ignore[arg-type]
        listener = Listener(hearing, Ear(hints, Purse()))
        running = asyncio.create_task(listener.run())
        await asyncio.sleep(0)
        for name, context in (("syslog_tcp", None), ("syslog_tls", trusting(house))):
            for words in (b"<11>tot\n", b"0 xau"):
                _, writer = await asyncio.open_connection("127.0.0.1", ports[name], ssl=context)
                writer.write(words)
                await writer.drain()
                await asyncio.sleep(0.1)
                writer.close()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
            door.sendto(b"<11>tot", ("127.0.0.1", ports["syslog"]))
        await asyncio.sleep(0.2)
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running
        listener.close()
        return hints.stats

    stats = await asyncio.to_thread(lambda: uvloop.run(scenario()))
    assert (stats.heard, stats.junk, stats.turned_away) == (3, 2, 0)


async def test_a_client_without_a_certificate_is_turned_away_where_one_is_asked_for(
    sqlite_ledger: Ledger, tmp_path: Path
) -> None:
    theirs = trustme.CA()
    (tmp_path / "clients.pem").write_bytes(theirs.cert_pem.bytes())
    clients = tmp_path / "clients.pem"
    async with a_house(sqlite_ledger, tmp_path, clients=clients) as house:
        with suppress(OSError, ssl.SSLError):
            await by_tls(house, trusting(house), b"5 <11>a")
        await house.until(lambda: house.hints.stats.turned_away == 1)
        assert house.hints.stats.heard == 0
        context = trusting(house)
        theirs.issue_cert("gw-1.tinh.vn").configure_cert(context)
        await by_tls(house, context, b"5 <11>a")
        await house.until(lambda: house.hints.stats.heard == 1)
        assert house.listener._of_one.total() <= 1


async def test_who_speaks_no_tls_is_turned_away(house: House) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.ports["syslog_tls"])
    writer.write(b"<11>plain text\n")
    await house.until(lambda: house.hints.stats.turned_away == 1)
    writer.close()
    assert house.listener._of_one.total() == 0


async def test_a_device_has_few_connections_and_a_stranger_none(house: House) -> None:
    port = house.ports["syslog_tcp"]
    kept = [await asyncio.open_connection("127.0.0.1", port) for _ in range(doors.OF_ONE)]
    await house.until(lambda: len(house.listener.streams) == doors.OF_ONE)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert await reader.read() == b""
    stranger, other = await asyncio.open_connection("127.0.0.1", port, local_addr=("127.0.0.9", 0))
    assert await stranger.read() == b""
    assert house.hints.stats.turned_away == 2
    for _, one in (*kept, (reader, writer), (stranger, other)):
        one.close()
    await house.until(lambda: not house.listener.streams)
    assert house.listener._of_one.total() == 0


async def test_a_connection_that_is_framed_in_no_way_is_ended(house: House) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", house.ports["syslog_tcp"])
    writer.write(b"7 <11>tot0 xau")
    assert await reader.read() == b""
    writer.close()
    assert (house.hints.stats.heard, house.hints.stats.junk) == (1, 1)


async def test_a_flood_by_tcp_is_slowed_down_and_what_fell_is_declared(house: House) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", house.ports["syslog_tcp"])
    writer.write(b"<14>a: the same again and again\n" * 3000)
    await house.until(lambda: house.hints.stats.heard > 1000)
    said = await house.said()
    writer.close()
    assert {one.kind for one in said} == {"a", DROPPED}
    dropped = next(one for one in said if one.kind == DROPPED)
    assert dropped.count > 500
    assert house.listener.ear.hints.stats.dropped >= dropped.count


async def test_a_storm_neither_stalls_a_poll_nor_fills_the_ledger(house: House) -> None:
    engine = Engine(DirectSockets())
    async with stage() as play:
        agent = await engine.agent("127.0.0.1", play(SYSTEM).port, "public")
        plan = engine.plan(["1.3.6.1.2.1.1.5.0"])

        def send() -> None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
                for n in range(4000):
                    door.sendto(b"<11>a: line %d" % n, ("127.0.0.1", house.ports["syslog"]))
                    door.sendto(b"\x30\x05 junk", ("127.0.0.1", house.ports["traps"]))

        sending = asyncio.create_task(asyncio.to_thread(send))
        polls = 0
        while not sending.done() or polls == 0:
            await engine.get(agent, plan, Patience(wait=2.0, retries=0))
            polls += 1
            await asyncio.sleep(0.01)
        await sending
    await engine.aclose()
    await house.until(lambda: house.hints.stats.heard > 2000)  # the kernel may let some fall
    rows = await house.said()
    assert sum(one.kind == "a" for one in rows) <= OF_ONE * 3
    assert sum(one.count for one in rows if one.kind == DROPPED) > 500
    assert len(house.given) <= 2


async def test_junk_at_every_door_is_survived_and_counted(house: House) -> None:
    chance = random.Random(4)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        for n in range(60):
            data = chance.randbytes(n * 3)
            door.sendto(data, ("127.0.0.1", house.ports["traps"]))
            door.sendto(data, ("127.0.0.1", house.ports["syslog"]))
    await house.until(lambda: house.hints.stats.heard == 120)
    assert house.hints.stats.junk == 120
    for name in ("syslog_tcp", "syslog_tls"):
        for n in range(8):
            with suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", house.ports[name])
                writer.write(chance.randbytes(200 + n))
                await asyncio.sleep(0.02)
                writer.close()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as door:
        door.sendto(b"<11>a: con nghe", ("127.0.0.1", house.ports["syslog"]))
    await house.until(lambda: bool(house.given))
    assert [one.text for one in await house.said()] == ["con nghe"]


def test_a_certificate_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("none")
    hearing = Hearing.model_validate(
        {
            "syslog_tls": f"127.0.0.1:{free_port()}",
            "certificate": tmp_path / "bad.pem",
            "key": tmp_path / "bad.pem",
        }
    )
    hints = Hints(Feed(), print, SystemClock())  # type: ignore[arg-type]
    with pytest.raises(Conflict) as conflict:
        Listener(hearing, Ear(hints, Purse()))
    assert "[hearing] certificate" in conflict.value.text.en
