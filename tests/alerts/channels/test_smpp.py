"""SMPP over TCP, with a message centre written from SMPP 3.4."""

import asyncio
import ssl
import struct
from pathlib import Path
from typing import Any

import pytest
import trustme
from pydantic import ValidationError

from alerts.channels.smpp import CHANNEL, SmppParams
from core.channel import GiveUp, Retry
from core.incident import Message, Short
from tests.alerts.channels.providers.smsc import Smsc, listening
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
