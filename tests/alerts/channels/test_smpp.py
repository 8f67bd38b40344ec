"""SMPP over TCP, with a message centre written from SMPP 3.4."""

import asyncio
import ssl
import struct
from pathlib import Path
from typing import Any

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from alerts.channels.smpp import CHANNEL, SmppParams, _answer, receive
from core.answer import Answer
from core.channel import GiveUp, Retry, Take
from core.incident import Message, Short
from tests.alerts.channels.providers.smsc import Smsc, listening, mobile_originated
from tests.alerts.channels.said import told


def params(port: int, **changes: object) -> SmppParams:
    known = {"host": "127.0.0.1", "system_id": "tinh", "password": "mat-khau", "sender": "UBND"}
    return SmppParams.model_validate({**known, "port": port, **changes})


async def sent(smsc: Smsc, message: Message | None = None, **changes: object) -> str:
    async with listening(smsc) as port:
        return await CHANNEL.send(params(port, **changes), message or told(), 5.0)


async def test_a_message_is_bound_for_submitted_and_unbound_from() -> None:
    smsc = Smsc()
    assert await sent(smsc) == "message 4F1A-1"
    assert (smsc.binds, smsc.unbinds) == (1, 1)
    (got,) = smsc.submitted
    assert got.source == (5, 0, "UBND")
    assert got.destination == (1, 1, "84901234567")
    assert got.text.startswith("SU CO: Kenh VNPT")
    assert got.text.endswith("Ma SC-20261122-0001")
    assert got.registered_delivery == 0


@pytest.mark.parametrize(
    ("sender", "source"),
    [
        ("84901234567", (1, 1, "84901234567")),
        ("+84901234567", (1, 1, "84901234567")),
        ("8099", (3, 0, "8099")),
        ("TINH.A-1", (5, 0, "TINH.A-1")),
    ],
)
async def test_the_sender_says_what_kind_of_number_it_is(
    sender: str, source: tuple[int, int, str]
) -> None:
    smsc = Smsc()
    await sent(smsc, sender=sender)
    assert smsc.submitted[0].source == source


async def test_the_alphabet_is_the_networks_own() -> None:
    smsc = Smsc()
    text = "a@b_c $5 (x) \"y\" 'z' #%&*+,-./:;<=>?!"
    short = Short(sms=text, minimal="", template="test")
    await sent(smsc, Message(id="1", to="0901234567", subject="", body="", short=short))
    assert smsc.submitted[0].data_coding == 0
    assert smsc.submitted[0].text == text


async def test_a_centre_that_asks_and_delivers_meanwhile_is_answered_and_passed_over() -> None:
    smsc = Smsc(chatty=True)
    assert await sent(smsc) == "message 4F1A-1"
    assert smsc.answered_links >= 2


@pytest.mark.parametrize("changes", [{"password": "sai"}, {"system_id": "ai"}])
async def test_a_wrong_login_breaks_the_channel(changes: dict[str, Any]) -> None:
    smsc = Smsc()
    with pytest.raises(GiveUp, match="0x0000000") as refusal:
        await sent(smsc, **changes)
    assert refusal.value.channel_broken
    assert smsc.submitted == []


@pytest.mark.parametrize("status", [0x08, 0x14, 0x45, 0x58, 0x64, 0x400, 0xFFFF])
async def test_what_may_pass_is_tried_again(status: int) -> None:
    with pytest.raises(Retry, match=f"0x{status:08X}"):
        await sent(Smsc(submit_status=status))
    with pytest.raises(Retry, match=f"0x{status:08X}"):
        await sent(Smsc(bind_status=status))


@pytest.mark.parametrize("status", [0x01, 0x0B, 0x50, 0x65])
async def test_a_number_that_is_none_is_given_up_alone(status: int) -> None:
    with pytest.raises(GiveUp) as refusal:
        await sent(Smsc(submit_status=status))
    assert not refusal.value.channel_broken


async def test_a_sender_that_may_not_breaks_the_channel() -> None:
    with pytest.raises(GiveUp, match="sender") as refusal:
        await sent(Smsc(submit_status=0x0A))
    assert refusal.value.channel_broken


async def test_a_command_that_it_does_not_know_is_tried_again() -> None:
    with pytest.raises(Retry, match="0x00000003"):
        await sent(Smsc(nack=True))


