"""Where collectors get their sockets and secrets: from this process, or through the lab's door."""

import errno
import json
import logging
import socket
from pathlib import Path

from core.clock import Clock
from core.collector import Kit, Secrets, Sockets

DOOR_TIMEOUT = 5.0  # seconds; the door stands on this machine
_ANSWER_LIMIT = 4096  # bytes


class DirectSockets:
    """Sockets of this process, in its own network namespace."""

    def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
        """Return a new non-blocking socket; OSError where refused."""
        made = socket.socket(family, kind, proto)
        made.setblocking(False)
        return made


class DoorSockets:
    """Sockets made inside the lab's namespace and handed over by its door (SCM_RIGHTS)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def open(self, family: socket.AddressFamily, kind: int, proto: int = 0) -> socket.socket:
        """Return a new non-blocking socket; OSError where refused or nobody is at the door."""
        wish = {"op": "socket", "family": int(family), "type": int(kind), "proto": proto}
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as door:
            door.settimeout(DOOR_TIMEOUT)
            try:
                door.connect(str(self._path))
                door.sendall(json.dumps(wish).encode() + b"\n")
                answer, handles, _, _ = socket.recv_fds(door, _ANSWER_LIMIT, 1)
            except OSError as error:
                raise OSError(
                    error.errno or errno.EIO, f"no answer at the lab's door {self._path}: {error}"
                ) from error
        if not handles:
            raise _refusal(answer, self._path)
        made = socket.socket(fileno=handles[0])
        made.setblocking(False)
        return made


def _refusal(answer: bytes, path: Path) -> OSError:
    try:
        said = json.loads(answer)
        return OSError(int(said.get("errno") or errno.EIO), str(said["error"]))
    except (ValueError, KeyError, TypeError, AttributeError):
        return OSError(errno.EPROTO, f"the lab's door {path} gave neither a socket nor a reason")


class NoSecrets:
    """No credential is set."""

    def reveal(self, name: str) -> str | None:  # noqa: ARG002  (the Protocol's name)
        """Return None."""
        return None


def make_kit(
    clock: Clock,
    sockets: Sockets | None = None,
    secrets: Secrets | None = None,
    folder: Path | None = None,
) -> Kit:
    """Return a kit; by default with this process's sockets, without secrets, and forgetful."""
    return Kit(
        clock=clock,
        sockets=sockets or DirectSockets(),
        secrets=secrets or NoSecrets(),
        log=logging.getLogger("collectors"),
        folder=folder,
    )
