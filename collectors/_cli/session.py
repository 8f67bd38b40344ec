"""One SSH session on a command line, held in a thread by netmiko, on a leash.

netmiko logs in, turns paging off for the session, finds the prompt and climbs to the privileged
mode. What a command prints we read ourselves: with a limit, a deadline, pagers that nobody turned
off, and a prompt that counts only where it stands alone.
"""

import io
import re
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from collectors._cli.login import Login
from collectors._cli.paper import printed
from collectors._cli.platform import Platform
from collectors._net.trouble import Trouble, printable, trouble
from core.reading import FailureKind

LONGEST = 8 * 1024 * 1024  # characters of a whole session: a large firewall prints some 5 MB
_CALM = 0.15  # seconds without a word after a prompt, until it is believed
_GLANCE = 0.02
_FAREWELLS = 25  # glances that a device has for closing the session itself
_PAGER = re.compile(
    r"(?:-+ ?\(?more\b[^\n]*?-+|-- \[Q quit\|[^\n]*\]|press any key to continue[^\n]*)\s*$",
    re.IGNORECASE,
)
_ACCEPT = re.compile(r"\(Press 'a' to accept\)|to accept", re.IGNORECASE)


class Ended(Exception):
    """The session is to end: it was cut, or its time is over."""


@dataclass(slots=True, eq=False)
class Leash:
    """What holds a thread: how long it may work, how much it may read, whether it is to stop."""

    sock: socket.socket
    until: float  # of `time.monotonic`
    note: Callable[..., None]
    most: int = LONGEST
    read: int = 0
    stopped: threading.Event = field(default_factory=threading.Event)
    host_key: str = ""  # that the device has shown

    def cut(self) -> None:
        """Stop whatever goes on; may be called at any time and from any thread."""
        self.stopped.set()
        try:
            self.sock.shutdown(socket.SHUT_RDWR)
        except OSError:
            return

    def check(self, more: int = 0) -> None:
        """Count what was read; Ended if it is time to stop, Trouble if it is too much."""
        self.read += more
        if self.stopped.is_set() or self.left <= 0:
            raise Ended("the time is over")
        if self.read > self.most:
            raise trouble(
                FailureKind.PROTOCOL, f"the device prints without end: over {self.most} characters"
            )

    @property
    def left(self) -> float:
        """Return the seconds that are left."""
        return self.until - time.monotonic()


class _Held:
    """netmiko's channel, counted and ended by the leash."""

    def __init__(self, channel: Any, leash: Leash) -> None:
        self._channel, self._leash = channel, leash

    def read_buffer(self) -> str:
        self._leash.check()
        said = str(self._channel.read_buffer())
        self._leash.check(len(said))
        remote = self._channel.remote_conn
        if not said and (remote.closed or remote.eof_received):
            raise trouble(FailureKind.PROTOCOL, "the device broke off the session in the middle")
        return said

    def read_channel(self) -> str:
        found: list[str] = []
        while new := self.read_buffer():
            found.append(new)
        return "".join(found)

    def write_channel(self, out_data: str) -> None:
        self._leash.check()
        self._channel.write_channel(out_data)


class _KeyCheck:
    """Takes a host key for known, or refuses it before a password is shown."""

    def __init__(self, leash: Leash, wanted: str | None) -> None:
        self._leash, self._wanted = leash, wanted

    def missing_host_key(self, _client: Any, _hostname: str, key: Any) -> None:
        shown = self._leash.host_key = str(key.fingerprint)
        self._leash.note("host key %s", shown)
        if self._wanted is not None and shown != self._wanted:
            raise trouble(
                FailureKind.AUTH,
                f"the device shows the host key {shown}, not {self._wanted}: "
                "was it replaced, or is it another?",
            )


def _connection(platform: Platform, login: Login, leash: Leash, wanted: str | None) -> Any:
    """Return netmiko's connection to a platform, on the leash, not yet opened."""
    from netmiko.ssh_dispatcher import ssh_dispatcher  # noqa: PLC0415  (a second to load)

    driver: Any = ssh_dispatcher(platform.driver)

    class Guest(driver):  # type: ignore[misc]
        """The driver, whose every word passes the leash."""

        channel: Any

        def establish_connection(self, *args: Any, **kwargs: Any) -> None:
            self.key_policy = _KeyCheck(leash, wanted)
            super().establish_connection(*args, **kwargs)
            opened: Any = self.channel
            self.channel = _Held(opened, leash)

    left = max(1.0, leash.left)
    return Guest(
        host="device",  # the socket is open already
        username=login.user + platform.user_suffix,
        password=login.password,
        secret=login.enable,
        sock=leash.sock,
        use_keys=False,
        pkey=_private(login),
        allow_agent=False,
        conn_timeout=left,
        auth_timeout=left,
        banner_timeout=left,
        read_timeout_override=left,
        default_enter=platform.newline,
        auto_connect=False,
    )


