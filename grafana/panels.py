"""The few kinds of panels that boards are made of, each with everything the lint asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.builders import bargauge, common, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import prometheus as engine
from grafana_foundation_sdk.models import common as look
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models import prometheus as query_model

from core.text import Language, Text
from grafana.board import PERIOD, SOURCE
from grafana.expressions import step
from grafana.statuses import CALM, Limits, mappings, missing, thresholds

_LETTERS = "ABCDEFGH"
_WITHOUT_FIRST = {  # a row of another column alone: the engine chose differently among equals
    "filters": [{"fieldName": "Value #A", "config": {"id": "isNull", "options": {}}}],
    "match": "any",
    "type": "exclude",
}
_ALL_ROWS: dict[str, object] = {"filters": [], "match": "any", "type": "exclude"}
_STEPS = 360  # of a timeline: a minute each of six hours, for every target of a province


Meanings = tuple[tuple[int, Text, str], ...]  # (value, what it means, colour)


@dataclass(frozen=True, slots=True)
class Words:
    """What stands on a panel."""

    title: Text
    about: Text


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: a query and how its value is shown."""

    title: Text
    expression: str
    unit: str = "short"
    status: bool = False
    limits: Limits | None = None
    decimals: int | None = None
    words: Meanings = ()


def _query(number: int, expression: str, legend: str = "") -> engine.Dataquery:
    query = (
        engine.Dataquery()
        .expr(expression)
        .ref_id(_LETTERS[number])
        .legend_format(legend or "__auto")
        .editor_mode(query_model.QueryEditorMode.CODE)
        .datasource(SOURCE)
    )
    least = step(expression)
    return query.interval(least) if least else query


def _dressed(panel: Any, words: Words, language: Language) -> Any:
    """Give a panel its words; what is missing is said in words on all of them."""
    return (
        panel.title(words.title.said(language))
        .description(words.about.said(language))
        .interval(PERIOD)
        .no_value(missing(language).options.result.text or "")
    )


def number(
    words: Words,
    language: Language,
    expression: str,
    *,
    limits: Limits = CALM,
    unit: str = "short",
    decimals: int | None = None,
    link: str | None = None,
    meanings: Meanings = (),
) -> Any:
    """Return one number of now, or the word that it stands for."""
    plain = limits is CALM
    panel = (
        _dressed(stat.Panel(), words, language)
        .unit(unit)
        .mappings(_meanings(meanings, language))
        .thresholds(thresholds(limits))
        .color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        .color_mode(look.BigValueColorMode.NONE if plain else look.BigValueColorMode.BACKGROUND)
        .graph_mode(look.BigValueGraphMode.NONE)
        .text_mode(look.BigValueTextMode.VALUE)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        .with_target(_query(0, expression).instant())
    )
    if decimals is not None:
        panel = panel.decimals(decimals)
    if link:
        title = words.title.said(language)
        panel = panel.links([build.DashboardLink(title).url(link)])
    return panel


def state(words: Words, language: Language, expression: str) -> Any:
    """Return the status of one target, in words on its colour."""
    return (
        number(words, language, expression)
        .mappings(mappings(language))
        .color_mode(look.BigValueColorMode.BACKGROUND)
    )


def timeline(words: Words, language: Language, expression: str, legend: str = "{{name}}") -> Any:
    """Return statuses over time; where nothing was stored there is a gap."""
    return (
        _dressed(statetimeline.Panel(), words, language)
        .unit("short")
        .mappings(mappings(language))
        .thresholds(thresholds(CALM))
        .color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        .show_value(look.VisibilityMode.AUTO)
        .merge_values(True)
        .max_data_points(_STEPS)
        .row_height(0.85)
        .legend(_legend())
        .with_target(_query(0, expression, legend).range())
    )


def lines(
    words: Words,
    language: Language,
    queries: Sequence[tuple[str, str]],
    *,
    unit: str,
    limits: Limits = CALM,
    top: float | None = None,
    below: str | None = None,
) -> Any:
    """Return curves of (expression, legend); series whose name matches `below` go downwards."""
    panel = (
        _dressed(timeseries.Panel(), words, language)
        .unit(unit)
        .thresholds(thresholds(limits))
        .color_scheme(build.FieldColor().mode(model.FieldColorModeId.PALETTE_CLASSIC_BY_NAME))
        .line_width(1)
        .fill_opacity(5)
        .show_points(look.VisibilityMode.AUTO)
        .legend(_legend().calcs(["lastNotNull", "max"]))
        .tooltip(
            common.VizTooltipOptions()
            .mode(look.TooltipDisplayMode.MULTI)
            .sort(look.SortOrder.DESCENDING)
        )
    )
    if top is not None:
        panel = panel.max(top)
    if limits is not CALM:
        panel = panel.thresholds_style(
            common.GraphThresholdsStyleConfig().mode(look.GraphThresholdsStyleMode.DASHED)
        )
    if below is None:
        panel = panel.min(0)
    else:
        panel = panel.override_by_regexp(
            below, [model.DynamicConfigValue(id_val="custom.transform", value="negative-Y")]
        )
    for place, (expression, legend) in enumerate(queries):
        panel = panel.with_target(_query(place, expression, legend).range())
    return panel


