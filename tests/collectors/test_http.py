"""Does the HTTP collector say what a visitor of the page would find?"""

import asyncio
import gzip
import zlib
from collections.abc import Iterator, Mapping
from contextlib import AbstractAsyncContextManager

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors import http
from collectors._http.body import LARGEST, Body, Unpackable, text_of
from collectors._http.kinds import ranges
from collectors._http.params import Params
from collectors._http.wanted import unmet_json, unmet_words
from core.clock import SystemClock
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.kit import make_kit
from runtime.scheduler import look_once
from runtime.transcripts import Run
from tests.collectors.certificates import NOW, Front, front
from tests.collectors.land import Land
from tests.collectors.servers import talking
from tests.factories import a_check
from tests.ports import free_port


@pytest.fixture(scope="module")
def web(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    with front(tmp_path_factory.mktemp("nginx")) as running:
        yield running


class Purse:
    """Secrets by name."""

    def __init__(self, **known: str) -> None:
        self._known = known

    def reveal(self, name: str) -> str | None:
        return self._known.get(name)


def page(url: str, timeout: float = 3.0, secret: str | None = None, **params: object) -> Check:
    return a_check(
        "a", "http", address="a", timeout=timeout, secret=secret, params={"url": url, **params}
    )


async def looked(check: Check, **secrets: str) -> tuple[Reading, Run]:
    kit = make_kit(SystemClock(), secrets=Purse(**secrets))
    try:
        run, reading = await look_once(http.COLLECTOR, check, kit)
    finally:
        await kit.aclose()
    return reading, run


def values(reading: Reading) -> dict[str, float]:
    return {series.name: value for series, value in reading.samples}


def phases(reading: Reading) -> dict[str, float]:
    return {
        dict(series.labels)["phase"]: value
        for series, value in reading.samples
        if series.name == "probe_http_duration_seconds"
    }


def why(reading: Reading) -> str:
    assert reading.failure is not None
    return reading.failure.detail


def kind(reading: Reading) -> FailureKind:
    assert reading.failure is not None
    return reading.failure.kind


async def test_a_page_is_found_and_every_step_is_timed(web: Front) -> None:
    reading, run = await looked(page(f"http://127.0.0.1:{web.plain}/ok"))
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_http_status_code"] == 200
    assert got["probe_http_version"] == 1.1
    assert got["probe_http_ssl"] == 0
    assert got["probe_http_uncompressed_body_length"] == len("<p>Thủ tục hành chính</p>".encode())
    assert "probe_dns_lookup_time_seconds" not in got
    assert phases(reading).keys() == {"resolve", "connect", "tls", "processing", "transfer"}
    assert sum(phases(reading).values()) <= got["probe_duration_seconds"]
    assert phases(reading)["connect"] > 0
    declared = {emit.name: set(emit.labels) for emit in http.COLLECTOR.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} == declared[series.name]


async def test_the_name_of_the_page_is_looked_up_and_that_is_timed(web: Front) -> None:
    reading, _ = await looked(page(f"http://localhost:{web.plain}/ok"))
    assert reading.ok
    assert values(reading)["probe_dns_lookup_time_seconds"] > 0


async def test_a_page_is_reached_by_ipv6(web: Front) -> None:
    reading, run = await looked(page(f"http://[::1]:{web.plain}/ok"))
    assert reading.ok, run.lines


async def test_an_event_loop_like_that_of_the_platform_finds_the_same(web: Front) -> None:
    def on_uvloop(url: str) -> Reading:
        reading, _ = uvloop.run(looked(page(url, ca=str(web.ca))))
        return reading

    good = await asyncio.to_thread(on_uvloop, f"https://localhost:{web.tls['good']}/ok")
    assert good.ok, good.failure
    assert values(good)["probe_ssl_earliest_cert_expiry"] > NOW.timestamp()
    bad = await asyncio.to_thread(on_uvloop, f"https://localhost:{web.tls['expired']}/ok")
    assert "expired 3 days ago" in why(bad)


# Statuses and redirects


async def test_a_redirect_is_followed_and_counted(web: Front) -> None:
    reading, run = await looked(page(f"http://127.0.0.1:{web.plain}/moved"))
    assert reading.ok
    assert values(reading)["probe_http_redirects"] == 1
    assert any("/ok" in line for line in run.lines)


async def test_a_redirect_that_is_wanted_is_not_followed(web: Front) -> None:
    reading, _ = await looked(page(f"http://127.0.0.1:{web.plain}/moved", statuses="2xx 301"))
    assert reading.ok
    assert values(reading)["probe_http_status_code"] == 301
    assert values(reading)["probe_http_redirects"] == 0


async def test_a_redirect_is_a_failure_where_none_may_be_followed(web: Front) -> None:
    reading, _ = await looked(page(f"http://127.0.0.1:{web.plain}/moved", follow=0))
    assert why(reading).startswith("HTTP 301 Moved Permanently to http")


async def test_redirects_without_end_are_given_up(web: Front) -> None:
    reading, _ = await looked(page(f"http://127.0.0.1:{web.plain}/loop"))
    assert why(reading) == "more than 5 redirects"


async def test_a_cookie_is_shown_again_on_the_way(web: Front) -> None:
    reading, run = await looked(page(f"http://127.0.0.1:{web.plain}/known", keyword="known"))
    assert reading.ok, run.lines


async def test_another_status_is_a_failure_that_names_it(web: Front) -> None:
    reading, _ = await looked(page(f"http://127.0.0.1:{web.plain}/down"))
    assert why(reading) == "HTTP 503 Service Temporarily Unavailable"
    assert kind(reading) is FailureKind.PROTOCOL
    assert values(reading)["probe_success"] == 0
    reading, _ = await looked(page(f"http://127.0.0.1:{web.plain}/private"))
    assert kind(reading) is FailureKind.AUTH
    reading, _ = await looked(page(f"http://127.0.0.1:{web.plain}/private", statuses="401"))
    assert reading.ok


@pytest.mark.parametrize("text", ["", "abc", "600", "20", "99", "2xx,"])
def test_statuses_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="status"):
        ranges(text)


