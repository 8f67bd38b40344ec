"""POP3 as a client speaks it (RFC 1939)."""

import re

from collectors._mail.box import Fill, Found
from collectors._mail.login import Login, Refused
from collectors._mail.talk import Talk
from collectors._net.trouble import printable, trouble
from core.reading import FailureKind

_STAT = re.compile(r"(\d{1,10}) (\d{1,18})")
_LATEST = 50  # letters whose heads are looked at


class Pop3:
    """A conversation with a POP3 server. A `Box` without folders."""

    def __init__(self, talk: Talk) -> None:
        self._talk = talk

    async def greeting(self, said: str | None) -> None:
        """Hear the greeting, unless it was `said` before TLS."""
        if said is None:
            await self._reply("the greeting")

    async def log_in(self, login: Login) -> None:
        """Log in; Refused."""
        for line, shown in ((f"USER {login.user}", "USER ***"), (f"PASS {login.password}", "***")):
            await self._talk.say(line, shown)
            heard = await self._talk.line()
            if heard.startswith(b"-ERR"):
                raise Refused(printable(heard[4:].strip(), 120))
            if not heard.startswith(b"+OK"):
                raise trouble(FailureKind.PROTOCOL, f"no answer of POP3: {printable(heard, 80)}")

    async def fill(self, folder: str) -> Fill:  # noqa: ARG002  (POP3 has one folder)
        """Return how many letters there are, and their bytes; POP3 knows no quota."""
        messages, octets = await self._stat()
        return Fill(messages, used=octets)

    async def find(self, folder: str, word: str) -> list[Found]:  # noqa: ARG002
        """Return the latest letters whose subject contains a word."""
        found, (messages, _) = [], await self._stat()
        for number in range(messages, max(0, messages - _LATEST), -1):
            await self._talk.say(f"TOP {number} 0")
            await self._reply("TOP")
            head = b"\n".join(await self._talk.block()).decode("utf-8", "replace")
            subject = re.search(r"^subject:((?:.*\n[ \t])*.*)", head, re.IGNORECASE | re.MULTILINE)
            told = " ".join(subject[1].split()) if subject else ""
            if word.casefold() in told.casefold():
                found.append(Found(number, told))
        return found

    async def delete(self, numbers: list[int]) -> None:
        """Mark letters; they go when we say goodbye."""
        for number in numbers:
            await self._talk.say(f"DELE {number}")
            await self._reply("deleting")

    async def leave(self) -> None:
        """Say goodbye."""
        await self._talk.say("QUIT")
        await self._reply("QUIT")

    async def _stat(self) -> tuple[int, int]:
        await self._talk.say("STAT")
        told = _STAT.match(await self._reply("STAT"))
        if told is None:
            raise trouble(
                FailureKind.PROTOCOL, "the server does not say how many letters there are"
            )
        return int(told[1]), int(told[2])

    async def _reply(self, what: str) -> str:
        heard = await self._talk.line()
        if not heard.startswith(b"+OK"):
            said = f"{what} is answered by {printable(heard, 80)}"
            raise trouble(FailureKind.PROTOCOL, said)
        return printable(heard[3:].strip())
