"""Rooms publish how their calls go: a real SIP client does, and strangers and floods do no harm."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from collectors import vq_rtcpxr
from collectors._vq.inbox import inbox_of
from core.clock import SystemClock
from core.errors import Conflict
from core.inventory import Changes, Inventory, UnitLevel
from core.reading import Reading
from core.watching import Check
from lab.certificates import Authority
from lab.reporter import Heard, Reported, body, publish
from runtime import publications
from runtime.assembly import open_books
from runtime.kit import make_kit
from runtime.publications import OF_ONE, PER_ADDRESS, WINDOW, Places, Publications
from runtime.scheduler import look_once
from runtime.settings import build
from tests.collectors.families import told
from tests.collectors.servers import program
from tests.collectors.test_vq_rtcpxr import SESSION, publication
from tests.factories import DAWN, FakeClock, a_check
from tests.inventory.builders import a_device, a_site, a_unit
from tests.ports import free_port
from tests.runtime.test_hub import answered, running

SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="publish">
 <send retrans="500"><![CDATA[
PUBLISH sip:collector@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
Max-Forwards: 70
From: <sip:xa-a@hoinghi.example>;tag=[pid]SIPpTag00[call_number]
To: <sip:collector@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 PUBLISH
Event: {event}
Content-Type: {kind}
Content-Length: [len]

{body}
]]></send>
 <recv response="{status}"/>
</scenario>
"""


class Feed:
    """Two rooms and a proxy are watched."""

    def __init__(self, room: str = "127.0.0.1", proxy: str = "127.0.0.3") -> None:
        self.version = 1
        self.checks = [
            a_check("phong-1", "icmp", address=room, reach=True),
            a_check("phong-1", "vq_rtcpxr", address=room, timeout=2),
            a_check("phong-2", "vq_rtcpxr", address="127.0.0.2", timeout=2),
            a_check("tong-dai", "icmp", address=proxy, reach=True),
        ]

    def current(self) -> list[Check]:
        return self.checks


class Ears:
    """The door, and what was hinted."""

    def __init__(self, feed: Feed | None = None, *secure: Any) -> None:
        self.clock, self.given = FakeClock(), list[str]()
        self.kit, self.port, self.feed = make_kit(self.clock), free_port(), feed or Feed()
        self.inbox = inbox_of(self.kit)
        self.door = Publications(
            Places(f"127.0.0.1:{self.port}", *secure),
            self.feed,
            self.inbox,
            self.given.append,
            self.clock,
        )

    async def look(self, room: str = "phong-1") -> Reading:
        check = next(c for c in self.feed.checks if c.slug == f"{room}/vq_rtcpxr")
        return (await look_once(vq_rtcpxr.COLLECTOR, check, self.kit))[1]

    @contextmanager
    def speaking(self, address: str = "127.0.0.1") -> Iterator[socket.socket]:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
            made.bind((address, 0))
            made.connect(("127.0.0.1", self.port))
            made.setblocking(False)
            yield made

    async def say(self, octets: bytes, address: str = "127.0.0.1", wait: float = 2.0) -> bytes:
        """Send a datagram; return the response, empty if none comes."""
        with self.speaking(address) as made:
            made.send(octets)
            try:
                async with asyncio.timeout(wait):
                    return await asyncio.get_running_loop().sock_recv(made, 65535)
            except TimeoutError:
                return b""


@pytest.fixture
async def ears() -> AsyncIterator[Ears]:
    made = Ears()
    running = asyncio.create_task(made.door.run())
    await asyncio.sleep(0.01)
    yield made
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    made.door.close()
    await made.kit.aclose()


