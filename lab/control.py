"""The lab's control socket and door: one JSON line asks, one JSON line (or a socket) answers.

`{"op": "socket", "family": …, "type": …, "proto": …}` is answered by the byte `k` with a socket
made inside the lab's network as ancillary data, so that probes of a process without privilege
leave from inside. The other words change or tell the world.
"""

import asyncio
import contextlib
import json
import os
import socket
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from core.errors import Conflict, DomainError
from core.text import Text

Wish = Mapping[str, object]
Obey = Callable[[Wish], Awaitable[dict[str, object]]]

_LONGEST = 65_536  # bytes of a request
_REFUSED = Text(vi="Yêu cầu không hợp lệ", en="This is no request")


def claim(path: Path) -> socket.socket:
    """Listen at a path, replacing the socket of a lab that is gone.

    Raises Conflict while another lab answers there.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(1)
        try:
            probe.connect(str(path))
        except (FileNotFoundError, ConnectionRefusedError):
            path.unlink(missing_ok=True)
        else:
            raise Conflict(
                Text(
                    vi=f"một tỉnh giả lập đang chạy ở {path}. Dừng nó bằng `thongsuot lab stop` "
                    "hoặc Ctrl-C ở cửa sổ của nó",
                    en=f"a lab is running already at {path}. End it by `thongsuot lab stop`, or "
                    "Ctrl-C in its own window",
                )
            )
    made = socket.socket(socket.AF_UNIX)
    made.setblocking(False)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    made.bind(str(fresh))
    fresh.chmod(0o600)
    made.listen(64)
    fresh.rename(path)  # nobody finds a socket that does not listen yet
    return made


class Control:
    """Serves the control socket: hands out sockets itself, all else is `obey`'s."""

    def __init__(self, path: Path) -> None:
        """Claim the path; Conflict while another lab answers there."""
        self._listening = claim(path)
        # The folder is held open: in a mount namespace of our own its path may be covered.
        self._folder = os.open(path.parent, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        self._name = path.name
        self._talks: set[asyncio.Task[None]] = set()

    async def run(self, obey: Obey) -> None:
        """Serve until cancelled."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                caller, _ = await loop.sock_accept(self._listening)
                caller.setblocking(False)
                talk = asyncio.create_task(self._talk(caller, obey))
                self._talks.add(talk)
                talk.add_done_callback(self._talks.discard)
        finally:
            for talk in tuple(self._talks):
                talk.cancel()

    async def _talk(self, caller: socket.socket, obey: Obey) -> None:
        loop = asyncio.get_running_loop()
        rest = b""
        with caller, contextlib.suppress(OSError):
            while data := await loop.sock_recv(caller, _LONGEST):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    await self._answer(caller, line, obey)
                if len(rest) > _LONGEST:
                    return

    async def _answer(self, caller: socket.socket, line: bytes, obey: Obey) -> None:
        loop = asyncio.get_running_loop()
        try:
            wish = json.loads(line)
            if wish["op"] == "socket":
                _hand_over(caller, wish)
                return
            answer = await obey(wish)
        except DomainError as refusal:
            answer = _fault(refusal.text)
        except OSError as error:
            said = str(error)
            answer = {**_fault(Text(vi=said, en=said)), "errno": error.errno or 0}
        except (ValueError, TypeError, KeyError):
            answer = _fault(_REFUSED)
        await loop.sock_sendall(caller, json.dumps(answer, ensure_ascii=False).encode() + b"\n")

    def close(self) -> None:
        """Stop listening and remove the socket's file."""
        self._listening.close()
        with contextlib.suppress(OSError):
            os.unlink(self._name, dir_fd=self._folder)
        os.close(self._folder)


def _hand_over(caller: socket.socket, wish: Wish) -> None:
    family, kind, proto = (int(str(wish[key])) for key in ("family", "type", "proto"))
    with socket.socket(family, kind, proto) as made:
        socket.send_fds(caller, [b"k"], [made.fileno()])


def _fault(text: Text) -> dict[str, object]:
    return {"ok": False, "error": text.en, "vi": text.vi}