@pytest.mark.parametrize("password", ["quá-dài-cho-SMPP", "mật"])
async def test_a_password_that_smpp_cannot_carry_breaks_the_channel_unsaid(password: str) -> None:
    with pytest.raises(GiveUp) as refusal:
        await sent(Smsc(), password=password)
    assert refusal.value.channel_broken
    assert password not in str(refusal.value)


@pytest.mark.parametrize(
    "garbage",
    [b"HTTP/1.1 400 Bad Request\r\n\r\n", struct.pack("!IIII", 3, 0, 0, 1), b"\xff" * 64, b"\x00"],
)
async def test_what_does_not_speak_smpp_is_a_retry(garbage: bytes) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(garbage)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        with pytest.raises(Retry):
            await CHANNEL.send(params(server.sockets[0].getsockname()[1]), told(), 2.0)


async def test_the_line_can_be_encrypted(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    ca = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(ca)
    smsc = Smsc()
    server = await asyncio.start_server(smsc.serve, "127.0.0.1", 0, ssl=context)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await CHANNEL.send(params(port, tls=True, ca_file=str(ca)), told(), 5.0)
        assert await CHANNEL.send(params(port, tls=True, verify=False), told(), 5.0)
        with pytest.raises(Retry, match="CERTIFICATE"):
            await CHANNEL.send(params(port, tls=True), told(), 5.0)
        gone = params(port, tls=True, ca_file="/nonexistent")
        with pytest.raises(GiveUp, match="CA file"):
            await CHANNEL.send(gone, told(), 5.0)


@pytest.mark.parametrize("sender", ["", "A-name-too-long", "Tỉnh", "a\x00b"])
def test_a_sender_that_no_network_shows_is_refused_with_the_settings(sender: str) -> None:
    with pytest.raises(ValidationError):
        params(2775, sender=sender)


async def looked(smsc: Smsc, timeout: float = 6.0, take: Take | None = None) -> list[Answer]:
    came: list[Answer] = []

    async def keep(answer: Answer) -> None:
        came.append(answer)

    async with listening(smsc) as port:
        params = SmppParams.model_validate(
            {
                "host": "127.0.0.1",
                "port": port,
                "system_id": "tinh",
                "password": "mat-khau",
                "sender": "8099",
                "answers": True,
            }
        )
        await receive(params, take or keep, timeout)
    return came


async def test_what_people_sent_is_taken_and_then_let_go_of(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("alerts.channels.smpp._QUIET", 0.2)
    smsc = Smsc(chatty=False)
    header = bytes((5, 0, 3, 9, 2, 1))
    smsc.inbox = [
        mobile_originated("+84901234567", "OK 0042"),
        mobile_originated("84912345678", "Đã nhận 0042"),
        mobile_originated("+84901234567", "id:1 stat:DELIVRD", esm_class=0x04),
        mobile_originated("+84901234567", "OK 0043", payload=True),
        mobile_originated("+84901234567", "OK 0044", esm_class=0x40, header=header),
        b"\0\1",
    ]
    came = await looked(smsc)
    assert [(a.sender, a.text) for a in came] == [
        ("+84901234567", "OK 0042"),
        ("84912345678", "Đã nhận 0042"),
        ("+84901234567", "OK 0043"),
        ("+84901234567", "OK 0044"),
    ]
    assert smsc.inbox == []
    assert smsc.unbinds == 1


async def test_what_the_ledger_does_not_take_stays_at_the_centre() -> None:
    smsc = Smsc(inbox=[mobile_originated("+84901234567", "OK 0042")])

    async def away(_answer: Answer) -> None:
        raise OSError("the ledger is away")

    with pytest.raises(Retry, match="away"):
        await looked(smsc, take=away)
    assert len(smsc.inbox) == 1


async def test_a_centre_that_refuses_us_is_told_as_when_we_send() -> None:
    with pytest.raises(GiveUp, match="bind failed") as refusal:
        await looked(Smsc(bind_status=0x0D))
    assert refusal.value.channel_broken


def test_a_brand_name_cannot_be_answered() -> None:
    fields = {"host": "x", "system_id": "t", "password": "p", "answers": True}
    with pytest.raises(ValidationError, match="brand name"):
        SmppParams.model_validate({**fields, "sender": "UBND-TINH"})
    numbered = SmppParams.model_validate({**fields, "sender": "8099"})
    assert CHANNEL.back(numbered) == "receive"


@given(st.binary(max_size=120))
def test_nonsense_of_a_centre_is_let_go_of(body: bytes) -> None:
    found = _answer(body)
    assert found is None or isinstance(found, Answer)