def _private(login: Login) -> Any:
    """Return the login's key as paramiko has it, None if there is none; Trouble if unreadable."""
    if not login.private_key:
        return None
    from paramiko import ECDSAKey, Ed25519Key, RSAKey, SSHException  # noqa: PLC0415

    for kind in (Ed25519Key, RSAKey, ECDSAKey):
        try:
            return kind.from_private_key(io.StringIO(login.private_key))
        except (SSHException, ValueError, IndexError):
            continue
    raise trouble(
        FailureKind.LOCAL, "the private key of the secret cannot be read: has it a passphrase?"
    )


class Session:
    """An open session. Lives in one thread."""

    def __init__(self, platform: Platform, login: Login, leash: Leash, wanted: str | None) -> None:
        """Log in; netmiko's exceptions, Ended and Trouble say why not."""
        self.platform, self._login, self._leash = platform, login, leash
        self._connection = _connection(platform, login, leash, wanted)
        try:
            self._connection._open()  # noqa: SLF001  (what auto_connect calls)
            self.prompt = self._prepared()
        except BaseException:
            self.close()
            raise

    def _prepared(self) -> str:
        if self.platform.driver == "generic":
            self._past_the_banner()
        elif self._login.enable and not self._connection.check_enable_mode():
            self._connection.enable()
        prompt = str(self._connection.find_prompt()).strip()
        self._leash.note("prompt %s", printable(prompt, 80))
        return prompt

    def _past_the_banner(self) -> None:
        """Take what is said before the first prompt; some want it accepted."""
        said, calm = "", 0.0
        while calm < _CALM * 2 or not said.strip():
            new = self._connection.read_channel()
            said, calm = said + new, 0.0 if new else calm + _GLANCE
            if _ACCEPT.search(said):
                self._connection.write_channel("a")
                said = ""
            time.sleep(_GLANCE)

    def ask(self, command: str) -> str:
        """Return what a command prints; Trouble if the device refuses it."""
        self._leash.note("> %s", command)
        self._connection.clear_buffer()
        self._connection.write_channel(command + self.platform.newline)
        said = printed(self._heard(), command, self.prompt, self.platform.above)
        self._leash.note("%d characters", len(said))
        head = "\n".join(said.split("\n")[:4])
        for line in head.split("\n"):
            if self.platform.refusal.search(line):
                shown = printable(head.replace("\n", " ").strip(), 80)
                raise trouble(
                    FailureKind.PROTOCOL,
                    f"the device refuses “{command}” to this account: {shown}",
                )
        return said

    def _heard(self) -> str:
        """Read until the prompt stands alone and nothing follows."""
        parts: list[str] = []
        tail, calm, seen = "", 0.0, False
        while True:
            new = self._connection.channel.read_channel()  # netmiko's own strips too much
            if new:
                parts.append(new)
                tail, calm = (tail + new)[-400:], 0.0
                seen = seen or "\n" in tail
                if _PAGER.search(tail):
                    self._connection.write_channel(" ")
                    tail = ""
                continue
            last = re.split(r"[\r\n]", tail)[-1].strip()
            if seen and last == self.prompt:
                calm += _GLANCE
                if calm >= _CALM:
                    return "".join(parts)
            time.sleep(_GLANCE)

    def close(self) -> None:
        """Say good-bye as the device wants it, and hang up."""
        remote = getattr(self._connection, "remote_conn", None)
        client = getattr(self._connection, "remote_conn_pre", None)
        try:
            if remote is not None and not remote.closed:
                remote.sendall(f"{self.platform.leave}{self.platform.newline}".encode())
                for _ in range(_FAREWELLS):
                    if remote.closed or remote.eof_received or self._leash.stopped.is_set():
                        break
                    time.sleep(_GLANCE)
        except (OSError, EOFError) as error:
            self._leash.note("good-bye: %s", printable(str(error), 80))
        finally:
            if client is not None:
                client.close()
            self._leash.sock.close()


def converse(
    platform: Platform,
    login: Login,
    leash: Leash,
    wanted: str | None,
    commands: Sequence[tuple[str, bool]],
) -> list[str | None]:
    """Ask one command after another; None for one that is refused and need not be answered."""
    from collectors._cli.faults import told  # noqa: PLC0415  (loads netmiko)

    with told(login):
        session = Session(platform, login, leash, wanted)
        try:
            return [_answer(session, command, needed=needed) for command, needed in commands]
        finally:
            session.close()


def _answer(session: Session, command: str, *, needed: bool) -> str | None:
    try:
        return session.ask(command)
    except Trouble as refusal:
        other = dict(session.platform.instead).get(command)
        if other is not None and "refuses" in refusal.failure.detail:
            return _answer(session, other, needed=needed)
        if needed or "refuses" not in refusal.failure.detail:
            raise
        return None
