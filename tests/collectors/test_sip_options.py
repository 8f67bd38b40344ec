"""Does the SIP collector understand real peers, one by one and by the thousand?"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors import sip_options
from collectors._sip import message
from collectors._sip.params import Params
from collectors._sip.sweep import Sweep
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check, Verify
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.collectors.land import Land
from tests.collectors.servers import (
    accepts,
    answers,
    program,
    replying,
    running,
    talking,
)
from tests.collectors.test_icmp import Feed
from tests.factories import a_check
from tests.ports import free_port

BOTH = ("udp", "tcp")


def request(port: int) -> bytes:
    form = message.Form.of(f"sip:127.0.0.1:{port}", "udp", ("127.0.0.1", 5060))
    return form.request(message.new_branch())


SCENARIO = """<?xml version="1.0" encoding="UTF-8"?>
<scenario name="a codec">
  <recv request="OPTIONS"/>
  <send><![CDATA[

SIP/2.0 200 OK
[last_Via:]
[last_From:]
[last_To:];tag=[call_number]
[last_Call-ID:]
[last_CSeq:]
Allow: INVITE, ACK, BYE, CANCEL, OPTIONS
User-Agent: TANDBERG/529 (ce9.15)
Content-Length: 0

]]></send>
</scenario>
"""

KAMAILIO = """
debug=0
log_stderror=yes
fork=yes
children=1
tcp_children=1
listen=udp:127.0.0.1:{port}
listen=tcp:127.0.0.1:{port}
loadmodule "sl.so"
loadmodule "textops.so"
loadmodule "pv.so"
loadmodule "siputils.so"
request_route {{
  if ($rm == "OPTIONS" && $rU == $null) {{
    append_to_reply("Allow: REGISTER, INVITE, OPTIONS\\r\\n");
    sl_send_reply("200", "Keepalive");
    exit;
  }}
  if ($rU == "busy") {{ sl_send_reply("486", "Busy Here"); exit; }}
  if ($rU == "login") {{ sl_send_reply("407", "Proxy Authentication Required"); exit; }}
  if ($rU == "ill") {{
    append_to_reply("Retry-After: 120\\r\\n");
    sl_send_reply("503", "Service Unavailable");
    exit;
  }}
  sl_send_reply("404", "Not Found");
}}
"""


@pytest.fixture(scope="module")
def codec(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A sipp that answers by UDP and by TCP."""
    folder, port = tmp_path_factory.mktemp("sipp"), free_port()
    (folder / "uas.xml").write_text(SCENARIO)
    common = (program("sipp"), "-sf", str(folder / "uas.xml"), "-i", "127.0.0.1", "-nostdin")
    by_udp = (*common, "-p", str(port))
    by_tcp = (*common, "-p", str(port), "-t", "t1")
    with (
        running(*by_udp, ready=lambda: answers(port, request(port)), folder=folder),
        running(*by_tcp, ready=lambda: accepts(port), folder=folder),
    ):
        yield port


