"""When may a device be asked again that has refused our login, or found that we ask too often?

Equipment locks an account after a few bad passwords, and then nobody gets in. So a refused login
is not tried again for a while that grows: twice in the first hour, four times in the first day.
One that was shown and not answered may have been refused, and counts as such.
Another password, or another user, is tried at once. A login that some devices have refused, one
after the other, may be one account of a directory behind them all: the others are spared it.
All of this outlives the process (`memory`).
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from collectors._net.trouble import Trouble
from collectors._vc.memory import Memory, Rest
from core.clock import LOCAL, Clock
from core.collector import Kit
from core.reading import Failure, FailureKind

_AFTER_REFUSALS = tuple(timedelta(minutes=m) for m in (15, 60, 240, 1440))
_AFTER_TOO_MANY = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15))
_REFUSERS = 3  # devices that refuse a login, after which it is shown to no other
_LONGEST = timedelta(hours=1)  # that a device may ask us to stay away
_NAME = "good manners"
_FILE = "refusals"


class Manners:
    """Who is to be left alone. An engine of the kit."""

    def __init__(self, clock: Clock, path: Path | None = None) -> None:
        """Remember what an earlier process left in the file, if there is one."""
        self._clock = clock
        self._memory = Memory(path, clock.now())

    def rest(self, device: str, login: str | None) -> Failure | None:
        """Return why the device is not asked now; None: it may be."""
        known, mark = self._memory.known, self._memory.digest(login)
        found = known.resting.get(_key(device, mark))
        if found is not None and self._clock.now() < found.until:
            return found.failure
        return self._spared(mark) if login is not None else None

    def _spared(self, mark: str) -> Failure | None:
        """Return why a login that some devices have refused is shown to none of them now."""
        known = self._memory.known
        if len(known.refusers.get(mark, ())) < _REFUSERS:
            return None
        now = self._clock.now()
        until = known.spares.get(mark, now)
        if now >= until:
            known.spares[mark] = now + _AFTER_REFUSALS[0]  # one may try, and none beside it
            self._memory.keep()
            return None
        said = f"{_REFUSERS} devices refuse this login; to lock no account it is not tried"
        return Failure(FailureKind.AUTH, f"{said} before {_shown(until)}")

    def refused(self, device: str, login: str | None, said: str) -> Failure:
        """Remember that the login was refused; return the failure."""
        known, mark = self._memory.known, self._memory.digest(login)
        times, until = self._next(_key(device, mark), _AFTER_REFUSALS)
        detail = f"{said}; to lock no account it is not tried again before {_shown(until)}"
        failure = Failure(FailureKind.AUTH, detail)
        known.resting[_key(device, mark)] = Rest(times=times, until=until, failure=failure)
        known.refusers.setdefault(mark, set()).add(device)
        known.spares[mark] = self._clock.now() + _AFTER_REFUSALS[0]
        self._memory.keep()
        return Failure(FailureKind.AUTH, said)

    @contextmanager
    def showing(self, device: str, login: str, limit: asyncio.Timeout) -> Iterator[None]:
        """Show a login within; Trouble unless it is taken.

        One that is refused, or at which the device hangs up or falls silent until the `limit` of
        the look, is not shown again soon.
        """
        try:
            yield
        except (Trouble, OSError) as end:
            raise Trouble(self.refused(device, login, "the login is refused")) from end
        except asyncio.CancelledError:
            if limit.expired():
                self.refused(device, login, "the login was not answered")
            raise

    def too_many(
        self, device: str, login: str | None, said: str, after: float | None = None
    ) -> Failure:
        """Remember that the device wants to be left alone, for `after` seconds if it says so."""
        known, key = self._memory.known, _key(device, self._memory.digest(login))
        times, until = self._next(key, _AFTER_TOO_MANY)
        if after is not None:
            until = self._clock.now() + min(timedelta(seconds=max(1.0, after)), _LONGEST)
        failure = Failure(FailureKind.PROTOCOL, f"{said}; it is left alone until {_shown(until)}")
        known.resting[key] = Rest(times=times, until=until, failure=failure)
        self._memory.keep()
        return Failure(FailureKind.PROTOCOL, said)

    def welcome(self, device: str, login: str | None) -> None:
        """Forget what was: the device has answered."""
        known, mark = self._memory.known, self._memory.digest(login)
        rested = known.resting.pop(_key(device, mark), None)
        if known.refusers.pop(mark, None) is not None or rested is not None:
            self._memory.keep()

    def _next(self, key: str, pauses: tuple[timedelta, ...]) -> tuple[int, datetime]:
        before = self._memory.known.resting.get(key)
        times = before.times + 1 if before else 1
        return times, self._clock.now() + pauses[min(times, len(pauses)) - 1]

    async def aclose(self) -> None:
        """Release nothing: the file stays for the next process."""


def manners_of(kit: Kit) -> Manners:
    """Return the kit's engine."""
    engine = kit.engine(_NAME, _made)
    if not isinstance(engine, Manners):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    return engine


def _made(kit: Kit) -> Manners:
    return Manners(kit.clock, kit.folder / _FILE if kit.folder is not None else None)


def _key(device: str, mark: str) -> str:
    return f"{mark} {device}"


def _shown(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%H:%M %d/%m}"
