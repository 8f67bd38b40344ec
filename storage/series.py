"""What did the samples look like? PromQL asked of any engine that speaks Prometheus' API."""

import asyncio
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlencode

import aiohttp

from core.clock import from_epoch
from core.errors import Invalid, Problem, Unavailable
from core.text import Text

_TIMEOUT = 30.0  # seconds
_HEALTH_TIMEOUT = 3.0
_SERVER_FAULT = 500


@dataclass(frozen=True, slots=True)
class Point:
    """One series at one instant; `labels` holds the metric's name as `__name__`."""

    labels: Mapping[str, str]
    at: datetime
    value: float


@dataclass(frozen=True, slots=True)
class Curve:
    """One series over a span, in order of time; missing steps are missing."""

    labels: Mapping[str, str]
    points: tuple[tuple[datetime, float], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """The engine's own answer, to be handed on as it is."""

    status: int
    content_type: str
    body: bytes


class TooLong(Exception):
    """The engine's answer is longer than it was allowed to be."""


class SeriesReader:
    """Asks one engine. `base_url` is what stands before `/api/v1/query`."""

    def __init__(self, base_url: str, headers: Mapping[str, str] | None = None) -> None:
        """Open nothing yet; the connections are made on first use."""
        self._base = base_url.rstrip("/")
        self._headers = dict(headers or {})
        self._session: aiohttp.ClientSession | None = None

    async def query(self, promql: str, at: datetime) -> list[Point]:
        """Return the value of every series that an expression selects at an instant.

        Unavailable if the engine does not answer, Invalid if it refuses the expression.
        """
        data = await self._ask("query", {"query": promql, "time": _time(at)})
        if data["resultType"] in {"scalar", "string"}:
            instant, value = data["result"]
            return [Point({}, from_epoch(float(instant)), float(value))]
        return [
            Point(one["metric"], from_epoch(float(one["value"][0])), float(one["value"][1]))
            for one in data["result"]
        ]

    async def query_range(
        self, promql: str, begin: datetime, end: datetime, step: float
    ) -> list[Curve]:
        """Return every series that an expression selects, each `step` seconds of a span.

        Errors as of `query`.
        """
        form = {"query": promql, "start": _time(begin), "end": _time(end), "step": f"{step:g}"}
        data = await self._ask("query_range", form)
        return [
            Curve(
                one["metric"],
                tuple((from_epoch(float(at)), float(value)) for at, value in one["values"]),
            )
            for one in data["result"]
        ]

    async def samples(self, selector: str, begin: datetime, end: datetime) -> list[Curve]:
        """Return the stored samples of the series that a selector names, of [begin, end].

        Errors as of `query`.
        """
        span = max(1, math.ceil((end - begin).total_seconds()))
        form = {"query": f"{selector}[{span}s]", "time": _time(end)}
        data = await self._ask("query", form)
        curves = []
        for one in data["result"]:
            found = ((from_epoch(float(at)), float(value)) for at, value in one["values"])
            curves.append(Curve(one["metric"], tuple(p for p in found if begin <= p[0] <= end)))
        return [curve for curve in curves if curve.points]

    async def healthy(self) -> bool:
        """Say whether the engine answers a query now."""
        try:
            async with asyncio.timeout(_HEALTH_TIMEOUT):
                answer = await self.forward("/api/v1/query", {"query": "1"})
        except (Unavailable, TimeoutError):
            return False
        return answer.status < _SERVER_FAULT

    async def forward(
        self,
        path: str,
        form: Mapping[str, str],
        most: float = math.inf,
        *,
        method: Literal["GET", "POST"] = "POST",
    ) -> Answer:
        """Return the engine's answer to a form, asked of a path below the base; Unavailable.

        The form is posted, or (where Prometheus takes no POST, as for the values of a label)
        sent with the address. TooLong if the answer exceeds `most` bytes: then no more is read.
        """
        if self._session is None:
            timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
            self._session = aiohttp.ClientSession(headers=self._headers, timeout=timeout)
        try:
            asked = (
                self._session.post(self._base + path, data=dict(form))
                if method == "POST"
                else self._session.get(_with(self._base + path, form))
            )
            async with asked as reply:
                body = bytearray()
                async for part in reply.content.iter_any():
                    body += part
                    if len(body) > most:
                        raise TooLong
                return Answer(reply.status, reply.content_type, bytes(body))
        except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
            raise _unavailable(str(trouble) or type(trouble).__name__) from trouble

    async def aclose(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _ask(self, kind: str, form: Mapping[str, str]) -> Any:
        answer = await self.forward(f"/api/v1/{kind}", form)
        if answer.status >= _SERVER_FAULT:
            raise _unavailable(f"HTTP {answer.status}")
        try:
            document = json.loads(answer.body)
            failed = document["status"] != "success"
            why = str(document.get("error", ""))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise _unavailable(f"HTTP {answer.status}") from None
        if failed:
            raise _refused(form["query"], why)
        return document["data"]


def _with(address: str, form: Mapping[str, str]) -> str:
    """Return an address with a form behind its question mark."""
    return address + ("&" if "?" in address else "?") + urlencode(form) if form else address


def _time(at: datetime) -> str:
    return f"{at.timestamp():.3f}"


def _unavailable(why: str) -> Unavailable:
    return Unavailable(
        Text(
            vi=f"Máy chủ chuỗi thời gian không trả lời: {why}",
            en=f"The time-series engine does not answer: {why}",
        )
    )


def _refused(promql: str, why: str) -> Invalid:
    return Invalid(
        [
            Problem(
                file="query",
                key=promql,
                what=Text(vi=f"biểu thức bị từ chối: {why}", en=f"the engine refuses it: {why}"),
                mend=Text(vi="Sửa biểu thức PromQL", en="Mend the PromQL expression"),
            )
        ]
    )