@pytest.fixture(scope="module")
def registrar(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A kamailio that knows nobody."""
    folder, port = tmp_path_factory.mktemp("kamailio"), free_port()
    config = folder / "kamailio.cfg"
    config.write_text(KAMAILIO.format(port=port))
    command = (program("kamailio"), "-DD", "-E", "-f", str(config), "-m", "16", "-M", "2")
    with running(
        *command,
        "-Y",
        str(folder),
        "-P",
        str(folder / "pid"),
        ready=lambda: answers(port, request(port)) and accepts(port),
        folder=folder,
    ):
        yield port


def asking(port: int, timeout: float = 3.0, name: str = "a", **params: object) -> Check:
    return a_check(
        name,
        "sip_options",
        address="127.0.0.1",
        timeout=timeout,
        verify=None,
        params={"port": port, **params},
    )


async def looked(check: Check) -> tuple[Reading, Run]:
    kit = make_kit(SystemClock())
    run, reading = await look_once(sip_options.COLLECTOR, check, kit)
    await kit.aclose()
    return reading, run


def values(reading: Reading) -> dict[str, float]:
    return {series.name: value for series, value in reading.samples}


def agent(reading: Reading) -> dict[str, str]:
    found = next(s for s, _ in reading.samples if s.name == "probe_sip_agent_info")
    return dict(found.labels)


def why(reading: Reading) -> str:
    assert reading.failure is not None
    return reading.failure.detail


def kind(reading: Reading) -> FailureKind:
    assert reading.failure is not None
    return reading.failure.kind


# One look


@pytest.mark.parametrize("transport", BOTH)
async def test_a_codec_answers_and_says_what_it_is(codec: int, transport: str) -> None:
    reading, run = await looked(asking(codec, transport=transport))
    assert reading.ok, run.lines
    assert values(reading)["probe_sip_status_code"] == 200
    assert 0 < values(reading)["probe_sip_rtt_seconds"] < 1
    assert agent(reading)["agent"] == "TANDBERG/529 (ce9.15)"
    assert agent(reading)["role"] == "endpoint"
    declared = {emit.name: set(emit.labels) for emit in sip_options.COLLECTOR.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} == declared[series.name]


@pytest.mark.parametrize("transport", BOTH)
async def test_a_registrar_is_told_from_an_endpoint(registrar: int, transport: str) -> None:
    reading, run = await looked(asking(registrar, transport=transport))
    assert reading.ok, run.lines
    assert agent(reading)["role"] == "registrar"
    assert "kamailio" in agent(reading)["agent"]


async def test_a_user_that_nobody_knows_is_not_registered(registrar: int) -> None:
    reading, _ = await looked(asking(registrar, user="phong-hop"))
    assert why(reading) == "SIP 404 Not Found: phong-hop is not registered"
    reading, _ = await looked(asking(registrar, user="phong-hop", any_answer=True))
    assert reading.ok


async def test_a_busy_peer_and_one_that_wants_a_login_live(registrar: int) -> None:
    reading, run = await looked(asking(registrar, user="busy"))
    assert reading.ok
    assert any("in a call" in line for line in run.lines)
    reading, run = await looked(asking(registrar, user="login"))
    assert reading.ok
    assert any("wants a login" in line for line in run.lines)


async def test_an_overloaded_server_is_told_with_its_own_patience(registrar: int) -> None:
    reading, _ = await looked(asking(registrar, user="ill"))
    assert why(reading).endswith("overloaded, or under repair, come again in 120 s")
    reading, _ = await looked(asking(registrar, user="ill", any_answer=True))
    assert reading.ok
    assert values(reading)["probe_sip_status_code"] == 503


@pytest.mark.parametrize("transport", BOTH)
async def test_nobody_there_is_a_refusal(transport: str) -> None:
    reading, _ = await looked(asking(free_port(), transport=transport))
    assert kind(reading) is FailureKind.REFUSED


async def test_the_event_loop_of_the_platform_finds_the_same(codec: int) -> None:
    for transport in BOTH:
        check = asking(codec, transport=transport)
        reading, run = await asyncio.to_thread(lambda: uvloop.run(looked(check)))  # noqa: B023
        assert reading.ok, run.lines


def echoed(octets: bytes, status: str = "200 OK", *more: str) -> bytes:
    """Return the answer to a request."""
    lines = octets.decode().split("\r\n")
    kept = [line for line in lines if line.startswith(("Via", "From", "To", "Call-ID", "CSeq"))]
    return "\r\n".join([f"SIP/2.0 {status}", *kept, *more, "Content-Length: 0", "", ""]).encode()


def compact(octets: bytes) -> bytes:
    """Return the answer as a terse peer writes it: short names, bare line ends, a folded Via."""
    text = echoed(octets).decode().replace("\r\n", "\n")
    text = text.replace("Via: ", "v:").replace("Call-ID: ", "i: ").replace(";branch", "\n ;branch")
    return text.replace("Content-Length", "l").encode()


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("200 OK", None),
        ("200", None),
        ("302 Moved", None),
        ("401 Unauthorized", None),
        ("403 Forbidden", None),
        ("404 Not Found", None),
        ("405 Method Not Allowed", None),
        ("408 Request Timeout", FailureKind.TIMEOUT),
        ("480 Temporarily Unavailable", FailureKind.PROTOCOL),
        ("483 Too Many Hops", None),
        ("486 Busy Here", None),
        ("488 Not Acceptable Here", None),
        ("500 Server Internal Error", FailureKind.PROTOCOL),
        ("501 Not Implemented", None),
        ("503 Service Unavailable", FailureKind.PROTOCOL),
        ("504 Server Time-out", FailureKind.TIMEOUT),
        ("600 Busy Everywhere", None),
        ("603 Decline", None),
    ],
)
async def test_every_class_of_answer_has_its_meaning(
    status: str, expected: FailureKind | None
) -> None:
    async with replying(lambda octets: [echoed(octets, status)]) as (port, _):
        reading, _ = await looked(asking(port))
    assert (reading.failure.kind if reading.failure else None) is expected
    assert values(reading)["probe_sip_status_code"] == int(status.split(maxsplit=1)[0])


async def test_a_terse_peer_is_understood() -> None:
    async with replying(lambda octets: [compact(octets)]) as (port, _):
        reading, run = await looked(asking(port))
    assert reading.ok, run.lines


async def test_what_answers_another_question_is_passed_over() -> None:
    def reply(octets: bytes) -> list[bytes]:
        good = echoed(octets)
        return [
            b"",
            b"\x00" * 4,
            b"SIP/2.0 200 OK\r\n\r\n",
            good.replace(b"z9hG4bK", b"z9hG4bX"),
            good.replace(b"1 OPTIONS", b"1 INVITE"),
            octets,
            echoed(octets, "100 Trying"),
            good,
        ]

    async with replying(reply) as (port, _):
        reading, run = await looked(asking(port))
        assert reading.ok, run.lines
    async with replying(lambda octets: reply(octets)[:-1]) as (port, _):
        reading, _ = await looked(asking(port, timeout=0.3))
        assert kind(reading) is FailureKind.TIMEOUT


async def test_a_lost_request_is_sent_again_the_same() -> None:
    heard: list[bytes] = []

    def reply(octets: bytes) -> list[bytes]:
        heard.append(octets)
        return [echoed(octets)] if len(heard) > 1 else []

    async with replying(reply) as (port, _):
        reading, _ = await looked(asking(port))
    assert reading.ok
    assert heard[0] == heard[1]
    assert values(reading)["probe_loss_ratio"] == 0.5
    assert values(reading)["probe_sip_rtt_seconds"] < 0.4


async def test_answers_in_a_stream_are_cut_out_of_it() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        octets = await reader.readuntil(b"\r\n\r\n")
        body = echoed(octets, "180 Ringing").replace(b"Length: 0", b"Length: 5") + b"junk\n"
        for octet in b"\r\n\r\n" + body + b"\r\n" + echoed(octets):
            writer.write(bytes((octet,)))
            await writer.drain()
        await reader.read(-1)

    async with talking(serve) as port:
        reading, run = await looked(asking(port, transport="tcp"))
    assert reading.ok, run.lines


@pytest.mark.parametrize(
    ("junk", "expected"),
    [
        (b"", FailureKind.REFUSED),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", FailureKind.REFUSED),
        (b"SIP/2.0 200 OK\r\nContent-Length: 99999999\r\n\r\n", FailureKind.PROTOCOL),
        (b"SIP/2.0 200 OK\r\nContent-Length: -1\r\n\r\n", FailureKind.PROTOCOL),
        (b"x" * 200_000, FailureKind.PROTOCOL),
    ],
)
async def test_a_stream_that_is_no_sip_is_told(junk: bytes, expected: FailureKind) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(junk)
        await writer.drain()

    async with talking(serve) as port:
        reading, run = await looked(asking(port, transport="tcp", timeout=1.0))
    assert kind(reading) is expected, run.lines


@pytest.mark.parametrize(
    "params", [{"user": "a b"}, {"user": "a\r\nX: y"}, {"domain": "a>b"}, {"transport": "sctp"}]
)
def test_what_cannot_be_asked_is_refused(params: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(params)


def test_the_request_is_as_the_standard_wants_it() -> None:
    form = message.Form.of("sip:room@[fd00::5]:5060", "udp", ("fd00::1", 40000))
    branch = message.new_branch()
    text = form.request(branch).decode()
    head, _, body = text.partition("\r\n\r\n")
    assert not body
    lines = head.split("\r\n")
    assert lines[0] == "OPTIONS sip:room@[fd00::5]:5060 SIP/2.0"
    fields = dict(line.split(": ", 1) for line in lines[1:])
    assert fields["Via"] == f"SIP/2.0/UDP [fd00::1]:40000;branch={branch.decode()};rport"
    assert fields["CSeq"] == "1 OPTIONS"
    assert fields["Max-Forwards"] == "70"
    assert ";tag=" in fields["From"]
    assert ";tag=" not in fields["To"]
    assert fields.keys() >= {"Call-ID", "Contact", "Accept", "Content-Length"}
    assert message.branch_in(form.request(branch)[:200]) == branch


@given(st.binary(max_size=400))
def test_no_octets_break_the_reader(octets: bytes) -> None:
    message.read(octets)
    message.read(b"SIP/2.0 200 OK\r\n" + octets)


@given(st.data())
def test_no_damaged_answer_breaks_the_reader(data: st.DataObject) -> None:
    octets = bytearray(echoed(request(5060), "503 Busy", "Retry-After: 5", "Allow: INVITE"))
    for _ in range(data.draw(st.integers(1, 8))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    found = message.read(bytes(octets))
    if found is not None:
        assert 100 <= found.status < 700
        assert found.role in {"registrar", "endpoint", "unknown"}


@given(st.lists(st.binary(max_size=200), max_size=20))
def test_no_stream_breaks_the_framing(chunks: list[bytes]) -> None:
    framing = message.Framing()
    try:
        for chunk in chunks:
            framing.take(chunk)
    except ValueError:
        return


# The sweep


class Watch:
    """A running sweep and what it has emitted."""

    def __init__(self, readings: list[Reading]) -> None:
        self.readings = readings

    def of(self, name: str) -> list[Reading]:
        return [r for r in self.readings if r.check == f"{name}/sip_options"]

    async def until(self, claim: Callable[[], bool], within: float = 10.0) -> None:
        async with asyncio.timeout(within):
            while not claim():
                await asyncio.sleep(0.01)


@asynccontextmanager
async def sweeping(feed: Feed, world: Land | None = None) -> AsyncIterator[Watch]:
    readings: list[Reading] = []
    kit = make_kit(SystemClock(), world)
    task = asyncio.create_task(Sweep(feed, kit, readings.extend).run())
    try:
        yield Watch(readings)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        assert asyncio.all_tasks() == {asyncio.current_task()}


def peer(name: str, port: int, **changes: object) -> Check:
    fields: dict[str, object] = {
        "address": "127.0.0.1",
        "interval": 0.2,
        "timeout": 0.5,
        "verify": None,
        "params": {"port": port},
    }
    return a_check(name, "sip_options", **(fields | changes))


def failures(readings: Sequence[Reading]) -> list[Reading]:
    return [r for r in readings if not r.ok]


async def test_many_peers_are_asked_on_one_socket(codec: int, registrar: int) -> None:
    checks = [peer(f"c{n}", codec) for n in range(100)]
    checks += [peer(f"r{n}", registrar) for n in range(100)]
    async with sweeping(Feed(*checks)) as watch:
        await watch.until(lambda: len({r.check for r in watch.readings}) == 200)
        await watch.until(lambda: len(watch.of("c1")) >= 3)
    assert failures(watch.readings) == []
    assert agent(watch.of("c0")[0])["role"] == "endpoint"
    assert agent(watch.of("r0")[0])["role"] == "registrar"
    rtts = [values(r)["probe_sip_rtt_seconds"] for r in watch.readings]
    assert 0 < min(rtts) <= max(rtts) < 0.5


async def test_peers_by_tcp_and_by_name_are_asked_too(codec: int) -> None:
    by_tcp = peer("t", codec, params={"port": codec, "transport": "tcp"})
    by_name = peer("n", codec, address="localhost")
    lost = peer("x", codec, address="no.such.name.invalid")
    async with sweeping(Feed(by_tcp, by_name, lost)) as watch:
        await watch.until(lambda: any(r.ok for r in watch.of("t")))
        await watch.until(lambda: any(r.ok for r in watch.of("n")))
        await watch.until(lambda: bool(watch.of("x")))
    assert failures(watch.of("t")) == []
    assert kind(watch.of("x")[-1]) in {FailureKind.LOCAL, FailureKind.UNREACHABLE}


async def test_a_name_whose_first_address_refuses_is_asked_at_its_next(
    codec: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def resolved(host: str, port: int, **wanted: int) -> list[object]:
        both = ("127.0.0.9", "127.0.0.1")
        return [(socket.AF_INET, socket.SOCK_DGRAM, 0, "", (one, port)) for one in both]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", resolved)
    async with sweeping(Feed(peer("n", codec, address="codec.test"))) as watch:
        await watch.until(lambda: any(r.ok for r in watch.of("n")))
        answered = len(watch.of("n"))
        await watch.until(lambda: len(watch.of("n")) >= answered + 2)
    assert failures(watch.of("n")[answered:]) == []


async def test_a_closed_port_is_told_at_once_and_hurts_nobody_else(codec: int) -> None:
    feed = Feed(peer("gone", free_port()), peer("there", codec))
    async with sweeping(feed) as watch:
        await watch.until(lambda: len(watch.of("gone")) >= 3 and len(watch.of("there")) >= 3)
    assert all(kind(r) is FailureKind.REFUSED for r in watch.of("gone"))
    assert all(r.duration is not None and r.duration < 0.3 for r in watch.of("gone"))
    assert failures(watch.of("there")) == []


async def test_silence_is_told_when_the_time_is_over() -> None:
    async with replying(lambda octets: []) as (port, _), sweeping(Feed(peer("a", port))) as watch:
        await watch.until(lambda: bool(watch.readings))
    assert kind(watch.readings[0]) is FailureKind.TIMEOUT
    assert values(watch.readings[0])["probe_loss_ratio"] == 1


async def test_a_lost_request_is_repeated_by_the_sweep_too() -> None:
    heard: list[bytes] = []

    def reply(octets: bytes) -> list[bytes]:
        heard.append(octets)
        return [echoed(octets)] if heard.count(octets) > 1 else []

    check_ = {"timeout": 3.0, "interval": 30.0}
    async with replying(reply) as (port, _):
        feed = Feed(peer("a", port, **check_))
        feed.hinted.append("a/sip_options")
        async with sweeping(feed) as watch:
            await watch.until(lambda: bool(watch.readings))
    assert watch.readings[0].ok
    assert heard[0] == heard[1]
    assert values(watch.readings[0])["probe_loss_ratio"] == 0.5


async def test_junk_and_strangers_do_not_end_the_sweep() -> None:
    def reply(octets: bytes) -> list[bytes]:
        forged = echoed(octets).replace(b"z9hG4bK", b"z9hG4bX")
        return [b"", b"\xff" * 100, forged, echoed(octets, "100 Trying"), echoed(octets)] * 2

    async with replying(reply) as (port, _), sweeping(Feed(peer("a", port))) as watch:
        await watch.until(lambda: len(watch.readings) >= 3)
    assert failures(watch.readings) == []


async def test_a_reach_check_that_fails_is_asked_again_soon() -> None:
    alive = asyncio.Event()

    def reply(octets: bytes) -> list[bytes]:
        return [echoed(octets)] if alive.is_set() else []

    async with replying(reply) as (port, _):
        check = peer("a", port, interval=30.0, timeout=0.2, verify=Verify(probes=3))
        feed = Feed(check)
        feed.hinted.append(check.slug)
        async with sweeping(feed) as watch:
            await watch.until(lambda: len(watch.readings) == 4)
            alive.set()
            await asyncio.sleep(1.5)
            assert len(watch.readings) == 4  # a dead peer is left alone after its probes
            feed.hinted.append(check.slug)
            await watch.until(lambda: len(watch.readings) == 7)
    assert [r.ok for r in watch.readings] == [False] * 4 + [True] * 3


async def test_a_peer_that_says_when_to_come_again_is_left_alone_and_told_of() -> None:
    heard: list[bytes] = []

    def reply(octets: bytes) -> list[bytes]:
        heard.append(octets)
        busy = echoed(octets, "503 Service Unavailable")
        return [busy.replace(b"\r\n\r\n", b"\r\nRetry-After: 1\r\n\r\n", 1)]

    async with replying(reply) as (port, _):
        check = peer("a", port, verify=Verify(probes=3))
        async with sweeping(Feed(check)) as watch:
            await watch.until(lambda: len(watch.readings) >= 4)
            assert len(heard) == 1
            await watch.until(lambda: len(heard) >= 2)
    assert {kind(r) for r in watch.readings} == {FailureKind.PROTOCOL}
    assert all("come again in 1 s" in why(r) for r in watch.readings)
    assert values(watch.readings[0])["probe_loss_ratio"] == 0
    assert "probe_loss_ratio" not in values(watch.readings[1])  # nothing was sent


async def test_a_check_with_wrong_parameters_hurts_nobody_else(codec: int) -> None:
    feed = Feed(peer("wrong", codec, params={"port": 0}), peer("there", codec))
    async with sweeping(feed) as watch:
        await watch.until(lambda: bool(watch.of("wrong")) and len(watch.of("there")) >= 2)
    assert kind(watch.of("wrong")[0]) is FailureKind.LOCAL
    assert "port" in why(watch.of("wrong")[0])
    assert failures(watch.of("there")) == []


async def test_the_feed_is_followed(codec: int) -> None:
    feed = Feed(peer("a", codec))
    async with sweeping(feed) as watch:
        await watch.until(lambda: bool(watch.of("a")))
        feed.become(peer("b", codec))
        await watch.until(lambda: bool(watch.of("b")))
        seen = len(watch.of("a"))
        await watch.until(lambda: len(watch.of("b")) >= 3)
    assert len(watch.of("a")) <= seen + 1


@pytest.mark.lab
async def test_the_sweep_asks_where_the_kit_says(world: Land) -> None:
    world.answer = lambda address, asked: None
    silent = peer("a", 5060, address="10.0.0.5")
    nowhere = peer("b", 5060, address="192.0.2.1")
    async with sweeping(Feed(silent, nowhere), world) as watch:
        await watch.until(lambda: bool(watch.of("a")) and bool(watch.of("b")))
    assert kind(watch.of("a")[0]) is FailureKind.TIMEOUT
    assert kind(watch.of("b")[0]) is FailureKind.UNREACHABLE
    assert all(made.fileno() == -1 for made in world.opened)
