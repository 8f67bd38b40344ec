"""The committed boards are current, well made, and every one of their queries answers."""

import copy
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args

import pytest

from alerts.judge import LOSSY_FROM, LOSSY_UNTIL
from alerts.quality import Bands
from core.callquality import Grade
from core.callwords import GRADE
from core.labels import Series
from core.losses import MOST_LOSS
from core.text import Language
from grafana.__main__ import HERE, written
from grafana.expressions import UnknownSeries, metric
from inventory import checklist
from inventory.templating import templates
from runtime import meeting_series, registries, room_series
from runtime.catalogue import catalogue
from tests.grafana import lint
from tests.grafana.conftest import FILES, Engines, asking, board, span
from tests.grafana.equipment import EACH
from tests.grafana.filled import CUT_HUB, LOSSY, NEW_NAME, RENAMED, ROOMS
from tests.grafana.verifier import Ask, Reading

IDS = [f"{file.parent.name}-{file.stem}" for file in FILES]
WORST = "Điểm cầu, nặng nhất trước"
SLUGS = (
    "province",
    "site",
    "links",
    "network",
    "servers",
    "services",
    "power",
    "rooms",
    "meeting",
    "bridges",
    "duty",
    "figures",
    "collectors",
)


def test_what_is_committed_is_what_the_generator_writes() -> None:
    for name, text in written().items():
        assert (HERE / name).read_text(encoding="utf-8") == text, f"run python -m grafana: {name}"


def test_there_are_thirteen_boards_in_both_languages_and_no_others() -> None:
    wanted = {f"{language}/{slug}.json" for language in get_args(Language) for slug in SLUGS}
    assert {f"{file.parent.name}/{file.name}" for file in FILES} == wanted


def test_every_board_that_a_template_or_a_row_of_the_checklist_names_is_there() -> None:
    named = {template.name: {template.board} for template in templates().values()}
    named |= {row.code: set(row.boards) for row in checklist.rows()}
    assert {who: boards - set(SLUGS) for who, boards in named.items() if boards - set(SLUGS)} == {}


def test_no_two_boards_share_an_id() -> None:
    assert len({board(file)["uid"] for file in FILES}) == len(FILES)


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_board_is_well_made(file: Path) -> None:
    assert lint.problems(board(file)) == []


def test_both_languages_ask_the_same() -> None:
    for slug in SLUGS:
        asked = [
            [
                lint.expressions(panel)
                for panel in board(HERE / f"boards/{one}/{slug}.json")["panels"]
            ]
            for one in get_args(Language)
        ]
        assert asked[0] == asked[1]


def test_a_board_cannot_name_what_nobody_writes() -> None:
    with pytest.raises(UnknownSeries):
        metric("probe_loss_percent")
    with pytest.raises(UnknownSeries):
        metric("probe_loss_ratio", 'sitename="x"')


