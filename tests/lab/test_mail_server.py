"""The pretend mail server, spoken to by the clients that Python itself has."""

import asyncio
import contextlib
import imaplib
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from core.clock import SystemClock
from lab.certificates import Authority
from lab.emulators.answering import PASSWORD, USER
from lab.emulators.mail import MailServer, Post, imap
from tests.factories import FakeClock

AUTHORITY = Authority(SystemClock().now())
CONTEXT = AUTHORITY.context("127.0.0.1", SystemClock().now(), timedelta(days=9))
ROBOT = "robot@dongnai.example"


def trusting() -> ssl.SSLContext:
    return ssl.create_default_context(cadata=AUTHORITY.pem)


@contextlib.contextmanager
def accepting(take: Callable[[socket.socket], None]) -> Iterator[int]:
    """Hand every connection over; give the port."""
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        door.setblocking(False)
        loop = asyncio.get_running_loop()
        loop.add_reader(door.fileno(), lambda: take(door.accept()[0]))
        try:
            yield door.getsockname()[1]
        finally:
            loop.remove_reader(door.fileno())


def sent(port: int, login: tuple[str, str] | None) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=10) as client:
        client.starttls(context=trusting())
        if login is not None:
            client.login(*login)
        client.sendmail(ROBOT, [ROBOT], "Subject: Thu hoi\r\n\r\nĐến chưa?\r\n".encode())


@pytest.mark.parametrize(
    ("submission", "login", "taken"),
    [
        (False, None, True),
        (True, (USER, PASSWORD), True),
        (True, None, False),
        (True, (USER, "sai"), False),
    ],
)
async def test_letters_are_taken_from_servers_and_from_whoever_logs_in(
    submission: bool, login: tuple[str, str] | None, taken: bool
) -> None:
    server = MailServer(SystemClock())
    post = Post(server, CONTEXT, submission=submission)
    with accepting(post.take) as port:
        refused = contextlib.nullcontext() if taken else pytest.raises(smtplib.SMTPException)
        with refused:
            await asyncio.to_thread(sent, port, login)
        assert server.brought == int(taken)
    await post.close()


async def test_a_letter_is_seen_once_it_is_through_and_counts_against_the_quota() -> None:
    clock = FakeClock()
    server = MailServer(clock)
    server.bring(b"Subject: Thu ts1-a\r\n\r\n" + bytes(5 * 1024))
    server.bring(b"Subject: Khac\r\n\r\n")

    async def spoken(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await imap(reader, writer, server)
        writer.close()

    listening = await asyncio.start_server(spoken, "127.0.0.1", 0, ssl=CONTEXT)
    port = listening.sockets[0].getsockname()[1]

    def read() -> tuple[list[bytes], list[bytes], bytes]:
        with imaplib.IMAP4_SSL("127.0.0.1", port, ssl_context=trusting(), timeout=10) as client:
            with pytest.raises(imaplib.IMAP4.error):
                client.login(USER, "sai")
            client.login(USER, PASSWORD)
            client.select("INBOX")
            found = client.uid("SEARCH", "HEADER", "Subject", '"ts1"')[1]
            told = client.getquotaroot("INBOX")[1][1]
            subject = b""
            if found[0]:
                shown = client.uid("FETCH", "1", "(UID BODY.PEEK[HEADER.FIELDS (SUBJECT)])")[1]
                subject = shown[0][1]
                client.uid("STORE", "1", "+FLAGS.SILENT", "(\\Deleted)")
                client.expunge()
            return found, told, subject

    before = server.used
    assert before == MailServer(clock).used + 5
    assert (await asyncio.to_thread(read))[0] == [b""]
    clock.advance(10)
    found, told, subject = await asyncio.to_thread(read)
    assert found == [b"1"]
    assert told == [f'"" (STORAGE {server.used + 5} 2097152)'.encode()]
    assert subject == b"Subject: Thu ts1-a\r\n\r\n"
    assert [one.uid for one in server.letters] == [2]
    listening.close()


async def test_nothing_is_told_before_a_login() -> None:
    reader = asyncio.StreamReader()
    reader.feed_data(b'a1 STATUS "INBOX" (MESSAGES)\r\na2 "\r\na3 LOGOUT\r\n')

    class Kept:
        said = b""

        def write(self, octets: bytes) -> None:
            self.said += octets

        async def drain(self) -> None:
            pass

    writer = Kept()
    await imap(reader, writer, MailServer(FakeClock()))  # type: ignore[arg-type]
    answers = [line for line in writer.said.split(b"\r\n") if line[:1] == b"a"]
    assert [line.split()[1] for line in answers] == [b"NO", b"NO", b"OK"]