def test_statuses_may_be_written_in_many_ways() -> None:
    assert ranges("2xx 301, 401-403;5XX") == [(200, 299), (301, 301), (401, 403), (500, 599)]


# What the page says


async def test_the_keyword_is_found_in_any_form_and_case(web: Front) -> None:
    url = f"http://127.0.0.1:{web.plain}/ok"
    decomposed = "thu\u0309 tu\u0323c  hành chính"
    for word in ("Thủ tục hành chính", "THỦ TỤC", decomposed):
        reading, _ = await looked(page(url, keyword=word))
        assert reading.ok, word
    reading, _ = await looked(page(url, keyword="dịch vụ công"))
    assert why(reading) == 'the page lacks "dịch vụ công"'
    assert values(reading)["probe_failed_due_to_regex"] == 1
    reading, _ = await looked(page(url, absent="hành chính"))
    assert why(reading) == 'the page contains "hành chính"'


def test_a_keyword_is_found_across_the_lines_of_the_source() -> None:
    text = "<p>Thủ tục\r\n      hành&nbsp;chính</p>"
    wish = Params.model_validate({"url": "http://a/", "keyword": "thủ tục  hành chính"})
    assert unmet_words(wish, text) is None
    wish = Params.model_validate({"url": "http://a/", "absent": "thủ tục hành chính"})
    assert unmet_words(wish, text) is not None


async def test_a_pattern_is_searched(web: Front) -> None:
    url = f"http://127.0.0.1:{web.plain}/ok"
    reading, _ = await looked(page(url, pattern="Th. tục .{4} ch"))
    assert reading.ok
    reading, _ = await looked(page(url, pattern="^nothing$"))
    assert why(reading) == "the page does not match ^nothing$"


async def test_a_pattern_that_would_take_for_ever_is_ended() -> None:
    body = b"a" * 40 + b"!"
    async with saying(answer(body)) as port:
        began = asyncio.get_running_loop().time()
        slow, quick = (
            page(f"http://127.0.0.1:{port}/", pattern="(a+)+$"),
            page(f"http://127.0.0.1:{port}/", pattern="aaa"),
        )
        reading, _ = await looked(slow)
        assert asyncio.get_running_loop().time() - began < 3
        assert kind(reading) in {FailureKind.LOCAL, FailureKind.TIMEOUT}
        reading, _ = await looked(quick)
        assert reading.ok


