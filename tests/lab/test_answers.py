"""What the pretend servers say is what the standards say, to clients that we did not write."""

import http.client
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import dns.exception
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype
import pytest
from cryptography import x509

from core.clock import SystemClock
from lab import answers, web
from lab.certificates import Authority
from tests.factories import DAWN

ZONE = answers.zone_of("dongnai.example", "10.75.0.20")
CHRONYD = Path("/usr/sbin/chronyd")
OPTIONS = (
    "OPTIONS sip:10.75.0.10 SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.7:5062;branch=z9hG4bK1;rport\r\n"
    "Max-Forwards: 70\r\nFrom: <sip:a@192.0.2.7>;tag=1\r\nTo: <sip:10.75.0.10>\r\n"
    "Call-ID: 1@192.0.2.7\r\nCSeq: 7 OPTIONS\r\nContent-Length: 0\r\n\r\n"
)


@contextmanager
def answering(answer: Callable[[bytes], bytes | None]) -> Iterator[int]:
    """Yield the UDP port of loopback at which somebody answers so."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(10)
        ended = threading.Event()

        def serve() -> None:
            while not ended.is_set():
                try:
                    request, source = server.recvfrom(4096)
                except OSError:
                    return
                said = answer(request)
                if said is not None:
                    server.sendto(said, source)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield server.getsockname()[1]
        finally:
            ended.set()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waker:
                waker.sendto(b"", server.getsockname())
            thread.join()


@pytest.mark.parametrize(
    ("name", "kind", "code", "address"),
    [
        ("dongnai.example", "A", dns.rcode.NOERROR, "10.75.0.20"),
        ("DongNai.Example", "A", dns.rcode.NOERROR, "10.75.0.20"),
        ("dongnai.example", "AAAA", dns.rcode.NOERROR, None),
        ("dongnai.example", "NS", dns.rcode.NOERROR, "ns.dongnai.example."),
        ("mail.dongnai.example", "A", dns.rcode.NOERROR, "10.75.0.20"),
        ("dongnai.example", "MX", dns.rcode.NOERROR, "10 mail.dongnai.example."),
        ("dongnai.example", "TXT", dns.rcode.NOERROR, '"v=spf1 ip4:10.75.0.20 -all"'),
        ("khac.example", "A", dns.rcode.NXDOMAIN, None),
    ],
)
def test_names_are_resolved(name: str, kind: str, code: int, address: str | None) -> None:
    with answering(lambda request: answers.dns(request, ZONE)) as port:
        said = dns.query.udp(dns.message.make_query(name, kind), "127.0.0.1", 5, port)
    assert said.rcode() == code
    found = [str(item) for rows in said.answer for item in rows]
    assert found == ([address] if address else [])
    assert said.flags & dns.flags.AA


def test_a_broken_name_server_says_so() -> None:
    query = dns.message.make_query("dongnai.example", "A")
    said = answers.dns(query.to_wire(), ZONE, broken=True)
    assert said is not None
    assert dns.message.from_wire(said).rcode() == dns.rcode.SERVFAIL


@pytest.mark.parametrize("junk", [b"", b"\0" * 11, b"\0" * 12, b"\xff" * 40])
def test_junk_breaks_no_server(junk: bytes) -> None:
    answers.dns(junk, ZONE)
    assert answers.ntp(junk, DAWN) is None
    assert answers.sip(junk, ("192.0.2.7", 5062)) is None


@pytest.mark.skipif(not CHRONYD.exists(), reason="no chronyd")
def test_a_real_ntp_client_measures_our_time(tmp_path: Path) -> None:
    with answering(lambda request: answers.ntp(request, SystemClock().now())) as port:
        words = f"server 127.0.0.1 port {port} iburst maxsamples 1"
        lines = ("cmdport 0", f"pidfile {tmp_path}/pid", words)
        command = [str(CHRONYD), "-Q", "-t", "8", *lines]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert "System clock wrong by" in done.stdout + done.stderr


def test_a_time_server_that_lost_its_own_source_says_so() -> None:
    request = struct.pack("!B39xQ", 4 << 3 | 3, 12345)
    said = answers.ntp(request, DAWN, broken=True)
    assert said is not None
    assert said[0] >> 6 == 3
    assert said[1] == 16
    good = answers.ntp(request, DAWN)
    assert good is not None
    assert struct.unpack_from("!Q", good, 24)[0] == 12345  # the origin is what we sent
    assert struct.unpack_from("!I", good, 40)[0] == int(DAWN.timestamp()) + 2_208_988_800


def test_options_are_answered_along_the_way_they_came() -> None:
    said = answers.sip(OPTIONS.encode(), ("203.0.113.9", 40_000))
    assert said is not None
    lines = said.decode().split("\r\n")
    assert lines[0] == "SIP/2.0 200 OK"
    via = next(line for line in lines if line.startswith("Via:"))
    assert "rport=40000" in via
    assert "received=203.0.113.9" in via
    assert next(line for line in lines if line.startswith("To:")).count(";tag=") == 1
    assert "CSeq: 7 OPTIONS" in lines
    assert said.endswith(b"Content-Length: 0\r\n\r\n")


def test_other_sip_requests_are_refused_and_an_ack_is_not_answered() -> None:
    register = OPTIONS.replace("OPTIONS", "REGISTER").encode()
    assert b"405" in (answers.sip(register, ("192.0.2.7", 5062)) or b"")
    assert answers.sip(OPTIONS.replace("OPTIONS", "ACK").encode(), ("192.0.2.7", 5062)) is None
    assert b"503" in (answers.sip(OPTIONS.encode(), ("192.0.2.7", 5062), broken=True) or b"")


def _page(path: str) -> tuple[int, str]:
    return 200, f"<p>{path}</p>"


def test_a_page_is_served_to_an_ordinary_client() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(web.answered("GET /a HTTP/1.1\r\nHost: x\r\n\r\n", _page)[0])
        response = http.client.HTTPResponse(ours)
        response.begin()
        assert response.status == 200
        assert response.read() == b"<p>/a</p>"
        assert not response.will_close


@pytest.mark.parametrize(
    ("request_head", "status", "stays"),
    [
        ("HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", b"200", True),
        ("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", b"200", False),
        ("GET / HTTP/1.0\r\n\r\n", b"200", False),
        ("GET / HTTP/1.1\r\n\r\n", b"400", False),
        ("POST / HTTP/1.1\r\nHost: x\r\n\r\n", b"405", False),
        ("what is this\r\n\r\n", b"400", False),
    ],
)
def test_requests_are_kept_to_the_rules(request_head: str, status: bytes, stays: bool) -> None:
    said, goes_on = web.answered(request_head, _page)
    assert said.split(b" ")[1] == status
    assert goes_on is stays


def test_the_authority_is_all_that_must_be_trusted() -> None:
    now = SystemClock().now()
    authority = Authority(now)
    server = authority.context("10.75.0.20", now, timedelta(days=5))
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.load_verify_locations(cadata=authority.pem)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = trusting.wrap_bio(back, there, server_hostname="10.75.0.20")
    answering_side = server.wrap_bio(there, back, server_side=True)
    for _ in range(4):
        for side in (client, answering_side):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
    shown = client.getpeercert(binary_form=True)
    assert shown is not None
    ends = x509.load_der_x509_certificate(shown).not_valid_after_utc
    assert timedelta(days=4, hours=23) < ends - now <= timedelta(days=5)
