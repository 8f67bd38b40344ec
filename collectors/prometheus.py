"""What does an exporter tell, and is the server that it speaks for well?

A page of metrics (node_exporter, windows_exporter, any other) is passed through under its own
names, as far as the list of allowed metrics and the bounds go; what was cut is told.
"""

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import translate
from functools import lru_cache

from yarl import URL

from collectors._host import facts as host
from collectors._http.asking import Request, asked, authorization, wanted
from collectors._http.errand import Answer
from collectors._net.attempt import EMITS, Attempt, attempted, unwanted
from collectors._net.identity import OWN
from collectors._net.trouble import trouble
from collectors._scrape.hosts import Work, found_in
from collectors._scrape.params import Params
from collectors._scrape.text import Cut, Page, Rules
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import STALE, FailureKind, Reading
from core.text import Text
from core.watching import Check

UP = "up"
SCRAPED = "scrape_samples_scraped"
KEPT = "scrape_samples_post_metric_relabeling"
ADDED = "scrape_series_added"
SIZE = "scrape_body_size_bytes"
TOOK = "scrape_duration_seconds"
DROPPED = "probe_scrape_dropped_series"
TRUNCATED = "probe_scrape_truncated"

_KEPT_CHECKS = 20_000
_FORMATS = (
    "application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.9,*/*;q=0.1"
)


@dataclass(slots=True)
class Known:
    """What is known of one check from its last scrape."""

    asked: tuple[object, ...]  # whatever decides what is kept
    page: Page
    shown: frozenset[Series] = frozenset()
    work: Work | None = None


