"""Whom we leave alone, in a file that outlives us.

A process that starts over and over would else show a refused login anew each time, until the
account is locked. A login stands there as a slow, salted digest, so that guesses cost something.
Without a path, or where the file cannot be used, it is kept in memory alone.
"""

import hashlib
import logging
import secrets
from datetime import datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, Field

from core.model import Model
from core.reading import Failure

_LONGEST = timedelta(days=1)  # of a rest; so long after its end it is forgotten
_COST = 4096  # of a digest: ten milliseconds, once for each login
_DIGEST = 16  # octets

log = logging.getLogger(__name__)


class Rest(Model):
    """Why and until when a device is left alone."""

    times: int
    until: AwareDatetime
    failure: Failure


class Known(BaseModel):
    """What is remembered; logins are their digests."""

    salt: str = Field(default_factory=lambda: secrets.token_hex(_DIGEST))
    resting: dict[str, Rest] = {}  # by device and login
    refusers: dict[str, set[str]] = {}  # devices by login, since one took it
    spares: dict[str, AwareDatetime] = {}  # until when, by login


class Memory:
    """What is known, and the file that it stands in."""

    def __init__(self, path: Path | None, now: datetime) -> None:
        """Read what an earlier life left."""
        self._path, self._digests = path, dict[int, str]()
        self.known = _read(path, now) if path is not None else Known()

    def digest(self, login: str | None) -> str:
        """Return what stands for a login, empty for none."""
        if login is None:
            return ""
        if hash(login) not in self._digests:
            salt = bytes.fromhex(self.known.salt)
            octets = login.encode("utf-8", "surrogatepass")
            made = hashlib.scrypt(octets, salt=salt, n=_COST, r=8, p=1, dklen=_DIGEST)
            self._digests[hash(login)] = made.hex()
        return self._digests[hash(login)]

    def keep(self) -> None:
        """Write down what is known."""
        if self._path is None:
            return
        draft = self._path.with_name(f"{self._path.name}.new")
        try:
            draft.parent.mkdir(parents=True, exist_ok=True)
            draft.touch(0o600)
            draft.write_text(self.known.model_dump_json())
            draft.replace(self._path)
        except OSError as trouble:
            log.warning("refused logins are kept in memory alone: %s: %s", self._path, trouble)


def _read(path: Path, now: datetime) -> Known:
    try:
        found = Known.model_validate_json(path.read_bytes())
        bytes.fromhex(found.salt)
    except FileNotFoundError:
        return Known()
    except (OSError, ValueError) as trouble:  # ValidationError is one
        log.warning("refused logins of an earlier start are not known: %s: %s", path, trouble)
        return Known()
    found.resting = {key: rest for key, rest in found.resting.items() if _near(rest.until, now)}
    found.spares = {mark: until for mark, until in found.spares.items() if _near(until, now)}
    found.refusers = {mark: found.refusers.get(mark, set()) for mark in found.spares}
    return found


def _near(until: datetime, now: datetime) -> bool:
    """Say whether it is worth knowing: not long over, nor farther ahead than a right clock says."""
    return abs(until - now) <= _LONGEST
