"""Is a page of metrics passed through as it is, within its bounds, and its server judged?"""

import gzip
import math
import ssl
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trustme
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from collectors import prometheus
from collectors._host.facts import findings
from collectors._host.params import HostLimits
from collectors._net.attempt import Attempt
from collectors._net.identity import identity
from collectors._scrape.hosts import Work, found_in
from collectors._scrape.params import ALLOWED, Params
from collectors._scrape.text import Cut, Page, Rules
from core.labels import Series
from core.reading import FailureKind, Reading, is_stale
from runtime.transcripts import Run
from tests.collectors.glances import Looking, looking, told, why
from tests.collectors.servers import accepts, program, running
from tests.ports import free_port

CAPTURES = Path(__file__).parent / "captures"
EVERYTHING: dict[str, object] = {
    "allow": "*",
    "max_disk": None,
    "max_memory": None,
    "max_cpu": None,
}


@pytest.fixture(scope="module")
def exporter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("node"), free_port()
    (folder / "backup.prom").write_text("backup_last_success_timestamp_seconds 1.7e9\n")
    command = (
        program("prometheus-node-exporter"),
        f"--web.listen-address=127.0.0.1:{port}",
        f"--collector.textfile.directory={folder}",
    )
    with running(*command, ready=lambda: accepts(port), folder=folder):
        yield port


@asynccontextmanager
async def page(
    body: Callable[[web.BaseRequest], web.Response] | str, context: ssl.SSLContext | None = None
) -> AsyncIterator[int]:
    """Serve a page of metrics on a free port."""

    async def handle(request: web.BaseRequest) -> web.Response:
        return web.Response(text=body) if isinstance(body, str) else body(request)

    runner = web.ServerRunner(web.Server(handle))
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
    await site.start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


async def scraped(port: int, **params: object) -> Reading:
    async with looking(prometheus.COLLECTOR, {"port": port, **params}) as at:
        return (await at.look())[0]


async def test_node_exporter_is_passed_through_under_its_own_names(exporter: int) -> None:
    params = {**EVERYTHING, "port": exporter}
    async with looking(prometheus.COLLECTOR, params) as at:
        reading, run = await at.look()
    assert reading.ok, run.lines
    assert told(reading, "up") == 1
    assert told(reading, "probe_success") == 1
    assert (told(reading, "node_memory_MemTotal_bytes") or 0) > 1e8
    assert told(reading, "backup_last_success_timestamp_seconds") == 1.7e9
    assert 0 < (told(reading, "device_memory_used_ratio") or 0) < 1
    assert told(reading, "probe_scrape_dropped_series", reason=Cut.LINE) == 0
    lines = told(reading, "scrape_samples_scraped")
    assert lines is not None
    assert lines > 200


async def test_what_node_exporter_says_is_what_its_own_client_library_reads(exporter: int) -> None:
    async with looking(prometheus.COLLECTOR, {**EVERYTHING, "port": exporter}) as at:
        pages: list[str] = []
        page_of = Page(Rules((("instance", "a"),), lambda name: True, 100_000, 4000))
        answer = await prometheus._fetched(_attempt(at), Params(port=exporter))
        pages.append(answer.octets.decode())
    values, cut, lines = page_of.read(pages[0])
    theirs = {
        Series.of(s.name, (("instance", "a"),), **dict(filter(_told, s.labels.items()))): s.value
        for family in text_string_to_metric_families(pages[0])
        for s in family.samples
        if not math.isnan(s.value)
    }
    assert values == theirs
    assert lines == len(theirs) + sum(cut.values())
    again, _, _ = page_of.read(pages[0])
    assert again == theirs, "what was learned reads the same"


def _told(label: tuple[str, str]) -> bool:
    return bool(label[1])


def _attempt(at: Looking) -> Attempt:
    run = Run(at.check.slug, at.kit.clock.now())
    return Attempt(at.check, at.kit, run, identity(at.check))


