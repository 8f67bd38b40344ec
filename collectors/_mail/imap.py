"""IMAP as a client speaks it (RFC 3501), with quota (RFC 9208)."""

import re
from base64 import b64encode
from collections.abc import Sequence

from collectors._mail.box import Fill, Found
from collectors._mail.login import Login, Refused
from collectors._mail.talk import Talk
from collectors._net.trouble import printable, trouble
from core.reading import FailureKind

_LITERAL = re.compile(rb"\{(\d{1,7})\+?\}$")
_QUOTA = re.compile(rb"STORAGE (\d{1,18}) (\d{1,18})", re.IGNORECASE)
_STATUS = re.compile(rb"(MESSAGES|UNSEEN) (\d{1,10})", re.IGNORECASE)
_UID = re.compile(rb"UID (\d{1,10})", re.IGNORECASE)
_SUBJECT = re.compile(rb"^subject:((?:.*\r?\n[ \t])*.*)", re.IGNORECASE | re.MULTILINE)
_MOST = 200  # letters that are looked at
_KIB = 1024


class Imap:
    """A conversation with an IMAP server. A `Box`."""

    def __init__(self, talk: Talk) -> None:
        self.capabilities: set[str] = set()
        self._talk = talk
        self._number = 0
        self._selected: str | None = None

    async def greeting(self, said: str | None) -> None:
        """Hear the greeting, unless it was `said` before TLS."""
        if said is None:
            line = await self._talk.line()
            if not line.upper().startswith((b"* OK", b"* PREAUTH")):
                what = f"what answers does not speak IMAP: {printable(line, 80)}"
                raise trouble(FailureKind.PROTOCOL, what)
        await self._learn()

    async def log_in(self, login: Login) -> None:
        """Log in; Refused."""
        if "AUTH=PLAIN" in self.capabilities:
            token = b64encode(f"\0{login.user}\0{login.password}".encode()).decode()
            status, said, _ = await self._ask("AUTHENTICATE PLAIN", more=token)
        elif "LOGINDISABLED" in self.capabilities:
            raise trouble(FailureKind.PROTOCOL, "the server takes no login without TLS")
        else:
            line = f"LOGIN {_quoted(login.user)} {_quoted(login.password)}"
            status, said, _ = await self._ask(line, "LOGIN ***")
        if status == "NO":
            raise Refused(said)
        self._expect("the login", status, said)
        await self._learn()

    async def fill(self, folder: str) -> Fill:
        """Return how full a folder is, and the quota that it counts against."""
        status, said, lines = await self._ask(f"STATUS {_quoted(folder)} (MESSAGES UNSEEN)")
        self._expect(f"the folder {folder}", status, said)
        told = {m[1].upper(): int(m[2]) for line in lines for m in _STATUS.finditer(line)}
        if b"MESSAGES" not in told:
            raise trouble(
                FailureKind.PROTOCOL, "the server does not say how many letters there are"
            )
        used = size = None
        if "QUOTA" in self.capabilities:
            status, _, lines = await self._ask(f"GETQUOTAROOT {_quoted(folder)}")
            told_of = [line for line in lines if line.upper().startswith(b"* QUOTA ")]
            quotas = [m for line in told_of if (m := _QUOTA.search(line))]
            if quotas and status == "OK":
                used, size = int(quotas[0][1]) * _KIB, int(quotas[0][2]) * _KIB
        return Fill(told[b"MESSAGES"], told.get(b"UNSEEN"), used, size)

    async def find(self, folder: str, word: str) -> list[Found]:
        """Return the letters whose subject contains a word."""
        if self._selected != folder:
            status, said, _ = await self._ask(f"SELECT {_quoted(folder)}")
            self._expect(f"the folder {folder}", status, said)
            self._selected = folder
        else:
            await self._ask("NOOP")
        status, said, lines = await self._ask(f"UID SEARCH HEADER Subject {_quoted(word)}")
        self._expect("the search", status, said)
        numbers = [
            number
            for line in lines
            if line.upper().startswith(b"* SEARCH")
            for number in line.split()[2:]
            if number.isdigit()
        ][:_MOST]
        if not numbers:
            return []
        asked = ",".join(number.decode("ascii") for number in numbers)
        status, said, lines = await self._ask(
            f"UID FETCH {asked} (UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])"
        )
        self._expect("the letters", status, said)
        return [found for line in lines if (found := _found(line))]

    async def delete(self, numbers: list[int]) -> None:
        """Delete letters for good."""
        which = ",".join(map(str, numbers))
        status, said, _ = await self._ask(f"UID STORE {which} +FLAGS.SILENT (\\Deleted)")
        self._expect("deleting", status, said)
        narrow = "UIDPLUS" in self.capabilities  # else all that anybody has marked is expunged
        status, said, _ = await self._ask(f"UID EXPUNGE {which}" if narrow else "EXPUNGE")
        self._expect("deleting", status, said)

    async def leave(self) -> None:
        """Say goodbye."""
        await self._ask("LOGOUT")

    async def _learn(self) -> None:
        status, said, lines = await self._ask("CAPABILITY")
        self._expect("CAPABILITY", status, said)
        told = [line for line in lines if line.upper().startswith(b"* CAPABILITY")]
        self.capabilities = {
            word.decode("ascii", "replace").upper() for line in told for word in line.split()[2:]
        }

    async def _ask(
        self, line: str, shown: str | None = None, more: str | None = None
    ) -> tuple[str, str, Sequence[bytes]]:
        """Return OK, NO or BAD, the words beside it, and the untagged lines before it.

        `more` is what is sent when the server asks to go on.
        """
        self._number += 1
        tag = f"a{self._number}"
        await self._talk.say(f"{tag} {line}", f"{tag} {shown}" if shown else None)
        begin = f"{tag} ".encode()
        lines: list[bytes] = []
        while True:
            heard = await self._line()
            if heard.startswith(begin):
                status, _, said = heard[len(begin) :].decode("utf-8", "replace").partition(" ")
                return status.upper(), printable(said, 120), lines
            if heard.startswith(b"+"):
                await self._talk.say(more if more is not None else "*", "***")
                more = None
            else:
                lines.append(heard)

    async def _line(self) -> bytes:
        """Return a line and the literals in it (`{12}` and so many octets after)."""
        whole = await self._talk.line()
        while literal := _LITERAL.search(whole):
            octets = await self._talk.exactly(int(literal[1]))
            whole = whole[: literal.start()] + b"\r\n" + octets + b"\r\n" + await self._talk.line()
        return whole

    @staticmethod
    def _expect(what: str, status: str, said: str) -> None:
        if status != "OK":
            raise trouble(FailureKind.PROTOCOL, f"{what} is answered by {printable(status)} {said}")


def _found(line: bytes) -> Found | None:
    uid, subject = _UID.search(line), _SUBJECT.search(line)
    if uid is None or subject is None:
        return None
    return Found(int(uid[1]), " ".join(subject[1].decode("utf-8", "replace").split()))


def _quoted(text: str) -> str:
    if not text.isascii() or not text.isprintable():
        what = "the server takes only names and passwords in ASCII (it offers no AUTH=PLAIN)"
        raise trouble(FailureKind.LOCAL, what)
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
