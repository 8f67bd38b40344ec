"""The webhook receiver: recorded payloads, odd ones, and a real Alertmanager of Debian's."""

import asyncio
import json
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from alerts.brain import Brain
from alerts.telling import TellingPolicy
from api.v1 import alertmanager as door
from core.alert import Alert, Heard
from core.clock import SystemClock
from core.incident import EXTERNAL, IncidentState
from core.outcome import Memory
from core.people import Role
from runtime.pipeline import Outlets, Pipeline
from runtime.reports_of_others import Reports
from tests.api.served import served
from tests.api.test_pages import words
from tests.api.world import World, a_world, estate
from tests.ports import free_port
from tests.project.tree import ROOT

PATH = "/api/v1/alertmanager"


def payload(**changes: Any) -> dict[str, Any]:
    """Return what Alertmanager 0.25 posts (recorded; addresses changed)."""
    alert = {
        "status": "firing",
        "labels": {"alertname": "HostDown", "instance": "gw-dak-o:9100", "severity": "critical"},
        "annotations": {"summary": "Máy không trả lời"},
        "startsAt": "2026-11-22T01:00:00.123456789Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "generatorURL": "http://prometheus:9090/graph?g0.expr=up+%3D%3D+0",
        "fingerprint": "0e3ea3d41dde5ff7",
    }
    return {
        "receiver": "thong-suot",
        "status": "firing",
        "alerts": [{**alert, **changes}],
        "groupLabels": {"alertname": "HostDown"},
        "commonLabels": {"alertname": "HostDown"},
        "commonAnnotations": {},
        "externalURL": "http://alertmanager:9093",
        "version": "4",
        "groupKey": '{}:{alertname="HostDown"}',
        "truncatedAlerts": 0,
    }


@asynccontextmanager
async def a_listening_world(folder: Path, **changes: Any) -> AsyncIterator[World]:
    """Yield a world whose brain takes alerts."""
    reports: list[Reports] = []

    async def take(alerts: list[Alert], left_out: int) -> Heard:
        return await reports[0].take(alerts, left_out)

    async with a_world(folder, report_alerts=take, **changes) as world:
        brain = Brain(estate(), Memory(), TellingPolicy(), (), world.clock.now())

        async def no_samples(_samples: object) -> None:
            pass

        outlets = Outlets(no_samples, lambda _: None, world.context.live.publish, lambda: None)
        reports.append(
            Reports(brain, Pipeline(brain, world.ledger.brain, outlets, world.clock, "center"))
        )
        yield world


async def test_what_fires_opens_and_what_is_resolved_closes(tmp_path: Path) -> None:
    async with a_listening_world(tmp_path) as world:
        headers = await world.token(Role.OPERATOR)
        answer = await world.client.post(PATH, json=payload(), headers=headers)
        assert answer.status_code == 200, answer.text
        assert answer.json()["opened"] == 1
        again = await world.client.post(PATH, json=payload(), headers=headers)
        assert (again.json()["opened"], again.json()["known"]) == (0, 1)
        (found,) = (await world.ledger.incidents.find()).items
        assert (found.kind, found.root, found.state) == (EXTERNAL, "gw-dak-o", IncidentState.OPEN)
        page = await world.client.get(f"/incidents/{found.id}", headers=headers)
        assert "Gateway Xã Đăk Ơ: hệ thống khác cảnh báo HostDown" in words(page.text)
        assert (await world.client.get("/incidents", headers=headers)).status_code == 200
        over = payload(status="resolved", endsAt="2026-11-22T01:30:00Z")
        answer = await world.client.post(PATH, json=over | {"truncatedAlerts": 3}, headers=headers)
        assert (answer.json()["recovered"], answer.json()["truncated"]) == (1, 3)
        assert (await world.ledger.incidents.get(found.id)).state is IncidentState.RECOVERED


ALERT = payload()["alerts"][0]
ODD: tuple[dict[str, Any], ...] = (
    {"version": "3"},
    {"alerts": [{}]},
    {"alerts": [{**ALERT, "status": "odd"}]},
    {"alerts": [{**ALERT, "startsAt": "hôm qua"}]},
    {"alerts": [{**ALERT, "startsAt": "0001-01-01T00:00:00Z"}]},
    {"alerts": [{**ALERT, "labels": {"a": 1}}]},
    {"alerts": [{**ALERT, "labels": {f"l{n}": "" for n in range(300)}}]},
    {"alerts": [ALERT] * 5001},
    {"truncatedAlerts": -1},
)


async def test_what_is_no_payload_of_version_4_changes_nothing(tmp_path: Path) -> None:
    async with a_listening_world(tmp_path) as world:
        headers = await world.token(Role.OPERATOR)
        for change in ODD:
            answer = await world.client.post(PATH, json=payload() | change, headers=headers)
            assert answer.status_code == 422, change
        assert (await world.ledger.incidents.find()).items == ()


