"""When may a device be asked again that has refused our login, or found that we ask too often?

Equipment locks an account after a few bad passwords, and then nobody gets in. So a refused login
is not tried again for a while that grows: twice in the first hour, four times in the first day.
One that was shown and not answered may have been refused, and counts as such.
Another password, or another user, is tried at once. A login that some devices have refused, one
after the other, may be one account of a directory behind them all: the others are spared it.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collectors._net.trouble import Trouble
from core.clock import LOCAL, Clock
from core.collector import Kit
from core.reading import Failure, FailureKind

_AFTER_REFUSALS = tuple(timedelta(minutes=m) for m in (15, 60, 240, 1440))
_AFTER_TOO_MANY = tuple(timedelta(minutes=m) for m in (1, 2, 5, 15))
_REFUSERS = 3  # devices that refuse a login, after which it is shown to no other
_LONGEST = timedelta(hours=1)  # that a device may ask us to stay away
_NAME = "good manners"


@dataclass(slots=True)
class _Rest:
    """Why and until when a device is left alone."""

    times: int
    until: datetime
    failure: Failure


@dataclass(slots=True)
class Manners:
    """Who is to be left alone. An engine of the kit; keys are device and login."""

    clock: Clock
    resting: dict[tuple[str, int], _Rest] = field(default_factory=dict)
    _refusers: dict[int, set[str]] = field(default_factory=dict)  # by login, since one took it
    _spares: dict[int, datetime] = field(default_factory=dict)  # until when, by login

    def rest(self, device: str, login: str | None) -> Failure | None:
        """Return why the device is not asked now; None: it may be."""
        found = self.resting.get((device, hash(login)))
        if found is not None and self.clock.now() < found.until:
            return found.failure
        return self._spared(hash(login)) if login is not None else None

    def _spared(self, login: int) -> Failure | None:
        """Return why a login that some devices have refused is shown to none of them now."""
        if len(self._refusers.get(login, ())) < _REFUSERS:
            return None
        now, until = self.clock.now(), self._spares[login]
        if now >= until:
            self._spares[login] = now + _AFTER_REFUSALS[0]  # one may try, and none beside it
            return None
        said = f"{_REFUSERS} devices refuse this login; to lock no account it is not tried"
        return Failure(FailureKind.AUTH, f"{said} before {_shown(until)}")

    def refused(self, device: str, login: str | None, said: str) -> Failure:
        """Remember that the login was refused; return the failure."""
        key = device, hash(login)
        times, until = self._next(key, _AFTER_REFUSALS)
        detail = f"{said}; to lock no account it is not tried again before {_shown(until)}"
        self.resting[key] = _Rest(times, until, Failure(FailureKind.AUTH, detail))
        self._refusers.setdefault(key[1], set()).add(device)
        self._spares[key[1]] = self.clock.now() + _AFTER_REFUSALS[0]
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
        key = device, hash(login)
        times, until = self._next(key, _AFTER_TOO_MANY)
        if after is not None:
            until = self.clock.now() + min(timedelta(seconds=max(1.0, after)), _LONGEST)
        detail = f"{said}; it is left alone until {_shown(until)}"
        self.resting[key] = _Rest(times, until, Failure(FailureKind.PROTOCOL, detail))
        return Failure(FailureKind.PROTOCOL, said)

    def welcome(self, device: str, login: str | None) -> None:
        """Forget what was: the device has answered."""
        self.resting.pop((device, hash(login)), None)
        self._refusers.pop(hash(login), None)

    def _next(self, key: tuple[str, int], pauses: tuple[timedelta, ...]) -> tuple[int, datetime]:
        before = self.resting.get(key)
        times = before.times + 1 if before else 1
        return times, self.clock.now() + pauses[min(times, len(pauses)) - 1]

    async def aclose(self) -> None:
        """Forget everything."""
        for known in (self.resting, self._refusers, self._spares):
            known.clear()


def manners_of(kit: Kit) -> Manners:
    """Return the kit's engine."""
    engine = kit.engine(_NAME, lambda kit: Manners(kit.clock))
    if not isinstance(engine, Manners):
        raise TypeError(f"the kit's engine {_NAME!r} is something else")
    return engine


def _shown(at: datetime) -> str:
    return f"{at.astimezone(LOCAL):%H:%M %d/%m}"
