"""Do the mail collectors tell a mail host that works from one that does not, and leave no trace?"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from collectors import mail_roundtrip, mailbox, smtp
from collectors._mail.params import MailboxParams, RoundtripParams, SmtpParams
from core.collector import Collector
from core.reading import FailureKind, Reading
from core.watching import Check
from runtime.scheduler import look_once
from tests.collectors.looking import a_kit, by, kind, looked, values, why
from tests.collectors.mailhost import DOMAIN, PASSWORD, USER, MailHost, mailhost
from tests.collectors.servers import talking
from tests.factories import FakeClock, a_check
from tests.ports import free_port

LOGIN = f"{USER}:{PASSWORD}"
ROBOT = f"robot@{DOMAIN}"
SMTP, MAILBOX, TRIP = smtp.COLLECTOR, mailbox.COLLECTOR, mail_roundtrip.COLLECTOR


@pytest.fixture(scope="module")
def host() -> Iterator[MailHost]:
    with mailhost() as running:
        yield running


def asking(
    collector: str,
    host: MailHost,
    secret: str | None = "robot",
    timeout: float = 5.0,
    **params: object,
) -> Check:
    return a_check(
        "a",
        collector,
        address="localhost",
        timeout=timeout,
        secret=secret,
        params={"ca": str(host.ca), **params},
    )


@pytest.mark.parametrize(("door", "security"), [("submission", "starttls"), ("smtps", "tls")])
async def test_a_sender_is_let_in_with_tls(host: MailHost, door: str, security: str) -> None:
    check = asking("smtp", host, port=host.ports[door], security=security)
    reading, run = await looked(SMTP, check, robot=LOGIN)
    assert reading.ok, run.lines
    phases = by(reading, "probe_smtp_duration_seconds", "phase")
    assert {"resolve", "connect", "tls", "greeting", "login"} <= phases.keys()
    assert sum(phases.values()) <= values(reading)["probe_duration_seconds"]
    assert "probe_ssl_earliest_cert_expiry" in values(reading)
    assert any("AUTH PLAIN ***" in line for line in run.lines)


async def test_between_servers_nobody_logs_in_and_recipients_are_only_asked_for(
    host: MailHost,
) -> None:
    check = asking(
        "smtp",
        host,
        secret=None,
        port=host.ports["smtp"],
        security="none",
        banner="mail.dongnai.test ESMTP",
        sender="kiemtra@chinhphu.test",
        recipient=ROBOT,
        must_refuse="ai-do@noi-khac.test",
    )
    before = len(host.letters)
    reading, run = await looked(SMTP, check)
    assert reading.ok, run.lines
    assert not any("DATA" in line for line in run.lines)
    await asyncio.sleep(0.3)
    assert len(host.letters) == before


async def test_an_open_relay_is_found(host: MailHost) -> None:
    params: dict[str, Any] = {
        "sender": "a@b.test",
        "must_refuse": "ai-do@noi-khac.test",
        "security": "none",
    }
    check = asking("smtp", host, secret=None, port=host.ports["open"], **params)
    reading, _ = await looked(SMTP, check)
    assert why(reading) == ("ai-do@noi-khac.test is taken: the server passes on strangers' mail")


async def test_a_recipient_that_is_not_there_is_told_in_the_servers_words(host: MailHost) -> None:
    check = asking(
        "smtp",
        host,
        secret=None,
        port=host.ports["smtp"],
        sender="a@b.test",
        recipient=f"khong-co@{DOMAIN}",
    )
    reading, _ = await looked(SMTP, check)
    assert "is refused: 550" in why(reading)


async def test_a_letter_is_sent_only_where_that_was_asked_for(host: MailHost) -> None:
    check = asking(
        "smtp",
        host,
        secret=None,
        port=host.ports["smtp"],
        sender="a@b.test",
        recipient=f"full@{DOMAIN}",
        deliver=True,
    )
    reading, run = await looked(SMTP, check)
    assert reading.ok, run.lines
    for _ in range(50):
        found = list((host.folder / "mail" / "full" / "new").glob("*"))
        if found:
            break
        await asyncio.sleep(0.1)
    (letter,) = found
    assert "Auto-Submitted: auto-generated" in letter.read_text()


async def test_a_refused_login_is_not_tried_again_at_once(host: MailHost) -> None:
    kit = a_kit(FakeClock(), robot=f"{USER}:sai")
    check = asking("smtp", host, port=host.ports["submission"])
    _, reading = await look_once(SMTP, check, kit)
    assert kind(reading) is FailureKind.AUTH
    assert "the login is refused: 535" in why(reading)
    run, reading = await look_once(SMTP, check, kit)
    await kit.aclose()
    assert "to lock no account it is not tried again before" in why(reading)
    assert not any("> AUTH" in line for line in run.lines)


async def test_an_unknown_authority_is_named_and_its_end_told(host: MailHost) -> None:
    check = asking("smtp", host, port=host.ports["smtps"], security="tls")
    params = {key: value for key, value in check.params.items() if key != "ca"}
    check = check.model_copy(update={"params": params})
    reading, run = await looked(SMTP, check, robot=LOGIN)
    assert "authority is unknown" in why(reading)
    assert "probe_ssl_earliest_cert_expiry" in values(reading)
    assert not any("> AUTH" in line for line in run.lines)


@pytest.mark.parametrize(
    ("protocol", "door", "security"),
    [
        ("imap", "imaps", "tls"),
        ("imap", "imap", "starttls"),
        ("pop3", "pop3s", "tls"),
        ("pop3", "pop3", "starttls"),
    ],
)
async def test_a_mailbox_opens_and_tells_how_full_it_is(
    host: MailHost, protocol: str, door: str, security: str
) -> None:
    host.put(3, "thu da co")
    check = asking("mailbox", host, protocol=protocol, port=host.ports[door], security=security)
    reading, run = await looked(MAILBOX, check, robot=LOGIN)
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_mailbox_messages"] == len(host.letters)
    if protocol == "imap":
        assert got["probe_mailbox_size_bytes"] == 10 * 1024 * 1024
        assert 0 <= got["probe_mailbox_used_ratio"] < 1
        assert got["probe_mailbox_unseen_messages"] >= 3


async def test_a_mailbox_that_is_too_full_is_told(host: MailHost) -> None:
    params: dict[str, Any] = {"protocol": "imap", "port": host.ports["imaps"], "max_used": 1e-9}
    box = host.folder / "mail" / USER
    host.put(1, "day")
    (box / "new" / "2.big").write_text("Subject: big\n\n" + "x" * 200_000)
    host.put(0, "day")
    (box / "maildirsize").unlink(missing_ok=True)
    reading, run = await looked(MAILBOX, asking("mailbox", host, **params), robot=LOGIN)
    assert "the mailbox is" in why(reading), run.lines


@pytest.mark.parametrize(("protocol", "door"), [("imap", "imaps"), ("pop3", "pop3s")])
async def test_a_wrong_password_is_told_as_such(host: MailHost, protocol: str, door: str) -> None:
    check = asking("mailbox", host, protocol=protocol, port=host.ports[door])
    reading, _ = await looked(MAILBOX, check, robot=f"{USER}:sai")
    assert kind(reading) is FailureKind.AUTH


async def test_a_mailbox_without_a_login_is_our_own_fault(host: MailHost) -> None:
    check = asking("mailbox", host, secret=None, port=host.ports["imaps"])
    reading, _ = await looked(MAILBOX, check)
    assert kind(reading) is FailureKind.LOCAL


def trip(
    host: MailHost, protocol: str, timeout: float = 15.0, recipient: str = ROBOT, **more: Any
) -> Check:
    return asking(
        "mail_roundtrip",
        host,
        timeout=timeout,
        sender=ROBOT,
        recipient=recipient,
        smtp_port=host.ports["submission"],
        mailbox_protocol=protocol,
        mailbox_port=host.ports["imaps" if protocol == "imap" else "pop3s"],
        **more,
    )


@pytest.mark.parametrize("protocol", ["imap", "pop3"])
async def test_a_letter_goes_there_and_back_and_leaves_no_trace(
    host: MailHost, protocol: str
) -> None:
    before = {path.name.partition(":")[0] for path in host.letters}
    reading, run = await looked(TRIP, trip(host, protocol), robot=LOGIN)
    assert reading.ok, run.lines
    got = values(reading)
    assert got["probe_mail_sending_seconds"] <= got["probe_mail_roundtrip_seconds"]
    assert got["probe_mail_roundtrip_seconds"] <= got["probe_duration_seconds"]
    assert {path.name.partition(":")[0] for path in host.letters} <= before


async def test_a_letter_that_does_not_arrive_in_time_is_told_and_swept_up_later(
    host: MailHost,
) -> None:
    check = trip(host, "imap", timeout=4.0, recipient=f"full@{DOMAIN}")
    reading, _ = await looked(TRIP, check, robot=LOGIN)
    assert kind(reading) is FailureKind.TIMEOUT
    assert "the letter was sent, but was not in the mailbox within" in why(reading)
    assert values(reading)["probe_success"] == 0


async def test_a_letter_that_comes_twice_is_told(host: MailHost) -> None:
    reading, _ = await looked(TRIP, trip(host, "imap", recipient=f"twice@{DOMAIN}"), robot=LOGIN)
    # Both copies fall into one mailbox; which of them is seen first is the server's matter.
    assert reading.ok or why(reading) == "the letter came 2 times"
    reading, _ = await looked(TRIP, trip(host, "imap"), robot=LOGIN)
    assert reading.ok


async def test_where_our_letters_multiply_none_is_sent(host: MailHost) -> None:
    reading, run = await looked(TRIP, trip(host, "imap"), robot=LOGIN)
    subject = next(m[0] for line in run.lines if (m := re.search(r"ts[0-9a-f]{10}", line)))
    host.put(6, f"Thong Suot {subject}-old")
    reading, run = await looked(TRIP, trip(host, "imap"), robot=LOGIN)
    assert why(reading).startswith("6 of our letters lay in the mailbox")
    assert not any("MAIL FROM" in line for line in run.lines)
    assert values(reading)["probe_mail_left_messages"] == 6
    reading, _ = await looked(TRIP, trip(host, "imap"), robot=LOGIN)
    assert reading.ok


async def test_an_event_loop_like_that_of_the_platform_talks_alike(host: MailHost) -> None:
    reading = await asyncio.to_thread(
        lambda: uvloop.run(looked(TRIP, trip(host, "imap"), robot=LOGIN))[0]
    )
    assert reading.ok, reading.failure


async def test_nobody_at_the_port_is_refused() -> None:
    check = a_check("a", "smtp", address="127.0.0.1", timeout=2, params={"port": free_port()})
    reading, _ = await looked(SMTP, check)
    assert kind(reading) is FailureKind.REFUSED


Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def saying(octets: bytes) -> Talk:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(octets)
        await writer.drain()
        await reader.read(1024)

    return talk


async def strange(collector: Collector, octets: bytes, **params: object) -> Reading:
    async with talking(saying(octets)) as port:
        check = a_check(
            "a",
            collector.name,
            address="127.0.0.1",
            timeout=0.5,
            secret="robot",
            params={"port": port, "security": "none", **params},
        )
        reading, _ = await looked(collector, check, robot=LOGIN)
    return reading


@pytest.mark.parametrize(
    ("octets", "words"),
    [
        (b"SSH-2.0-OpenSSH\r\n", "what answers does not speak SMTP"),
        (b"554 no\r\n", "the server greets with 554 no"),
        (b"220-" + b"x" * 70_000, "a line without an end"),
        (b"220-a\r\n" * 200, "a reply without an end"),
        (b"", "no answer"),
    ],
)
async def test_what_is_no_smtp_is_told(octets: bytes, words: str) -> None:
    assert words in why(await strange(SMTP, octets))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.sampled_from(
                (
                    b"* OK x",
                    b"a1 OK",
                    b"* CAPABILITY QUOTA",
                    b"{999999}",
                    b"+ go",
                    b"+OK 1 2",
                    b"220 x",
                )
            ),
        ),
        max_size=8,
    )
)
async def test_no_strange_server_breaks_a_look(lines: list[bytes]) -> None:
    octets = b"\r\n".join((*lines, b""))
    for collector, params in ((SMTP, {}), (MAILBOX, {}), (MAILBOX, {"protocol": "pop3"})):
        async with talking(saying(octets)) as port:
            check = a_check(
                "a",
                collector.name,
                address="127.0.0.1",
                timeout=0.05,
                secret="robot",
                params={"port": port, "security": "none", **params},
            )
            reading, _ = await looked(collector, check, robot=LOGIN)
        assert not reading.ok


def test_what_cannot_be_asked_is_refused() -> None:
    with pytest.raises(ValidationError, match="need a sender"):
        SmtpParams.model_validate({"recipient": "a@b.vn"})
    with pytest.raises(ValidationError, match="needs a recipient"):
        SmtpParams.model_validate({"sender": "a@b.vn", "deliver": True})
    with pytest.raises(ValidationError, match="sender"):
        RoundtripParams.model_validate({"sender": "a@b.vn> x", "recipient": "a@b.vn"})
    assert MailboxParams(protocol="pop3", security="starttls").at_port == 110
