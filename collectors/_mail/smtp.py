"""SMTP as a client speaks it (RFC 5321), with login (RFC 4954)."""

from base64 import b64encode
from dataclasses import dataclass, field

from collectors._mail.login import Login, Refused
from collectors._mail.talk import Talk
from collectors._net.trouble import printable, trouble
from core.reading import FailureKind

_MOST_LINES = 100  # of a reply
_GREETS, _DONE, _BYE, _LET_IN, _GO_ON, _START = 220, 250, 221, 235, 334, 354
_CODE = 3  # digits
_LATER = 400  # from here on the server refuses: for now, and from 500 on for good
_FOR_GOOD = 500


@dataclass(slots=True)
class Smtp:
    """A conversation with a mail server."""

    talk: Talk
    offers: dict[str, str] = field(default_factory=dict)  # extensions and their words, upper case

    async def greeting(self) -> str:
        """Return what the server says first; Trouble if it is no welcome."""
        code, lines = await self._reply()
        if code != _GREETS:
            raise trouble(FailureKind.REFUSED, f"the server greets with {code} {_said(lines)}")
        return f"{code} {_said(lines)}"

    async def hello(self, name: str) -> None:
        """Greet, and note what the server offers."""
        code, lines = await self._ask(f"EHLO {name}")
        if code != _DONE:
            raise trouble(FailureKind.PROTOCOL, f"EHLO is answered by {code} {_said(lines)}")
        words = [line.upper().partition(" ") for line in lines[1:]]
        self.offers = {word: rest for word, _, rest in words}

    async def log_in(self, login: Login) -> None:
        """Log in; Refused by the server, Trouble if it offers no way we know."""
        ways = self.offers.get("AUTH", "").split()
        if "PLAIN" in ways:
            token = f"\0{login.user}\0{login.password}".encode()
            code, lines = await self._ask(
                f"AUTH PLAIN {b64encode(token).decode()}", "AUTH PLAIN ***"
            )
        elif "LOGIN" in ways:
            code, lines = await self._ask("AUTH LOGIN")
            for word in (login.user, login.password):
                if code == _GO_ON:
                    code, lines = await self._ask(b64encode(word.encode()).decode(), "***")
        else:
            offered = ", ".join(ways) or "none"
            what = f"the server offers no login by PLAIN or LOGIN here (but {printable(offered)})"
            raise trouble(FailureKind.PROTOCOL, what)
        if code >= _FOR_GOOD:
            raise Refused(f"{code} {_said(lines)}")
        if code != _LET_IN:
            raise trouble(FailureKind.PROTOCOL, f"the login is answered by {code} {_said(lines)}")

    async def offer(self, sender: str, recipient: str) -> str | None:
        """Offer an envelope; return the refusal of the recipient, None if it is taken."""
        self._expect("MAIL FROM", *await self._ask(f"MAIL FROM:<{sender}>"))
        code, lines = await self._ask(f"RCPT TO:<{recipient}>")
        return None if code < _LATER else f"{code} {_said(lines)}"

    async def forget(self) -> None:
        """Take the envelope back."""
        self._expect("RSET", *await self._ask("RSET"))

    async def letter(self, octets: bytes) -> None:
        """Send the letter of the envelope that was taken."""
        code, lines = await self._ask("DATA")
        if code != _START:
            raise trouble(FailureKind.PROTOCOL, f"DATA is answered by {code} {_said(lines)}")
        doubled = b"\r\n".join(
            b"." + line if line.startswith(b".") else line for line in octets.splitlines()
        )
        await self.talk.send(doubled + b"\r\n.\r\n")
        self._expect("the letter", *await self._reply())

    async def leave(self) -> None:
        """Say goodbye."""
        await self._ask("QUIT")

    async def _ask(self, line: str, shown: str | None = None) -> tuple[int, list[str]]:
        await self.talk.say(line, shown)
        return await self._reply()

    async def _reply(self) -> tuple[int, list[str]]:
        """Return code and lines of a reply; Trouble if it is none."""
        lines: list[str] = []
        while len(lines) < _MOST_LINES:
            line = await self.talk.line()
            if not line[:_CODE].isdigit() or line[_CODE : _CODE + 1] not in {b"-", b" ", b""}:
                what = f"what answers does not speak SMTP: {printable(line, 80)}"
                raise trouble(FailureKind.PROTOCOL, what)
            lines.append(line[_CODE + 1 :].decode("utf-8", "replace"))
            if line[_CODE : _CODE + 1] != b"-":
                return int(line[:_CODE]), lines
        raise trouble(FailureKind.PROTOCOL, "a reply without an end")

    @staticmethod
    def _expect(what: str, code: int, lines: list[str]) -> None:
        if code >= _LATER:
            said = f"{what} is refused: {code} {_said(lines)}"
            raise trouble(FailureKind.PROTOCOL, said)


def _said(lines: list[str]) -> str:
    return printable(" ".join(lines), 120)
