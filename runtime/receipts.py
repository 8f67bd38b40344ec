"""What surely went out, in a file that outlives us: a life that is killed tells the next one.

The provider's answer is written down before the ledger is asked to take it. A file that only
grows needs no fsync to survive the death of the process, so this costs microseconds and leaves
nothing to double but what the provider had taken and not yet answered. After a power cut the
file may lack its last lines: then these messages go out again, under the same id.
"""

import json
import logging
import os
from pathlib import Path

from core.incident import Delivery, Notification

log = logging.getLogger(__name__)


class Receipts:
    """The receipts that the ledger has not taken yet, by message.

    Without a path they are kept in memory alone.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Open the file and read what an earlier life left; without it we do as in memory."""
        self._open: dict[int, tuple[Notification, Delivery]] = {}
        self._untaken: set[int] = set()
        self._path = path
        self._file: int | None = None
        self._unwritten = False
        if path is None:
            return
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
            self._open = _read(path)
        except OSError as trouble:
            self._in_memory_alone(trouble)
        self._untaken = set(self._open)

    def keep(self, notification: Notification, delivery: Delivery) -> None:
        """Write down that a message went out, before anything else is done about it."""
        number = notification.id or 0
        self._open[number] = (notification, delivery)
        if self._file is None:
            return
        line = json.dumps([notification.model_dump(), delivery.model_dump()], default=str)
        try:
            # begun on a new line: a torn one before it spoils itself alone
            os.write(self._file, f"\n{line}\n".encode())
            self._unwritten = False
        except OSError as trouble:
            self._in_memory_alone(trouble)

    def _in_memory_alone(self, trouble: OSError) -> None:
        if not self._unwritten:
            self._unwritten = True
            log.error("receipts are kept in memory alone: %s: %s", self._path, trouble)

    def refused(self, notification: Notification) -> None:
        """Note that the ledger did not take a receipt: it waits to be handed in again."""
        self._untaken.add(notification.id or 0)

    def settled(self, notification: Notification) -> None:
        """Forget a receipt that the ledger has; an empty file needs no second look."""
        number = notification.id or 0
        self._open.pop(number, None)
        self._untaken.discard(number)
        if not self._open and self._file is not None:
            os.ftruncate(self._file, 0)

    def untaken(self) -> list[tuple[Notification, Delivery]]:
        """Return what is to be handed in (again), oldest first."""
        return [row for number, row in self._open.items() if number in self._untaken]

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _read(path: Path) -> dict[int, tuple[Notification, Delivery]]:
    found: dict[int, tuple[Notification, Delivery]] = {}
    for line in path.read_bytes().splitlines():
        if not line:
            continue
        try:
            notification, delivery = json.loads(line)
            row = (Notification.model_validate(notification), Delivery.model_validate(delivery))
        except ValueError:
            log.warning("a torn line of %s is left out", path)
            continue
        found[row[0].id or 0] = row
    return found