async def test_json_is_looked_into(web: Front) -> None:
    url = f"http://127.0.0.1:{web.plain}/json"
    for path, value in (
        ("data.items.0.state", "ready"),
        ("$.data.items.0.up", "true"),
        ("data.items.-1.n", "3"),
        ("$.data.items[0].n", "3"),
        ("data.items", None),
    ):
        reading, _ = await looked(page(url, json_path=path, json_value=value))
        assert reading.ok, path
    reading, _ = await looked(page(url, json_path="data.items.0.state", json_value="down"))
    assert why(reading) == 'data.items.0.state is "ready", not "down"'
    reading, _ = await looked(page(url, json_path="data.items.9.state"))
    assert why(reading) == "the JSON has no data.items.9.state"
    reading, _ = await looked(page(url.replace("json", "ok"), json_path="a"))
    assert why(reading) == "the answer is not JSON"


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        ("Thủ tục".encode(), None),
        ("\ufeffThủ tục".encode("utf-16"), None),
        ("Thu\u0309 tu\u0323c".encode("cp1258"), "windows-1258"),
        ("Thu\u0309 tu\u0323c".encode("cp1258"), None),
        (b'<meta charset="windows-1258">' + "Thu\u0309 tu\u0323c".encode("cp1258"), None),
        (b"Th&#7911; t&#7909;c", "utf-8"),
        ("Thủ\u00a0tục".encode(), "no-such-charset"),
        ("Thủ tục".encode(), "zlib_codec"),
    ],
)
def test_vietnamese_is_read_as_old_and_new_pages_write_it(octets: bytes, said: str | None) -> None:
    params = Params(url="http://a/", keyword="Thủ tục")
    assert unmet_words(params, text_of(octets, said)) is None


async def test_a_head_request_looks_at_no_body(web: Front) -> None:
    reading, _ = await looked(page(f"http://127.0.0.1:{web.plain}/ok", method="HEAD"))
    assert reading.ok
    assert values(reading)["probe_http_uncompressed_body_length"] == 0


async def test_when_the_page_was_changed_is_told(web: Front) -> None:
    reading, _ = await looked(page(f"http://127.0.0.1:{web.plain}/modified"))
    assert values(reading)["probe_http_last_modified_timestamp_seconds"] == 1782864000


# Logins


async def test_a_secret_opens_the_page_and_stays_out_of_the_transcript(web: Front) -> None:
    base = f"http://127.0.0.1:{web.plain}"
    for check, secret in (
        (page(f"{base}/login", secret="s"), "an:mật"),
        (page(f"{base}/login", secret="s", user="an"), "mật"),
        (page(f"{base}/token", secret="s", auth="bearer"), "abc"),
    ):
        reading, run = await looked(check, s=secret)
        assert reading.ok, run.lines
        assert secret not in "\n".join(run.lines)
        assert "YW46" not in "\n".join(run.lines)
    reading, _ = await looked(page(f"{base}/login", secret="s"), s="an:sai")
    assert kind(reading) is FailureKind.AUTH
    reading, _ = await looked(page(f"{base}/login", secret="unknown"))
    assert kind(reading) is FailureKind.LOCAL


async def test_a_secret_is_not_carried_to_another_host(web: Front) -> None:
    check = page(
        f"http://127.0.0.1:{web.plain}/away",
        secret="s",
        keyword="auth= key=yes",
        headers={"X-Key": "yes"},
    )
    reading, run = await looked(check, s="an:mật")
    assert reading.ok, run.lines


async def test_a_header_of_the_check_replaces_ours_whatever_its_case() -> None:
    heard: list[bytes] = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer(b"x"))
        await writer.drain()

    async with talking(talk) as port:
        await looked(page(f"http://127.0.0.1:{port}/", headers={"user-agent": "Mozilla/5.0"}))
    assert heard[0].lower().count(b"user-agent:") == 1
    assert b"Mozilla/5.0" in heard[0]


async def test_headers_of_an_enormous_length_are_a_failure() -> None:
    many = [f"X-{n}: {'y' * 4000}" for n in range(30)]
    async with saying(answer(b"x", *many)) as port:
        reading, _ = await looked(page(f"http://127.0.0.1:{port}/"))
    assert why(reading) == "the headers are longer than 64 KiB"