# Patterns of names that no board shows, and why.
UNSHOWN = {
    "*_info": "words about a thing, for joins and for its own page",
    "*_limit": "the bound of a check, whose finding is the status",
    "device_memory_*_bytes": "shown as a share",
    "device_storage_*_bytes": "shown as a share",
    "device_fan_ratio": "shown by its turns, or as a part that failed",
    "device_config_bytes": "shown on the page of configurations",
    "probe_mailbox_*": "shown as a share of the quota",
    "node_cpu_*": "passed through for the exporter's own boards; here as device_cpu_ratio",
    "node_memory_*": "passed through for the exporter's own boards; here as a share",
    "node_filesystem_*": "passed through for the exporter's own boards; here as a share",
    "windows_cpu_*": "passed through for the exporter's own boards; here as device_cpu_ratio",
    "windows_memory_*": "passed through for the exporter's own boards; here as a share",
    "windows_logical_disk_*": "passed through for the exporter's own boards; here as a share",
    "scrape_*": "how a scrape went; what it dropped is shown",
    "probe_scrape_truncated": "how a scrape went; what it dropped is shown",
    "*bgp*": "a maker's own number of what is shown as a part",
    "tBgp*": "a maker's own number of what is shown as a part",
    "jnxBgp*": "a maker's own number of what is shown as a part",
    "ospf*": "a maker's own number of what is shown as a part",
    "peth*": "a maker's own number of what is shown as a part",
    "dot1dStp*": "beside the changes that are shown",
    "disk*": "a maker's own number of what is shown as a part",
    "physicalDiskProgress": "a maker's own number of what is shown as a part",
    "hrPrinterDetectedErrorState": "a maker's own number of what is shown as a part",
    "jnxRpm*": "a maker's own name of what is shown as device_probe_*",
    "rttMon*": "a maker's own name of what is shown as device_probe_*",
    "device_probe_*": "beside round trip, jitter and loss, which are shown",
    "fg*": "one maker's details beside the sessions, tunnels and attacks that are shown",
    "cpeExt*": "one maker's detail",
    "upsAlarmsPresent": "a number of what is shown as parts",
    "prtMarkerPowerOnCount": "beside the pages of a printer's life, which are shown",
    "cras*": "one maker's details beside the sessions that are shown",
    "panVsys*": "one maker's details beside the sessions that are shown",
    "sfosIPSec*": "one maker's details beside the sessions that are shown",
    "device_sessions_ratio": "beside the sessions, which are shown",
    "cvCallVol*": "one maker's detail",
    "mtxrDHCP*": "one maker's detail",
    "if*": "of each port, on the device's page; rates, errors and flaps are shown",
    "probe_icmp_*": "beside the mean and the 95th percentile, which are shown",
    "probe_reference*": "of each reference; whether the line answers by any is its status",
    "probe_backup_ended_well": "what a job says of itself, whose status is the check's",
    "probe_backup_duration_seconds": "beside the age and size, which are shown",
    "probe_http_*": "details of one answer, on the service's page",
    "probe_failed_due_to_regex": "details of one answer, on the service's page",
    "probe_dns_*": "details of one answer, on the service's page",
    "probe_ldap_entries": "details of one answer, on the service's page",
    "probe_mail_*": "beside the round trip, which is shown",
    "probe_ntp_*": "beside the offset, which is shown",
    "probe_*_timestamp_seconds": "beside the time that is left, which is shown",
    "probe_crl_size_bytes": "beside the entries, which are shown",
    "probe_tsa_accuracy_seconds": "beside the offset, which is shown",
    "probe_backup_files": "beside age and size, which are shown",
    "probe_sip_status_code": "details of one answer, on the device's page",
    "probe_ras_accepted": "details of one answer, on the device's page",
    "probe_stun_mapped": "details of one answer, on the device's page",
    "probe_sql_connect_seconds": "beside login and query, which are shown",
    "vc_bridge_*": "beside participants, load and loss, which are shown",
    "vc_call*": "of one call: on the room's page and in the meeting's annex",
    "vc_conference_legs": "of one call: on the room's page and in the meeting's annex",
    "vc_media_*": "of one call: on the room's page and in the meeting's annex",
    "vc_quality_reports_total": "of one call: on the room's page and in the meeting's annex",
    "vc_path_*": "beside the loss of paths, which is shown",
    "meeting_going_on": "what the choice of a meeting and its page tell",
    "meeting_*_timestamp_seconds": "what the choice of a meeting and its page tell",
    "vc_mapped_value": "what an engineer mapped, named by nobody but him: on the device's page",
    "vc_uptime_seconds": "a state that is no trouble, on the device's page",
    "vc_standby": "a state that is no trouble, on the device's page",
    "vc_do_not_disturb": "a state that is no trouble, on the device's page",
    "vc_*_muted": "a state that is no trouble, on the device's page",
}


def test_every_metric_of_a_collector_stands_on_a_board_or_says_why_not() -> None:
    boards = [board(HERE / f"boards/vi/{slug}.json") for slug in SLUGS]
    asked = " ".join(
        e for one in boards for panel in one["panels"] for e in lint.expressions(panel)
    )
    shown = set(re.findall(r"[A-Za-z_:][A-Za-z0-9_:]*", asked))
    emitted = {emit.name for one in registries.collectors().values() for emit in one.emits}
    emitted |= {name for name, *_ in (*room_series.SERIES, *meeting_series.SERIES)}
    unshown = emitted - shown
    for pattern, reason in UNSHOWN.items():
        assert any(fnmatchcase(name, pattern) for name in unshown), f"needless: {pattern} {reason}"
    nowhere = {n for n in unshown if not any(fnmatchcase(n, pattern) for pattern in UNSHOWN)}
    assert nowhere == set()