async def test_by_default_only_what_is_on_the_list_is_kept(exporter: int) -> None:
    async with looking(prometheus.COLLECTOR, {"port": exporter, "max_disk": None}) as at:
        reading, _ = await at.look()
    names = {series.name for series, value in reading.samples if not is_stale(value)}
    assert "node_memory_MemTotal_bytes" in names
    assert not any(name.startswith("go_") for name in names)
    assert (told(reading, "probe_scrape_dropped_series", reason=Cut.NAME) or 0) > 10


async def test_the_load_is_reckoned_between_two_scrapes() -> None:
    idle, user = iter((100.0, 101.0)), iter((10.0, 19.0))

    def body(_: web.BaseRequest) -> web.Response:
        return web.Response(
            text=f'node_cpu_seconds_total{{cpu="0",mode="idle"}} {next(idle)}\n'
            f'node_cpu_seconds_total{{cpu="0",mode="user"}} {next(user)}\n'
        )

    async with page(body) as port, looking(prometheus.COLLECTOR, {"port": port}) as at:
        first, _ = await at.look()
        assert first.ok
        assert told(first, "device_cpu_ratio") is None
        at.check = at.check.model_copy(update={"params": {"port": port, "max_cpu": 0.8}})
        second, _ = await at.look()
    assert told(second, "device_cpu_ratio") == pytest.approx(0.9)
    assert why(second) == "the processors are 90% busy"


async def test_windows_exporter_tells_of_disks_memory_and_services() -> None:
    text = (CAPTURES / "windows_exporter" / "page.txt").read_text()
    async with page(text) as port:
        reading = await scraped(port, services="W32Time, Spooler, NTDS", max_disk=0.9)
    assert told(reading, "up") == 1
    assert told(reading, "windows_service_state", name="w32time", state="running") == 1
    assert told(reading, "device_memory_used_ratio", memory="physical") == 0.5
    assert told(reading, "device_storage_used_ratio", storage="C:") == pytest.approx(0.95)
    assert told(reading, "device_storage_used_ratio", storage="HarddiskVolume1") is None
    assert why(reading) == (
        "disk C: is 95% full; service Spooler does not run; service NTDS is not there"
    )
    assert told(reading, "windows_tcp_connections_established_total") is None


async def test_series_that_vanish_end_with_a_staleness_marker() -> None:
    pages = iter(("a 1\nb 2\n", "a 1\n"))

    def body(_: web.BaseRequest) -> web.Response:
        return web.Response(text=next(pages))

    async with (
        page(body) as port,
        looking(prometheus.COLLECTOR, {"port": port, "allow": "*"}) as at,
    ):
        await at.look()
        second, _ = await at.look()
        assert [s.name for s, value in second.samples if is_stale(value)] == ["b"]
    wanted = {"port": free_port(), "allow": "*"}
    async with (
        page("a 1\n") as port,
        looking(prometheus.COLLECTOR, {"port": port, "allow": "*"}) as at,
    ):
        await at.look()
        at.check = at.check.model_copy(update={"params": wanted})
        failed, _ = await at.look()
        assert [s.name for s, value in failed.samples if is_stale(value)] == ["a"]
        assert told(failed, "up") == 0


async def test_labels_that_are_ours_win_over_the_page() -> None:
    async with page('a{instance="x",collector="cpu",job="node"} 1\n') as port:
        reading = await scraped(port, allow="*")
    series = next(s for s, _ in reading.samples if s.name == "a")
    labels = dict(series.labels)
    assert labels == {
        "instance": "a",
        "exported_instance": "x",
        "collector": "cpu",
        "job": "node",
    }


