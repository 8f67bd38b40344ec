"""A pretend mail server: letters come by SMTP and lie in a mailbox that IMAP opens, with a quota.

SMTP is aiosmtpd's. Of IMAP there is what a client needs that logs in, searches and deletes.
"""

import asyncio
import base64
import binascii
import email
import logging
import shlex
import socket
import ssl
from collections.abc import Iterable
from dataclasses import dataclass, field
from email.policy import default
from typing import ClassVar

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from core.clock import Clock
from lab.emulators.answering import PASSWORD, USER, About
from lab.emulators.talks import Talks
from lab.swell import Swell

_CAPABILITIES = "IMAP4rev1 AUTH=PLAIN UIDPLUS QUOTA"
_QUOTA, _FILLED = 2_097_152, 0.72  # KiB that the mailbox may hold; the share that is always there
_KIB = 1024
_LONGEST = 16_384  # octets of a line
_QUEUED = 2.5  # seconds that a letter waits for filters, in the middle

SOURCE = "RFC 5321, RFC 3501, RFC 4315 (UIDPLUS), RFC 9208 (QUOTA)"


@dataclass(slots=True)
class Letter:
    """A letter in the mailbox; it can be seen from `due` on."""

    uid: int
    content: bytes
    due: float
    deleted: bool = False

    @property
    def subject(self) -> str:
        """The decoded subject."""
        return str(email.message_from_bytes(self.content, policy=default)["Subject"] or "")


@dataclass(slots=True)
class MailServer:
    """One server, and the mailbox of a robot on it. aiosmtpd's handler."""

    about: ClassVar[About] = About(
        family="mail",
        source=SOURCE,
        guessed={"filling": "the mailbox holds letters of others, which nobody can search"},
    )
    clock: Clock
    user: str = USER
    password: str = PASSWORD
    letters: list[Letter] = field(default_factory=list)
    brought: int = 0  # letters, since the beginning

    @property
    def used(self) -> int:
        """KiB that lie in the mailbox: what people bring and clear away, and letters of ours."""
        others = Swell(self.clock, self.user).at(_FILLED * _QUOTA, 0.06, 1200)
        return round(others) + sum(len(one.content) for one in self.letters) // _KIB

    def bring(self, content: bytes) -> None:
        """Take a letter into the queue."""
        self.brought += 1
        wait = Swell(self.clock, "queue").at(_QUEUED, 0.5, 400)
        self.letters.append(Letter(self.brought, content, self.clock.monotonic() + wait))

    def there(self) -> list[Letter]:
        """Return the letters that can be seen."""
        now = self.clock.monotonic()
        return [one for one in self.letters if one.due <= now]

    def expunge(self, uids: Iterable[int]) -> None:
        """Forget the letters that are marked, of these."""
        wanted = set(uids)
        self.letters = [one for one in self.letters if not (one.deleted and one.uid in wanted)]

    def knows(self, user: str, password: str) -> bool:
        """Say whether a login is the robot's."""
        return (user, password) == (self.user, self.password)

    async def handle_DATA(  # noqa: N802  (aiosmtpd finds its hooks by name and shape)
        self,
        server: SMTP,  # noqa: ARG002
        session: Session,  # noqa: ARG002
        envelope: Envelope,
    ) -> str:
        """Keep a letter."""
        if not isinstance(envelope.content, bytes):
            return "554 5.6.0 no content"
        self.bring(envelope.content)
        return "250 2.0.0 queued"


class Post:
    """Takes letters for a mail server on connections that it is handed, by STARTTLS."""

    def __init__(self, server: MailServer, context: ssl.SSLContext, *, submission: bool) -> None:
        """`submission`: it takes letters of people alone, who log in."""
        self._server, self._context, self._submission = server, context, submission
        self._taking = Talks()
        self._taken: set[asyncio.Transport] = set()
        logging.getLogger("mail.log").setLevel(logging.ERROR)  # aiosmtpd warns of itself

    def take(self, taken: socket.socket) -> None:
        """Serve an accepted connection."""
        self._taking.begin(self._take(taken))

    async def _take(self, taken: socket.socket) -> None:
        taken.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            transport, _ = await loop.connect_accepted_socket(self._spoken, taken)
        except OSError:
            taken.close()
            return
        self._taken = {one for one in self._taken if not one.is_closing()} | {transport}

    def _spoken(self) -> SMTP:
        return SMTP(
            self._server,
            hostname="mail.dongnai.example",
            ident="ESMTP pretend",
            tls_context=self._context,
            require_starttls=self._submission,
            auth_required=self._submission,
            authenticator=self._let_in,
            timeout=30,
        )

    def _let_in(
        self, _server: object, _session: object, _envelope: object, _way: str, shown: object
    ) -> AuthResult:
        known = isinstance(shown, LoginPassword) and self._server.knows(
            shown.login.decode("utf-8", "replace"), shown.password.decode("utf-8", "replace")
        )
        return AuthResult(success=known, handled=False)

    async def close(self) -> None:
        """Hang up on everybody."""
        await self._taking.close()
        for transport in self._taken:
            transport.abort()


