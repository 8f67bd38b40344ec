"""The program on a room's PC, run as it is, and a hub that hears it."""

import ast
import asyncio
import importlib.util
import json
import ssl
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import httpx
import pytest
import trustme
from typer.testing import CliRunner, Result

from core.clock import SystemClock
from core.inventory import Changes
from core.meeting import Beat
from runtime.assembly import open_books
from runtime.cli import hint_address, room_key
from runtime.feedback import token_of
from runtime.hub import Hub
from runtime.settings import Settings, build
from tests.inventory.builders import a_land, a_room
from tests.ports import free_port
from tests.project.tree import ROOT
from tests.runtime.test_hub import answered, running, settings

PROGRAM = ROOT / "deploy/room-heartbeat/thongsuot_room_heartbeat.py"
ROOM = "phong-hop-xa-a"


def loaded() -> ModuleType:
    spec = importlib.util.spec_from_file_location("room_heartbeat", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


heartbeat = loaded()
OURS = Path("/proc/self/comm").read_text().strip()  # a program that runs meanwhile


def config(folder: Path, hub: str, key: str, programs: str = "") -> Path:
    path = folder / "room-heartbeat.ini"
    path.write_text(
        f"[hub]\nurl = {hub}\nca =\n[room]\nslug = {ROOM}\nkey = {key}\nprograms = {programs}\n"
    )
    return path


async def told_once(path: Path) -> "subprocess.CompletedProcess[str]":
    """Run the program as a technician tries it."""
    command = [sys.executable, "-I", "-W", "error", str(PROGRAM), "--config", str(path), "--once"]
    return await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, timeout=60, check=False
    )


async def beat_of(hub: Hub) -> Beat | None:
    return (await hub.ledger.meetings.said(None)).beats.get(ROOM)


async def test_the_program_is_heard_by_the_hub(tmp_path: Path) -> None:
    wanted = settings(tmp_path)
    async with running(wanted) as hub:
        await answered(f"{wanted.web.address}/healthz")
        key = await hub.ledger.room_keys.make(ROOM, "an", SystemClock().now())
        done = await told_once(config(tmp_path, wanted.web.address, key, f"khong-co, {OURS}"))
        assert done.returncode == 0, done.stderr
        said = json.loads(done.stdout)
        beat = await beat_of(hub)
        assert beat is not None
        assert beat.client is True
        assert beat.camera is said["camera"]
        assert beat.round_trip == said["round_trip"] < 5
        assert beat.clock_offset is not None
        assert abs(beat.clock_offset) < 1, "hub and PC share a clock here"
        assert abs((SystemClock().now() - beat.at).total_seconds()) < 30
        assert key not in done.stdout + done.stderr
        again = await told_once(config(tmp_path, wanted.web.address, key, "khong-co"))
        assert again.returncode == 0
        later = await beat_of(hub)
        assert later is not None
        assert (later.client, later.at > beat.at) == (False, True)


async def test_a_wrong_key_is_told_to_the_technician_and_heard_by_nobody(tmp_path: Path) -> None:
    wanted = settings(tmp_path)
    async with running(wanted) as hub:
        await answered(f"{wanted.web.address}/healthz")
        await hub.ledger.room_keys.make(ROOM, "an", SystemClock().now())
        done = await told_once(config(tmp_path, wanted.web.address, "tsr_sai"))
        assert done.returncode == 1
        assert "does not know the key" in done.stderr
        assert await beat_of(hub) is None


async def test_without_a_hub_it_says_so(tmp_path: Path) -> None:
    done = await told_once(config(tmp_path, f"http://127.0.0.1:{free_port()}", "tsr_x"))
    assert done.returncode == 1
    assert "no answer of the hub" in done.stderr
    assert "Traceback" not in done.stderr


async def test_what_answers_and_is_no_hub_is_not_believed(tmp_path: Path) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        body = b'{"now": 1, "proof": "' + b"0" * 64 + b'"}'
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    done = await told_once(config(tmp_path, f"http://127.0.0.1:{port}", "tsr_x"))
    server.close()
    await server.wait_closed()
    assert done.returncode == 1
    assert "does not know the key" in done.stderr


def test_it_runs_on_the_python_of_older_pcs() -> None:
    ast.parse(PROGRAM.read_text(encoding="utf-8"), feature_version=(3, 8))