@pytest.mark.parametrize("file", FILES, ids=IDS)
def test_a_rate_looks_over_four_polls_of_what_it_rates(file: Path) -> None:
    """Over fewer, a poll that is late or lost is a hole in the curve, on Prometheus."""
    polled: dict[str, float] = {}
    for collector in registries.collectors().values():
        for emit in collector.emits:
            polled[emit.name] = max(collector.interval, polled.get(emit.name, 0.0))
    for panel in board(file)["panels"]:
        for target in panel["targets"]:
            if "$__rate_interval" not in target["expr"]:
                continue
            names = set(re.findall(r"[A-Za-z_]\w*(?=[^\[\](]*\[\$__rate)", target["expr"]))
            slowest = max((polled[name] for name in names & polled.keys()), default=0.0)
            assert Reading.window(target, slowest) >= 4 * slowest, (panel["title"], target["expr"])


@pytest.mark.lab
@pytest.mark.timeout(240)
def test_the_catalogue_holds_every_series_that_the_lab_has_seen(filled_engines: Engines) -> None:
    known = catalogue()
    for series in filled_engines.samples.after:
        assert series.name in known, series
        unknown = {name for name, _ in series.labels} - set(known[series.name].labels)
        assert not unknown, (series, unknown)


@pytest.mark.lab
@pytest.mark.timeout(240)
def test_the_meeting_of_the_lab_is_told_as_it_was(filled_engines: Engines) -> None:
    """From codecs and a bridge over HTTPS to the series: four of five rooms have joined."""

    def counts(side: Mapping[Series, list[tuple[datetime, float]]]) -> dict[str, float]:
        return {
            dict(series.labels)["state"]: points[-1][1]
            for series, points in side.items()
            if series.name == "meeting_rooms"
        }

    before, after = counts(filled_engines.samples.before), counts(filled_engines.samples.after)
    assert (before["invited"], before["joined"]) == (ROOMS, ROOMS - 1)
    assert (before["measured"], before["good"]) == (ROOMS - 1, ROOMS - 1)
    assert after["joined"] == ROOMS - 2  # one hangs on the hub that was cut


@pytest.mark.lab
@pytest.mark.timeout(240)
@pytest.mark.parametrize("slug", SLUGS)
async def test_every_query_of_a_board_answers_within_bounds(
    slug: str, ask: Ask, filled_engines: Engines
) -> None:
    begin, end = span(filled_engines)
    document = board(HERE / f"boards/vi/{slug}.json")
    assert await Reading(ask, begin, end).look(document) == []


@pytest.mark.lab
@pytest.mark.timeout(240)
@pytest.mark.parametrize("slug", SLUGS)
async def test_a_board_answers_for_a_few_units_and_for_one(
    slug: str, ask: Ask, filled_engines: Engines
) -> None:
    begin, end = span(filled_engines)
    document = board(HERE / f"boards/vi/{slug}.json")
    for units in (["dv-huyen-01"], ["dv-xa-001", "dv-huyen-02"], ["gia-lap"]):
        reading = Reading(ask, begin, end, {"unit": units}, may_be_empty=True)
        assert await reading.look(document) == []


@pytest.mark.lab
@pytest.mark.timeout(240)
async def test_the_board_of_a_site_that_is_lost_answers(ask: Ask, filled_engines: Engines) -> None:
    begin, end = span(filled_engines)
    reading = Reading(ask, begin, end, {"site": [CUT_HUB]}, may_be_empty=True)
    assert await reading.look(board(HERE / "boards/vi/site.json")) == []
    nothing = {title for title, count in reading.series.items() if not count}
    # What is silent says neither how fast it answers nor how long it has run.
    assert {title for title in nothing if not title.startswith("annotation")} <= {
        "Thời gian đi về/A",
        "Thiết bị, nặng nhất trước/C",
        "Thiết bị, nặng nhất trước/D",
    }


