"""A read-only Prometheus query path, so that a Grafana elsewhere needs no other door.

Data source address: `<base address>/prometheus`, with the header `Authorization: Bearer <token>`.
"""

import re
from itertools import islice
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api.door import Ctx, Viewer
from api.errors import Refused
from core.errors import Unavailable
from core.text import Text
from storage.series import TooLong

router = APIRouter(prefix="/prometheus/api/v1", include_in_schema=False)
_KNOWN = frozenset(
    {"query", "time", "timeout", "start", "end", "step", "limit", "match[]", "dedup", "nocache"}
)
_LABEL = re.compile(r"^[a-zA-Z_][a-zA-Z0-9_]*$")
_LONGEST = 16_384  # characters of a query


async def _forward(
    request: Request, context: Ctx, path: str, method: Literal["GET", "POST"] = "POST"
) -> Response:
    if context.series is None:
        raise Unavailable(
            Text("Chưa có máy chủ chuỗi thời gian", "No time-series engine is configured")
        )
    asked = list(request.query_params.multi_items())
    if request.method == "POST":
        asked += [(k, v) for k, v in (await request.form()).multi_items() if isinstance(v, str)]
    asked = [(name, value) for name, value in asked if name in _KNOWN]
    if any(len(value) > _LONGEST for _, value in asked):
        raise Refused(413)
    selectors = urlencode([(name, value) for name, value in asked if name == "match[]"])
    form = {name: value for name, value in asked if name != "match[]"}
    where = f"/api/v1/{path}" + (f"?{selectors}" if selectors else "")
    most = context.settings.prometheus_limit
    try:
        answer = await context.series.forward(where, form, most, method=method)
    except TooLong as much:
        raise Refused(
            413,
            Text("Kết quả quá lớn, hãy thu hẹp truy vấn", "The answer is too large, narrow it"),
        ) from much
    return Response(answer.body, answer.status, media_type=answer.content_type)


@router.api_route("/query", methods=["GET", "POST"])
async def query(request: Request, context: Ctx, asker: Viewer) -> Response:
    """Answer an instant query."""
    return await _forward(request, context, "query")


@router.api_route("/query_range", methods=["GET", "POST"])
async def query_range(request: Request, context: Ctx, asker: Viewer) -> Response:
    """Answer a range query."""
    return await _forward(request, context, "query_range")


@router.api_route("/series", methods=["GET", "POST"])
async def series(request: Request, context: Ctx, asker: Viewer) -> Response:
    """List series."""
    return await _forward(request, context, "series")


@router.api_route("/labels", methods=["GET", "POST"])
async def labels(request: Request, context: Ctx, asker: Viewer) -> Response:
    """List label names."""
    return await _forward(request, context, "labels")


@router.get("/label/{name}/values")
async def label_values(request: Request, context: Ctx, asker: Viewer, name: str) -> Response:
    """List a label's values: the one path on which Prometheus refuses POST."""
    if not _LABEL.match(name):
        raise Refused(400)
    return await _forward(request, context, f"label/{name}/values", "GET")


@router.get("/metadata")
async def metadata(
    context: Ctx,
    asker: Viewer,
    metric: Annotated[str | None, Query(max_length=256)] = None,
    limit: Annotated[int | None, Query()] = None,
) -> dict[str, object]:
    """Say what the series mean: engines are not told by remote write, so that we answer."""
    found = {
        name: entries for name, entries in context.metadata.items() if metric in {None, "", name}
    }
    if limit is not None and 0 < limit < len(found):
        found = dict(islice(found.items(), limit))
    return _success(found)


@router.api_route("/query_exemplars", methods=["GET", "POST"])
async def exemplars(asker: Viewer) -> dict[str, object]:
    """Say that there are none: Grafana asks beside every query where they are switched on."""
    return _success([])


@router.get("/rules")
async def rules(asker: Viewer) -> dict[str, object]:
    """Say that the engine judges nothing: we do."""
    return _success({"groups": []})


@router.get("/alerts")
async def alerts(asker: Viewer) -> dict[str, object]:
    """Say that the engine alerts nobody: we do."""
    return _success({"alerts": []})


@router.get("/status/buildinfo")
async def build(asker: Viewer) -> dict[str, object]:
    """Say what dialect is spoken: Grafana asks once to know the engine's features.

    2.24 is the first whose label lists can be narrowed by `match[]`.
    """
    blank = dict.fromkeys(("revision", "branch", "buildUser", "buildDate", "goVersion"), "")
    return _success({"version": "2.24.0", **blank})


def _success(data: object) -> dict[str, object]:
    return {"status": "success", "data": data}