async def test_a_hub_with_a_certificate_of_our_own_authority_is_trusted_by_its_file(
    tmp_path: Path,
) -> None:
    authority = trustme.CA()
    issued = authority.issue_cert("127.0.0.1")
    issued.private_key_pem.write_to_path(tmp_path / "key.pem")
    for number, blob in enumerate(issued.cert_chain_pems):
        blob.write_to_path(tmp_path / "cert.pem", append=number > 0)
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    wanted = settings(tmp_path, certificate="cert.pem", key="key.pem")
    trusting = ssl.create_default_context(cafile=tmp_path / "ca.pem")
    async with running(wanted) as hub:
        await answered(f"{wanted.web.address}/healthz", trusting)
        key = await hub.ledger.room_keys.make(ROOM, "an", SystemClock().now())
        path = config(tmp_path, wanted.web.address, key)
        strange = await told_once(path)
        assert strange.returncode == 1
        assert "CERTIFICATE_VERIFY_FAILED" in strange.stderr
        path.write_text(path.read_text().replace("ca =", f"ca = {tmp_path / 'ca.pem'}"))
        done = await told_once(path)
        assert done.returncode == 0, done.stderr
        assert await beat_of(hub) is not None


@pytest.mark.parametrize("lacking", ["url", "slug", "key"])
def test_a_file_that_lacks_something_says_what(tmp_path: Path, lacking: str) -> None:
    path = config(tmp_path, "http://127.0.0.1", "tsr_x")
    lines = [line for line in path.read_text().splitlines() if not line.startswith(lacking)]
    path.write_text("\n".join(lines))
    with pytest.raises(SystemExit, match=f"'{lacking}' is missing"):
        heartbeat.Settings(path)


