"""How do other processes speak to a running lab? One short connection per wish."""

import json
import os
import socket
import tempfile
from collections.abc import Iterable
from pathlib import Path

from core.errors import DomainError
from core.text import Text

_PATIENCE = 30.0  # seconds; the slowest wish rebuilds routes of a large tree


class Refused(DomainError):
    """The lab understood and said no."""


def default_socket() -> Path:
    """Return where a lab listens unless told otherwise."""
    runtime = os.environ.get("XDG_RUNTIME_DIR")
    if runtime and os.access(runtime, os.W_OK):
        return Path(runtime) / "thongsuot" / "lab.sock"
    if os.access("/run", os.W_OK):
        return Path("/run/thongsuot/lab.sock")
    return Path(tempfile.gettempdir()) / f"thongsuot-{os.getuid()}" / "lab.sock"


class LabClient:
    """Speaks to the lab at a socket. Blocking and short: use a thread from a busy loop."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or default_socket()

    def ask(self, op: str, **wish: object) -> dict[str, object]:
        """Send one wish and return the answer. Raises Refused, or OSError without a lab."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_PATIENCE)
            line.connect(str(self.path))
            line.sendall(json.dumps({"op": op, **wish}).encode() + b"\n")
            with line.makefile("rb") as answers:
                answer: dict[str, object] = json.loads(answers.readline() or b"{}")
        if not answer.get("ok"):
            en = str(answer.get("error", "no answer"))
            raise Refused(Text(vi=str(answer.get("vi", en)), en=en))
        return answer

    def cut(self, target: str, how: str = "blackhole") -> dict[str, object]:
        """Cut a line (admin, far, blackhole, halfin), switch a device off, break a service."""
        return self.ask("cut", target=target, how=how)

    def restore(self, target: str) -> dict[str, object]:
        """Mend a cut."""
        return self.ask("restore", target=target)

    def cut_together(self, targets: Iterable[str], how: str) -> dict[str, object]:
        """Cut several at the same instant: what they share has failed."""
        return self.ask("cut", targets=list(targets), how=how)

    def restore_together(self, targets: Iterable[str]) -> dict[str, object]:
        """Mend several cuts at the same instant."""
        return self.ask("restore", targets=list(targets))

    def degrade(
        self, target: str, *, loss: float = 0.0, delay: float = 0.0, jitter: float = 0.0
    ) -> dict[str, object]:
        """Make a line carry badly: loss as a share, delay and jitter in seconds."""
        return self.ask("degrade", target=target, loss=loss, delay=delay, jitter=jitter)

    def join(self, device: str, conference: str) -> dict[str, object]:
        """Connect a codec to a conference."""
        return self.ask("join", target=device, conference=conference)

    def leave(self, device: str) -> dict[str, object]:
        """Disconnect a codec."""
        return self.ask("leave", target=device)

    def clear(self, target: str | None = None) -> dict[str, object]:
        """Make a line clean again, or everything whole."""
        return self.ask("clear", target=target)

    def status(self) -> dict[str, object]:
        """Return the world's truth."""
        return self.ask("status")

    def lines(self) -> list[dict[str, object]]:
        """Return every line: slug, name, ends, carrier, whether it is cut."""
        rows = self.ask("list")["lines"]
        return rows if isinstance(rows, list) else []

    def services(self) -> list[dict[str, object]]:
        """Return every service: slug, name, its server (near), its address (far), how it fails."""
        rows = self.ask("list")["services"]
        return rows if isinstance(rows, list) else []

    def stop(self) -> None:
        """End the lab."""
        self.ask("stop")

    def open(self, family: int, kind: int, proto: int = 0) -> socket.socket:
        """Return a socket made inside the lab's network. OSError where refused."""
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(_PATIENCE)
            line.connect(str(self.path))
            wish = {"op": "socket", "family": int(family), "type": int(kind), "proto": proto}
            line.sendall(json.dumps(wish).encode() + b"\n")
            said, handles, _, _ = socket.recv_fds(line, 4096, 1)
        if handles:
            return socket.socket(fileno=handles[0])
        refusal = json.loads(said)
        raise OSError(refusal.get("errno") or 0, refusal.get("error"))