async def test_bounds_hold_and_what_was_cut_is_told() -> None:
    text = "".join(f'a{{n="{number}"}} 1\n' for number in range(50))
    async with page(text) as port:
        reading = await scraped(port, allow="*", max_series=20)
        assert told(reading, "scrape_samples_post_metric_relabeling") == 20
        assert told(reading, "probe_scrape_dropped_series", reason=Cut.COUNT) == 30
    async with page(f'a 1\nb{{x="{"y" * 300}"}} 1\n{"c" * 300} 1\n') as port:
        reading = await scraped(port, allow="*")
        assert told(reading, "probe_scrape_dropped_series", reason=Cut.LABEL) == 2
    long = "a 1\n" + "".join(f'b{{n="{number}"}} 1\n' for number in range(2000))
    packed = gzip.compress(long.encode())

    def zipped(_: web.BaseRequest) -> web.Response:
        return web.Response(body=packed, headers={"Content-Encoding": "gzip"})

    async with page(zipped) as port:
        reading = await scraped(port, allow="*", max_bytes=1024)
        assert told(reading, "probe_scrape_truncated") == 1
        assert told(reading, "scrape_body_size_bytes") == 1024
        assert told(reading, "probe_scrape_dropped_series", reason=Cut.LINE) == 0


@pytest.mark.parametrize(
    ("params", "secret", "shown"),
    [
        ({"auth": "bearer"}, "abc", "Bearer abc"),
        ({}, "prom:mật", "Basic cHJvbTpt4bqtdA=="),
        ({"user": "prom"}, "mật", "Basic cHJvbTpt4bqtdA=="),
    ],
)
async def test_the_secret_is_shown_as_asked(
    params: dict[str, object], secret: str, shown: str
) -> None:
    def body(request: web.BaseRequest) -> web.Response:
        known = request.headers.get("Authorization") == shown
        return web.Response(text="a 1\n") if known else web.Response(status=401)

    async with page(body) as port:
        wanted = {"port": port, "allow": "*", **params}
        async with looking(prometheus.COLLECTOR, wanted, secret) as at:
            reading, run = await at.look()
        assert reading.ok, run.lines
        assert not any(secret in line for line in run.lines)
        async with looking(prometheus.COLLECTOR, wanted, "xyz:xyz") as at:
            reading, _ = await at.look()
        assert reading.failure is not None
        assert reading.failure.kind is FailureKind.AUTH


async def test_a_client_certificate_is_shown_to_an_exporter_that_wants_one(tmp_path: Path) -> None:
    authority = trustme.CA()
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(theirs)
    authority.configure_trust(theirs)
    theirs.verify_mode = ssl.CERT_REQUIRED
    ours = authority.issue_cert("hub.example")
    pem = ours.private_key_and_cert_chain_pem.bytes().decode()
    trusted = authority.cert_pem.bytes().decode()
    async with page("a 1\n", theirs) as port:
        params = {"port": port, "allow": "*", "scheme": "https", "ca": trusted}
        with_ours = {**params, "client_certificate": "ours"}
        async with looking(prometheus.COLLECTOR, with_ours, others={"ours": pem}) as at:
            reading, run = await at.look()
            assert reading.ok, run.lines
            assert not any("PRIVATE" in line for line in run.lines)
        async with looking(prometheus.COLLECTOR, params) as at:
            assert not (await at.look())[0].ok
        async with looking(prometheus.COLLECTOR, with_ours) as at:
            assert why((await at.look())[0]) == "no secret ours is set"
        async with looking(prometheus.COLLECTOR, with_ours, others={"ours": "junk"}) as at:
            reading, _ = await at.look()
            assert reading.failure is not None
            assert reading.failure.kind is FailureKind.LOCAL


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("<html><body>Xin chào</body></html>", "what answers is no page of metrics"),
        ("go_goroutines 7\n", "the page has no metric that is allowed"),
        ("", "what answers is no page of metrics"),
    ],
)
async def test_what_is_no_page_of_metrics_is_told(text: str, words: str) -> None:
    async with page(text) as port:
        reading = await scraped(port)
    assert why(reading) == words
    assert told(reading, "up") == 0


def everything() -> Page:
    return Page(Rules((), lambda name: True, 1000, 200))