@pytest.mark.parametrize(
    "params",
    [
        {"url": "ftp://a/"},
        {"url": "http:///x"},
        {"url": "http://user:word@a/"},
        {"url": "http://a/", "headers": {"X": "a\r\nY: b"}},
        {"url": "http://a/", "headers": {"X Y": "a"}},
        {"url": "http://a/", "pattern": "("},
        {"url": "http://a/", "connect_to": "a b"},
        {"url": "http://a/", "min_tls": "3"},
    ],
)
def test_wrong_parameters_are_refused(params: Mapping[str, object]) -> None:
    with pytest.raises(ValidationError):
        Params.model_validate(dict(params))


def test_headers_may_be_written_as_lines() -> None:
    params = Params.model_validate({"url": "http://a/", "headers": "X-A: 1\nX-B: a: b\n"})
    assert params.headers == {"X-A": "1", "X-B": "a: b"}


async def test_the_connection_may_lead_elsewhere(web: Front) -> None:
    check = page("http://no.such.name.invalid/ok", connect_to=f"127.0.0.1:{web.plain}")
    reading, _ = await looked(check)
    assert reading.ok
    check = page("http://cổng.no.such.name.invalid/ok", connect_to=f"[::1]:{web.plain}")
    reading, _ = await looked(check)
    assert reading.ok


async def test_a_redirect_elsewhere_leaves_the_given_connection(web: Front) -> None:
    where = f"HTTP/1.1 302 Found\r\nLocation: http://localhost:{web.plain}/ok\r\n\r\n"
    async with saying(where.encode()) as port:
        check = page("http://no.such.name.invalid/", connect_to=f"127.0.0.1:{port}")
        reading, run = await looked(check)
    assert reading.ok, run.lines


# TLS


async def test_a_trusted_certificate_is_told_with_its_end(web: Front) -> None:
    url = f"https://localhost:{web.tls['chain']}/ok"
    reading, run = await looked(page(url, ca=str(web.ca), min_days=30))
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_http_ssl"] == 1
    assert got["probe_ssl_earliest_cert_expiry"] > NOW.timestamp()
    assert got["probe_ssl_last_chain_expiry_timestamp_seconds"] > NOW.timestamp()
    assert got["probe_ssl_remaining_seconds_limit"] == 30 * 86400
    assert phases(reading)["tls"] > 0
    versions = [s for s, _ in reading.samples if s.name == "probe_tls_version_info"]
    assert dict(versions[0].labels)["version"] == "TLS 1.3"
    declared = {emit.name: set(emit.labels) for emit in http.COLLECTOR.emits}
    for series, _ in reading.samples:
        assert {key for key, _ in series.labels} - {"instance"} == declared[series.name]


@pytest.mark.parametrize(
    ("which", "words"),
    [
        ("expired", "the certificate expired 3 days ago"),
        ("early", "the certificate is not valid yet"),
        ("other", "is not for localhost: it names other.dongnai.test"),
        ("stranger", "the certificate's authority is unknown: issued by"),
        ("self", "the certificate is self-signed"),
    ],
)
async def test_a_certificate_that_is_not_trusted_says_why_and_is_told_all_the_same(
    web: Front, which: str, words: str
) -> None:
    url = f"https://localhost:{web.tls[which]}/ok"
    reading, run = await looked(page(url, ca=str(web.ca)))
    assert words in why(reading), run.lines
    assert kind(reading) is FailureKind.PROTOCOL
    assert "probe_ssl_earliest_cert_expiry" in values(reading)
    assert "probe_ssl_last_chain_expiry_timestamp_seconds" not in values(reading)
    reading, _ = await looked(page(url, verify=False))
    assert reading.ok
    assert "probe_ssl_earliest_cert_expiry" in values(reading)


async def test_an_old_protocol_is_refused_or_asked_for(web: Front) -> None:
    url = f"https://localhost:{web.tls['tls11']}/ok"
    reading, _ = await looked(page(url, ca=str(web.ca), min_tls="1.2"))
    assert why(reading) == "the server speaks no TLS version that we accept"
    reading, _ = await looked(page(url, ca=str(web.ca), min_tls="1.0"))
    assert reading.ok, reading.failure
    url = f"https://localhost:{web.tls['tls12']}/ok"
    reading, _ = await looked(page(url, ca=str(web.ca), min_tls="1.3"))
    assert why(reading) == "the server speaks no TLS version that we accept"


