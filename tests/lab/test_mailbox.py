"""The sinks for messages: what is sent arrives whole, what shall be refused is refused."""

import asyncio
from email.message import EmailMessage

import aiosmtplib
import pytest

from lab.mailbox import Mailbox, Webhook


def a_letter(subject: str = "Mất kết nối: Cụm Bù Đăng") -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = "giam-sat@dongnai.example"
    letter["To"] = "truc.kythuat@dongnai.example"
    letter["Subject"] = subject
    letter.set_content("Đường truyền Viettel đi Cụm Bù Đăng mất kết nối.\n")
    return letter


async def call(port: int, text: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(text)
    writer.write_eof()
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_mail_arrives_with_its_vietnamese_text() -> None:
    async with Mailbox() as box:
        await aiosmtplib.send(a_letter(), hostname="127.0.0.1", port=box.port, start_tls=False)
        [letter] = await box.wait()
    assert letter.subject == "Mất kết nối: Cụm Bù Đăng"
    assert "mất kết nối" in letter.text
    assert letter.recipients == ("truc.kythuat@dongnai.example",)


async def test_a_mailbox_refuses_when_told_to_and_takes_again() -> None:
    async with Mailbox(refusal="451 4.7.1 try later") as box:
        with pytest.raises(aiosmtplib.SMTPResponseException) as refusal:
            await aiosmtplib.send(a_letter(), hostname="127.0.0.1", port=box.port, start_tls=False)
        assert refusal.value.code == 451
        assert not box.letters
        box.refusal = None
        await aiosmtplib.send(a_letter(), hostname="127.0.0.1", port=box.port, start_tls=False)
        assert len(await box.wait()) == 1


async def test_waiting_for_a_letter_that_never_comes_ends() -> None:
    async with Mailbox() as box:
        with pytest.raises(TimeoutError):
            await box.wait(patience=0.05)


async def test_a_webhook_keeps_the_call_and_answers_with_its_status() -> None:
    body = '{"chủ đề": "mất kết nối"}'.encode()
    request = b"POST /hook HTTP/1.1\r\nHost: x\r\nX-Id: 7\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with Webhook(status=202) as hook:
        answer = await call(hook.port, request + body)
        [kept] = await hook.wait()
    assert answer.startswith(b"HTTP/1.1 202 ")
    assert (kept.method, kept.path, kept.headers["x-id"]) == ("POST", "/hook", "7")
    assert kept.json() == {"chủ đề": "mất kết nối"}


async def test_what_is_no_call_is_not_kept() -> None:
    async with Webhook() as hook:
        await call(hook.port, b"hello\r\n\r\n")
        await call(hook.port, b"POST /hook HTTP/1.1\r\nContent-Length: 99999999\r\n\r\n")
        await call(hook.port, b"POST /hook HTTP/1.1\r\nContent-Length: 10\r\n\r\nshort")
        assert hook.calls == []