@pytest.mark.lab
@pytest.mark.timeout(240)
async def test_units_and_sites_are_chosen_by_name(ask: Ask, filled_engines: Engines) -> None:
    reading = Reading(ask, *span(filled_engines))
    assert await reading.opened(board(HERE / "boards/vi/site.json")) == []
    assert ("Tỉnh giả lập", "gia-lap") in reading.options["unit"]
    assert ("Xã giả lập 4", "xa-004") in reading.options["site"]


@pytest.mark.lab
@pytest.mark.timeout(240)
async def test_a_rename_within_the_look_back_breaks_no_join_and_the_new_name_counts(
    ask: Ask, filled_engines: Engines
) -> None:
    end = str(filled_engines.end.timestamp())
    both = await ask("POST", "query", [("query", f'site_info{{site="{RENAMED}"}}'), ("time", end)])
    assert len(both["data"]["result"]) == 2
    reading = Reading(ask, *span(filled_engines))
    document = board(HERE / "boards/vi/province.json")
    assert await reading.look(document) == []
    worst = next(panel for panel in document["panels"] if panel["title"] == WORST)
    asked = reading.query(worst["targets"][0])
    shown = await ask("POST", "query", [("query", asked), ("time", end)])
    names = {one["metric"]["site"]: one["metric"]["name"] for one in shown["data"]["result"]}
    assert names[RENAMED].startswith(NEW_NAME)
    assert len(names) == len(shown["data"]["result"])


@pytest.mark.lab
@pytest.mark.timeout(240)
async def test_the_counts_are_those_of_the_platform(ask: Ask, filled_engines: Engines) -> None:
    reading = Reading(ask, *span(filled_engines))
    document = board(HERE / "boards/vi/province.json")
    assert await reading.opened(document) == []
    shown: dict[str, float] = {}
    for panel in document["panels"]:
        if panel["type"] == "stat":
            query = reading.query(panel["targets"][0])
            asked = [("query", query), ("time", str(filled_engines.end.timestamp()))]
            answer = (await ask("POST", "query", asked))["data"]["result"]
            shown[panel["title"]] = float(answer[0]["value"][1])
    present = {
        dict(series.labels)["site"]: dict(series.labels)["status"]
        for series, points in filled_engines.samples.after.items()
        if series.name == "site_status" and points[-1][1] == 1
    }
    lost = sum(status in {"down", "unreachable"} for status in present.values())
    assert lost >= 2
    assert shown["Mất liên lạc"] == lost
    assert shown["Hoạt động"] == sum(status == "up" for status in present.values())
    assert sum(
        shown[name] for name in ("Suy giảm", "Không rõ", "Hoạt động", "Mất liên lạc")
    ) == len(present)
    assert shown["Sự cố đang mở"] == 2
    assert 0 <= shown["Tuổi số liệu"] <= 30


@pytest.mark.lab
@pytest.mark.timeout(240)
@pytest.mark.parametrize("slug", SLUGS)
async def test_both_engines_show_the_same_now(
    slug: str, filled_engines: Engines, tmp_path: Path
) -> None:
    document = board(HERE / f"boards/vi/{slug}.json")
    end = filled_engines.end
    found: list[dict[str, dict[str, float]]] = []
    for name, base in filled_engines.addresses.items():
        async with asking(base, tmp_path / name) as ask:
            reading = Reading(ask, *span(filled_engines))
            assert await reading.opened(document) == []
            found.append(await _instants(reading, ask, document, end))
    here, there = found
    for title in here:
        assert here[title].keys() == there[title].keys(), title
        for labels, value in here[title].items():
            # Rates differ by up to a tenth: one engine extrapolates, the other does not.
            assert value == pytest.approx(there[title][labels], rel=0.15, abs=0.02), (title, labels)


