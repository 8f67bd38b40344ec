"""Is a board well made? What can be said without an engine; each problem is a sentence."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import promql_parser

from core.status import Status
from runtime.registries import collectors

Document = dict[str, Any]
WIDTH = 24
MOST_QUERIES = 30
STEADY = {"__interval": "30s", "__rate_interval": "2m", "__range": "3600s", "datasource": "x"}
_FIXED = re.compile(r"(?:rate|increase|irate|delta|_over_time)\([^\[]*\[\d")
_ADDING = frozenset({"sum", "count"})
_COUNTER = re.compile(r"(?<![A-Za-z_:])([A-Za-z_:]+_total)\b")
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)(?::\w+)?\}|\$([A-Za-z_]\w*)")
_KEPT = ("${__url_time_range}", "${datasource:queryparam}", "${unit:queryparam}")


def problems(board: Document) -> list[str]:
    """Return everything that is wrong with a board's making."""
    return [
        *_of_board(board),
        *_of_variables(board),
        *_of_places(board),
        *(f"{p.get('title')}: {what}" for p in board["panels"] for what in _of_panel(p)),
        *(f"{p.get('title')}: {what}" for p in board["panels"] for what in _of_queries(p, board)),
    ]


def expressions(panel: Document) -> list[str]:
    """Return a panel's queries."""
    return [target["expr"] for target in panel.get("targets", [])]


def _of_board(board: Document) -> Iterator[str]:
    for key in ("uid", "title", "description", "tags"):
        if not board.get(key):
            yield f"the board has no {key}"
    if board.get("editable", True):
        yield "the board is editable"
    if "Grafana thật" not in board["description"] and "running Grafana" not in board["description"]:
        yield "the board does not say that nobody has seen it in a Grafana"
    if not any(link.get("keepTime") and link.get("includeVars") for link in board["links"]):
        yield "no links to the other boards that keep time and variables"
    if not board["annotations"]["list"]:
        yield "no incidents as annotations"
    if sum(len(expressions(panel)) for panel in board["panels"]) > MOST_QUERIES:
        yield "too many queries"


def _of_variables(board: Document) -> Iterator[str]:
    variables = {one["name"]: one for one in board["templating"]["list"]}
    if variables.get("datasource", {}).get("type") != "datasource":
        yield "no datasource variable"
    if "unit" not in variables:
        yield "no unit variable"
    for name, one in variables.items():
        if one["type"] == "query" and one.get("refresh") != 2:
            yield f"variable {name} is not refreshed with the time range"
        if one["type"] == "query" and one["datasource"].get("uid") != "${datasource}":
            yield f"variable {name} does not ask the chosen engine"


def _of_places(board: Document) -> Iterator[str]:
    ids = [panel.get("id") for panel in board["panels"]]
    if None in ids or len(set(ids)) != len(ids):
        yield f"missing or doubled panel ids: {ids}"
    boxes = [(panel["title"], panel["gridPos"]) for panel in board["panels"]]
    for number, (title, box) in enumerate(boxes):
        if box["x"] < 0 or box["x"] + box["w"] > WIDTH:
            yield f"{title} stands beside the grid"
        for other, there in boxes[number + 1 :]:
            if _overlap(box, there):
                yield f"{title} and {other} overlap"


def _overlap(a: Document, b: Document) -> bool:
    beside = a["x"] + a["w"] <= b["x"] or b["x"] + b["w"] <= a["x"]
    above = a["y"] + a["h"] <= b["y"] or b["y"] + b["h"] <= a["y"]
    return not beside and not above


def _of_panel(panel: Document) -> Iterator[str]:
    defaults = panel["fieldConfig"]["defaults"]
    for key in ("title", "description"):
        if not panel.get(key):
            yield f"no {key}"
    if not defaults.get("unit"):
        yield "no unit"
    if not defaults.get("noValue"):
        yield "says nothing where there is no data"
    if (panel.get("datasource") or {}).get("uid") != "${datasource}":
        yield "does not ask the chosen engine"
    if panel["type"] in {"stat", "bargauge", "state-timeline"}:
        yield from _of_mappings(defaults.get("mappings") or [], panel["type"])
    for url in re.findall(r"'url': '([^']*/d/[^']*)'", str(panel)):
        if not all(part in url for part in _KEPT):
            yield "a link loses variables or time"