@dataclass(slots=True)
class Pages:
    """An engine of the kit."""

    known: dict[str, Known] = field(default_factory=dict)

    def of(self, check: Check, params: Params) -> Known:
        """Return what is known of a check, nothing if it wants something else now."""
        bounds = params.max_series, params.max_label
        asked_for = (check.labels, params.allow, params.deny, *bounds)
        found = self.known.get(check.slug)
        if found is None or found.asked != asked_for:
            if len(self.known) >= _KEPT_CHECKS:
                self.known.clear()
            rules = Rules(check.labels, allowance(params.allow, params.deny), *bounds)
            shown = found.shown if found else frozenset()
            found = self.known[check.slug] = Known(asked_for, Page(rules), shown)
        return found

    async def aclose(self) -> None:
        """Forget everything."""
        self.known.clear()


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Scrape once."""
    params = Params.model_validate(dict(check.params))
    known = _pages(kit).of(check, params)
    begun = kit.clock.monotonic()

    async def visit(attempt: Attempt) -> None:
        values: Mapping[Series, float] = {}
        try:
            answer = wanted(await _fetched(attempt, params))
            values = _pass_through(attempt, known, answer)
        finally:  # a scrape that failed ends every series, as with Prometheus itself
            shown = frozenset(values)
            attempt.samples += [(series, STALE) for series in known.shown - shown]
            known.shown = shown
            base = check.labels
            attempt.samples.append((Series.of(UP, base), float(bool(shown))))
            attempt.samples.append((Series.of(TOOK, base), kit.clock.monotonic() - begun))
        _judge(attempt, known, values, params)

    return await attempted(check, kit, transcript, visit)


async def _fetched(attempt: Attempt, params: Params) -> Answer:
    host_part = attempt.check.address
    host_part = f"[{host_part}]" if ":" in host_part else host_part
    url = URL(f"{params.scheme}://{host_part}:{params.port}{params.path}", encoded=True)
    headers = {"Accept": _FORMATS}
    if attempt.check.secret is not None:
        login = attempt.secret() if params.auth == "bearer" else attempt.login(params.user)
        headers["Authorization"] = authorization(login or "")
    terms = params.terms
    if params.client_certificate:
        terms = terms._replace(client=attempt.revealed(params.client_certificate))
    request = Request(url, terms, headers=headers, largest=params.max_bytes)
    return await asked(attempt, request)


def _pass_through(attempt: Attempt, known: Known, answer: Answer) -> Mapping[Series, float]:
    """Keep what may be kept of a page; return its values. Trouble if it is no such page."""
    text = answer.octets.decode("utf-8", "replace")
    if answer.cut:  # the last line is not whole
        text = text[: text.rfind("\n") + 1]
    values, cut, lines = known.page.read(text)
    if not values and cut[Cut.LINE] == lines:
        raise trouble(FailureKind.PROTOCOL, "what answers is no page of metrics")
    base = attempt.check.labels
    attempt.samples += values.items()
    told = {
        SCRAPED: lines,
        KEPT: len(values),
        ADDED: len(values.keys() - known.shown),
        SIZE: len(answer.octets),
    }
    attempt.samples += [(Series.of(name, base), float(value)) for name, value in told.items()]
    for reason, count in cut.items():
        attempt.tell(DROPPED, count, reason=reason.value)
    attempt.tell(TRUNCATED, float(answer.cut))
    attempt.transcript.note("%d lines, %d kept", lines, len(values))
    for reason, count in cut.items():
        if count:
            attempt.transcript.note("%d dropped: %s", count, reason.value)
    if answer.cut:
        attempt.transcript.note("the page is longer than the %d bytes read", len(answer.octets))
    if not values:
        raise trouble(FailureKind.PROTOCOL, "the page has no metric that is allowed")
    return values


def _judge(attempt: Attempt, known: Known, values: Mapping[Series, float], params: Params) -> None:
    """Tell how the server is; Trouble if something wants attention."""
    found = found_in(values)
    if found.work is not None and known.work is not None:
        found.facts.cpu = found.work.busy_since(known.work)
    known.work = found.work
    host.tell(attempt, found.facts)
    unwanted(host.findings(found.facts, params))


@lru_cache(maxsize=1000)
def allowance(allow: tuple[str, ...], deny: tuple[str, ...]) -> Callable[[str], bool]:
    """Return whether a metric is kept, by patterns in which * stands for anything."""
    wanted_names, unwanted_names = _pattern(allow), _pattern(deny)

    def allows(name: str) -> bool:
        return bool(wanted_names.fullmatch(name)) and not unwanted_names.fullmatch(name)

    return allows


def _pattern(globs: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(translate(glob) for glob in globs) or r"(?!)")


def _pages(kit: Kit) -> Pages:
    engine = kit.engine("scraped pages", lambda _: Pages())
    if not isinstance(engine, Pages):
        raise TypeError("another engine bears the name scraped pages")
    return engine


_own = functools.partial(Emit, labels=(OWN,))
_NODE = Text("Như node_exporter đặt tên và tính", "As node_exporter names and counts it")
_WINDOWS = Text("Như windows_exporter đặt tên và tính", "As windows_exporter names and counts it")

COLLECTOR = Collector(
    name="prometheus",
    help=Text(
        vi="Exporter cho biết những gì, và máy chủ của nó có ổn không?",
        en="What does an exporter tell, and is the server that it speaks for well?",
    ),
    params=Params,
    emits=(
        *EMITS,
        Emit(UP, Text("1 nếu lấy được trang số liệu", "1 if the page of metrics came")),
        Emit(TOOK, Text("Lấy trang số liệu mất bao lâu", "How long the scrape took")),
        Emit(SCRAPED, Text("Số dòng của trang", "Lines of the page")),
        Emit(KEPT, Text("Số chuỗi giữ lại", "Series that were kept")),
        Emit(ADDED, Text("Số chuỗi lần trước chưa có", "Series that were not there before")),
        Emit(SIZE, Text("Độ dài của trang, đã giải nén", "Length of the page, unpacked")),
        Emit(
            DROPPED,
            Text("Số chuỗi bị bỏ, theo lý do", "Series that were dropped, by reason"),
            labels=(OWN, "reason"),
        ),
        _own(TRUNCATED, Text("1 nếu trang dài hơn mức đọc", "1 if the page is longer than read")),
        *host.EMITS,
        Emit("node_cpu_seconds_total", _NODE, "counter", ("cpu", "mode")),
        Emit("node_load1", _NODE),
        Emit("node_memory_MemAvailable_bytes", _NODE),
        Emit("node_memory_MemTotal_bytes", _NODE),
        Emit("node_filesystem_avail_bytes", _NODE, labels=("device", "fstype", "mountpoint")),
        Emit("node_filesystem_size_bytes", _NODE, labels=("device", "fstype", "mountpoint")),
        Emit("node_network_receive_bytes_total", _NODE, "counter", ("device",)),
        Emit("node_network_transmit_bytes_total", _NODE, "counter", ("device",)),
        Emit("node_systemd_unit_state", _NODE, labels=("name", "state", "type")),
        Emit("node_boot_time_seconds", _NODE),
        Emit("windows_cpu_time_total", _WINDOWS, "counter", ("core", "mode")),
        Emit("windows_memory_available_bytes", _WINDOWS),
        Emit("windows_memory_physical_total_bytes", _WINDOWS),
        Emit("windows_logical_disk_free_bytes", _WINDOWS, labels=("volume",)),
        Emit("windows_logical_disk_size_bytes", _WINDOWS, labels=("volume",)),
        Emit("windows_service_state", _WINDOWS, labels=("name", "state")),
    ),
    look=look,
    interval=60.0,
    timeout=10.0,
)