def bars(
    words: Words,
    language: Language,
    expression: str,
    legend: str,
    *,
    unit: str,
    limits: Limits = CALM,
    top: float | None = None,
    decimals: int | None = None,
    meanings: Meanings = (),
    beside: Sequence[tuple[str, str]] = (),
) -> Any:
    """Return bars of now, in the order of the query; `beside` are further (expression, legend)."""
    panel = (
        _dressed(bargauge.Panel(), words, language)
        .unit(unit)
        .min(0)
        .mappings(_meanings(meanings, language))
        .thresholds(thresholds(limits))
        .color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        .display_mode(look.BarGaugeDisplayMode.BASIC)
        .orientation(look.VizOrientation.HORIZONTAL)
        .reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
    )
    for place, (query, named) in enumerate([(expression, legend), *beside]):
        panel = panel.with_target(_query(place, query, named).instant())
    if decimals is not None:
        panel = panel.decimals(decimals)
    return panel if top is None else panel.max(top)


def worst_first(
    words: Words,
    language: Language,
    *,
    by: str,
    labels: Mapping[str, Text],
    columns: Sequence[Column],
    link: str | None = None,
    kept: Sequence[str] = (),
) -> Any:
    """Return a table of targets, the worst first by its first column; `link` opens a row.

    Rows are joined by the label `by`, which the first query's series carry beside `labels`. It
    and the labels `kept` stay in the table unseen, for the link: `${__data.fields.<label>}`.
    """
    heads = {f"Value #{_LETTERS[n]}": one.title.said(language) for n, one in enumerate(columns)}
    # Grafana names the value of a lone query without its letter.
    lone = {"Value": heads["Value #A"]}
    shown = {**{name: text.said(language) for name, text in labels.items()}, **lone, **heads}
    unseen = [name for name in (by, *kept) if name not in shown]
    wanted = [*unseen, *shown]
    panel = (
        _dressed(table.Panel(), words, language)
        .unit("short")
        .thresholds(thresholds(CALM))
        .cell_height(look.TableCellHeight.SM)
        .sort_by([common.TableSortByFieldState().display_name(heads["Value #A"]).desc(True)])
        .with_transformation(_step("joinByField", {"byField": by, "mode": "outer"}))
        .with_transformation(_step("filterByValue", _WITHOUT_FIRST if columns[1:] else _ALL_ROWS))
        .with_transformation(_step("filterFieldsByName", {"include": {"names": wanted}}))
        .with_transformation(
            _step(
                "organize",
                {
                    "excludeByName": {},
                    "indexByName": {name: place for place, name in enumerate(wanted)},
                    "renameByName": shown,
                },
            )
        )
    )
    for name in unseen:
        panel = panel.override_by_name(name, [_value("custom.hidden", True)])
    if link:
        first = next(iter(labels.values())).said(language)
        opens = {"title": first, "url": link, "targetBlank": False}
        panel = panel.override_by_name(first, [_value("links", [opens])])
    for place, column in enumerate(columns):
        query = _query(place, column.expression).instant()
        panel = panel.with_target(query.format(query_model.PromQueryFormat.TABLE))
        panel = panel.override_by_name(column.title.said(language), _looks(column, language))
    return panel


def _looks(column: Column, language: Language) -> list[model.DynamicConfigValue]:
    """Return how a column's cells are shown: its unit, its words, its colours."""
    values = [_value("unit", column.unit)]
    if column.decimals is not None:
        values.append(_value("decimals", column.decimals))
    if column.status or column.words:
        meant = mappings(language) if column.status else _meanings(column.words, language)
        values += [
            _value("mappings", meant),
            _value("custom.cellOptions", {"type": "color-background", "mode": "basic"}),
        ]
        return values
    values.append(_value("mappings", _meanings((), language)))
    if column.limits is not None:
        values += [
            _value("thresholds", thresholds(column.limits).build()),
            _value("custom.cellOptions", {"type": "color-text"}),
        ]
    return values


def _meanings(words: Meanings, language: Language) -> list[model.ValueMapping]:
    """Return the mapping of values to words, and of no value to its own."""
    found = {
        str(value): model.ValueMappingResult(text=text.said(language), color=colour, index=place)
        for place, (value, text, colour) in enumerate(words)
    }
    nothing = missing(language)
    return [model.ValueMap(options=found), nothing] if found else [nothing]


def _value(name: str, value: object) -> model.DynamicConfigValue:
    return model.DynamicConfigValue(id_val=name, value=value)


def _step(name: str, options: object) -> model.DataTransformerConfig:
    return model.DataTransformerConfig(id_val=name, options=options)


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(look.LegendDisplayMode.LIST)
        .placement(look.LegendPlacement.BOTTOM)
        .show_legend(True)
    )
