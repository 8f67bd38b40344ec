"""Do sockets come from where they should, and refusals with a reason?"""

import errno
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from core.clock import SystemClock
from runtime.kit import DirectSockets, DoorSockets, make_kit


def test_a_direct_socket_does_not_block() -> None:
    with DirectSockets().open(socket.AF_INET, socket.SOCK_DGRAM) as made:
        assert made.getblocking() is False


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Callable[[bytes | None], Path]]:
    """Return a maker of doors: each answers one caller with these bytes, or with a socket."""
    threads: list[threading.Thread] = []

    def make(answer: bytes | None) -> Path:
        path = tmp_path / "door"
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(path))
        listening.listen(1)

        def serve() -> None:
            with listening, listening.accept()[0] as caller:
                wish = json.loads(caller.recv(4096))
                if answer is not None:
                    caller.sendall(answer)
                    return
                with socket.socket(wish["family"], wish["type"], wish["proto"]) as made:
                    socket.send_fds(caller, [b"k"], [made.fileno()])

        threads.append(threading.Thread(target=serve))
        threads[-1].start()
        return path

    yield make
    for thread in threads:
        thread.join()


def test_the_door_hands_over_a_socket(door: Callable[[bytes | None], Path]) -> None:
    with DoorSockets(door(None)).open(socket.AF_INET, socket.SOCK_STREAM) as made:
        assert made.family is socket.AF_INET
        assert made.type is socket.SOCK_STREAM
        assert made.getblocking() is False


def test_a_refusal_of_the_door_keeps_its_reason(door: Callable[[bytes | None], Path]) -> None:
    answer = json.dumps({"error": "not allowed here", "errno": errno.EPERM}).encode() + b"\n"
    with pytest.raises(PermissionError, match="not allowed here"):
        DoorSockets(door(answer)).open(socket.AF_INET, socket.SOCK_RAW)


def test_nonsense_from_the_door_is_named(door: Callable[[bytes | None], Path]) -> None:
    with pytest.raises(OSError, match="neither a socket nor a reason"):
        DoorSockets(door(b"?\n")).open(socket.AF_INET, socket.SOCK_RAW)


def test_nobody_at_the_door_is_said_with_its_path(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"no answer at the lab's door .*/nowhere"):
        DoorSockets(tmp_path / "nowhere").open(socket.AF_INET, socket.SOCK_RAW)


def test_a_plain_kit_knows_no_secret() -> None:
    assert make_kit(SystemClock()).secrets.reveal("snmp-default") is None