async def _instants(
    reading: Reading, ask: Ask, document: Any, end: datetime
) -> dict[str, dict[str, float]]:
    """Return what every panel of now shows: labels and values, by title and query."""
    found: dict[str, dict[str, float]] = {}
    for panel in document["panels"]:
        for target in panel["targets"]:
            table = panel["type"] == "table" and target["refId"] == "A"
            ranked = re.search(r"\b(?:top|bottom)k\(", target["expr"])
            if not target.get("instant") or (ranked and not table):
                continue  # among equals the engines choose differently
            query = reading.query(target)
            asked = [("query", query), ("time", str(end.timestamp()))]
            result = (await ask("POST", "query", asked))["data"]["result"]
            values = {str(sorted(one["metric"].items())): float(one["value"][1]) for one in result}
            if table:
                values = {f"{n}": value for n, value in enumerate(sorted(values.values()))}
            found[f"{panel['title']}/{target['refId']}"] = values
    return found


@pytest.mark.lab
@pytest.mark.timeout(240)
@pytest.mark.parametrize("slug", SLUGS)
async def test_the_columns_of_a_table_speak_of_the_same_rows(
    slug: str, ask: Ask, filled_engines: Engines
) -> None:
    reading = Reading(ask, *span(filled_engines), {"site": [LOSSY]})
    document = board(HERE / f"boards/vi/{slug}.json")
    assert await reading.opened(document) == []
    for panel in document["panels"]:
        if panel["type"] != "table":
            continue
        by = panel["transformations"][0]["options"]["byField"]
        rows: list[set[str]] = []
        for target in panel["targets"]:
            query = reading.query(target)
            asked = [("query", query), ("time", str(filled_engines.end.timestamp()))]
            found = [
                one["metric"][by] for one in (await ask("POST", "query", asked))["data"]["result"]
            ]
            assert len(found) == len(set(found)), (panel["title"], target["refId"])
            rows.append(set(found))
        assert all(others <= rows[0] for others in rows[1:]), panel["title"]


@pytest.mark.parametrize("slug", ["site", "links"])
def test_the_limits_of_loss_are_those_of_the_judge(slug: str) -> None:
    document = board(HERE / f"boards/vi/{slug}.json")
    found = [
        [step["value"] for step in panel["fieldConfig"]["defaults"]["thresholds"]["steps"]]
        for panel in document["panels"]
        if panel["title"] == "Mất gói"
    ]
    assert found == [[None, LOSSY_UNTIL, LOSSY_FROM, MOST_LOSS]]


@pytest.mark.parametrize(
    ("slug", "title"), [("rooms", "Mất gói"), ("bridges", "Mất gói của từng điểm cầu")]
)
def test_the_limits_of_a_call_are_those_of_its_grades(slug: str, title: str) -> None:
    """Those of a line would paint green a call that the pages call poor."""
    band = Bands().loss_video
    document = board(HERE / f"boards/vi/{slug}.json")
    [panel] = [panel for panel in document["panels"] if panel["title"] == title]
    shown = panel["fieldConfig"]["defaults"]
    steps = [step["value"] for step in shown["thresholds"]["steps"]]
    assert steps == [None, band.good, band.fair, band.poor]
    assert "max" not in shown  # of a whole, three per cent cannot be seen


@pytest.mark.parametrize("language", get_args(Language))
def test_a_meeting_is_told_in_words(language: Language) -> None:
    document = board(HERE / f"boards/{language}/meeting.json")
    titles = [panel["title"] for panel in document["panels"]]
    [course] = [panel for panel in document["panels"] if panel["title"] in {"Diễn biến", "Course"}]
    assert [target["legendFormat"] for target in course["targets"]] == titles[:5]
    worst = document["panels"][5]["fieldConfig"]["defaults"]["mappings"][0]["options"]
    assert [worst[str(grade.value)]["text"] for grade in Grade if grade is not Grade.UNKNOWN] == [
        GRADE[grade].said(language) for grade in Grade if grade is not Grade.UNKNOWN
    ]


@pytest.mark.lab
@pytest.mark.timeout(240)
async def test_a_program_that_joins_meetings_is_a_bridge_of_its_board(
    ask: Ask, filled_engines: Engines
) -> None:
    """It is a service, and tells of itself as a whole: no leg of its own."""
    document = board(HERE / "boards/vi/bridges.json")
    reading = Reading(ask, *span(filled_engines))
    assert await reading.opened(document) == []
    for title, number in (("Cầu nối, đông nhất trước", 4), ("Tốc độ của cầu nối", 0)):
        [panel] = [panel for panel in document["panels"] if panel["title"] == title]
        query = reading.query(panel["targets"][number])
        asked = [("query", query), ("time", str(filled_engines.end.timestamp()))]
        found = (await ask("POST", "query", asked))["data"]["result"]
        assert len([one for one in found if float(one["value"][1]) in {0.02, 9e6}]) == EACH, title