async def test_a_redirect_from_https_back_to_http_is_a_failure(web: Front) -> None:
    url = f"https://localhost:{web.tls['good']}/downgrade"
    reading, _ = await looked(page(url, ca=str(web.ca)))
    assert why(reading) == "a redirect from HTTPS back to HTTP: http://127.0.0.1/ok"


async def test_plain_http_on_a_tls_port_and_the_other_way_round_are_told(web: Front) -> None:
    reading, _ = await looked(page(f"https://localhost:{web.plain}/ok"))
    assert why(reading) == "what answers does not speak TLS"
    reading, _ = await looked(page(f"http://localhost:{web.tls['good']}/ok"))
    assert why(reading) == "HTTP 400 Bad Request"


async def test_authorities_that_cannot_be_read_are_our_own_fault(web: Front) -> None:
    reading, _ = await looked(page(f"https://localhost:{web.tls['good']}/", ca="/no/such/file"))
    assert kind(reading) is FailureKind.LOCAL


# Connections


async def test_a_kept_connection_is_used_again_and_its_certificate_still_told(web: Front) -> None:
    kit = make_kit(SystemClock())
    check = page(f"https://localhost:{web.tls['good']}/ok", ca=str(web.ca), keep=True)
    try:
        _, first = await look_once(http.COLLECTOR, check, kit)
        run, second = await look_once(http.COLLECTOR, check, kit)
    finally:
        await kit.aclose()
    assert first.ok
    assert second.ok
    assert phases(first)["connect"] > 0
    assert phases(second)["connect"] == 0
    assert not any("connected" in line for line in run.lines)
    assert "probe_ssl_earliest_cert_expiry" in values(second)


async def test_a_kept_connection_that_was_closed_meanwhile_is_no_failure() -> None:
    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"x"))
        await writer.drain()
        await reader.readuntil(b"\r\n\r\n")  # the next request is met by a closed door

    kit = make_kit(SystemClock())
    async with talking(once) as port:
        check = page(f"http://127.0.0.1:{port}/", keep=True)
        for _ in range(3):
            run, reading = await look_once(http.COLLECTOR, check, kit)
            assert reading.ok, (reading.failure, run.lines)
    await kit.aclose()


async def test_each_look_has_a_connection_of_its_own_where_none_is_kept(web: Front) -> None:
    kit = make_kit(SystemClock())
    check = page(f"http://127.0.0.1:{web.plain}/ok")
    try:
        for _ in range(2):
            run, _ = await look_once(http.COLLECTOR, check, kit)
            assert any("connected" in line for line in run.lines)
    finally:
        await kit.aclose()


async def test_a_closed_port_is_a_refusal_and_a_name_that_is_none_unreachable() -> None:
    reading, _ = await looked(page(f"http://127.0.0.1:{free_port()}/"))
    assert kind(reading) is FailureKind.REFUSED
    reading, _ = await looked(page("http://no.such.name.invalid/"))
    assert kind(reading) in {FailureKind.UNREACHABLE, FailureKind.LOCAL}  # as the resolver says
    assert "no.such.name.invalid" in why(reading)


@pytest.mark.lab
async def test_connections_are_made_where_the_kit_says(world: Land) -> None:
    world.answer = lambda address, asked: None
    kit = make_kit(SystemClock(), world)
    _, reading = await look_once(http.COLLECTOR, page("https://10.0.0.5/", timeout=0.4), kit)
    await kit.aclose()
    assert kind(reading) is FailureKind.TIMEOUT
    assert len(world.opened) == 1
    assert world.opened[0].fileno() == -1


# Strangers


def answer(body: bytes, *headers: str) -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", f"Content-Length: {len(body)}", *headers, "", ""])
    return head.encode() + body


