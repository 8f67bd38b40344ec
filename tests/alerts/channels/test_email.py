"""E-mail talks to a real SMTP server, in clear, by STARTTLS and by TLS."""

import asyncio
import email
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from alerts.channels.email import CHANNEL, EmailParams
from core.channel import GiveUp, Retry
from core.incident import Message

MESSAGE = Message(
    id="SC-20261122-0001.problem.7",
    to="truc@example.vn",
    subject="SỰ CỐ SC-20261122-0001: Kênh VNPT\r\nBcc: x@example.vn",
    body="Kênh VNPT tỉnh – Bù Đăng mất kết nối.\n",
    html="<p>Kênh VNPT tỉnh – Bù Đăng mất kết nối.</p>",
)


# The test server may ask for a password in clear.
IN_CLEAR = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")


class Mailbox:
    """A server's handler: keeps mail, or answers as told."""

    def __init__(self, **answers: str) -> None:
        self.answers = answers
        self.mail: list[EmailMessage] = []
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.answers.get("rcpt", "250 OK")

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self.answers.get("mail", "250 OK")

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mail.append(message)
        return self.answers.get("data", "250 queued as 4711")

    def authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: object
    ) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"dung", handled=False)


@asynccontextmanager
async def server(
    mailbox: Mailbox,
    *,
    tls: ssl.SSLContext | None = None,
    starttls: ssl.SSLContext | None = None,
    login: bool = False,
) -> AsyncIterator[int]:
    def session() -> SMTP:
        return SMTP(
            mailbox,
            hostname="mail.example.vn",
            tls_context=starttls,
            require_starttls=starttls is not None,
            authenticator=mailbox.authenticate if login else None,
            auth_require_tls=False,
            auth_required=login,
        )

    loop = asyncio.get_running_loop()
    listening = await loop.create_server(session, "127.0.0.1", 0, ssl=tls)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await listening.wait_closed()
        await asyncio.sleep(0.05)  # the sessions say goodbye


def params(port: int, **changes: object) -> EmailParams:
    fields: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "sender": "Thông Suốt <thongsuot@tinh.example.vn>",
    }
    return EmailParams.model_validate(fields | changes)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def certified(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


async def test_the_mail_is_text_and_html_with_the_id_that_a_retry_keeps() -> None:
    mailbox = Mailbox()
    async with server(mailbox) as port:
        receipts = [await CHANNEL.send(params(port), MESSAGE, 5.0) for _ in range(2)]
    assert "queued as 4711" in receipts[0]
    mail = mailbox.mail[0]
    assert mail["To"] == "truc@example.vn"
    assert mail["Subject"] == "SỰ CỐ SC-20261122-0001: Kênh VNPT Bcc: x@example.vn"
    assert mail["Bcc"] is None
    assert {m["Message-ID"] for m in mailbox.mail} == {
        "<SC-20261122-0001.problem.7@tinh.example.vn>"
    }
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().strip() == MESSAGE.body.strip()
    assert "<p>Kênh VNPT" in html.get_content()


@pytest.mark.parametrize("security", ["tls", "starttls"])
async def test_the_way_is_encrypted_and_the_certificate_checked(
    security: str, certified: ssl.SSLContext, authority: trustme.CA, tmp_path: Path
) -> None:
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    mailbox = Mailbox()
    at_once = certified if security == "tls" else None
    asked = certified if security == "starttls" else None
    async with server(mailbox, tls=at_once, starttls=asked) as port:
        await CHANNEL.send(params(port, security=security, ca_file=str(ca)), MESSAGE, 5.0)
        with pytest.raises(Retry):
            await CHANNEL.send(params(port, security=security), MESSAGE, 5.0)
    assert len(mailbox.mail) == 1


@IN_CLEAR
async def test_a_server_without_starttls_breaks_the_channel_and_gets_no_password() -> None:
    mailbox = Mailbox()
    async with server(mailbox, login=True) as port:
        with pytest.raises(GiveUp) as refusal:
            await CHANNEL.send(
                params(port, security="starttls", username="a", password="dung"), MESSAGE, 5.0
            )
    assert refusal.value.channel_broken
    assert not mailbox.logins


@IN_CLEAR
async def test_a_right_password_is_let_in_and_a_wrong_one_breaks_the_channel() -> None:
    mailbox = Mailbox()
    async with server(mailbox, login=True) as port:
        await CHANNEL.send(params(port, username="a", password="dung"), MESSAGE, 5.0)
        with pytest.raises(GiveUp) as refusal:
            await CHANNEL.send(params(port, username="a", password="sai"), MESSAGE, 5.0)
    assert refusal.value.channel_broken
    assert "sai" not in str(refusal.value)
    assert len(mailbox.mail) == 1


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ("rcpt", "450 greylisted"),
        ("rcpt", "452 mailbox full"),
        ("mail", "421 busy"),
        ("data", "451 local error"),
    ],
)
async def test_a_passing_refusal_is_a_retry(where: str, words: str) -> None:
    async with server(Mailbox(**{where: words})) as port:
        with pytest.raises(Retry, match=words.split(maxsplit=1)[0]):
            await CHANNEL.send(params(port), MESSAGE, 5.0)


@pytest.mark.parametrize(
    ("where", "words", "broken"),
    [
        ("rcpt", "550 no such mailbox", False),
        ("data", "554 looks like spam", False),
        ("mail", "553 you may not send", True),
    ],
)
async def test_a_lasting_refusal_is_given_up(where: str, words: str, *, broken: bool) -> None:
    async with server(Mailbox(**{where: words})) as port:
        with pytest.raises(GiveUp, match=words.split(maxsplit=1)[0]) as refusal:
            await CHANNEL.send(params(port), MESSAGE, 5.0)
    assert refusal.value.channel_broken is broken


async def test_nobody_listening_and_a_silent_server_are_retries() -> None:
    with pytest.raises(Retry):
        await CHANNEL.send(params(1), MESSAGE, 2.0)

    left = asyncio.Event()

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        left.set()

    listening = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with listening:
        with pytest.raises(Retry):
            await CHANNEL.send(params(listening.sockets[0].getsockname()[1]), MESSAGE, 0.3)
        async with asyncio.timeout(5):
            await left.wait()
