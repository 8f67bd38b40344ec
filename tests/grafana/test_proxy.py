"""What a Grafana 11 sends through our door, answered alike over both engines."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from runtime.catalogue import catalogue, metadata
from tests.grafana import engines
from tests.grafana.conftest import Engines, door, span

pytestmark = [pytest.mark.lab, pytest.mark.timeout(240)]
BASE = "/prometheus/api/v1"


class Door:
    """A client with a token, and the span that the engine knows."""

    def __init__(self, client: httpx.AsyncClient, headers: dict[str, str], both: Engines) -> None:
        self._client, self._headers = client, headers
        begin, end = span(both)
        self.span = {"start": str(begin.timestamp()), "end": str(end.timestamp())}

    async def get(self, path: str, **params: object) -> httpx.Response:
        return await self._client.get(f"{BASE}/{path}", params=params, headers=self._headers)  # type: ignore[arg-type]

    async def post(self, path: str, **params: object) -> httpx.Response:
        return await self._client.post(f"{BASE}/{path}", data=params, headers=self._headers)


@pytest.fixture(params=[engines.PROMETHEUS, engines.VICTORIA])
async def opened(
    request: pytest.FixtureRequest, filled_engines: Engines, tmp_path: Path
) -> AsyncIterator[Door]:
    async with door(filled_engines.addresses[request.param], tmp_path) as (client, headers):
        yield Door(client, headers, filled_engines)


async def test_save_and_test_succeeds(opened: Door) -> None:
    answer = await opened.post("query", query="1+1", time=opened.span["end"])
    data = answer.json()["data"]  # VictoriaMetrics tells a scalar as a vector
    last = data["result"] if data["resultType"] == "scalar" else data["result"][0]["value"]
    assert last[1] == "2"
    build = (await opened.get("status/buildinfo")).json()
    assert build["status"] == "success"
    assert build["data"]["version"] == "2.24.0"


async def test_names_labels_and_values_are_listed(opened: Door) -> None:
    names = (await opened.get("label/__name__/values", **opened.span)).json()["data"]
    assert {"site_status", "probe_loss_ratio"} <= set(names)
    narrowed = await opened.get(
        "label/site/values", **opened.span, **{"match[]": 'site_info{site=~"huyen-.+"}'}
    )
    assert "huyen-02" in narrowed.json()["data"]
    assert "xa-001" not in narrowed.json()["data"]
    for answer in (
        await opened.get("labels", **opened.span, **{"match[]": "link_info"}),
        await opened.post("labels", **opened.span, **{"match[]": "link_info"}),
    ):
        assert "carrier" in answer.json()["data"]
        assert "ifName" not in answer.json()["data"]


async def test_several_selectors_at_once_are_understood(opened: Door) -> None:
    wanted = ["site_info", "link_info"]
    for answer in (
        await opened.get("series", **opened.span, **{"match[]": wanted}),
        await opened.post("series", **opened.span, **{"match[]": wanted}),
    ):
        assert {one["__name__"] for one in answer.json()["data"]} == set(wanted)


async def test_ranges_are_answered_by_get_and_by_post(opened: Door) -> None:
    asked = {"query": "sum(site_status) by (status)", "step": "60", **opened.span}
    got = (await opened.get("query_range", **asked)).json()
    assert got == (await opened.post("query_range", **asked)).json()
    assert len(got["data"]["result"]) == 5


async def test_what_alerting_and_exemplars_ask_is_answered_with_nothing(opened: Door) -> None:
    assert (await opened.get("rules")).json()["data"] == {"groups": []}
    assert (await opened.get("alerts")).json()["data"] == {"alerts": []}
    for answer in (
        await opened.post("query_exemplars", query="site_status", **opened.span),
        await opened.get("query_exemplars", query="site_status", **opened.span),
    ):
        assert answer.json() == {"status": "success", "data": []}


async def test_a_refusal_is_the_engines_own(opened: Door) -> None:
    answer = await opened.post("query", query="sum by (", time=opened.span["end"])
    assert answer.status_code in {400, 422}
    assert answer.json()["status"] == "error"


async def test_writing_and_deleting_stay_outside(opened: Door) -> None:
    for path in ("write", "admin/tsdb/delete_series", "import", "label/a%2F..%2Fb/values"):
        assert (await opened.post(path)).status_code in {400, 404, 405}
        assert (await opened.get(path)).status_code in {400, 404, 405}


def test_metadata_tells_kind_and_meaning_of_every_series() -> None:
    told = metadata()
    assert set(told) == set(catalogue())
    assert told["ifHCInOctets"][0]["type"] == "counter"
    assert told["probe_loss_ratio"][0]["help"]
