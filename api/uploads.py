"""Files that were sent and wait for their sender's decision: few, for a while, in memory alone."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from api.lists import Sent, Weighed, size

MOST = 8  # uploads at once; the oldest goes
MOST_BYTES = 64 * 1024 * 1024  # of all of them
_ROW = 1_500  # bytes of a row that waits to be written
LIFETIME = 1800.0  # seconds


@dataclass(slots=True)
class Upload:
    """One file, what it would do, and on which version of the inventory that was weighed."""

    owner: str
    sent: Sent
    weighed: Weighed
    version: int
    until: float = 0.0  # of the monotonic clock


class Uploads:
    """The shelf. A token opens an upload for its owner alone."""

    def __init__(self) -> None:
        self._held: dict[str, Upload] = {}

    def keep(self, upload: Upload, now: float, token: str = "") -> str:
        """Put an upload on the shelf, in place of `token`'s if given; return its token."""
        token = token or secrets.token_urlsafe(18)
        self._held.pop(token, None)
        upload.until = now + LIFETIME
        self._held[token] = upload
        for old in list(self._surplus(now)):
            if old != token:
                del self._held[old]
        return token

    def of(self, token: str, owner: str, now: float) -> Upload | None:
        """Return an upload, None if it is not there any more, or somebody else's."""
        found = self._held.get(token)
        return found if found and found.owner == owner and found.until > now else None

    def drop(self, token: str) -> None:
        """Forget an upload."""
        self._held.pop(token, None)

    def _surplus(self, now: float) -> Iterator[str]:
        """Yield what is over: out of date, too many, too large; oldest first."""
        weight = sum(_weight(one) for one in self._held.values())
        count = len(self._held)
        for token, one in self._held.items():
            if one.until <= now or count > MOST or weight > MOST_BYTES:
                weight -= _weight(one)
                count -= 1
                yield token


def _weight(upload: Upload) -> int:
    return len(upload.sent.content) + _ROW * size(upload.weighed.changes)
