"""The whole way, in the whole platform: another's alert, a text by the modem, the answer to it."""

import asyncio
import re
from pathlib import Path

import httpx
import pytest

from core.clock import SystemClock
from core.incident import IncidentState
from core.inventory import Changes, Contact, Inventory
from core.people import Role
from runtime.assembly import open_books
from runtime.settings import build
from tests.alerts.channels.providers import deliver
from tests.alerts.channels.providers.modem import Modem, plugged_in
from tests.api.test_alertmanager import payload
from tests.ports import free_port
from tests.runtime.test_hub import answered, running


async def test_an_alert_of_others_is_told_by_sms_and_taken_on_by_sms(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.answers.PAUSE", 0.1)
    modem = Modem()
    async with plugged_in(modem, piece=200) as device, asyncio.timeout(30):
        wanted = build(
            {
                "web": {"listen": f"127.0.0.1:{free_port()}"},
                "series": {"enabled": False},
                "channels": {"modem": {"kind": "gsm_modem", "device": device, "answers": True}},
            },
            tmp_path,
        )
        now = SystemClock().now()
        ledger = await open_books(wanted, SystemClock())
        people = (Contact(slug="truc", name="Nguyễn Văn Bình", phone="0901234567"),)
        await ledger.inventory.apply(Changes(put=Inventory(contacts=people)), "test", now)
        await ledger.people.create_user("an", "An", Role.ADMIN, "x", now)
        token = await ledger.people.create_token("alertmanager", Role.OPERATOR, "an", now)
        await ledger.aclose()
        async with running(wanted) as hub:
            await answered(f"{wanted.web.address}/healthz")
            headers = {"authorization": f"Bearer {token}"}
            async with httpx.AsyncClient(base_url=wanted.web.address, headers=headers) as client:
                alert = payload(startsAt=now.isoformat())
                said = await client.post("/api/v1/alertmanager", json=alert)
                assert said.json()["opened"] == 1
                while not modem.sent:
                    await asyncio.sleep(0.05)
                _, text = modem.sent[0]
                found = re.search(r"Tra loi: (OK \d{4})$", text)
                assert found is not None, text
                modem.arrive(deliver.pdu("+84901234567", found[1]))
                while len(modem.sent) < 2:
                    await asyncio.sleep(0.05)
                assert "Nguyen Van Binh tiep nhan SC-" in modem.sent[1][1]
                metrics = (await client.get("/metrics")).text
                (incident,) = (await hub.ledger.incidents.find()).items
    assert (incident.acked_by, incident.state) == ("truc", IncidentState.OPEN)
    assert "thongsuot_answers_total 1.0" in metrics
    assert "thongsuot_alerts_total 1.0" in metrics
    assert "thongsuot_channels_deaf 0.0" in metrics
    assert hub.parts.keys() >= {"answers", "dispatcher"}
