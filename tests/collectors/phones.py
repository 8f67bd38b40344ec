"""Real endpoints: Debian's baresip, remote-controlled, each in a folder of its own."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from core.media import Counts
from tests.collectors.servers import program
from tests.ports import free_port

PATIENCE = 20.0  # seconds for a program to come up, and for a call to be connected
_MODULES = Path("/usr/lib/baresip/modules")
_CONFIG = """\
sip_listen 127.0.0.1:{sip}
audio_source ausine,440
audio_player aufile,{folder}/heard.wav
audio_srate 48000
audio_channels 1
rtp_ports {rtp}-{last}
rtcp_mux no
rtp_stats yes
module_path {modules}
module opus.so
module ausine.so
module aufile.so
module_tmp uuid.so
module_tmp account.so
module_app menu.so
module_app ctrl_tcp.so
ctrl_tcp_listen 127.0.0.1:{control}
"""


class Phone:
    """One baresip: commands go in, events come out (netstrings of JSON, module ctrl_tcp)."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.sip, self.control, self.rtp = free_port(), free_port(), free_port()
        self.events: list[Mapping[str, Any]] = []
        self.heard: Callable[[Mapping[str, Any]], None] = lambda event: None
        self._news = asyncio.Event()
        self._folder = folder
        self._writer: asyncio.StreamWriter | None = None

    def write(self) -> None:
        """Write its configuration."""
        self._folder.mkdir()
        words = {"sip": self.sip, "control": self.control, "rtp": self.rtp, "last": self.rtp + 20}
        config = _CONFIG.format(**words, folder=self._folder, modules=_MODULES)
        (self._folder / "config").write_text(config)
        account = f"<sip:{self.name}@127.0.0.1>;regint=0;answermode=auto;catchall=yes\n"
        (self._folder / "accounts").write_text(account)
        (self._folder / "contacts").write_text("")

    async def attend(self) -> None:
        """Listen to its events until it ends."""
        async with asyncio.timeout(PATIENCE):
            while True:
                with suppress(OSError):
                    reader, self._writer = await asyncio.open_connection("127.0.0.1", self.control)
                    break
                await asyncio.sleep(0.1)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                size = int((await reader.readuntil(b":"))[:-1])
                said = json.loads(await reader.readexactly(size))
                await reader.readexactly(1)
                if said.get("event"):
                    self.events.append(said)
                    self.heard(said)
                    self._news.set()

    async def command(self, name: str, params: str = "") -> None:
        """Tell it to do something."""
        while self._writer is None:
            await asyncio.sleep(0.05)
        said = json.dumps({"command": name, "params": params, "token": "1"}).encode()
        self._writer.write(b"%d:%s," % (len(said), said))
        await self._writer.drain()

    async def until(self, kind: str, times: int = 1, patience: float = PATIENCE) -> None:
        """Wait until an event has come so many times."""
        async with asyncio.timeout(patience):
            while sum(event["type"] == kind for event in self.events) < times:
                self._news.clear()
                await self._news.wait()

    def hang_up(self) -> None:
        """Close the connection of commands."""
        if self._writer is not None:
            self._writer.close()


@asynccontextmanager
async def phone(name: str, folder: Path) -> AsyncIterator[Phone]:
    """Run a phone until the block ends."""
    made = Phone(name, folder / name)
    made.write()
    log = (folder / f"{name}.log").open("wb")
    running = await asyncio.create_subprocess_exec(
        program("baresip"),
        "-f",
        str(folder / name),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        cwd=folder / name,
    )
    attending = asyncio.create_task(made.attend())
    try:
        await asyncio.sleep(0.2)
        if running.returncode is not None:
            pytest.fail(f"baresip did not come up:\n{(folder / f'{name}.log').read_text()}")
        yield made
    finally:
        made.hang_up()
        attending.cancel()
        with suppress(asyncio.CancelledError, TimeoutError):
            await attending
        if running.returncode is None:
            running.terminate()
        try:
            async with asyncio.timeout(5):
                await running.wait()
        except TimeoutError:
            running.kill()
            await running.wait()
        log.close()


def counted(event: Mapping[str, Any], way: str) -> Counts:
    """Return the packets of a CALL_RTCP event: `rx` received, `tx` as the far end reports them."""
    said = event["rtcp_stats"][way]
    sent, lost = int(said["sent"]), max(0, int(said["lost"]))
    return Counts(sent - lost if way == "tx" else sent, lost)
