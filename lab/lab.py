"""The pretend province as a thing with a start and an end, for the demo, tests and the CLI."""

import asyncio
import json
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from core.errors import DomainError
from core.inventory import Inventory
from core.text import Text
from lab import province
from lab.client import LabClient, default_socket
from lab.loopback import addresses_on_loopback
from lab.network import Kind, Ports

_START = 60.0  # seconds for the largest province on a busy machine
_STOP = 10.0
_BEST_FIRST = (Kind.FLAT, Kind.LOOPBACK)
_ENDED = Text(vi="phòng lab kết thúc ngay", en="the lab ended at once")


class LabFailed(DomainError):
    """The lab could not start, or ended; the text says why."""


class Lab:
    """A running lab: `async with Lab() as lab: lab.client.cut("bom-bo")`.

    `network` None takes what the machine allows: one namespace, else loopback. The process
    that holds it is a child and ends with this one, however this one ends.
    """

    def __init__(
        self,
        inventory: Inventory | None = None,
        network: Kind | None = None,
        socket: Path | None = None,
    ) -> None:
        self._wanted = inventory or province.inventory()
        self._network = network
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._socket = socket.absolute() if socket else None
        self._process: asyncio.subprocess.Process | None = None
        self.facts: Mapping[str, object] = {}

    async def start(self) -> None:
        """Start the province; return when it answers. Raises LabFailed."""
        if self._socket is None:
            self._folder = tempfile.TemporaryDirectory(prefix="thongsuot-lab-")
            self._socket = Path(self._folder.name) / "lab.sock"
        try:
            self.facts = await self._first_that_starts(self._socket)
        except BaseException:
            await self.stop()
            raise

    async def _first_that_starts(self, path: Path) -> Mapping[str, object]:
        reason = _ENDED
        for place, kind in enumerate([self._network] if self._network else _BEST_FIRST):
            facts = await self._try(kind, path)
            if facts.get("ok"):
                return {**facts, "notes": [*_fallen_back(reason, place), *_notes(facts)]}
            en = str(facts.get("error", _ENDED.en))
            reason = Text(vi=str(facts.get("vi", en)), en=en)
        raise LabFailed(reason)

    async def _try(self, kind: Kind, path: Path) -> Mapping[str, object]:
        """Start a process for one kind of network and return what it says."""
        self._process = process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "lab.process",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C at the terminal is ours to pass on
        )
        orders = {
            "socket": str(path),
            "network": kind,
            "inventory": self._wanted.model_dump(mode="json"),
        }
        try:
            async with asyncio.timeout(_START):
                facts = await self._order(process, orders)
        except (TimeoutError, OSError, ValueError) as error:
            facts = {"ok": False, "error": f"the lab did not start: {error}"}
        if not facts.get("ok"):
            await self._end()
        return facts

    @staticmethod
    async def _order(
        process: asyncio.subprocess.Process, orders: Mapping[str, object]
    ) -> dict[str, object]:
        if process.stdin is None or process.stdout is None:
            raise OSError("no pipe")
        process.stdin.write(json.dumps(orders).encode() + b"\n")
        await process.stdin.drain()
        facts: dict[str, object] = json.loads(await process.stdout.readline() or b"{}")
        return facts

    @property
    def inventory(self) -> Inventory:
        """The inventory with the addresses that answer in this lab."""
        if self.facts.get("network") == Kind.LOOPBACK:
            return addresses_on_loopback(self._wanted, _ports(self.facts))
        return self._wanted

    @property
    def socket(self) -> Path:
        """The path of the control socket, which is also the door."""
        if self._socket is None:
            raise RuntimeError("the lab was not started")
        return self._socket

    @property
    def client(self) -> LabClient:
        """A client of this lab."""
        return LabClient(self.socket)

    async def wait(self) -> None:
        """Return when the lab has ended, by `stop` from elsewhere or by accident."""
        if self._process is not None:
            await self._process.wait()

    async def stop(self) -> None:
        """End the lab and everything it made."""
        await self._end()
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None
        usual = default_socket()
        if self._socket == usual:
            with suppress(OSError):  # there is something else in it, or it is not there
                usual.parent.rmdir()

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            if process.stdin is not None:
                process.stdin.close()
            try:
                async with asyncio.timeout(_STOP):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()

    async def __aenter__(self) -> Self:
        """Start."""
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Stop."""
        await self.stop()


def _ports(facts: Mapping[str, object]) -> Ports:
    told = facts.get("ports")
    return Ports(**told) if isinstance(told, dict) else Ports()


def _notes(facts: Mapping[str, object]) -> list[object]:
    notes = facts.get("notes")
    return notes if isinstance(notes, list) else []


def _fallen_back(reason: Text, place: int) -> list[object]:
    """Return the note on a network that was wanted more and could not be made, if there is one."""
    if place == 0:
        return []
    return [
        {
            "vi": f"Không tạo được không gian mạng ({reason.vi}): dùng địa chỉ loopback",
            "en": f"No network namespace can be made ({reason.en}): using loopback addresses",
        }
    ]
