"""How the spool is emptied: samples go to the engine until it has them for good."""

import asyncio
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

import aiohttp

from core.clock import Clock
from core.errors import Unavailable
from storage.remote_write import beads, joined, snappy
from storage.spool import Spool

log = logging.getLogger(__name__)

# Of an uncompressed request: about 12,000 samples. Twice as many cost an engine no less CPU, and
# its memory follows the size of its requests.
PORTION_BYTES = 2 << 20
LINGER = 1.0  # seconds between two requests while little flows
_TIMEOUT = 30.0
_CHECK_PERIOD = 5.0  # seconds between two looks at the engine's start time
_WAITS = (0.5, 30.0)  # seconds of back-off, at first and at the most
_LONGEST = 300.0  # seconds that an engine may ask us to wait
_CUTS = 256  # requests that one refused portion may cost
_TOO_MANY, _SERVER_FAULT, _OK = 429, 500, 300
_AGED = ("too old", "out of order", "out of bounds", "duplicate sample")
_STARTED = "process_start_time_seconds"


@dataclass(slots=True)
class SenderStats:
    """Counted since the start, for the self metrics."""

    sent_samples: int = 0
    refused_samples: int = 0  # the engine will never take them: too old, malformed
    dropped_samples: int = 0  # the spool had to let them go: it was full, or its disk was
    replayed_samples: int = 0
    failures: int = 0  # requests that have to be tried again
    sent_at: datetime | None = None
    trouble: str | None = None  # why nothing goes out just now


class _Later(Exception):
    """Not now; `after` seconds if the engine said so."""

    def __init__(self, why: str, after: float | None = None) -> None:
        super().__init__(why)
        self.after = after


class _Refused(Exception):
    """Never, as it is."""