def saying(octets: bytes) -> AbstractAsyncContextManager[int]:
    """Serve these very octets to everybody."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(octets)
        await writer.drain()

    return talking(talk)


async def test_a_server_that_drips_is_given_up_in_time() -> None:
    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-More: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with talking(drip) as port:
        began = asyncio.get_running_loop().time()
        reading, _ = await looked(page(f"http://127.0.0.1:{port}/", timeout=0.5))
        assert asyncio.get_running_loop().time() - began < 1
    assert kind(reading) is FailureKind.TIMEOUT


async def test_a_body_without_end_is_read_to_a_bound() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhere it is")
        while True:
            writer.write(b"x" * 65536)
            await writer.drain()

    async with talking(flood) as port:
        reading, run = await looked(page(f"http://127.0.0.1:{port}/", keyword="here it is"))
    assert reading.ok, run.lines
    assert values(reading)["probe_http_uncompressed_body_length"] == LARGEST
    assert any("longer than" in line for line in run.lines)


async def test_headers_without_end_are_no_http() -> None:
    async def flood(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n")
        while True:
            writer.write(b"X-More: " + b"y" * 1000 + b"\r\n")
            await writer.drain()

    async with talking(flood) as port:
        reading, _ = await looked(page(f"http://127.0.0.1:{port}/"))
    assert kind(reading) is FailureKind.PROTOCOL


@pytest.mark.parametrize("packing", ["gzip", "deflate", "raw"])
async def test_packed_pages_are_unpacked_to_a_bound(packing: str) -> None:
    bomb = b"here it is" + bytes(50 * LARGEST)
    if packing == "gzip":
        packed = gzip.compress(bomb)
    elif packing == "deflate":
        packed = zlib.compress(bomb)
    else:
        raw = zlib.compressobj(wbits=-15)
        packed = raw.compress(bomb) + raw.flush()
    name = "gzip" if packing == "gzip" else "deflate"
    async with saying(answer(packed, f"Content-Encoding: {name}")) as port:
        reading, run = await looked(page(f"http://127.0.0.1:{port}/", keyword="here it is"))
    assert reading.ok, run.lines
    assert values(reading)["probe_http_uncompressed_body_length"] == LARGEST


@pytest.mark.parametrize(
    ("octets", "expected"),
    [
        (b"", FailureKind.REFUSED),
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", FailureKind.PROTOCOL),
        (b"\x00\xff\x00\xff\r\n\r\n", FailureKind.PROTOCOL),
        (b"HTTP/1.1 999 Strange\r\nContent-Length: 0\r\n\r\n", FailureKind.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort", FailureKind.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\n", FailureKind.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", FailureKind.PROTOCOL),
        (b"HTTP/1.1 302 Found\r\nLocation: gopher://a/\r\n\r\n", FailureKind.PROTOCOL),
        (b"HTTP/1.1 302 Found\r\nLocation: http://[::1/\r\n\r\n", FailureKind.PROTOCOL),
        (b"HTTP/1.1 302 Found\r\nLocation: //\r\n\r\n", FailureKind.PROTOCOL),
    ],
)
async def test_what_is_no_http_is_said_to_be_none(octets: bytes, expected: FailureKind) -> None:
    async with saying(octets) as port:
        reading, run = await looked(page(f"http://127.0.0.1:{port}/", timeout=1.0))
    assert kind(reading) is expected, (reading.failure, run.lines)


async def test_a_body_packed_as_nobody_asked_matters_only_if_it_is_looked_into() -> None:
    async with saying(answer(b"\x8b\x02\x80\x00", "Content-Encoding: br")) as port:
        reading, _ = await looked(page(f"http://127.0.0.1:{port}/"))
        assert reading.ok
        reading, _ = await looked(page(f"http://127.0.0.1:{port}/", keyword="x"))
        assert "packed as 'br'" in why(reading)


class Chunks:
    """A stream of given chunks."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = list(chunks)

    async def readany(self) -> bytes:
        return self._chunks.pop(0) if self._chunks else b""


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(["", "gzip", "deflate"]), st.lists(st.binary(min_size=1, max_size=300)))
def test_no_body_breaks_the_reader(packed: str, chunks: list[bytes]) -> None:
    async def read() -> bytes:
        body = Body(packed)
        await body.read(Chunks(*chunks))
        return body.octets

    try:
        octets = asyncio.run(read())
    except Unpackable:
        return
    assert len(octets) <= LARGEST
    text_of(octets, None)


@given(st.binary(max_size=2000), st.text(max_size=20) | st.none())
def test_any_octets_become_text(octets: bytes, said: str | None) -> None:
    assert isinstance(text_of(octets, said), str)


@given(st.text(max_size=300))
def test_any_text_may_be_looked_into_as_json(text: str) -> None:
    unmet_json(Params(url="http://a/", json_path="a.0.b", json_value="1"), text)


def test_json_that_nests_without_end_is_none() -> None:
    failure = unmet_json(Params(url="http://a/", json_path="a"), "[" * 200_000)
    assert failure is not None
    assert failure.detail == "the answer is not JSON"