def test_both_text_formats_are_read() -> None:
    values, cut, lines = everything().read(
        "# TYPE a counter\n"
        'a_total{le="1",path="/a b",note="say \\"hi\\"\\n\\\\"} 5 1395066363000\n'
        'a_bucket{le="+Inf"} 17 # {trace_id="KOO5S4vxi0o"} 0.67\n'
        "b 1.5e3\n c_leading 1\n"
        "d{} 3\n"
        "e NaN\n"
        'f{ x = "1" , } 2\n'
        "# EOF\nafter 1\n"
    )
    assert values == {
        Series.of("a_total", le="1", path="/a b", note='say "hi"\n\\'): 5,
        Series.of("a_bucket", le="+Inf"): 17,
        Series.of("b"): 1500,
        Series.of("d"): 3,
        Series.of("f", x="1"): 2,
    }
    assert lines == 7
    assert cut[Cut.LINE] == 1, "a line does not begin with a space"


@pytest.mark.parametrize(
    "line", ['a{b="1"', "a{b=1} 1", "a one", "1a 1", 'a{b="1",b="2"} 1', 'a{__name__="x"} 1', "a"]
)
def test_malformed_lines_are_counted_and_harm_no_other(line: str) -> None:
    values, cut, _ = everything().read(f"x 1\n{line}\ny 2\n")
    assert values == {Series.of("x"): 1, Series.of("y"): 2}
    assert cut[Cut.LINE] == 1


@given(st.text(max_size=300))
def test_no_text_breaks_the_reader(text: str) -> None:
    known = everything()
    first, cut, lines = known.read(text)
    assert sum(cut.values()) <= lines
    second, again, _ = known.read(text)
    assert (first, cut) == (second, again)


@given(
    st.dictionaries(
        st.from_regex(r"[a-zA-Z][a-zA-Z0-9_]{0,10}", fullmatch=True),
        st.text(min_size=1, max_size=30),
        max_size=5,
    ),
    st.floats(allow_nan=False),
)
def test_whatever_labels_there_are_come_back(labels: dict[str, str], value: float) -> None:
    series = Series.of("a", **labels)
    values, _, _ = everything().read(f"{series} {value!r}\n")
    assert values == {series: value}


def test_processors_that_started_anew_say_nothing() -> None:
    assert Work(10, 5).busy_since(Work(100, 90)) is None
    assert Work(110, 95).busy_since(Work(100, 90)) == 0.5


def test_a_file_system_that_cannot_be_written_is_no_full_disk() -> None:
    def of(name: str, value: float, mount: str, fstype: str = "ext4") -> tuple[Series, float]:
        return Series.of(f"node_filesystem_{name}", mountpoint=mount, fstype=fstype), value

    values = dict(
        [
            *(of("size_bytes", 100, m) for m in ("/", "/ro")),
            *(of("free_bytes", 10, m) for m in ("/", "/ro")),
            *(of("avail_bytes", 5, m) for m in ("/", "/ro")),
            of("readonly", 1, "/ro"),
            of("size_bytes", 100, "/run", "tmpfs"),
            of("free_bytes", 0, "/run", "tmpfs"),
        ]
    )
    disks = found_in(values).facts.disks
    assert [disk.name for disk in disks] == ["/"]
    assert disks[0].ratio == pytest.approx(90 / 95), "as df reckons: what root keeps is not free"


def test_a_failed_unit_is_told_without_a_list() -> None:
    values = {
        Series.of("node_systemd_unit_state", name="cron.service", state="active"): 1.0,
        Series.of("node_systemd_unit_state", name="x.service", state="active"): 0.0,
        Series.of("node_systemd_unit_state", name="x.service", state="failed"): 1.0,
    }
    found = findings(found_in(values).facts, HostLimits(services=("cron.service",)))
    assert found == ["service x.service has failed"]


def test_nothing_to_keep_is_refused() -> None:
    with pytest.raises(ValueError, match="name at least one metric"):
        Params(allow=())
    assert Params.model_validate({"allow": "a_*, b\nc"}).allow == ("a_*", "b", "c")
    assert "node_cpu_seconds_total" in ALLOWED