async def test_only_who_may_is_heard_and_not_too_often(tmp_path: Path) -> None:
    async with a_listening_world(tmp_path) as world:
        assert (await world.client.post(PATH, json=payload())).status_code == 401
        viewer = await world.token(Role.VIEWER)
        assert (await world.client.post(PATH, json=payload(), headers=viewer)).status_code == 403
        headers = await world.token(Role.OPERATOR)
        huge = b" " * (door.LONGEST + 1)
        answer = await world.client.post(PATH, content=huge, headers=headers)
        assert answer.status_code == 413
        empty = payload() | {"alerts": []}
        for _ in range(door.MOST):
            answer = await world.client.post(PATH, json=empty, headers=headers)
        assert answer.status_code == 200
        answer = await world.client.post(PATH, json=empty, headers=headers)
        assert (answer.status_code, answer.headers["retry-after"]) == (429, "60")


async def test_where_nothing_is_judged_no_alert_is_taken(world: World) -> None:
    headers = await world.token(Role.OPERATOR)
    assert (await world.client.post(PATH, json=payload(), headers=headers)).status_code == 503


def test_a_sender_without_fingerprints_is_known_by_its_labels() -> None:
    one = door.AlertIn.model_validate(payload(fingerprint="")["alerts"][0]).alert()
    two = door.AlertIn.model_validate(payload(fingerprint="")["alerts"][0]).alert()
    other = payload(fingerprint="", labels={"alertname": "X"})["alerts"][0]
    assert one.fingerprint == two.fingerprint != door.AlertIn.model_validate(other).fingerprint
    assert len(one.fingerprint) == 16


@pytest.mark.skipif(shutil.which("amtool") is None, reason="no prometheus-alertmanager here")
async def test_the_snippet_of_the_manual_is_one_that_alertmanager_takes(tmp_path: Path) -> None:
    manual = (ROOT / "docs/channels.md").read_text(encoding="utf-8")
    (snippet,) = re.findall(r"^```yaml\n(.*?)^```", manual, re.MULTILINE | re.DOTALL)
    assert PATH in snippet
    file = tmp_path / "alertmanager.yml"
    file.write_text(snippet, encoding="utf-8")
    (tmp_path / "thongsuot.token").write_text("ts_x", encoding="utf-8")
    check = await asyncio.create_subprocess_exec(
        "amtool",
        "check-config",
        str(file),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await check.communicate()
    assert check.returncode == 0, said.decode()


@pytest.mark.skipif(
    shutil.which("prometheus-alertmanager") is None, reason="no prometheus-alertmanager here"
)
async def test_a_real_alertmanager_reports_and_takes_back(tmp_path: Path) -> None:
    async with (
        a_listening_world(tmp_path, clock=SystemClock()) as world,
        served(world) as base,
        an_alertmanager(tmp_path, base, await world.token(Role.OPERATOR)) as manager,
    ):
        now = SystemClock().now()
        alert = {
            "labels": {"alertname": "DiskFull", "instance": "gw-dak-o", "severity": "warning"},
            "annotations": {"summary": "Ổ đĩa sắp đầy"},
            "startsAt": now.isoformat(),
            "endsAt": (now + timedelta(hours=1)).isoformat(),
        }
        async with httpx.AsyncClient(base_url=manager) as client:
            assert (await client.post("/api/v2/alerts", json=[alert])).status_code == 200
            incident = await _until(world, IncidentState.OPEN)
            assert incident.root == "gw-dak-o"
            over = alert | {"endsAt": SystemClock().now().isoformat()}
            assert (await client.post("/api/v2/alerts", json=[over])).status_code == 200
            assert (await _until(world, IncidentState.RECOVERED)).id == incident.id


async def _until(world: World, state: IncidentState) -> Any:
    async with asyncio.timeout(30):
        while True:
            found = (await world.ledger.incidents.find(state)).items
            if found:
                return found[0]
            await asyncio.sleep(0.1)


@asynccontextmanager
async def an_alertmanager(folder: Path, base: str, headers: dict[str, str]) -> AsyncIterator[str]:
    """Yield the address of an Alertmanager whose only receiver we are."""
    token = headers["authorization"].removeprefix("Bearer ")
    config = folder / "alertmanager.yml"
    times = {"group_wait": "100ms", "group_interval": "1s", "repeat_interval": "4h"}
    receiver = {
        "name": "thong-suot",
        "webhook_configs": [
            {
                "url": f"{base}{PATH}",
                "send_resolved": True,
                "max_alerts": 1000,
                "http_config": {"authorization": {"credentials": token}},
            }
        ],
    }
    route = {"receiver": "thong-suot", "group_by": ["alertname"], **times}
    config.write_text(json.dumps({"route": route, "receivers": [receiver]}))  # JSON is YAML
    address = f"127.0.0.1:{free_port()}"
    process = await asyncio.create_subprocess_exec(
        "prometheus-alertmanager",
        f"--config.file={config}",
        f"--storage.path={folder / 'data'}",
        f"--web.listen-address={address}",
        "--cluster.listen-address=",
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        async with httpx.AsyncClient(base_url=f"http://{address}") as client:
            async with asyncio.timeout(20):
                while True:
                    with suppress(httpx.TransportError):
                        if (await client.get("/-/ready")).status_code == 200:
                            break
                    await asyncio.sleep(0.1)
        yield f"http://{address}"
    finally:
        process.terminate()
        await process.wait()
