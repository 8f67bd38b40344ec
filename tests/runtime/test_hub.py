"""The platform as one process: what it refuses, what it opens, and how it ends."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import trustme

from collectors._vc.manners import manners_of
from core.clock import SystemClock
from core.errors import Conflict
from core.incident import Notification, Purpose
from core.inventory import Changes, Contact, Inventory
from core.meeting import Wanted
from core.people import Role
from lab.mailbox import Mailbox
from runtime import registries
from runtime.assembly import open_books, telling_policy
from runtime.hub import Hub, open_hub
from runtime.settings import Settings, build
from storage.ledger import open_ledger
from storage.vault import Vault
from tests.ports import free_port

HOUR = timedelta(hours=1)


def settings(folder: Path, **web: object) -> Settings:
    listen = web.pop("listen", f"127.0.0.1:{free_port()}")
    return build({"web": {"listen": listen, **web}, "series": {"enabled": False}}, folder)


@asynccontextmanager
async def running(wanted: Settings) -> AsyncIterator[Hub]:
    stop = asyncio.Event()
    async with open_hub(wanted, SystemClock()) as hub:
        task = asyncio.create_task(hub.run(stop))
        try:
            yield hub
        finally:
            stop.set()
            await task


async def answered(url: str, verify: ssl.SSLContext | bool = True) -> httpx.Response:
    async with asyncio.timeout(20), httpx.AsyncClient(verify=verify) as client:
        while True:
            try:
                return await client.get(url)
            except httpx.ConnectError:
                await asyncio.sleep(0.05)


async def test_what_a_device_has_refused_is_known_after_a_restart(tmp_path: Path) -> None:
    wanted = settings(tmp_path)
    async with open_hub(wanted, SystemClock()) as hub:
        manners_of(hub.scheduler._kit).refused("codec", "robot:sai", "HTTP 401")
    async with open_hub(wanted, SystemClock()) as hub:
        assert manners_of(hub.scheduler._kit).rest("codec", "robot:sai") is not None
        assert manners_of(hub.scheduler._kit).rest("codec", "robot:moi") is None


async def test_without_users_it_opens_to_nobody_but_this_machine(tmp_path: Path) -> None:
    wanted = settings(tmp_path, listen=f"0.0.0.0:{free_port()}")
    with pytest.raises(Conflict) as refusal:
        async with open_hub(wanted, SystemClock()):
            pass
    assert "thongsuot user add" in refusal.value.text.vi


async def test_with_a_user_it_opens_to_others(tmp_path: Path) -> None:
    wanted = settings(tmp_path, listen=f"0.0.0.0:{free_port()}")
    ledger = await open_books(wanted, SystemClock())
    await ledger.people.create_user("an", "An", Role.ADMIN, "x", SystemClock().now())
    await ledger.aclose()
    async with open_hub(wanted, SystemClock()) as hub:
        assert ["without HTTPS" in note.en for note in hub.notes] == [True]
    behind = settings(
        tmp_path, listen=f"0.0.0.0:{free_port()}", base_url="https://giamsat.example.gov.vn"
    )
    async with open_hub(behind, SystemClock()) as hub:
        assert hub.notes == []


async def test_a_port_in_use_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = f"127.0.0.1:{other.getsockname()[1]}"
        with pytest.raises(Conflict) as refusal:
            async with open_hub(settings(tmp_path, listen=taken), SystemClock()):
                pass
    assert taken in refusal.value.text.en
    assert "--listen" in refusal.value.text.en


async def test_it_serves_https_with_the_agencys_certificate(tmp_path: Path) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(tmp_path / "cert.pem", append=number > 0)
    wanted = settings(tmp_path, certificate="cert.pem", key="key.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    async with running(wanted):
        answer = await answered(f"{wanted.web.address}/healthz", trusting)
    assert wanted.web.address.startswith("https://")
    assert answer.status_code == 200


async def test_it_is_ready_soon_and_leaves_no_task_behind(tmp_path: Path) -> None:
    before = asyncio.all_tasks()
    wanted = settings(tmp_path)
    async with running(wanted):
        async with asyncio.timeout(20):
            while (await answered(f"{wanted.web.address}/readyz")).status_code != 200:
                await asyncio.sleep(0.1)
        metrics = await answered(f"{wanted.web.address}/metrics")
        assert "thongsuot_readings_total" in metrics.text
    assert asyncio.all_tasks() == before


async def test_a_fault_of_ours_that_keeps_messages_back_makes_it_unready(tmp_path: Path) -> None:
    """A message that no version of ours writes stands in for it: nobody can make sense of it."""
    wanted = settings(tmp_path, listen=f"127.0.0.1:{free_port()}")
    async with running(wanted) as hub:
        async with asyncio.timeout(20):
            while (await answered(f"{wanted.web.address}/readyz")).status_code != 200:
                await asyncio.sleep(0.1)
            now = SystemClock().now()
            coming = Wanted(title="Họp", begin=now + HOUR, end=now + 2 * HOUR, rooms=("phong",))
            meeting, _ = await hub.ledger.meetings.add(coming, "an", now)
            nonsense = Notification(
                incident=None,
                meeting=meeting.id,
                purpose=Purpose.READINESS,
                recipient="an",
                address="an@example.vn",
                channel="thu",
                reason="stage_?",
                due_at=now,
            )
            await hub.ledger.outbox.add(nonsense)
            while (await answered(f"{wanted.web.address}/readyz")).status_code != 503:
                await asyncio.sleep(0.1)
        metrics = await answered(f"{wanted.web.address}/metrics")
        assert "thongsuot_message_bugs_total 1.0" in metrics.text


async def test_a_ledger_that_is_away_does_not_keep_it_from_ending(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.hub.FAREWELL", 0.2)
    async with asyncio.timeout(20), running(settings(tmp_path)) as hub:

        async def never() -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(hub.pipeline, "turn", never)


async def test_a_secret_sealed_with_another_key_is_said_and_stops_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("runtime.hub.REFRESH_PERIOD", 0.02)
    wanted = settings(tmp_path)
    async with asyncio.timeout(20), running(wanted) as hub:
        stranger = await open_ledger(wanted.ledger.url, Vault(b"x" * 32), SystemClock())
        await stranger.secrets.set_secret("snmp-default", "hunter2", "an", SystemClock().now())
        while "snmp-default" not in caplog.text:
            await asyncio.sleep(0.02)
        await stranger.secrets.remove("snmp-default", "an", SystemClock().now())
        await stranger.aclose()
        judged = hub.pipeline.stats.judged_at
        while hub.pipeline.stats.judged_at == judged:
            await asyncio.sleep(0.02)
    assert len([r for r in caplog.records if "secrets as they were" in r.message]) == 1
    assert "hunter2" not in caplog.text


async def test_a_second_platform_on_the_same_ledger_is_refused(tmp_path: Path) -> None:
    async with open_hub(settings(tmp_path), SystemClock()):
        with pytest.raises(Conflict) as refusal:
            async with open_hub(settings(tmp_path), SystemClock()):
                pass
        assert "thongsuot.db" in refusal.value.text.en
    async with open_hub(settings(tmp_path), SystemClock()):
        pass  # the hold has ended


def test_what_may_be_secret_in_a_webhooks_address_is_not_written_down(tmp_path: Path) -> None:
    url = "https://an:hunter2@hooks.example.vn:8443/T0/s3cr3t?token=hunter3"
    wanted = build({"channels": {"chat": {"kind": "webhook", "url": url}}}, tmp_path)
    [way] = telling_policy(wanted, registries.channels()).ways
    assert way.address == "https://hooks.example.vn:8443"
    assert "hunter" not in repr(way)


async def test_the_mornings_letter_goes_to_the_administrators(tmp_path: Path) -> None:
    async with Mailbox() as mailbox:
        mail = {
            "kind": "email",
            "host": "127.0.0.1",
            "port": mailbox.port,
            "security": "none",
            "sender": "hub@example.vn",
        }
        wanted = build(
            {
                "web": {"listen": f"127.0.0.1:{free_port()}"},
                "series": {"enabled": False},
                "channels": {"thu": mail},
            },
            tmp_path,
        )
        ledger = await open_books(wanted, SystemClock())
        lan = Contact(slug="lan", name="Lan", email="lan@example.vn")
        now = SystemClock().now()
        await ledger.inventory.apply(Changes(put=Inventory(contacts=(lan,))), "test", now)
        await ledger.people.create_user("an", "An", Role.ADMIN, "x", now, contact="lan")
        await ledger.aclose()
        async with running(wanted), asyncio.timeout(30):
            await mailbox.wait(1)
    [letter] = mailbox.letters
    assert letter.recipients == ("lan@example.vn",)
    assert letter.subject.startswith("Thông Suốt: bản tin sáng ")


@pytest.mark.parametrize(("url", "beats"), [("", False), ("https://watch.example.vn/p", True)])
async def test_promises_are_always_audited_and_a_heartbeat_goes_where_a_watcher_is_named(
    tmp_path: Path, url: str, *, beats: bool
) -> None:
    plain = settings(tmp_path)
    heartbeat = plain.heartbeat.model_copy(update={"url": url or None})
    wanted = plain.model_copy(update={"heartbeat": heartbeat})
    async with open_hub(wanted, SystemClock()) as hub:
        assert "auditor" in hub.parts
        assert ("heartbeat" in hub.parts) is beats


async def test_a_list_that_was_sent_is_weighed_in_a_process_of_its_own(tmp_path: Path) -> None:
    wanted, now = settings(tmp_path), SystemClock().now()
    ledger = await open_books(wanted, SystemClock())
    token = await ledger.people.create_token("may", Role.ADMIN, "an", now)
    await ledger.aclose()
    headers = {"authorization": f"Bearer {token}"}
    unit = "slug,code,level,name,province_code\ntinh,75,province,Tỉnh Đồng Nai,75\n"
    async with (
        running(wanted),
        httpx.AsyncClient(base_url=wanted.web.address, headers=headers, timeout=60) as client,
    ):
        sent = await client.post("/import", files={"file": ("units.csv", unit.encode())})
        assert sent.status_code == 303, sent.text
        shown = await client.get(sent.headers["location"])
        assert "Tỉnh Đồng Nai" in shown.text
