"""Pretend command lines behind SSH: IOS, VRP, Comware, Junos, RouterOS and FortiOS.

Prompts, pagers, refusals and the commands that turn paging off are written from the vendors'
command references. They have the habits of devices: echo, `--More--` that writes over itself, slow
terminals, banners full of `#`, a privileged mode, sessions that break off, output without end.
"""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import asyncssh

from lab.emulators.answering import About

ROWS = 24  # lines of a screen
_LONGEST = 512  # characters of a line that is typed


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one maker's command line speaks. `{}` of a prompt is the device's name."""

    about: About
    prompt: str
    pager: str
    erase: str  # what is written over the pager when somebody goes on
    quiet: str  # commands that print nothing
    unpaged: str  # commands that turn paging off for the session
    refusal: str
    leave: str = r"exit|quit|logout"
    plain: str = ""  # the prompt of the unprivileged mode, where there is one
    said: tuple[tuple[str, str], ...] = ()  # what commands of the session itself print


_BACK = "\b" * 9
IOS = Dialect(
    About(
        "cisco_ios",
        "Cisco IOS Configuration Fundamentals command reference",
        {"erasing --More--": "nine backspaces, nine blanks, nine backspaces"},
    ),
    prompt="{}#",
    plain="{}>",
    pager=" --More-- ",
    erase=f"{_BACK}         {_BACK}",
    quiet=r"terminal width \d+",
    unpaged=r"terminal length 0",
    refusal="       ^\n% Invalid input detected at '^' marker.\n",
)
VRP = Dialect(
    About(
        "huawei_vrp",
        "Huawei AR and S series command reference: basic configuration",
        {"erasing ---- More ----": "the cursor 42 columns left, 42 blanks, and left again"},
    ),
    prompt="<{}>",
    pager="  ---- More ----",
    erase=f"\x1b[42D{' ' * 42}\x1b[42D",
    quiet=r"(?!)",
    unpaged=r"screen-length 0 temporary",
    said=(
        (
            r"screen-length 0 temporary",
            "Info: The configuration takes effect on the current user terminal interface only.\n",
        ),
    ),
    refusal="         ^\nError: Unrecognized command found at '^' position.\n",
)
COMWARE = Dialect(
    About("h3c_comware", "H3C Comware 7 fundamentals command reference", {}),
    prompt="<{}>",
    pager="---- More ----",
    erase=f"\x1b[16D{' ' * 16}\x1b[16D",
    quiet=r"(?!)",
    unpaged=r"screen-length disable",
    refusal="             ^\n % Unrecognized command found at '^' position.\n",
)
JUNOS = Dialect(
    About("juniper_junos", "Junos CLI user guide", {}),
    prompt="admin@{}> ",
    pager="---(more)---",
    erase=f"\r{' ' * 40}\r",
    quiet=r"set cli screen-width \d+|set cli complete-on-space off",
    unpaged=r"set cli screen-length 0",
    said=(
        (r"set cli screen-length 0", "Screen length set to 0\n"),
        (r"set cli screen-width 511", "Screen width set to 511\n"),
        (r"set cli complete-on-space off", "Disabling complete-on-space\n"),
    ),
    refusal="                ^\nunknown command.\n",
)
ROUTEROS = Dialect(
    About(
        "mikrotik_routeros",
        "MikroTik documentation: Console, Console login process",
        {"a name with +ct…": "the part after + sets the terminal"},
    ),
    prompt="[admin@{}] > ",
    pager="-- [Q quit|D dump|down]",
    erase="\r\x1b[K",
    leave=r"/?quit",
    quiet=r"(?!)",
    unpaged=r"(?!)",
    refusal="bad command name (line 1 column 1)\n",
)
FORTIOS = Dialect(
    About("fortinet", "FortiOS CLI reference; administration guide: CLI basics", {}),
    prompt="{} # ",
    pager="--More-- ",
    erase=f"\r{' ' * 9}\r",
    quiet=r"(?!)",
    unpaged=r"(?!)",  # there is none for a session alone
    refusal="\nUnknown action 0\n\nCommand fail. Return code 1\n",
)


@dataclass(slots=True)
class CommandLine:
    """One device. Whatever a test changes holds from the next command on."""

    dialect: Dialect
    name: str = "R1"
    user: str = "sao-luu"
    password: str = "thong-suot-2026"  # noqa: S105  (of a pretend device)
    enable: str | None = None  # the password of the privileged mode; None: one is in it at once
    answers: dict[str, str | Callable[[], str]] = field(default_factory=dict)
    banner: str = ""
    paged: bool = True
    slow: float = 0.0  # seconds between two pieces
    cut_after: int | None = None  # characters of one answer, then the line breaks
    endless: bool = False
    asked: list[str] = field(default_factory=list)
    logins: int = 0  # that were tried
    sessions: int = 0  # that were opened
    present: int = 0
    most: int = 0  # at once
    left: int = 0  # that said good-bye


class _Door(asyncssh.SSHServer):
    def __init__(self, device: CommandLine, open_ones: set[asyncssh.SSHServerConnection]) -> None:
        self._device, self._open = device, open_ones

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._open.add(conn)

    def begin_auth(self, username: str) -> bool:  # noqa: ARG002  (asyncssh's signature)
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        self._device.logins += 1
        return (username.partition("+")[0], password) == (self._device.user, self._device.password)


class _Shell:
    """One session."""

    def __init__(self, device: CommandLine, process: "asyncssh.SSHServerProcess[str]") -> None:
        self._device, self._process = device, process
        self._typed = ""
        self._privileged = device.enable is None
        self._unpaged = not device.paged

    async def run(self) -> None:
        device = self._device
        device.sessions += 1
        device.present += 1
        device.most = max(device.most, device.present)
        try:
            self._write(device.banner + self._prompt)
            while await self._line():
                pass
        finally:
            device.present -= 1

    @property
    def _prompt(self) -> str:
        form = self._device.dialect.prompt if self._privileged else self._device.dialect.plain
        return form.format(self._device.name)

    async def _line(self) -> bool:
        """Take one line and answer it; False when the session is over."""
        line = await self._read(echo=True)
        if line is None:
            return False
        device, dialect = self._device, self._device.dialect
        if line:
            device.asked.append(line)
        if re.fullmatch(dialect.leave, line):
            device.left += 1
            return False
        self._unpaged = self._unpaged or bool(re.fullmatch(dialect.unpaged, line))
        known = f"{dialect.quiet}|{dialect.unpaged}"
        if not line or re.fullmatch(known, line):
            said = "".join(text for form, text in dialect.said if re.fullmatch(form, line))
        elif line == "enable" and dialect.plain:
            said = await self._climb()
        else:
            said = self._answer(line)
        if not await self._print(said):
            return False
        self._write(self._prompt)
        return True

    async def _climb(self) -> str:
        self._write("Password: ")
        typed = await self._read(echo=False)
        if typed == self._device.enable:
            self._privileged = True
            return ""
        return "% Access denied\n\n"

    def _answer(self, line: str) -> str:
        said = self._device.answers.get(line)
        if said is None or (not self._privileged and "version" not in line):
            return self._device.dialect.refusal
        return said if isinstance(said, str) else said()

    async def _read(self, *, echo: bool) -> str | None:
        """Return what is typed until a line ends; None if nobody is there any more."""
        while True:
            for at, letter in enumerate(self._typed):
                if letter in "\r\n":
                    line, self._typed = self._typed[:at], self._typed[at + 1 :]
                    if letter == "\r" and self._typed.startswith("\n"):
                        self._typed = self._typed[1:]
                    if echo:
                        self._write(line)
                    self._write("\n")
                    return line[:_LONGEST].strip()
            came = await self._process.stdin.read(256)
            if not came:
                return None
            self._typed += came

    async def _print(self, said: str) -> bool:
        """Print an answer page by page; False if the session broke off."""
        device, printed = self._device, 0
        lines = said.splitlines(keepends=True)
        whole = self._unpaged and not device.slow and device.cut_after is None
        while True:
            if whole:
                self._write(said)
            for number, line in enumerate(() if whole else lines, 1):
                if device.cut_after is not None and printed + len(line) > device.cut_after:
                    self._write(line[: device.cut_after - printed])
                    self._process.channel.get_connection().abort()
                    return False
                self._write(line)
                printed += len(line)
                if device.slow:
                    await asyncio.sleep(device.slow)
                if not self._unpaged and number % (ROWS - 1) == 0 and number < len(lines):
                    self._write(device.dialect.pager)
                    if not await self._go_on():
                        return False
            if not device.endless or not lines:
                return True
            await self._process.stdout.drain()

    async def _go_on(self) -> bool:
        while not self._typed:
            came = await self._process.stdin.read(256)
            if not came:
                return False
            self._typed += came
        self._typed = self._typed[1:]
        self._write(self._device.dialect.erase)
        return True

    def _write(self, text: str) -> None:
        self._process.stdout.write(re.sub(r"(?<!\r)\n", "\r\n", text))


_OLD: dict[str, Any] = {
    "kex_algs": ["diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1"],
    "encryption_algs": ["aes128-cbc", "3des-cbc"],
    "mac_algs": ["hmac-sha1"],
    "signature_algs": ["ssh-rsa"],
}


def _manner(device: CommandLine, key: asyncssh.SSHKey) -> dict[str, Any]:
    """Return how SSH is spoken for a device."""

    async def talk(process: "asyncssh.SSHServerProcess[str]") -> None:
        with suppress(asyncssh.Error, OSError, asyncio.IncompleteReadError):
            await _Shell(device, process).run()
        process.exit(0)

    return {
        "server_host_keys": [key],
        "process_factory": talk,
        "line_editor": False,
        "encoding": "utf-8",
    }


class SshServing:
    """Speaks SSH for one device, on connections that it is handed."""

    def __init__(self, device: CommandLine) -> None:
        self._device = device
        self._key = asyncssh.generate_private_key("ssh-ed25519")
        self._open: set[asyncssh.SSHServerConnection] = set()
        self._greeting: set[asyncio.Task[None]] = set()

    def take(self, taken: socket.socket) -> None:
        """Serve an accepted connection."""
        task = asyncio.create_task(self._greet(taken))
        self._greeting.add(task)
        task.add_done_callback(self._greeting.discard)

    async def _greet(self, taken: socket.socket) -> None:
        taken.setblocking(False)
        with suppress(asyncssh.Error, OSError):  # somebody who only knocked
            await asyncssh.run_server(
                taken,
                server_factory=lambda: _Door(self._device, self._open),
                **_manner(self._device, self._key),
            )

    async def close(self) -> None:
        """Hang up on everybody."""
        waiting = [*self._greeting, *(one.wait_closed() for one in self._open)]
        for task in self._greeting:
            task.cancel()
        for one in self._open:
            one.abort()
        await asyncio.gather(*waiting, return_exceptions=True)
        self._open.clear()


@asynccontextmanager
async def served(
    device: CommandLine, address: str = "127.0.0.1", *, old: bool = False
) -> AsyncIterator[int]:
    """Serve a device's command line on a free port; give the port.

    An `old` one speaks as IOS 12 and 15 of the years before 2015: SHA-1, CBC, an RSA key.
    """

    key = asyncssh.generate_private_key("ssh-rsa" if old else "ssh-ed25519")
    open_ones: set[asyncssh.SSHServerConnection] = set()
    server = await asyncssh.create_server(
        lambda: _Door(device, open_ones),
        address,
        0,
        **_manner(device, key),
        **(_OLD if old else {}),
    )
    try:
        yield server.get_port()
    finally:
        server.close()
        for one in open_ones:
            one.abort()
        await asyncio.gather(*(one.wait_closed() for one in open_ones), return_exceptions=True)
        await server.wait_closed()
        await asyncio.sleep(0)  # the transports close their sockets in a turn of their own