async def imap(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, server: MailServer
) -> None:
    """Speak IMAP with one client until it goes."""
    writer.write(b"* OK [CAPABILITY " + _CAPABILITIES.encode() + b"] pretend IMAP ready\r\n")
    talk = _Imap(server, writer, reader)
    while True:
        await writer.drain()
        line = (await reader.readline()).decode("utf-8", "replace").rstrip("\r\n")
        if not line or len(line) > _LONGEST or not await talk.obey(line):
            await writer.drain()
            return


@dataclass(slots=True)
class _Imap:
    """One conversation."""

    server: MailServer
    writer: asyncio.StreamWriter
    reader: asyncio.StreamReader
    known: bool = False
    selected: bool = False

    async def obey(self, line: str) -> bool:
        """Answer one command; say whether the client stays."""
        tag, _, rest = line.partition(" ")
        try:
            words = shlex.split(rest)
        except ValueError:
            words = []
        name = words[0].upper() if words else ""
        if name == "LOGOUT":
            self._say("* BYE")
            self._say(f"{tag} OK LOGOUT")
            return False
        if name in {"CAPABILITY", "NOOP"}:
            answer = self._open(name)
        elif name in {"LOGIN", "AUTHENTICATE"}:
            answer = await self._log_in(words)
        elif not self.known:
            answer = "NO log in first"
        else:
            answer = self._do(name, words)
        self._say(f"{tag} {answer}")
        return True

    def _say(self, line: str) -> None:
        self.writer.write(f"{line}\r\n".encode())

    def _open(self, name: str) -> str:
        if name == "CAPABILITY":
            self._say(f"* CAPABILITY {_CAPABILITIES}")
        return f"OK {name}"

    async def _log_in(self, words: list[str]) -> str:
        if words[0].upper() == "AUTHENTICATE":
            if [word.upper() for word in words[1:]] != ["PLAIN"]:
                return "NO only PLAIN"
            self._say("+ ")
            await self.writer.drain()
            try:
                shown = base64.b64decode(await self.reader.readline(), validate=False).decode()
            except (binascii.Error, UnicodeDecodeError):
                return "BAD no base64"
            words = ["", *shown.split("\0")[1:]]
        self.known = len(words) == 3 and self.server.knows(*words[1:])  # noqa: PLR2004
        return "OK you are in" if self.known else "NO [AUTHENTICATIONFAILED] wrong"

    def _do(self, name: str, words: list[str]) -> str:
        there = self.server.there()
        match [name, *(word.upper() for word in words[1:])]:
            case ["STATUS", folder, *_]:
                self._say(f"* STATUS {folder} (MESSAGES {len(there)} UNSEEN {len(there)})")
            case ["GETQUOTAROOT", folder]:
                self._say(f'* QUOTAROOT {folder} ""')
                self._say(f'* QUOTA "" (STORAGE {self.server.used} {_QUOTA})')
            case ["SELECT", "INBOX"]:
                self.selected = True
                self._say(f"* {len(there)} EXISTS")
            case ["EXPUNGE"] if self.selected:
                self.server.expunge(one.uid for one in there)
            case ["UID", *asked] if self.selected:
                return self._among(there, asked)
            case _:
                return "BAD not understood"
        return f"OK {name}"

    def _among(self, there: list[Letter], asked: list[str]) -> str:
        """Do what is asked of letters by their numbers."""
        match asked:
            case ["SEARCH", "HEADER", "SUBJECT", text]:
                found = [one.uid for one in there if text in one.subject.upper()]
                self._say(" ".join(["* SEARCH", *map(str, found)]))
            case ["FETCH", which, *_]:
                self._fetch(_numbered(there, which))
            case ["STORE", which, "+FLAGS.SILENT", "(DELETED)"]:  # its backslash was an escape
                for letter in _numbered(there, which):
                    letter.deleted = True
            case ["EXPUNGE", which]:
                self.server.expunge(one.uid for one in _numbered(there, which))
            case _:
                return "BAD not understood"
        return "OK UID"

    def _fetch(self, letters: list[Letter]) -> None:
        for number, letter in enumerate(letters, 1):
            text = f"Subject: {letter.subject}\r\n\r\n".encode()
            head = f"* {number} FETCH (UID {letter.uid} BODY[HEADER.FIELDS (SUBJECT)] "
            self.writer.write(head.encode() + f"{{{len(text)}}}\r\n".encode() + text + b")\r\n")


def _numbered(letters: list[Letter], which: str) -> list[Letter]:
    """Return the letters of a set of numbers, as `3,5`; ranges are not spoken."""
    wanted = {int(number) for number in which.split(",") if number.isdigit()}
    return [one for one in letters if one.uid in wanted]