async def sipp(
    ears: Ears,
    folder: Path,
    *,
    status: int,
    transport: str = "u1",
    event: str = "vq-rtcpxr",
    kind: str = "application/vq-rtcpxr",
    said: bytes = SESSION,
) -> int:
    """Publish by SIPp; return its exit code, which is 0 if the status came."""
    file = folder / "publish.xml"
    words = {"event": event, "kind": kind, "status": status, "body": said.decode().strip()}
    file.write_text(SCENARIO.format(**words).replace("\r\n", "\n"))
    command = [program("sipp"), "-sf", str(file), "-i", "127.0.0.1", "-p", str(free_port())]
    command += ["-m", "1", "-t", transport, "-nostdin", "-timeout", "10", "-timeout_error"]
    quiet = asyncio.subprocess.DEVNULL
    running = await asyncio.create_subprocess_exec(
        *command, f"127.0.0.1:{ears.port}", stdin=quiet, stdout=quiet, stderr=quiet, cwd=folder
    )
    return await running.wait()


@pytest.mark.parametrize("transport", ["u1", "t1"])
async def test_a_real_sip_client_publishes_and_the_room_is_told_of_at_once(
    ears: Ears, tmp_path: Path, transport: str
) -> None:
    assert await sipp(ears, tmp_path, status=200, transport=transport) == 0
    assert ears.given == ["phong-1/vq_rtcpxr"]
    reading = await ears.look()
    assert told(reading, "vc_media_loss_ratio", direction="rx") == 0.05
    assert told(reading, "vc_media_jitter_seconds", direction="rx") == 0.012
    assert told(reading, "vc_media_reported_mos", direction="rx", kind="lq") == 3.4


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (489, {"event": "presence"}),
        (415, {"kind": "application/pidf+xml"}),
        (400, {"said": SESSION.replace(b"NLR=5.0", b"NLR=500")}),
    ],
)
async def test_a_real_sip_client_is_told_what_is_not_taken(
    ears: Ears, tmp_path: Path, status: int, words: dict[str, str]
) -> None:
    assert await sipp(ears, tmp_path, status=status, **words) == 0  # type: ignore[arg-type]
    assert ears.given == []
    assert ears.door.stats.refused == 1


async def test_the_reporter_of_the_lab_is_read_as_it_meant(ears: Ears) -> None:
    here = Heard(loss=0.123, jitter=0.034, round_trip=0.056, discarded=0.02, mos=2.9)
    there = Heard(loss=0.01, jitter=0.002, round_trip=0.056)
    minute = timedelta(minutes=1)
    said = Reported("c1", "sip:a@x", "sip:b@x", DAWN, DAWN + minute, here, there)
    assert await publish(said, ("127.0.0.1", ears.port)) == 200
    reading = await ears.look()
    for direction, heard in (("rx", here), ("tx", there)):
        place = {"direction": direction, "media": "audio", "remote": "sip:b@x"}
        assert told(reading, "vc_media_loss_ratio", **place) == pytest.approx(heard.loss)
        assert told(reading, "vc_media_jitter_seconds", **place) == pytest.approx(heard.jitter)
        trip = told(reading, "vc_media_round_trip_seconds", **place)
        assert trip == pytest.approx(heard.round_trip)
    assert told(reading, "vc_media_reported_mos", direction="rx", kind="cq") == 2.9


async def test_whoever_is_not_watched_gets_no_answer() -> None:
    made = Ears(Feed(room="10.0.0.9"))
    running = asyncio.create_task(made.door.run())
    await asyncio.sleep(0.01)
    assert await made.say(publication(), wait=0.2) == b""
    reader, writer = await asyncio.open_connection("127.0.0.1", made.port)
    assert await reader.read() == b""
    writer.close()
    assert made.door.stats.strangers == 2
    assert made.given == []
    running.cancel()
    made.door.close()
    await made.kit.aclose()


async def test_a_proxy_passes_on_what_rooms_say_and_no_room_speaks_for_another(
    ears: Ears,
) -> None:
    of_two = publication(SESSION.replace(b"LocalAddr:IP=127.0.0.1", b"LocalAddr:IP=127.0.0.2"))
    assert b"200 OK" in await ears.say(of_two, "127.0.0.3")
    assert ears.given == ["phong-2/vq_rtcpxr"]
    assert b"200 OK" in await ears.say(of_two, "127.0.0.1")
    assert ears.given[-1] == "phong-1/vq_rtcpxr"
    of_nobody = publication(SESSION.replace(b"LocalAddr:IP=127.0.0.1", b"LocalAddr:IP=9.9.9.9"))
    assert b"403" in await ears.say(of_nobody, "127.0.0.3")
    assert len(ears.given) == 2


