"""Does a board answer? Variables are resolved and queries run as Grafana 11 does both."""

import json
import math
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.grafana.lint import Document

MOST_SERIES = 100
SCRAPE = 30  # seconds, of the provisioned data source
POINTS = 40
# (method, path below /api/v1, parameters) -> the answer's document
Ask = Callable[[str, str, Sequence[tuple[str, str]]], Awaitable[Document]]
_VARIABLE = re.compile(r"\$\{([A-Za-z_]\w*)(?::\w+)?\}|\$([A-Za-z_]\w*)")
_LABEL_VALUES = re.compile(r"label_values\((?:(.+),\s*)?([a-zA-Z_]\w*)\)\s*$")
_QUERY_RESULT = re.compile(r"query_result\((.+)\)\s*$")


@dataclass
class Reading:
    """One look at a board over a span, with what the reader chose (None: as it opens)."""

    ask: Ask
    begin: datetime
    end: datetime
    chosen: Mapping[str, Sequence[str]] = field(default_factory=dict)
    may_be_empty: bool = False
    problems: list[str] = field(default_factory=list)
    options: dict[str, list[tuple[str, str]]] = field(default_factory=dict)  # (text, value)
    series: dict[str, int] = field(default_factory=dict)  # by panel and query
    _texts: dict[str, str] = field(default_factory=dict)

    async def look(self, board: Document) -> list[str]:
        """Return everything that is wrong with what the board shows."""
        await self.opened(board)
        for panel in board["panels"]:
            for target in panel["targets"]:
                await self._run(f"{panel['title']}/{target['refId']}", target)
        for mark in board["annotations"]["list"]:
            await self._mark(mark)
        return self.problems

    async def opened(self, board: Document) -> list[str]:
        """Give every variable its value, as before a panel is drawn; return what is wrong."""
        span = int((self.end - self.begin).total_seconds())
        interval = self._interval()
        self._texts = {
            "__interval": f"{interval}s",
            "__range": f"{span}s",
            "__range_s": str(span),
            "datasource": "engine",
            "hub": "http://hub",
        }
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                await self._resolve(variable)
        return self.problems

    def _interval(self) -> int:
        span = int((self.end - self.begin).total_seconds())
        return max(SCRAPE, math.ceil(span / POINTS))

    @staticmethod
    def window(target: Document, step: float) -> float:
        """Return the seconds of $__rate_interval: by the query's own least step, if it has one."""
        least = float(target.get("interval", f"{SCRAPE}s").removesuffix("s"))
        return max(max(step, least) + least, 4 * least)

    def query(self, target: Document) -> str:
        """Return the query of a target with every variable in place."""
        self._texts["__rate_interval"] = f"{self.window(target, self._interval()):g}s"
        return self._filled_in(target["expr"])

    def _filled_in(self, text: str) -> str:

        def value(match: re.Match[str]) -> str:
            name = match[1] or match[2]
            if name not in self._texts:
                self.problems.append(f"unknown variable {match[0]}")
            return self._texts.get(name, "")

        return _VARIABLE.sub(value, text)

    async def _resolve(self, variable: Document) -> None:
        name, text = variable["name"], variable["query"]["query"]
        if match := _LABEL_VALUES.match(text):
            found = await self._label_values(match)
        elif match := _QUERY_RESULT.match(text):
            found = await self._query_result(match[1], variable.get("regex", ""))
        else:
            self.problems.append(f"variable {name}: neither label_values nor query_result")
            return
        self.options[name] = sorted(found, key=lambda one: one[0].casefold())
        if not found:
            self.problems.append(f"variable {name}: no values")
            return
        self._texts[name] = self._chosen(variable)

    async def _label_values(self, match: re.Match[str]) -> list[tuple[str, str]]:
        asked = [("start", str(self.begin.timestamp())), ("end", str(self.end.timestamp()))]
        if match[1]:
            asked.append(("match[]", self._filled_in(match[1])))
        answer = await self.ask("GET", f"label/{match[2]}/values", asked)
        if answer.get("status") != "success":
            self.problems.append(f"label_values: {answer}")
            return []
        return [(one, one) for one in answer["data"]]

    async def _query_result(self, expression: str, regex: str) -> list[tuple[str, str]]:
        asked = [("query", self._filled_in(expression)), ("time", str(self.end.timestamp()))]
        answer = await self.ask("POST", "query", asked)
        if answer.get("status") != "success":
            self.problems.append(f"query_result: {answer}")
            return []
        found: dict[str, str] = {}
        pattern = re.compile(regex.strip("/").removesuffix("/g").replace("(?<", "(?P<"))
        for one in answer["data"]["result"]:
            labels = ",".join(f'{k}="{v}"' for k, v in one["metric"].items())
            line = f"{{{labels}}} {one['value'][1]} {one['value'][0]}"
            groups: dict[str, str] = {}
            for match in pattern.finditer(line):
                groups |= {k: v for k, v in match.groupdict().items() if v is not None}
            found[groups.get("value", line)] = groups.get("text", line)
        return [(text, value) for value, text in found.items()]

    def _chosen(self, variable: Document) -> str:
        """Return what stands in a query for the reader's choice, escaped as Grafana escapes."""
        name = variable["name"]
        several = variable.get("multi") or variable.get("includeAll")
        wanted = self.chosen.get(name)
        if wanted is None and variable.get("includeAll"):
            return str(variable.get("allValue") or self._any(name))
        values = list(wanted or [self.options[name][0][1]])
        if not several:
            return values[0].replace("\\", "\\\\").replace("'", "\\\\'")
        escaped = [_for_regex(value) for value in values]
        return escaped[0] if len(escaped) == 1 else f"({'|'.join(escaped)})"

    def _any(self, name: str) -> str:
        return f"({'|'.join(_for_regex(value) for _, value in self.options[name])})"

    async def _run(self, title: str, target: Document, interval: int | None = None) -> None:
        asked = [("query", self.query(target))]
        if target.get("instant"):
            asked.append(("time", str(self.end.timestamp())))
            answer = await self.ask("POST", "query", asked)
        else:
            asked += [
                ("start", str(self.begin.timestamp())),
                ("end", str(self.end.timestamp())),
                ("step", str(interval or self._interval())),
            ]
            answer = await self.ask("POST", "query_range", asked)
        if answer.get("status") != "success":
            self.problems.append(f"{title}: {json.dumps(answer)[:300]}")
            return
        found = [one for one in answer["data"]["result"] if _says_something(one)]
        self.series[title] = len(found)
        if not found and not self.may_be_empty:
            self.problems.append(f"{title}: empty")
        if len(found) > MOST_SERIES:
            self.problems.append(f"{title}: {len(found)} series in one panel")

    async def _mark(self, mark: Document) -> None:
        target = {**mark["target"], "range": True}
        before = list(self.problems)
        await self._run(f"annotation {mark['name']}", target, SCRAPE)
        # That no incident has a severity is no fault of the board.
        self.problems = [p for p in self.problems if p in before or not p.endswith(": empty")]


def _says_something(one: dict[str, Any]) -> bool:
    points = one.get("values") or [one["value"]]
    return any(not math.isnan(float(value)) for _, value in points)


def _for_regex(value: str) -> str:
    doubled = value.replace("\\", "\\\\\\\\")
    return re.sub(r"[$^*{}\[\]'+?.()|]", r"\\\\\g<0>", doubled)
