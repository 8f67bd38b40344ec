"""What a reader chooses: the engine, units by name, a site, a carrier, a way of looking."""

from typing import Any

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import dashboard as model

from core.text import Language, Text
from core.watching import TargetKind
from grafana.board import HUB, SOURCE
from grafana.expressions import chosen, metric
from runtime import meeting_series, surroundings, tally

ALL = ".*"
_LABEL_VALUES, _QUERY_RESULT = 1, 3  # Grafana's own numbers of its kinds of queries


def source(language: Language) -> Any:
    """Return the choice of the engine; ours is provisioned under the uid `thongsuot`."""
    ours = model.VariableOption(selected=True, text="Thông Suốt", value="thongsuot")
    label = Text("Nguồn số liệu", "Data source").said(language)
    return (
        build.DatasourceVariable("datasource")
        .label(label)
        .type("prometheus")
        .multi(False)
        .include_all(False)
        .regex("")
        .current(ours)
    )


def hub() -> Any:
    """Return where our own pages are, for links."""
    return build.ConstantVariable("hub").value(HUB)


def unit(language: Language) -> Any:
    """Return the choice of units of any level, told by name; all by default."""
    by_name = f"max by (unit, name) ({metric(surroundings.UNIT)})"
    variable = _told_by_name("unit", "unit", Text("Đơn vị", "Unit").said(language), by_name)
    return _with_all(variable.multi(True), language)


def site(language: Language) -> Any:
    """Return the choice of one site of the chosen units, told by name."""
    by_name = f"max by (site, name) ({chosen(TargetKind.SITE)})"
    label = Text("Điểm cầu", "Site").said(language)
    return _told_by_name("site", "site", label, by_name).multi(False).include_all(False)


def meeting(language: Language) -> Any:
    """Return the choice of one meeting that is near or goes on, told by its title."""
    titled = f"max by (meeting, title) ({metric(meeting_series.INFO)})"
    by_name = f'label_replace({titled}, "name", "$1", "title", "(.+)")'
    label = Text("Cuộc họp", "Meeting").said(language)
    return _told_by_name("meeting", "meeting", label, by_name).multi(False).include_all(False)


def carrier(language: Language) -> Any:
    """Return the choice of carriers; all by default."""
    query = f"label_values({metric('link_info')}, carrier)"
    label = Text("Nhà mạng", "Carrier").said(language)
    return _with_all(_plain("carrier", label, query).multi(True), language)


def vantage(language: Language) -> Any:
    """Return the choice of where services are looked at from; all by default."""
    query = f"label_values({metric('probe_success')}, vantage)"
    label = Text("Nhìn từ", "Seen from").said(language)
    return _with_all(_plain("vantage", label, query).multi(True), language)


def collector(language: Language) -> Any:
    """Return the choice of ways of looking; all by default."""
    query = f"label_values({metric(tally.CHECKS)}, collector)"
    label = Text("Cách đo", "Collector").said(language)
    return _with_all(_plain("collector", label, query).multi(True), language)


def _told_by_name(name: str, value: str, label: str, expression: str) -> build.QueryVariable:
    # Either order of labels: which comes first is the engine's affair.
    pattern = f'/{value}="(?<value>[^"]+)|name="(?<text>[^"]+)/g'
    query = f"query_result({expression})"
    return _queried(name, label, query, _QUERY_RESULT).regex(pattern)


def _plain(name: str, label: str, query: str) -> build.QueryVariable:
    return _queried(name, label, query, _LABEL_VALUES).regex("")


def _queried(name: str, label: str, query: str, kind: int) -> build.QueryVariable:
    reference = "PrometheusVariableQueryEditor-VariableQuery"
    return (
        build.QueryVariable(name)
        .label(label)
        .datasource(SOURCE)
        .query({"qryType": kind, "query": query, "refId": reference})
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_CASE_INSENSITIVE_ASC)
    )


def _with_all(variable: build.QueryVariable, language: Language) -> build.QueryVariable:
    everything = model.VariableOption(
        selected=True, text=[Text("Tất cả", "All").said(language)], value=["$__all"]
    )
    return variable.include_all(True).all_value(ALL).current(everything)