def test_what_linux_lists_is_read(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    assert heartbeat.devices_of_linux(tmp_path) == {"camera": False}, "sound cannot be told"
    (tmp_path / "proc/asound").mkdir(parents=True)
    (tmp_path / "proc/asound/pcm").write_text("00-00: ALC257 : ALC257 : playback 1\n")
    (tmp_path / "dev/video0").touch()
    found = {"camera": True, "microphone": False, "speaker": True}
    assert heartbeat.devices_of_linux(tmp_path) == found
    (tmp_path / "proc/asound/pcm").write_text(
        "00-00: ALC257 : ALC257 : playback 1 : capture 1\n01-00: USB Audio : : capture 1\n"
    )
    assert heartbeat.devices_of_linux(tmp_path)["microphone"] is True


def test_what_windows_lists_is_read_as_microsoft_documents_it() -> None:
    """Unconfirmed: no Windows was at hand."""
    rows = [
        {"PNPClass": kind, "DeviceID": device, "Status": status}
        for kind, device, status in (
            ("Camera", r"USB\VID_046D&PID_0825", "OK"),
            ("AudioEndpoint", r"SWD\MMDEVAPI\{0.0.0.00000000}.{A}", "OK"),
            ("AudioEndpoint", r"SWD\MMDEVAPI\{0.0.1.00000000}.{B}", "Error"),
        )
    ]
    found = {"camera": True, "microphone": False, "speaker": True}
    assert heartbeat.devices_of_windows(json.dumps(rows)) == found
    assert heartbeat.devices_of_windows(json.dumps(rows[0]))["camera"] is True
    assert heartbeat.devices_of_windows("") == dict.fromkeys(found, False)
    listed = (
        '"Zoom.exe","4321","Console","1","200,000 K"\r\n"explorer.exe","99","Console","1","9 K"\r\n'
    )
    assert heartbeat.running_on_windows(listed) == {"zoom.exe", "explorer.exe"}


@pytest.mark.parametrize(
    ("said", "loss", "trip"),
    [
        (
            "5 packets transmitted, 4 received, 20% packet loss, time 805ms\n"
            "rtt min/avg/max/mdev = 0.030/12.500/25.0/0.01 ms\n",
            0.2,
            0.0125,
        ),
        ("5 packets transmitted, 0 received, 100% packet loss, time 4096ms\n", 1.0, None),
        ("3 packets transmitted, 2 received, 33.3333% packet loss\n", 0.333333, None),
        (
            "    Packets: Sent = 5, Received = 5, Lost = 0 (0% loss),\r\n"
            "    Minimum = 3ms, Maximum = 9ms, Average = 5ms\r\n",
            0.0,
            0.005,
        ),
        ("", None, None),
        ("ping: unknown host", None, None),
    ],
)
def test_loss_and_round_trip_are_read_in_any_language(
    said: str, loss: float | None, trip: float | None
) -> None:
    found = heartbeat.way_in(said)
    assert found.get("loss") == (pytest.approx(loss) if loss is not None else None)
    assert found.get("round_trip") == (pytest.approx(trip) if trip is not None else None)


def test_it_speaks_more_rarely_while_nobody_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pauses: list[float] = []

    class Enough(Exception):
        pass

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 6:
            raise Enough

    monkeypatch.setattr(heartbeat.time, "sleep", sleep)
    monkeypatch.setattr(heartbeat, "looked", lambda settings: {})
    monkeypatch.setattr(heartbeat.random, "uniform", lambda low, high: 1.0)
    wanted = heartbeat.Settings(config(tmp_path, f"http://127.0.0.1:{free_port()}", "tsr_x"))
    with pytest.raises(Enough):
        heartbeat.go_on(wanted)
    assert pauses == [60.0, 120.0, 240.0, 300.0, 300.0, 300.0]
    assert len(caplog.records) == 1, "what changes is logged once"


# The commands


POSTED = b"""<Status><Identification><SystemName>Xa A</SystemName><MACAddress>00:11:22:33:44:55
</MACAddress></Identification><Call item="27"><Status>Connected</Status></Call></Status>"""


async def furnished(wanted: Settings, **secrets: str) -> None:
    """Put a land with a room, and secrets, into the ledger of the settings."""
    ledger = await open_books(wanted, SystemClock())
    now = SystemClock().now()
    land = a_land()
    site = land.sites[0].slug
    rooms = (a_room(ROOM, site),)
    await ledger.inventory.apply(Changes(put=land.model_copy(update={"rooms": rooms})), "test", now)
    for name, text in secrets.items():
        await ledger.secrets.set_secret(name.replace("_", "-"), text, "an", now)
    await ledger.aclose()


def ran(module: ModuleType, folder: Path, *args: str) -> Result:
    return CliRunner().invoke(
        module.app, [*args, "-c", str(folder / "thongsuot.toml")], env={"THONGSUOT_LANG": "en"}
    )


def test_a_key_is_made_listed_and_revoked_from_the_command_line(tmp_path: Path) -> None:
    (tmp_path / "thongsuot.toml").write_text("[series]\nenabled = false\n")
    asyncio.run(furnished(build({"series": {"enabled": False}}, tmp_path)))
    made = json.loads(ran(room_key, tmp_path, "make", ROOM, "--json").output)
    assert made["key"].startswith("tsr_")
    listed = ran(room_key, tmp_path, "list")
    assert ROOM in listed.output
    assert made["key"] not in listed.output
    assert "is revoked" in ran(room_key, tmp_path, "revoke", ROOM).output
    assert ran(room_key, tmp_path, "revoke", ROOM).exit_code == 1
    strange = ran(room_key, tmp_path, "make", "khong-co")
    assert strange.exit_code == 1
    assert "There is no room or site khong-co" in strange.output


def test_the_address_for_a_codec_is_printed_with_ciscos_command(tmp_path: Path) -> None:
    text = '[series]\nenabled = false\n[hearing]\nfeedback = "hint-key"\n'
    (tmp_path / "thongsuot.toml").write_text(text)
    wanted = build({"series": {"enabled": False}}, tmp_path)
    missing = ran(hint_address, tmp_path, "vc-1")
    assert missing.exit_code == 1
    assert "thongsuot secret set hint-key" in missing.output
    asyncio.run(furnished(wanted, hint_key="mot-bi-mat"))
    done = ran(hint_address, tmp_path, "vc-1")
    assert done.exit_code == 0
    assert f"/api/v1/hints/vc-1/{token_of('mot-bi-mat', 'vc-1')}" in done.output
    assert "HttpFeedback Register FeedbackSlot: 1" in done.output
    assert "mot-bi-mat" not in done.output


async def test_the_hub_takes_a_codecs_post(tmp_path: Path) -> None:
    listen = f"127.0.0.1:{free_port()}"
    table = {"web": {"listen": listen}, "series": {"enabled": False}}
    wanted = build({**table, "hearing": {"feedback": "hint-key"}}, tmp_path)
    await furnished(wanted, hint_key="mot-bi-mat")
    async with running(wanted), httpx.AsyncClient() as client:
        await answered(f"{wanted.web.address}/healthz")
        path = f"{wanted.web.address}/api/v1/hints/vc-1"
        ours, other = (f"{path}/{token_of(secret, 'vc-1')}" for secret in ("mot-bi-mat", "khac"))
        heads = {"Content-Type": "text/xml"}
        right = await client.post(ours, content=POSTED, headers=heads)
        by_get = await client.get(f"{ours}?mac=001565aabbcc")  # a Yealink's action URL
        wrong = await client.post(other, content=POSTED, headers=heads)
        long = await client.post(ours, content=b"x" * 300_000, headers=heads)
    assert [a.status_code for a in (right, by_get, wrong, long)] == [204, 204, 404, 413]
