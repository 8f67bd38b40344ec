"""A modem behind a pseudo-terminal, written from 3GPP TS 27.005 and TS 27.007."""

import asyncio

import pytest
from pydantic import ValidationError

from alerts.channels.gsm_modem import CHANNEL, GsmModemParams
from core.channel import GiveUp, Retry
from core.incident import Message, Short
from tests.alerts.channels.providers.modem import Modem, plugged_in
from tests.alerts.channels.said import told


async def sent(modem: Modem, message: Message | None = None, timeout: float = 5.0) -> str:
    async with plugged_in(modem) as device:
        return await CHANNEL.send(GsmModemParams(device=device), message or told(), timeout)


def nothing_is_left() -> bool:
    return asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_text_is_sent_and_the_network_gives_its_reference() -> None:
    modem = Modem()
    assert await sent(modem) == "reference 42"
    ((to, text),) = modem.sent
    assert to == "+84901234567"
    assert text.startswith("SU CO: Kenh VNPT")
    assert text.endswith("Ma SC-20261122-0001")
    assert "\r" not in text


async def test_what_the_modem_says_of_itself_meanwhile_is_passed_over() -> None:
    modem = Modem(talks_between=True)
    assert await sent(modem) == "reference 42"


async def test_a_modem_without_ascii_is_spoken_to_in_its_own_alphabet() -> None:
    modem = Modem(no_ira=True)
    assert await sent(modem) == "reference 42"
    assert 'AT+CSCS="GSM"' in modem.heard


async def test_two_messages_at_once_take_turns() -> None:
    modem = Modem()
    async with plugged_in(modem) as device:
        params = GsmModemParams(device=device)
        await asyncio.gather(*(CHANNEL.send(params, told(), 5.0) for _ in range(2)))
    assert len(modem.sent) == 2
    assert modem.sent[0][1] == modem.sent[1][1]


@pytest.mark.parametrize("sim", ["SIM PIN", "SIM PUK", "none"])
async def test_a_sim_that_is_locked_or_missing_breaks_the_channel_and_no_pin_is_tried(
    sim: str,
) -> None:
    modem = Modem(sim=sim)
    with pytest.raises(GiveUp, match="PIN") as refusal:
        await sent(modem)
    assert refusal.value.channel_broken
    assert not any(line.startswith("AT+CPIN=") for line in modem.heard)


@pytest.mark.parametrize("registered", [0, 2, 3, 4])
async def test_without_a_network_it_is_tried_again_and_nothing_is_submitted(
    registered: int,
) -> None:
    modem = Modem(registered=registered)
    with pytest.raises(Retry, match="no network"):
        await sent(modem)
    assert modem.sent == []


@pytest.mark.parametrize(("error", "broken"), [(1, False), (28, False), (330, True), (8, True)])
async def test_a_lasting_error_is_given_up(error: int, *, broken: bool) -> None:
    with pytest.raises(GiveUp, match=f"CMS ERROR: {error}") as refusal:
        await sent(Modem(error=error))
    assert refusal.value.channel_broken is broken


@pytest.mark.parametrize("error", [38, 41, 42, 47, 331, 332, 500])
async def test_an_error_that_passes_is_tried_again(error: int) -> None:
    with pytest.raises(Retry, match=f"the text: .CMS ERROR: {error}"):
        await sent(Modem(error=error))


@pytest.mark.parametrize("modem", [Modem(hears_nothing=True), Modem(loses_the_answer=True)])
async def test_a_modem_that_does_not_answer_costs_the_timeout_and_a_retry(modem: Modem) -> None:
    begun = asyncio.get_running_loop().time()
    with pytest.raises(Retry, match="does not answer"):
        await sent(modem, timeout=0.5)
    assert asyncio.get_running_loop().time() - begun < 2
    assert nothing_is_left()


async def test_being_cancelled_frees_the_modem_for_the_next_message() -> None:
    modem = Modem(hears_nothing=True)
    async with plugged_in(modem) as device:
        params = GsmModemParams(device=device)
        sending = asyncio.ensure_future(CHANNEL.send(params, told(), 30.0))
        await asyncio.sleep(0.1)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert nothing_is_left()
        modem.hears_nothing = False
        assert await CHANNEL.send(params, told(), 5.0) == "reference 42"


async def test_a_text_begun_and_left_is_dropped_before_the_next() -> None:
    modem = Modem(loses_the_answer=True)
    async with plugged_in(modem) as device:
        params = GsmModemParams(device=device)
        with pytest.raises(Retry):
            await CHANNEL.send(params, told(), 0.5)
        modem.loses_the_answer = False
        await CHANNEL.send(params, told(), 5.0)
    assert modem.sent[0] == modem.sent[1]


async def test_nothing_in_a_name_reaches_the_modem_as_a_command() -> None:
    modem = Modem()
    evil = 'SU CO: x\x1a\rAT+CMGS="+84999999999",145\r\x1b y'
    short = Short(sms=evil, minimal="", template="test")
    await sent(modem, Message(id="1", to="0901234567", subject="", body="", short=short))
    assert modem.sent == [("+84901234567", 'SU CO: xAT+CMGS="+84999999999",145 y')]


async def test_a_device_that_is_not_there_breaks_the_channel() -> None:
    with pytest.raises(GiveUp, match="No such file") as refusal:
        await CHANNEL.send(GsmModemParams(device="/dev/no-modem"), told(), 1.0)
    assert refusal.value.channel_broken


async def test_a_device_that_is_no_line_breaks_the_channel() -> None:
    with pytest.raises(GiveUp) as refusal:
        await CHANNEL.send(GsmModemParams(device="/dev/null"), told(), 1.0)
    assert refusal.value.channel_broken


def test_only_a_device_is_opened() -> None:
    with pytest.raises(ValidationError):
        GsmModemParams(device="/etc/passwd")
