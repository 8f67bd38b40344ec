"""A program that others wrote publishes how its call goes: is it heard, answered and told?

Debian's Linphone calls a baresip over a lossy line and reports as RFC 6035 has it. It names no
packet loss of an end that sends no RTCP XR, but its own opinion score.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from lab.relay import Relay
from lab.world import Quality
from tests.collectors.families import told
from tests.collectors.phones import PATIENCE, phone
from tests.collectors.servers import program
from tests.ports import free_port
from tests.runtime.test_publications import Ears

CONFIG = """\
[sip]
sip_port={sip}
sip_tcp_port=-1
sip_tls_port=-1
default_proxy=0
use_ipv6=0
[proxy_0]
reg_proxy=<sip:127.0.0.1:{callee}>
reg_identity=sip:a@127.0.0.1
reg_sendregister=0
quality_reporting_enabled=1
quality_reporting_collector=sip:collector@127.0.0.1:{collector};transport=udp
quality_reporting_interval=3
[rtp]
audio_rtp_port={rtp}
"""


@asynccontextmanager
async def linphone(
    folder: Path, callee: int, collector: int
) -> AsyncIterator[asyncio.StreamWriter]:
    """Run a Linphone that publishes to a port; yield where its commands go."""
    name, settings, said = program("linphonec"), folder / "linphonerc", folder / "linphone.log"
    ports = {"sip": free_port(), "rtp": free_port(), "callee": callee, "collector": collector}
    settings.write_text(CONFIG.format(**ports))
    (folder / ".local/share/linphone").mkdir(parents=True)  # without its place it opens no port
    with said.open("wb") as log:
        running = await asyncio.create_subprocess_exec(
            name,
            *("-c", str(settings), "-d", "0"),
            stdin=asyncio.subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={**os.environ, "HOME": str(folder)},
            cwd=folder,
        )
    try:
        async with asyncio.timeout(PATIENCE):
            while "linphonec>" not in said.read_text(errors="replace"):
                await asyncio.sleep(0.1)
        assert running.stdin is not None
        running.stdin.write(b"soundcard use files\n")
        yield running.stdin
    finally:
        if running.returncode is None:
            running.kill()
        await running.wait()


@pytest.mark.timeout(120)
async def test_a_real_phone_that_publishes_is_heard_and_its_score_is_told(tmp_path: Path) -> None:
    ears = Ears()
    listening = asyncio.create_task(ears.door.run())
    try:
        async with phone("b", tmp_path) as callee:
            relay = Relay(("127.0.0.1", callee.sip))
            with closing(relay):
                await relay.start()
                relay.to_caller.quality = Quality(0.1, 0.04, 0.01)
                async with (
                    linphone(tmp_path, relay.port, ears.port) as commands,
                    asyncio.timeout(90),
                ):
                    commands.write(f"call sip:b@127.0.0.1:{relay.port}\n".encode())
                    # what is lost of the signalling is sent again, later each time
                    await callee.until("CALL_ESTABLISHED", patience=40)
                    while ears.door.stats.taken < 2:
                        await asyncio.sleep(0.1)
                    reading = await ears.look()
                    before = ears.door.stats.taken
                    commands.write(b"terminate\n")
                    await callee.until("CALL_CLOSED", patience=40)
                    while ears.door.stats.taken == before:  # it tells the whole call once more
                        await asyncio.sleep(0.1)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        ears.door.close()
        await ears.kit.aclose()
    assert ears.door.stats.refused == 0
    assert set(ears.given) == {"phong-1/vq_rtcpxr"}
    call = {"remote": f"sip:b@127.0.0.1:{relay.port}"}
    assert told(reading, "vc_call_info", origin="outgoing", **call) == 1
    score = told(reading, "vc_media_reported_mos", kind="lq", direction="rx")
    assert score is not None
    assert 1 < score < 4.2, "a line that loses a tenth sounds well to nobody"
