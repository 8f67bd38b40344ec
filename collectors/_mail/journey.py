"""A letter there and back: sent by SMTP, found in the mailbox by its subject, deleted."""

import asyncio
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid

from collectors._mail.box import Box, Found
from collectors._mail.login import Login, login_of
from collectors._mail.opening import Way, box, smtp
from collectors._mail.params import RoundtripParams
from collectors._net.trouble import trouble
from collectors._tls.door import Entry, Passage
from core.clock import LOCAL
from core.reading import FailureKind
from core.watching import Check

_RESERVE = 2.0  # seconds of a look that are kept for its end
_EVERY = 1.0  # seconds between two looks into the mailbox
_REOPENING = 3.0  # of POP3, whose maildrop stays as it was when it was opened


@dataclass(slots=True)
class Course:
    """What happened; seconds, None where it did not come to that."""

    sending: Passage = field(default_factory=Passage)
    fetching: Passage = field(default_factory=Passage)
    sent: float | None = None
    delay: float | None = None
    left: int | None = None  # letters of ours that lay in the mailbox from before


@dataclass(slots=True)
class Journey:
    """One letter of one check."""

    check: Check
    params: RoundtripParams
    way: Way
    course: Course

    async def run(self) -> None:
        """Send and find it; Trouble, OSError."""
        mark = f"ts{hashlib.sha256(self.check.slug.encode()).hexdigest()[:10]}"
        mailbox = self._mailbox_login()
        clock = self.way.kit.clock
        entered = clock.monotonic()
        await self._clean(mark, mailbox)
        token = f"{mark}-{secrets.token_hex(8)}"
        begun = clock.monotonic()
        await self._send(token)
        self.course.sent = clock.monotonic() - begun
        limit = self.check.timeout - _RESERVE - (begun - entered)
        if self.params.max_delay is not None:
            limit = min(limit, self.params.max_delay)
        try:
            async with asyncio.timeout(max(0.0, limit - self.course.sent)):
                await self._fetch(token, mailbox, begun)
        except TimeoutError as error:
            what = f"the letter was sent, but was not in the mailbox within {limit:.3g} s"
            raise trouble(FailureKind.TIMEOUT, what) from error

    def _mailbox_login(self) -> Login:
        params, kit = self.params, self.way.kit
        name = params.mailbox_secret or self.check.secret
        login = login_of(kit, name, params.mailbox_user or params.user)
        if login is None:
            raise trouble(FailureKind.LOCAL, "a mailbox needs a login: name its secret")
        return login

    def _box_entry(self) -> Entry:
        params = self.params
        host = params.mailbox_host or self.check.address
        return Entry(
            host,
            params.to_port,
            params.mailbox_security,
            params.mailbox_protocol,
            params.terms,
            None,
            self.check.timeout,
        )

    def _fetching(self) -> Way:
        return Way(self.way.kit, self.way.transcript, self.course.fetching)

    async def _clean(self, mark: str, login: Login) -> None:
        """Delete letters of earlier looks; Trouble if there are so many that mail runs in circles.

        Nothing is sent then: whatever multiplies letters is not given one more.
        """
        params = self.params
        async with box(
            self._box_entry(), params.mailbox_protocol, self._fetching(), login
        ) as opened:
            old = await opened.find(params.folder, mark)
            self.course.left = len(old)
            await _delete(opened, old)
        if len(old) >= params.most_left:
            what = f"{len(old)} of our letters lay in the mailbox: mail may be running in circles"
            raise trouble(FailureKind.PROTOCOL, f"{what}; they were deleted, none was sent")

    async def _send(self, token: str) -> None:
        params = self.params
        entry = Entry(
            self.check.address,
            params.from_port,
            params.smtp_security,
            "smtp",
            params.terms,
            None,
            self.check.timeout,
        )
        login = login_of(self.way.kit, self.check.secret, params.user)
        way = Way(self.way.kit, self.way.transcript, self.course.sending)
        async with smtp(entry, way, login, params.hello) as (opened, _):
            refusal = await opened.offer(params.sender, params.recipient)
            if refusal is not None:
                raise trouble(FailureKind.PROTOCOL, f"{params.recipient} is refused: {refusal}")
            await opened.letter(self._letter(token))

    def _letter(self, token: str) -> bytes:
        params, letter = self.params, EmailMessage()
        letter["From"], letter["To"] = params.sender, params.recipient
        letter["Subject"] = f"Thong Suot {token}"
        letter["Date"] = format_datetime(self.way.kit.clock.now().astimezone(LOCAL))
        letter["Message-ID"] = make_msgid(domain=params.sender.rpartition("@")[2])
        letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody answers it by machine
        letter["X-Auto-Response-Suppress"] = "All"
        letter.set_content("Thư kiểm tra đường thư, tự động xoá khi nhận được.\n")
        return letter.as_bytes()

    async def _fetch(self, token: str, login: Login, begun: float) -> None:
        """Look into the mailbox until the letter is there, and delete it."""
        params, clock = self.params, self.way.kit.clock
        while True:
            async with box(
                self._box_entry(), params.mailbox_protocol, self._fetching(), login
            ) as opened:
                found = await self._wait(opened, token)
                if found:
                    self.course.delay = clock.monotonic() - begun
                    await _delete(opened, found)
            if found:
                break
            await asyncio.sleep(_REOPENING)
        if len(found) > 1:
            raise trouble(FailureKind.PROTOCOL, f"the letter came {len(found)} times")

    async def _wait(self, opened: Box, token: str) -> list[Found]:
        """Return the letter, once it is there; of POP3 what there is now."""
        while True:
            found = await opened.find(self.params.folder, token)
            if found or self.params.mailbox_protocol == "pop3":
                return found
            await asyncio.sleep(_EVERY)


async def _delete(opened: Box, letters: Sequence[Found]) -> None:
    if letters:
        await opened.delete([letter.number for letter in letters])