async def test_a_repeated_request_gets_the_same_answer_and_counts_once(ears: Ears) -> None:
    with ears.speaking() as made:
        loop, answers = asyncio.get_running_loop(), []
        for _ in range(3):
            made.send(publication())
            async with asyncio.timeout(2):
                answers.append(await loop.sock_recv(made, 65535))
    assert len(set(answers)) == 1
    assert ears.door.stats.taken == 1
    assert told(await ears.look(), "vc_quality_reports_total") == 1


async def test_a_flood_of_one_room_is_held_to_a_rate_and_leaves_others_room(ears: Ears) -> None:
    for n in range(OF_ONE * 3):
        octets = publication().replace(b"z9hG4bK776asdhds", b"z9hG4bK%d" % n)
        await ears.say(octets, wait=0.01 if n >= OF_ONE else 2)
    assert ears.door.stats.taken == OF_ONE
    assert ears.door.stats.held == OF_ONE * 2
    assert b"200" in await ears.say(publication(), "127.0.0.2")
    ears.clock.advance(WINDOW)
    again = publication().replace(b"z9hG4bK776asdhds", b"z9hG4bKagain")
    assert b"200" in await ears.say(again)


async def test_junk_is_counted_and_survived(ears: Ears) -> None:
    for bad in (b"", b"\r\n\r\n", b"hello", publication()[:60], b"\x00" * 2000):
        assert await ears.say(bad, wait=0.02) == b""
    assert ears.door.stats.junk == 5
    assert b"200" in await ears.say(publication())


async def test_a_stream_may_hold_many_requests_in_any_pieces(ears: Ears) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", ears.port)
    octets = b"".join(
        publication().replace(b"z9hG4bK776asdhds", b"z9hG4bK-tcp-%d" % n) for n in range(3)
    )
    for start in range(0, len(octets), 700):
        writer.write(octets[start : start + 700])
        await writer.drain()
        await asyncio.sleep(0)
    found = b""
    async with asyncio.timeout(5):
        while found.count(b"SIP/2.0 200") < 3:
            found += await reader.read(4096)
    writer.close()
    assert ears.door.stats.taken == 3


@pytest.mark.parametrize(
    "octets",
    [b"x" * 200_000, b"PUBLISH sip:a SIP/2.0\r\n" + b"A: b\r\n" * 20_000, b"A\r\nl: -1\r\n\r\n"],
)
async def test_a_stream_that_is_no_sip_is_ended(ears: Ears, octets: bytes) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", ears.port)
    with suppress(ConnectionError):
        writer.write(octets)
        await writer.drain()
    async with asyncio.timeout(5):
        with suppress(ConnectionError):
            assert await reader.read() == b""
    writer.close()
    assert ears.door.stats.junk == 1


async def test_who_says_nothing_or_drips_is_hung_up_on(
    ears: Ears, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publications, "IDLE", 0.3)
    reader, writer = await asyncio.open_connection("127.0.0.1", ears.port)
    ended = asyncio.create_task(reader.read())
    with suppress(ConnectionError):
        for _ in range(40):
            writer.write(b"A")
            await writer.drain()
            await asyncio.sleep(0.05)
            if ended.done():
                break
    async with asyncio.timeout(2):
        with suppress(ConnectionError):
            assert await ended == b""
    writer.close()


async def test_a_room_may_publish_by_tls() -> None:
    now, port = SystemClock().now(), free_port()
    authority = Authority(now)
    context = authority.context("127.0.0.1", now, timedelta(days=1))
    ears = Ears(None, f"127.0.0.1:{port}", context)
    running = asyncio.create_task(ears.door.run())
    await asyncio.sleep(0.01)
    trusting = ssl.create_default_context(cadata=authority.pem)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trusting)
    writer.write(publication().replace(b"SIP/2.0/UDP", b"SIP/2.0/TLS"))
    async with asyncio.timeout(5):
        assert (await reader.read(4096)).startswith(b"SIP/2.0 200")
    writer.close()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    ears.door.close()
    await ears.kit.aclose()
    assert ears.given == ["phong-1/vq_rtcpxr"]


