"""How do calls go between the sites of a Polycom RPRM, by its own account? SNMP.

Enterprise 13885, subtree 102.1.2: sites and site links with calls, bandwidth, loss, jitter, delay;
failed provisionings. Whole per cent and milliseconds, unconfirmed.
"""

from collections.abc import Iterator

from collectors._net.identity import identity
from collectors._net.trouble import printable
from collectors._snmp import client
from collectors._snmp.agent import Trouble
from collectors._snmp.octets import text
from collectors._vc import metrics
from collectors._vc.agents import Questions, Row, asked, whole
from collectors._vc.facts import Bridge, Fault
from collectors._vc.telling import before_of, samples
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

_ROOT = "1.3.6.1.4.1.13885.102.1.2"
_REDUNDANCY, _PROVISIONING, _FAILED = f"{_ROOT}.16.1.0", f"{_ROOT}.2.1.0", f"{_ROOT}.2.2.0"
_SITES, _LINKS = f"{_ROOT}.14.4.1", f"{_ROOT}.14.6.1"
_NAMES = {"site": 2, "link": 3}
_WORD = 120
# Metric, its column of sites and of links, what the number is to be multiplied by.
_FIGURES = (
    ("vc_path_calls", 4, 7, 1.0),
    ("vc_path_bandwidth_used_ratio", 5, 8, 0.01),
    ("vc_path_loss_ratio", 8, 11, 0.01),
    ("vc_path_jitter_seconds", 9, 12, 0.001),
    ("vc_path_delay_seconds", 10, 13, 0.001),
)
_LABELS = ("kind", "path")
PATHS = (
    Emit(
        "vc_path_calls",
        Text("Số cuộc gọi qua điểm, tuyến", "Calls by a site or link"),
        labels=_LABELS,
    ),
    Emit(
        "vc_path_bandwidth_used_ratio",
        Text("Phần băng thông đang dùng", "Share of the bandwidth in use"),
        labels=_LABELS,
    ),
    Emit("vc_path_loss_ratio", Text("Tỷ lệ mất gói", "Share of packets lost"), labels=_LABELS),
    Emit("vc_path_jitter_seconds", Text("Độ biến thiên trễ", "Jitter"), labels=_LABELS),
    Emit("vc_path_delay_seconds", Text("Độ trễ", "Delay"), labels=_LABELS),
)


class Params(client.Params):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once."""
    params = Params.model_validate(dict(check.params))

    async def visit(questions: Questions) -> list[Sample]:
        known = await questions.values((_REDUNDANCY, _PROVISIONING, _FAILED))
        sites = await questions.table(_SITES)
        links = await questions.table(_LINKS)
        if not sites and not links and all(value is None for value in known.values()):
            raise Trouble(FailureKind.PROTOCOL, "the agent knows nothing of the RPRM's objects")
        failed = whole(known[_FAILED])
        fault = [Fault("warning", f"{failed} provisionings failed lately")] if failed else []
        paths = dict(  # of two rows with one name the last
            sample
            for kind, rows in (("site", sites), ("link", links))
            for row in rows.values()
            for sample in _path(check, kind, row)
        )
        found = Bridge(product="Polycom RPRM", faults=fault)
        return [*samples(check, found, before_of(kit, check)), *paths.items()]

    return await asked(check, kit, transcript, params, visit)


def _path(check: Check, kind: str, row: Row) -> Iterator[Sample]:
    name = printable(text(row.get(_NAMES[kind])), _WORD)
    if not name:
        return
    for metric, of_site, of_link, factor in _FIGURES:
        value = whole(row.get(of_site if kind == "site" else of_link))
        if value is not None:
            series = Series.of(metric, identity(check), kind=kind, path=name)
            yield series, value * factor


COLLECTOR = Collector(
    name="snmp_rprm",
    help=Text(
        vi="Theo Polycom RPRM, các cuộc gọi giữa các điểm mất gói, trễ ra sao? (chưa xác nhận)",
        en="How do calls go between the sites of a Polycom RPRM, by its own account? (unconfirmed)",
    ),
    params=Params,
    emits=(*metrics.own(*metrics.DEVICE), *metrics.own(*PATHS)),
    look=look,
    interval=60.0,
    timeout=15.0,
)