class Sender:
    """Sends to one engine. `url` takes remote write; `metrics_url` tells its start time.

    Without `metrics_url` an acknowledgement is taken as final after `KEPT_AFTER_ACK`.
    """

    def __init__(
        self,
        spool: Spool,
        url: str,
        headers: Mapping[str, str],
        clock: Clock,
        *,
        metrics_url: str | None = None,
    ) -> None:
        """Open nothing yet."""
        self.stats = SenderStats()
        self._spool = spool
        self._url = url
        self._metrics_url = metrics_url
        self._clock = clock
        self._headers = {
            **headers,
            "Content-Type": "application/x-protobuf",
            "Content-Encoding": "snappy",
            "X-Prometheus-Remote-Write-Version": "0.1.0",
            "User-Agent": "thongsuot",
        }

    async def run(self) -> None:
        """Send until cancelled; whatever the engine does, this goes on."""
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            wait, checked = _WAITS[0], float("-inf")
            while True:
                self.stats.dropped_samples = self._spool.dropped
                try:
                    if self._clock.monotonic() - checked >= _CHECK_PERIOD:
                        await self._check(session)
                        checked = self._clock.monotonic()
                    busy = await self.turn(session)
                except (_Later, Unavailable) as later:
                    self._note_trouble(str(later))
                    checked = float("-inf")
                    asked = later.after if isinstance(later, _Later) else None
                    pause = min(asked, _LONGEST) if asked else wait * random.uniform(0.8, 1.2)  # noqa: S311
                    wait = min(wait * 2, _WAITS[1])
                    await asyncio.sleep(pause)
                    continue
                wait = _WAITS[0]
                if not busy:
                    await self._spool.arrival(_CHECK_PERIOD)
                    await asyncio.sleep(LINGER)

    async def turn(self, session: aiohttp.ClientSession) -> bool:
        """Send the oldest portion; say whether a full one went, so that more may wait."""
        portion = await self._spool.waiting(PORTION_BYTES)
        if portion is None:
            return False
        # Remote write 1.0 wants the samples of a series in the order of their times: Prometheus
        # drops an older one behind a newer one of the same request, and answers 204.
        request = joined(_in_time(portion.request)) if portion.unsorted else portion.request
        try:
            await self._post(session, request)
        except _Refused as refusal:
            await self._sift(session, request, str(refusal))
        else:
            self.stats.sent_samples += portion.samples
        await self._spool.acknowledge(portion.rows)
        self.stats.sent_at = self._clock.now()
        self._note_recovery()
        return len(portion.request) >= PORTION_BYTES // 2

    async def _check(self, session: aiohttp.ClientSession) -> None:
        """Replay if the engine is not the one that acknowledged; forget what is surely kept."""
        seen = self._clock.now()
        if self._metrics_url is not None:
            started = await _started(session, self._metrics_url)
            again = 0 if started is None else await self._spool.engine_started(started)
            if again:
                self.stats.replayed_samples += again
                log.info("the engine has restarted: %d samples are sent once more", again)
        await self._spool.forget(seen)

    async def _post(self, session: aiohttp.ClientSession, request: bytes) -> None:
        try:
            async with session.post(
                self._url, data=snappy(request), headers=self._headers
            ) as reply:
                status, text = reply.status, (await reply.text(errors="replace"))[:500]
                after = reply.headers.get("Retry-After")
        except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
            self.stats.failures += 1
            raise _Later(_said(trouble)) from trouble
        if status < _OK:
            return
        if status == _TOO_MANY or (status >= _SERVER_FAULT and not _aged(text)):
            self.stats.failures += 1
            raise _Later(f"HTTP {status}: {text}", _seconds(after, self._clock.now()))
        raise _Refused(f"HTTP {status}: {text}")

    async def _sift(self, session: aiohttp.ClientSession, request: bytes, refusal: str) -> None:
        """Find what the engine refuses by halving; send the rest, count what is dropped.

        One bad sample makes an engine drop the good ones of its request too.
        """
        log.warning("the engine refuses samples: %s", refusal)
        halves = _halved(_in_time(request), refusal)
        cuts = 0
        while halves:
            part = halves.pop()
            cuts += 1
            try:
                await self._post(session, joined(part))
            except _Refused as again:
                smaller = _halved(part, str(again)) if cuts < _CUTS else []
                halves += smaller
                if not smaller:
                    self.stats.refused_samples += len(part)
            else:
                self.stats.sent_samples += len(part)

    def _note_trouble(self, why: str) -> None:
        if self.stats.trouble is None:
            log.warning("samples wait in the spool: %s", why)
        self.stats.trouble = why

    def _note_recovery(self) -> None:
        if self.stats.trouble is not None:
            log.info("samples flow to the engine again")
        self.stats.trouble = None


async def _started(session: aiohttp.ClientSession, metrics_url: str) -> float | None:
    """Return the engine's start time (Unix), None if its page does not say."""
    try:
        async with session.get(metrics_url) as reply:
            text = await reply.text()
    except (aiohttp.ClientError, TimeoutError, OSError) as trouble:
        raise _Later(_said(trouble)) from trouble
    line = next((line for line in text.splitlines() if line.startswith(_STARTED + " ")), None)
    return None if line is None else float(line.split()[1])


def _in_time(request: bytes) -> list[tuple[int, bytes]]:
    """Return a request's samples, the oldest first."""
    return sorted(beads(request), key=lambda bead: bead[0])


def _halved(samples: list[tuple[int, bytes]], refusal: str) -> list[list[tuple[int, bytes]]]:
    """Return two halves by time, the older last; none where halving helps no more."""
    second = 1000
    if len(samples) < 2 or (_aged(refusal) and samples[-1][0] - samples[0][0] < second):  # noqa: PLR2004
        return []
    middle = len(samples) // 2
    return [samples[middle:], samples[:middle]]


def _aged(text: str) -> bool:
    return any(words in text.lower() for words in _AGED)


def _seconds(after: str | None, now: datetime) -> float | None:
    """Return the wait that a Retry-After header asks for (RFC 9110 §10.2.3)."""
    if not after:
        return None
    if after.strip().isdecimal():
        return float(after)
    try:
        until = parsedate_to_datetime(after)
    except ValueError:
        return None
    return max(0.0, (until - now) / timedelta(seconds=1))


def _said(trouble: Exception) -> str:
    return str(trouble) or type(trouble).__name__