def test_tls_without_a_certificate_names_what_to_set(tmp_path: Path) -> None:
    with pytest.raises(Conflict) as conflict:
        Places.of(build({"hearing": {"quality_tls": "127.0.0.1:5061"}}, tmp_path))
    assert "[web] certificate" in conflict.value.text.en


async def test_one_address_holds_a_few_connections_and_ending_ends_them_all() -> None:
    made = Ears()
    before = asyncio.all_tasks()
    running = asyncio.create_task(made.door.run())
    await asyncio.sleep(0.01)
    opened = [await asyncio.open_connection("127.0.0.1", made.port) for _ in range(PER_ADDRESS + 1)]
    async with asyncio.timeout(2):
        assert await opened[-1][0].read() == b""
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running
    made.door.close()
    async with asyncio.timeout(2):
        for reader, writer in opened:
            assert await reader.read() == b""
            writer.close()
    await made.kit.aclose()
    await asyncio.sleep(0.05)
    assert asyncio.all_tasks() - before == set()


def test_a_port_that_is_taken_is_named_with_the_way_out() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        taken.bind(("127.0.0.1", 0))
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        kit = make_kit(FakeClock())
        with pytest.raises(Conflict) as conflict:
            Publications(Places(listen), Feed(), inbox_of(kit), print, FakeClock())
    assert "[hearing] quality" in conflict.value.text.en


def test_nothing_is_heard_unless_it_is_asked_for() -> None:
    kit = make_kit(FakeClock())
    door = Publications(Places(), Feed(), inbox_of(kit), print, FakeClock())
    assert not door.listens
    assert not inbox_of(kit).listening


async def test_the_platform_shows_what_a_room_has_published(tmp_path: Path) -> None:
    quality, now = free_port(), SystemClock().now()
    wanted = build(
        {
            "web": {"listen": f"127.0.0.1:{free_port()}"},
            "series": {"enabled": False},
            "hearing": {"quality": f"127.0.0.1:{quality}"},
        },
        tmp_path,
    )
    land = Inventory(
        units=(a_unit("dong-nai", "75", UnitLevel.PROVINCE),),
        sites=(a_site("tt", "center", unit="dong-nai"),),
        devices=(a_device("tt-vc", "tt", "endpoint", address="127.0.0.1", profile="tcp-22"),),
    )
    ledger = await open_books(wanted, SystemClock())
    await ledger.inventory.apply(Changes(put=land), "test", now)
    await ledger.aclose()
    said = Reported("c", "sip:a@x", "sip:b@x", now, now, Heard(0.25, 0.03, 0.1, mos=2.5))
    async with asyncio.timeout(30), running(wanted), httpx.AsyncClient() as client:
        await answered(f"{wanted.web.address}/healthz")
        assert await publish(said, ("127.0.0.1", quality)) == 200
        page = ""
        while "vc_media_loss_ratio{" not in page:
            await asyncio.sleep(0.1)
            page = (await client.get(f"{wanted.web.address}/metrics")).text
    line = next(line for line in page.splitlines() if line.startswith("vc_media_loss_ratio{"))
    assert line.endswith(" 0.25")
    assert 'instance="tt-vc"' in line
    assert 'remote="sip:b@x"' in line
    assert "thongsuot_publications_heard_total 1.0" in page


def test_the_reporter_writes_no_more_than_it_knows() -> None:
    said = Reported("c", "sip:a@x", "sip:b@x", DAWN, DAWN, Heard(0, 0, 0), over=True)
    assert b"RemoteMetrics" not in body(said, "127.0.0.1")
    assert b"QualityEst" not in body(said, "127.0.0.1")
