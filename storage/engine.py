"""The time-series engine that we start ourselves: VictoriaMetrics, a child on loopback."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

import aiohttp

from core.clock import Clock
from core.errors import Unavailable
from core.text import Text

log = logging.getLogger(__name__)

PROGRAMS = ("victoria-metrics", "victoria-metrics-prod")
_PATIENCE = 30.0  # seconds to become healthy, or to end
_PERIOD = 0.5  # seconds between two looks
# Seconds before a restart, at first and at the most. An engine tells its start in whole seconds:
# two of them must not begin in the same one, or the second would pass for the first.
_WAITS = (1.0, 30.0)
_STEADY = 60.0  # seconds after which a crash is not held against the next start
_LOG_LIMIT = 4 << 20  # bytes
# Its own 30 spends a fifth of its CPU on what steady writing leaves; 60 is dear in memory.
_GOGC = "40"


@dataclass(frozen=True, slots=True)
class EngineOptions:
    """How the engine is to keep its data."""

    folder: Path
    port: int = 0  # 0: any free one
    retention_months: int = 25
    memory_bytes: int = 256 << 20
    min_free_bytes: int = 1 << 30
    program: str | None = None  # None: looked for on the PATH


@dataclass(frozen=True, slots=True)
class _Process:
    """A running engine. `born` is its start in clock ticks, so that a reused pid is told apart."""

    pid: int
    born: int
    port: int


class Engine:
    """One VictoriaMetrics: started or adopted, watched, restarted, ended."""

    def __init__(self, options: EngineOptions, clock: Clock) -> None:
        """Start nothing yet."""
        self._options = options
        self._clock = clock
        self._process: _Process | None = None
        self._child: asyncio.subprocess.Process | None = None
        self._port = options.port
        self.restarts = 0
        self.adopted = False

    @property
    def base_url(self) -> str:
        """Return where it listens; known once `start` has returned."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def write_url(self) -> str:
        """Return where it takes remote write."""
        return f"{self.base_url}/api/v1/write"

    @property
    def metrics_url(self) -> str:
        """Return where it speaks of itself."""
        return f"{self.base_url}/metrics"

    @property
    def pid(self) -> int | None:
        """Return its process id, None while it does not run."""
        return None if self._process is None else self._process.pid

    async def start(self) -> None:
        """Adopt the engine that an earlier run of ours left, or start one; wait until it answers.

        Unavailable if no program is installed or it does not come up; says why.
        """
        try:
            self._options.folder.mkdir(parents=True, exist_ok=True)
        except OSError as fault:
            raise _not_up(str(fault)) from fault
        left = self._left_over()
        if left is not None and await self._adopt(left):
            return
        await self._launch()

    async def run(self) -> None:
        """Watch until cancelled: a dead engine is started again, with growing pauses."""
        wait, steady_from = _WAITS[0], self._clock.monotonic()
        while True:
            await asyncio.sleep(_PERIOD)
            if self._alive():
                continue
            if self._clock.monotonic() - steady_from >= _STEADY:
                wait = _WAITS[0]
            log.warning("the time-series engine has ended: %s", self._last_words())
            await asyncio.sleep(wait)
            wait = min(wait * 2, _WAITS[1])
            self.restarts += 1
            try:
                await self._launch()
            except Unavailable as trouble:
                log.warning("the time-series engine does not start: %s", trouble)
            steady_from = self._clock.monotonic()

    async def stop(self) -> None:
        """End it: it writes its memory to disk first; after 30 s it is killed."""
        process, self._process = self._process, None
        if process is None:
            return
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                if born(process.pid) == process.born:
                    os.kill(process.pid, sign)
            if await self._ended(process):
                break
        if self._child is not None:
            await self._child.wait()
        self._state_file.unlink(missing_ok=True)

    @property
    def _state_file(self) -> Path:
        return self._options.folder / "engine.json"

    @property
    def _log_file(self) -> Path:
        return self._options.folder / "engine.log"

    @property
    def _data(self) -> Path:
        return (self._options.folder / "data").absolute()

    def _alive(self) -> bool:
        process = self._process
        if process is None or (self._child is not None and self._child.returncode is not None):
            return False
        return born(process.pid) == process.born

    def _left_over(self) -> _Process | None:
        """Return the engine of an earlier run, if that very process still has our data open."""
        try:
            process = _Process(**json.loads(self._state_file.read_bytes()))
            line = Path(f"/proc/{process.pid}/cmdline").read_bytes().split(b"\0")
        except (OSError, ValueError, TypeError):
            return None
        ours = f"-storageDataPath={self._data}".encode() in line
        return process if ours and born(process.pid) == process.born else None

    def running(self) -> str | None:
        """Return where the engine of a hub that runs beside us answers; None if there is none."""
        process = self._left_over()
        return f"http://127.0.0.1:{process.port}" if process is not None else None

    async def _adopt(self, process: _Process) -> bool:
        """Take a running engine over; if it is on its way out, wait for its end."""
        wanted = self._options.port in {0, process.port}
        if wanted and await self._answers(process.port, patience=3.0):
            self._process, self._port, self.adopted = process, process.port, True
            log.info("adopted the time-series engine, process %d", process.pid)
            return True
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGTERM)
        if not await self._ended(process):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, signal.SIGKILL)
            await self._ended(process)
        return False

    async def _launch(self) -> None:
        program = self._program()
        self._port = self._port or _free_port()
        try:
            self._child = await self._spawned(program)
        except OSError as fault:  # a full disk, no memory, no right
            raise _not_up(str(fault)) from fault
        pid = self._child.pid
        self._process = _Process(pid, born(pid) or 0, self._port)
        self._note(self._process)
        self.adopted = False
        if not await self._answers(self._port, patience=_PATIENCE):
            why = self._last_words()
            await self.stop()
            raise _not_up(why)

    async def _spawned(self, program: str) -> asyncio.subprocess.Process:
        if self._log_file.exists() and self._log_file.stat().st_size > _LOG_LIMIT:
            self._log_file.replace(self._log_file.with_suffix(".old.log"))
        with self._log_file.open("ab") as output:
            # Its own group: a Ctrl-C at our terminal is ours to handle, in our order.
            return await asyncio.create_subprocess_exec(
                *_dying_with_us(),
                program,
                *self._flags(),
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                env={"GOGC": _GOGC, **os.environ},
            )

    def _program(self) -> str:
        named = self._options.program
        for name in (named,) if named else PROGRAMS:
            found = shutil.which(name)
            if found:
                return found
        raise Unavailable(
            Text(
                vi="Chưa cài VictoriaMetrics nên không có biểu đồ; trạng thái và cảnh báo vẫn "
                "chạy. Cài gói victoria-metrics hoặc đặt write_url và read_url",
                en="VictoriaMetrics is not installed, so that there are no charts; statuses and "
                "alerts work. Install the package victoria-metrics or set write_url and read_url",
            )
        )

    def _flags(self) -> list[str]:
        options = self._options
        return [
            f"-storageDataPath={self._data}",
            f"-httpListenAddr=127.0.0.1:{self._port}",
            f"-retentionPeriod={options.retention_months}",  # months
            # Replayed samples must count once.
            "-dedup.minScrapeInterval=1ms",
            # Ours is the only writer and sends in order: nothing is gained by hiding the last
            # 30 s, and a chart beside a fault must show the fault.
            "-search.latencyOffset=0s",
            f"-memory.allowedBytes={options.memory_bytes}",
            # A series that has left this cache is looked up on disk for each of its samples; by
            # default it may have half of the above, which is too little for 800,000 series.
            f"-storage.cacheSizeStorageTSID={options.memory_bytes * 3 // 4}",
            f"-storage.minFreeDiskSpaceBytes={options.min_free_bytes}",
            "-loggerLevel=WARN",
        ]

    def _note(self, process: _Process) -> None:
        draft = self._state_file.with_suffix(".new")
        try:
            draft.write_text(json.dumps(asdict(process)))
            draft.replace(self._state_file)
        except OSError as fault:
            log.warning("an engine that outlives us will not be found again: %s", fault)

    async def _answers(self, port: int, patience: float) -> bool:
        deadline = self._clock.monotonic() + patience
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
                    async with session.get(f"http://127.0.0.1:{port}/health") as reply:
                        if reply.status == 200:  # noqa: PLR2004
                            return True
                if self._clock.monotonic() > deadline:
                    return False
                if self._process is not None and not self._alive():
                    return False
                await asyncio.sleep(0.05)

    async def _ended(self, process: _Process) -> bool:
        deadline = self._clock.monotonic() + _PATIENCE
        while born(process.pid) == process.born:
            if self._clock.monotonic() > deadline:
                return False
            await asyncio.sleep(0.05)
        return True

    def _last_words(self) -> str:
        try:
            with self._log_file.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - 2000))
                lines = file.read().decode("utf-8", "replace").splitlines()
        except OSError:
            return ""
        return next((line.strip() for line in reversed(lines) if line.strip()), "")


def _not_up(why: str) -> Unavailable:
    return Unavailable(
        Text(
            vi=f"Máy chủ chuỗi thời gian không khởi động được: {why}",
            en=f"The time-series engine did not come up: {why}",
        )
    )


def born(pid: int) -> int | None:
    """Return a process' start time in clock ticks since boot; None if it has ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in {"Z", "X"} else int(fields[19])


def _dying_with_us() -> list[str]:
    """Return the prefix of a command that ends (in order) when its parent is killed."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