def _expr(document: Any, title: str, text: str) -> None:
    next(p for p in document["panels"] if p["title"] == title)["targets"][0]["expr"] = text


FAULTS: dict[str, tuple[Callable[[Any], None], str]] = {
    "empty": (lambda d: _expr(d, WORST, 'site_status{site="nowhere"}'), "empty"),
    "a wrong join": (
        lambda d: _expr(d, WORST, "site_status * on (site) group_left () site_status"),
        "error",
    ),
    "not PromQL": (lambda d: _expr(d, WORST, "topk(20, site_status"), "error"),
    "unbounded": (lambda d: _expr(d, WORST, "site_status"), "series in one panel"),
    "an unknown variable": (
        lambda d: _expr(d, WORST, 'topk(3, site_status{site="$place"})'),
        "unknown variable",
    ),
}


@pytest.mark.lab
@pytest.mark.timeout(240)
@pytest.mark.parametrize("fault", FAULTS)
async def test_the_verifier_finds_a_planted_fault(
    fault: str, ask: Ask, filled_engines: Engines
) -> None:
    plant, said = FAULTS[fault]
    document = copy.deepcopy(board(HERE / "boards/vi/province.json"))
    plant(document)
    found = await Reading(ask, *span(filled_engines)).look(document)
    assert any(said in problem for problem in found), found


def _panel(document: Any, number: int = 0) -> Any:
    return document["panels"][number]


ILL_MADE: dict[str, tuple[Callable[[Any], object], str]] = {
    "overlap": (lambda d: _panel(d, 1)["gridPos"].update(x=0), "overlap"),
    "beside the grid": (lambda d: _panel(d, 5)["gridPos"].update(x=22), "beside the grid"),
    "a doubled id": (lambda d: _panel(d).update(id=2), "doubled panel ids"),
    "no unit": (lambda d: _panel(d)["fieldConfig"]["defaults"].pop("unit"), "no unit"),
    "no description": (lambda d: _panel(d).pop("description"), "no description"),
    "a fixed range": (
        lambda d: _panel(d)["targets"][0].update(expr="sum(rate(ifHCInOctets[5m]))"),
        "fixed range",
    ),
    "a bare counter": (
        lambda d: _panel(d)["targets"][0].update(expr="sum(thongsuot_readings_total)"),
        "not rated",
    ),
    "a port counted once for each vantage": (
        lambda d: _panel(d)["targets"][0].update(
            expr="sum by (instance) (rate(ifInErrors[$__range]) * 8)"
        ),
        "counts ifInErrors once for each vantage",
    ),
    "no words for missing data": (
        lambda d: _panel(d)["fieldConfig"]["defaults"].update(mappings=[]),
        "missing data",
    ),
    "a fixed engine": (
        lambda d: _panel(d).update(datasource={"type": "prometheus", "uid": "P1"}),
        "chosen engine",
    ),
    "editable": (lambda d: d.update(editable=True), "editable"),
    "stale variables": (lambda d: d["templating"]["list"][2].update(refresh=1), "refreshed"),
    "no annotations": (lambda d: d["annotations"].update(list=[]), "annotations"),
    "links that forget": (lambda d: d["links"][0].update(keepTime=False), "keep time"),
}


@pytest.mark.parametrize("fault", ILL_MADE)
def test_the_lint_finds_what_is_ill_made(fault: str) -> None:
    plant, said = ILL_MADE[fault]
    document = copy.deepcopy(board(HERE / "boards/vi/province.json"))
    plant(document)
    assert any(said in problem for problem in lint.problems(document))


def test_a_row_that_forgets_the_time_is_found() -> None:
    text = (HERE / "boards/vi/province.json").read_text(encoding="utf-8")
    document = json.loads(text.replace("&${__url_time_range}", ""))
    assert any("loses variables or time" in problem for problem in lint.problems(document))
