"""Does the DNS collector tell a right answer from a wrong, a forged or a missing one?"""

import asyncio
from collections.abc import Callable, Iterator

import dns.message
import dns.rrset
import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors import dns as collector
from collectors._dns import message
from collectors._dns.params import Params
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.collectors.servers import accepts, program, replying, running, talking
from tests.factories import a_check
from tests.ports import free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("unbound"), free_port()
    many = "\n".join(f'  local-data: "many.dongnai.test. A 10.75.1.{n}"' for n in range(1, 201))
    (folder / "unbound.conf").write_text(
        f"""server:
  interface: 127.0.0.1
  port: {port}
  do-daemonize: no
  username: ""
  chroot: ""
  directory: "{folder}"
  pidfile: ""
  use-syslog: no
  outbound-msg-retry: 1
  access-control: 127.0.0.0/8 allow
  do-not-query-localhost: no
  local-zone: "dongnai.test." static
  local-data: "dongnai.test. SOA ns.dongnai.test. admin.dongnai.test. 2026112201 3600 600 86400 60"
  local-data: "dongnai.test. MX 10 mail.dongnai.test."
  local-data: 'dongnai.test. TXT "v=spf1 -all"'
  local-data: "www.dongnai.test. A 10.75.0.1"
  local-data: "www.dongnai.test. A 10.75.0.2"
  local-data: "www.dongnai.test. AAAA fd00:75::1"
  local-data-ptr: "10.75.0.1 www.dongnai.test"
  local-zone: "closed.test." refuse
{many}
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@{free_port()}
remote-control:
  control-enable: no
"""
    )
    command = (program("unbound"), "-d", "-c", str(folder / "unbound.conf"))
    with running(*command, ready=lambda: accepts(port), folder=folder):
        yield port


def asking(port: int, name: str, timeout: float = 3.0, **params: object) -> Check:
    return a_check(
        "a",
        "dns",
        address="127.0.0.1",
        timeout=timeout,
        params={"port": port, "name": name, **params},
    )


async def looked(check: Check) -> tuple[Reading, Run]:
    kit = make_kit(SystemClock())
    run, reading = await look_once(collector.COLLECTOR, check, kit)
    await kit.aclose()
    return reading, run


def values(reading: Reading) -> dict[str, float]:
    return {series.name: value for series, value in reading.samples}


def why(reading: Reading) -> str:
    assert reading.failure is not None
    return reading.failure.detail


def kind(reading: Reading) -> FailureKind:
    assert reading.failure is not None
    return reading.failure.kind


@pytest.mark.parametrize("transport", ["udp", "tcp"])
async def test_the_expected_answer_is_good_by_udp_and_by_tcp(server: int, transport: str) -> None:
    check = asking(server, "www.dongnai.test", transport=transport, expect="10.75.0.2 10.75.0.1")
    reading, run = await looked(check)
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_dns_answer_rrs"] == 2
    assert got["probe_dns_rcode"] == 0
    assert got["probe_dns_query_succeeded"] == 1
    declared = {emit.name: set(emit.labels) for emit in collector.COLLECTOR.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} == declared[series.name]


@pytest.mark.parametrize(
    ("name", "type_", "expect"),
    [
        ("www.dongnai.test", "AAAA", "fd00:75:0:0::1"),
        ("dongnai.test", "mx", "mail.dongnai.test"),
        ("dongnai.test", "MX", ("10 MAIL.dongnai.test.",)),
        ("dongnai.test", "TXT", ("v=spf1 -all",)),
        ("10.75.0.1", "PTR", "www.dongnai.test"),
    ],
)
async def test_records_are_compared_as_what_they_are(
    server: int, name: str, type_: str, expect: object
) -> None:
    reading, run = await looked(asking(server, name, type=type_, expect=expect))
    assert reading.ok, (reading.failure, run.lines)


async def test_a_wrong_answer_says_what_came_instead(server: int) -> None:
    reading, _ = await looked(asking(server, "www.dongnai.test", expect="10.75.0.9"))
    assert why(reading).startswith("10.75.0.9 is not among the answers: 10.75.0.")


async def test_the_serial_number_of_a_zone_is_told(server: int) -> None:
    reading, _ = await looked(asking(server, "dongnai.test", type="SOA"))
    assert values(reading)["probe_dns_serial"] == 2026112201


async def test_response_codes_are_named(server: int) -> None:
    reading, _ = await looked(asking(server, "nobody.dongnai.test"))
    assert why(reading) == "NXDOMAIN for nobody.dongnai.test A"
    assert values(reading)["probe_dns_rcode"] == 3
    reading, _ = await looked(asking(server, "a.closed.test"))
    assert kind(reading) is FailureKind.REFUSED
    reading, _ = await looked(asking(server, "elsewhere.example", timeout=20.0))
    assert why(reading) == "SERVFAIL for elsewhere.example A"