def _of_mappings(mappings: list[Document], kind: str) -> Iterator[str]:
    missing = [m["options"]["result"] for m in mappings if m["type"] == "special"]
    words = {k: v for m in mappings if m["type"] == "value" for k, v in m["options"].items()}
    if not missing or not missing[0].get("text") or not missing[0].get("color"):
        yield "does not tell missing data in words and in a colour of its own"
        return
    if kind == "state-timeline" and len(words) != len(Status):
        yield "does not name every status"
    if words.keys() >= {str(status.badness) for status in Status}:
        down, unknown = words[str(Status.DOWN.badness)], words[str(Status.UNKNOWN.badness)]
        looks = [(one["text"], one["color"]) for one in (down, unknown, missing[0])]
        if down["color"] in {unknown["color"], missing[0]["color"]}:
            yield "no data has the colour of down"
        if len({text for text, _ in looks}) != len(looks):
            yield "no data, unknown and down do not differ in words"
    elif missing[0]["text"] in {one["text"] for one in words.values()}:
        yield "no data has the word of a value"


def _of_queries(panel: Document, board: Document) -> Iterator[str]:
    known = {one["name"] for one in board["templating"]["list"]} | STEADY.keys()
    if not panel.get("targets"):
        yield "no queries"
    for target in panel.get("targets", []):
        text = target["expr"]
        for match in _VARIABLE.finditer(text):
            if (match[1] or match[2]) not in known:
                yield f"unknown variable {match[0]}"
        if _FIXED.search(text):
            yield "a fixed range instead of $__rate_interval or $__range"
        if any(not _is_rated(text, name) for name in _COUNTER.findall(text)):
            yield "a counter that is not rated"
        if target.get("range") and not target.get("legendFormat"):
            yield "curves without a legend"
        try:
            parsed = promql_parser.parse(plain(text))
        except ValueError as refusal:
            yield f"does not parse: {refusal}"
        else:
            yield from (f"counts {name} once for each vantage" for name in doubled(parsed))


def doubled(expression: Any) -> Iterator[str]:
    """Yield what is added up as it was measured: what two vantages look at would count twice."""
    if isinstance(expression, promql_parser.AggregateExpr) and str(expression.op) in _ADDING:
        kept = expression.modifier.labels if expression.modifier else ()
        if "vantage" not in kept:
            yield from (one for one in _bare(expression.expr) if one in _measured())
    for part in _parts(expression):
        yield from doubled(part)


def _bare(expression: Any) -> Iterator[str]:
    """Yield the names of series that no aggregation has joined yet."""
    if isinstance(expression, promql_parser.AggregateExpr):
        return
    if isinstance(expression, promql_parser.MatrixSelector):
        expression = expression.vector_selector
    if isinstance(expression, promql_parser.VectorSelector) and expression.name:
        yield expression.name
    for part in _parts(expression):
        yield from _bare(part)


def _parts(expression: Any) -> list[Any]:
    found = [getattr(expression, name, None) for name in ("lhs", "rhs", "expr")]
    return [*(one for one in found if one is not None), *getattr(expression, "args", ())]


@cache
def _measured() -> frozenset[str]:
    """Return the names of what collectors write, each for the vantage that looked."""
    return frozenset(emit.name for one in collectors().values() for emit in one.emits)


def _is_rated(text: str, counter: str) -> bool:
    return bool(re.search(rf"(?:rate|increase|timestamp)\({counter}\b", text))


def plain(text: str) -> str:
    """Return a query with something harmless in place of every variable."""
    return _VARIABLE.sub(lambda match: STEADY.get(match[1] or match[2], ".*"), text)
