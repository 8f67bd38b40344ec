"""A modem behind a pseudo-terminal, written from 3GPP TS 27.005 and TS 27.007."""

import asyncio

import pytest
from pydantic import ValidationError

from alerts.channels.gsm_modem import CHANNEL, GsmModemParams, receive
from core.answer import Answer
from core.channel import GiveUp, Retry, Take
from core.incident import Message, Short
from tests.alerts.channels.providers import deliver
from tests.alerts.channels.providers.modem import Modem, plugged_in
from tests.alerts.channels.said import told


async def sent(
    modem: Modem, message: Message | None = None, timeout: float = 5.0, piece: int = 5
) -> str:
    async with plugged_in(modem, piece=piece) as device:
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
        await sent(Modem(error=error), piece=1)


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


async def looked(
    modem: Modem, take: Take | None = None, timeout: float = 5.0
) -> list[tuple[str, str]]:
    """Look once for what has come; return senders and texts."""
    came: list[Answer] = []

    async def keep(answer: Answer) -> None:
        came.append(answer)

    async with plugged_in(modem, piece=200) as device:
        await receive(GsmModemParams(device=device, answers=True), take or keep, timeout)
    return [(answer.sender, answer.text) for answer in came]


async def test_what_came_is_handed_over_and_then_removed_from_the_sim() -> None:
    modem = Modem()
    modem.arrive(deliver.pdu("+84901234567", "OK 0042"))
    modem.arrive(deliver.pdu("+84912345678", "Đã nhận 0042, em đang ra trạm"))
    modem.arrive(deliver.pdu("VIETTEL", "Khuyen mai 50%"))
    assert await looked(modem) == [
        ("+84901234567", "OK 0042"),
        ("+84912345678", "Đã nhận 0042, em đang ra trạm"),
        ("VIETTEL", "Khuyen mai 50%"),
    ]
    assert modem.inbox == {}
    assert await looked(modem) == []


async def test_what_the_ledger_does_not_take_stays_on_the_sim_under_the_same_id() -> None:
    modem = Modem()
    for text in ("OK 0042", "OK 0043"):
        modem.arrive(deliver.pdu("+84901234567", text))
    ids: list[str] = []

    async def away(answer: Answer) -> None:
        ids.append(answer.id)
        if len(ids) == 2:
            raise OSError("the ledger is away")

    with pytest.raises(Retry, match="ledger is away"):
        await looked(modem, away)
    assert len(modem.inbox) == 1
    await looked(modem, away)
    assert ids[1] == ids[2]
    assert modem.inbox == {}


async def test_it_looks_into_the_memory_that_takes_what_comes_in() -> None:
    modem = Modem(memories=("ME", "ME", "SM"))
    modem.arrive(deliver.pdu("+84901234567", "OK 0042"))
    assert await looked(modem) == [("+84901234567", "OK 0042")]
    assert 'AT+CPMS="SM"' in modem.heard


async def test_what_is_said_between_the_lines_of_a_list_is_passed_over() -> None:
    modem = Modem(talks_between=True, no_cnmi=True)
    modem.arrive(deliver.pdu("+84901234567", "ok 0042"))
    assert await looked(modem) == [("+84901234567", "ok 0042")]


async def test_the_parts_of_a_long_text_are_one_answer_and_a_late_part_is_none() -> None:
    modem = Modem()
    long = "Đã nhận 0042, em đang ra trạm, khoảng ba mươi phút nữa tới nơi, sẽ gọi lại cho anh"
    for number in (2, 1):
        text = long[(number - 1) * 60 : number * 60]
        modem.arrive(deliver.pdu("+84901234567", text, part=(9, 3, number)))
    assert await looked(modem) == [("+84901234567", long[:120])]
    modem.arrive(deliver.pdu("+84901234567", "và cám ơn", part=(9, 3, 3)))
    assert await looked(modem) == []
    assert modem.inbox == {}


async def test_what_cannot_be_read_is_removed_and_stops_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    modem = Modem()
    whole = deliver.pdu("+84901234567", "OK 0042")
    for pdu in (whole[:30], "07914889004042F806" + "00" * 20, "AB" * 300, whole):
        modem.arrive(pdu)
    modem.arrive(whole, state=3)  # what somebody sent from this SIM is not ours
    assert await looked(modem) == [("+84901234567", "OK 0042")]
    assert [state for state, _ in modem.inbox.values()] == [3]
    assert caplog.text.count("cannot be read") == 2


async def test_a_flood_of_texts_is_read_in_turns_that_leave_the_line_free_between() -> None:
    modem = Modem(full=255)
    for number in range(255):
        modem.arrive(deliver.pdu("+84901234567", f"OK {number:04} " + "x" * 140))
    assert len(await looked(modem)) == 20
    assert len(modem.inbox) == 235


async def test_a_modem_that_lists_without_end_is_left() -> None:
    modem = Modem(full=5000)
    for _ in range(2000):
        modem.inbox[len(modem.inbox) + 1] = (1, "00" * 150)
    with pytest.raises(Retry, match="does not speak like a modem"):
        await looked(modem)


@pytest.mark.parametrize("modem", [Modem(hears_nothing=True), Modem(sim="SIM PIN")])
async def test_a_modem_that_cannot_be_read_is_told_as_when_it_sends(modem: Modem) -> None:
    with pytest.raises((Retry, GiveUp), match=r"does not answer|PIN"):
        await looked(modem, timeout=0.5)


async def test_it_sends_after_it_has_read() -> None:
    modem = Modem()
    modem.arrive(deliver.pdu("+84901234567", "OK 0042"))
    async with plugged_in(modem) as device:
        params = GsmModemParams(device=device, answers=True)

        async def replied(answer: Answer) -> None:
            assert answer.text == "OK 0042"

        await asyncio.gather(receive(params, replied, 5.0), CHANNEL.send(params, told(), 5.0))
    assert len(modem.sent) == 1


def test_it_reads_only_where_it_is_told_to() -> None:
    assert CHANNEL.back(GsmModemParams(device="/dev/x")) is None
    assert CHANNEL.back(GsmModemParams(device="/dev/x", answers=True)) == "receive"