async def test_a_code_that_is_wanted_is_good(server: int) -> None:
    reading, _ = await looked(asking(server, "nobody.dongnai.test", rcodes="nxdomain"))
    assert reading.ok


async def test_an_empty_answer_is_a_failure_unless_it_is_wanted(server: int) -> None:
    reading, _ = await looked(asking(server, "www.dongnai.test", type="TXT"))
    assert why(reading) == "www.dongnai.test has no record of type TXT"
    reading, _ = await looked(asking(server, "www.dongnai.test", type="TXT", may_be_empty=True))
    assert reading.ok


async def test_an_answer_that_is_cut_is_fetched_by_tcp(server: int) -> None:
    reading, run = await looked(asking(server, "many.dongnai.test", expect="10.75.1.200"))
    assert reading.ok, run.lines
    assert values(reading)["probe_dns_answer_rrs"] == 200
    assert any("asking again by TCP" in line for line in run.lines)


async def test_authority_and_dnssec_are_asked_of_those_who_should_have_them(server: int) -> None:
    reading, _ = await looked(asking(server, "www.dongnai.test", authoritative=True))
    assert reading.ok  # a local zone of unbound speaks with authority
    reading, _ = await looked(asking(server, "www.dongnai.test", dnssec=True))
    assert why(reading) == "the answer was not verified by DNSSEC"


async def test_the_event_loop_of_the_platform_finds_the_same(server: int) -> None:
    check = asking(server, "www.dongnai.test")
    reading, run = await asyncio.to_thread(lambda: uvloop.run(looked(check)))
    assert reading.ok, run.lines


async def test_nobody_there_is_a_refusal() -> None:
    reading, _ = await looked(asking(free_port(), "a.test"))
    assert kind(reading) is FailureKind.REFUSED
    assert values(reading)["probe_dns_query_succeeded"] == 0


def good(query: bytes, address: str = "10.75.0.1") -> bytes:
    asked = dns.message.from_wire(query)
    reply = dns.message.make_response(asked)
    reply.answer.append(dns.rrset.from_text(asked.question[0].name, 60, "IN", "A", address))
    return reply.to_wire()


def renumbered(query: bytes) -> bytes:
    reply = bytearray(good(query, "10.66.66.66"))
    reply[1] ^= 0xFF
    return bytes(reply)


def of_another(query: bytes) -> bytes:
    asked = dns.message.make_query("evil.test", "A", id=dns.message.from_wire(query).id)
    return good(asked.to_wire(), "10.66.66.66")


FORGERIES: list[Callable[[bytes], bytes]] = [
    renumbered,
    of_another,
    lambda query: query,
    lambda query: b"",
    lambda query: query[:2] + b"\x80\x00" + b"\xff" * 30,
    lambda query: good(query, "10.66.66.66")[:20],
]


async def test_forged_and_senseless_replies_are_passed_over() -> None:
    async with replying(lambda query: [*(make(query) for make in FORGERIES), good(query)]) as (
        port,
        _,
    ):
        reading, run = await looked(asking(port, "a.test", expect="10.75.0.1"))
    assert reading.ok, run.lines


async def test_junk_alone_is_silence() -> None:
    async with replying(lambda query: [make(query) for make in FORGERIES]) as (port, _):
        reading, _ = await looked(asking(port, "a.test", timeout=0.3))
    assert kind(reading) is FailureKind.TIMEOUT


async def test_a_tcp_server_that_drips_hangs_up_or_lies_is_told() -> None:
    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(b"\xff\xff half")

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"\x00\x04junk")
            await writer.drain()
            await asyncio.sleep(0.02)

    async with talking(hang_up) as port:
        reading, _ = await looked(asking(port, "a.test", transport="tcp"))
        assert kind(reading) is FailureKind.REFUSED
    async with talking(drip) as port:
        reading, _ = await looked(asking(port, "a.test", transport="tcp", timeout=0.3))
        assert kind(reading) is FailureKind.TIMEOUT


@pytest.mark.parametrize(
    "params", [{"name": "a..b"}, {"name": "x" * 70}, {"name": "a", "type": "NO-SUCH"}]
)
def test_what_cannot_be_asked_is_refused(params: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(params)


QUERY = message.question("www.dongnai.test", "A", recursion=True, edns=True)


@given(st.binary(max_size=600))
def test_no_octets_break_the_reader(octets: bytes) -> None:
    head = QUERY.id.to_bytes(2, "big") + b"\x84\x00"
    message.read(head + octets, QUERY)
    message.read(octets, QUERY)


@given(st.data())
def test_no_damaged_reply_breaks_the_reader(data: st.DataObject) -> None:
    octets = bytearray(good(QUERY.to_wire()))
    for _ in range(data.draw(st.integers(1, 6))):
        octets[data.draw(st.integers(2, len(octets) - 1))] = data.draw(st.integers(0, 255))
    reply = message.read(bytes(octets), QUERY)
    if reply is not None:
        message.values(reply, "A")
        message.rcode_name(reply)
        message.serial(reply)
