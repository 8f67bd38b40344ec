"""From the page to the answer and back: a real ledger, the dispatcher, and a modem by the book."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from alerts.channels.gsm_modem import CHANNEL as MODEM
from alerts.channels.gsm_modem import GsmModemParams
from alerts.channels.zalo_bot import CHANNEL as ZALO
from alerts.telling import TellingPolicy, Way
from core.answer import Verdict
from core.channel import NotTheirs, Posted, Retry
from core.clock import SystemClock
from core.errors import Conflict, NotFound
from core.inventory import Contact
from core.outcome import Event
from runtime.answers import Answers
from runtime.dispatcher import Dispatcher, DispatchOptions
from runtime.outlet import Outlet
from runtime.proving import Prover
from storage.ledger import Ledger
from tests.alerts.channels.providers import deliver, listening
from tests.alerts.channels.providers.chats import Bot
from tests.alerts.channels.providers.modem import Modem, plugged_in
from tests.runtime.test_dispatcher import ESTATE, a_notice, an_incident, turned, written

BINH, LAN = "+84901234567", "+84912345678"
CODE = re.compile(r"OK (\d{4})")


def person(slug: str, phone: str, language: str = "vi") -> Contact:
    return Contact(slug=slug, name=slug.title(), phone=phone, language=language)


PEOPLE = (person("truc", "0901234567"), person("lan", LAN, "en"))


async def full_name(slug: str) -> str:
    return {"truc": "Nguyễn Văn Bình", "lan": "Trần Thị Lan"}.get(slug, slug)


@dataclass
class Desk:
    """One machine with a modem, a dispatcher and somebody who listens."""

    ledger: Ledger
    modem: Modem
    outlet: Outlet
    events: list[Event] = field(default_factory=list)

    @property
    def answers(self) -> Answers:
        return Answers(
            self.ledger.answers,
            {"modem": self.outlet},
            lambda: PEOPLE,
            full_name,
            self.events.extend,
            SystemClock(),
        )

    async def tells(self, *codes: str, together: int = 0) -> str:
        """Tell Bình of incidents; return the code that the text carries."""
        for code in codes:
            notice = a_notice(code, channel="modem", address="0901234567")
            await written(self.ledger, an_incident(code), notice)
        dispatcher = Dispatcher(
            self.ledger,
            {"modem": self.outlet},
            lambda: ESTATE,
            SystemClock(),
            told=asyncio.Event(),
            options=DispatchOptions(together=together),
        )
        await turned(dispatcher)
        _, text = self.modem.sent[-1]
        found = CODE.search(text)
        assert found is not None, f"{text} carries no code"
        assert len(text) <= 160
        return found[1]

    async def hears(self, sender: str, text: str) -> str:
        """Let somebody answer; return what they are told, "" for nothing."""
        before = len(self.modem.sent)
        self.modem.arrive(deliver.pdu(sender, text))
        await self.answers.look("modem")
        said = self.modem.sent[before:]
        assert [to for to, _ in said] in ([], [sender])
        return said[0][1] if said else ""


@asynccontextmanager
async def a_desk(ledger: Ledger) -> AsyncIterator[Desk]:
    modem = Modem()
    async with plugged_in(modem, piece=200) as device:
        params = partial(GsmModemParams, device=device, answers=True)
        yield Desk(ledger, modem, Outlet(MODEM, params, "receive", ""))


def unheard(_events: object) -> None:
    """Publish to nobody."""


FIRST = "SC-20261122-0001"


async def test_who_was_told_answers_and_the_incident_is_theirs(ledger: Ledger) -> None:
    async with a_desk(ledger) as desk:
        code = await desk.tells(FIRST)
        assert desk.modem.sent[0][1].endswith(f"Ma {FIRST}. Tra loi: OK {code}")
        [(_, [told])] = await ledger.outbox.for_incident(FIRST)
        assert told.body == desk.modem.sent[0][1].replace(f"OK {code}", "OK …")
        assert told.subject == ""
        said = await desk.hears(BINH, f"Đã nhận {code}, em ra trạm ngay")
        assert said == f"Da ghi nhan: Nguyen Van Binh tiep nhan {FIRST}. Cam on."
        assert (await ledger.incidents.get(FIRST)).acked_by == "truc"
        assert [event.kind for event in desk.events] == ["incident", "note"]
        (kept,) = await ledger.answers.latest()
        assert (kept.verdict, kept.replied, kept.receipt) == (Verdict.TAKEN, True, "reference 42")
        assert desk.modem.inbox == {}


async def test_what_cannot_be_taken_is_said_to_be_and_never_breaks(ledger: Ledger) -> None:
    async with a_desk(ledger) as desk:
        code = await desk.tells(FIRST)
        wrong = f"{(int(code) + 1) % 10_000:04}"
        assert "khong co ma" in (await desk.hears(BINH, f"ok {wrong}")).lower()
        assert "Chua ro y" in await desk.hears(BINH, "ai dang truc?")
        assert "No code" in await desk.hears(LAN, f"ok {code}")
        assert "khong nhan ra" in await desk.hears("+84999999999", f"ok {code}")
        assert await desk.hears("+84999999999", f"ok {code}") == ""
        assert await desk.hears("VIETTEL", f"ok {code}") == ""
        assert (await ledger.incidents.get(FIRST)).acked_by is None
        assert "tiep nhan" in await desk.hears(BINH, f"ok{code}")
        assert "truoc do" in await desk.hears(BINH, f"ok {code}")


async def test_replies_to_one_sender_end_but_answers_are_taken_all_the_same(
    ledger: Ledger,
) -> None:
    async with a_desk(ledger) as desk:
        code = await desk.tells(FIRST)
        said = [await desk.hears(BINH, f"alo {n}") for n in range(8)]
        assert [bool(words) for words in said] == [True] * 6 + [False] * 2
        assert await desk.hears(BINH, f"ok {code}") == ""
        assert (await ledger.incidents.get(FIRST)).acked_by == "truc"


async def test_one_answer_takes_on_a_whole_storm(ledger: Ledger) -> None:
    codes = [f"SC-20261122-{n:04}" for n in range(1, 6)]
    async with a_desk(ledger) as desk:
        code = await desk.tells(*codes, together=4)
        assert len(desk.modem.sent) == 1
        assert "5 su co cung luc" in desk.modem.sent[0][1]
        said = await desk.hears(BINH, f"ok {code}")
        assert "va 3 su co khac" in said
        for one in codes:
            assert (await ledger.incidents.get(one)).acked_by == "truc"


async def test_a_reply_that_does_not_go_out_costs_nothing_but_itself(ledger: Ledger) -> None:
    async with a_desk(ledger) as desk:
        code = await desk.tells(FIRST)
        desk.modem.error = 500
        assert await desk.hears(BINH, f"ok {code}") == ""
        assert (await ledger.incidents.get(FIRST)).acked_by == "truc"
        (kept,) = await ledger.answers.latest()
        assert kept.receipt.startswith("not sent: the text: +CMS ERROR: 500")


async def test_messages_by_a_gateway_name_the_number_that_takes_answers(ledger: Ledger) -> None:
    async with a_desk(ledger) as desk:
        desk.outlet = Outlet(MODEM, desk.outlet.params, None, "0987654321")
        code = await desk.tells(FIRST)
        assert desk.modem.sent[0][1].endswith(f"Tra loi: OK {code} gui 0987654321")
        desk.outlet = Outlet(MODEM, desk.outlet.params, None, None)
        with pytest.raises(AssertionError, match="carries no code"):
            await desk.tells("SC-20261122-0002")
        assert desk.modem.sent[-1][1].endswith("Ma SC-20261122-0002")


async def test_a_person_in_a_chat_answers_with_the_name_of_the_settings(ledger: Ledger) -> None:
    bot = Bot("7:a", "phong", 2000, one_by_one=True)
    notice = a_notice(FIRST, channel="nhom", recipient="nhom", address="")
    await written(ledger, an_incident(FIRST), notice)
    async with listening(bot) as url:
        raw = {"token": "7:a", "chat_id": "phong", "url": url, "answers": True}
        raw["people"] = {"71": "lan"}
        outlet = Outlet(ZALO, partial(ZALO.params.model_validate, raw), "receive", "")
        dispatcher = Dispatcher(
            ledger, {"nhom": outlet}, lambda: ESTATE, SystemClock(), told=asyncio.Event()
        )
        await turned(dispatcher)
        found = CODE.search(bot.said[0]["text"])
        assert found is not None
        answers = Answers(
            ledger.answers, {"nhom": outlet}, lambda: PEOPLE, full_name, unheard, SystemClock()
        )
        bot.arrive("71", "mọi người ơi, ai ra trạm?")
        bot.arrive("99", f"ok {found[1]}")
        bot.arrive("71", f"ok {found[1]}")
        assert await answers.look("nhom") == 2
    assert [row.verdict for row in await ledger.answers.latest()] == [
        Verdict.TAKEN,
        Verdict.STRANGER,
    ]
    assert (await ledger.incidents.get(FIRST)).acked_by == "lan"
    assert bot.said[-1]["text"] == f"Noted: Trần Thị Lan has taken on {FIRST}. Thank you."


async def test_a_channel_that_cannot_be_heard_is_counted_and_heard_again(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.answers.PAUSE", 0.01)
    monkeypatch.setattr("runtime.answers.FIRST_WAIT", 0.01)
    troubles: list[Exception] = [Retry("a passing trouble"), ZeroDivisionError("a bug")]

    async def receive(params: object, take: object, timeout: float) -> None:
        if troubles:
            raise troubles.pop(0)

    async with a_desk(ledger) as desk:
        channel = replace(MODEM, receive=receive)
        desk.outlet = Outlet(channel, desk.outlet.params, "receive", "")
        answers = desk.answers
        running = asyncio.create_task(answers.run())
        await _until(lambda: bool(answers.stats.deaf))
        await _until(lambda: not answers.stats.deaf and not troubles)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running


async def test_nothing_is_heard_by_a_channel_that_does_not_take_calls(ledger: Ledger) -> None:
    async with a_desk(ledger) as desk:
        for name in ("modem", "nobody"):
            with pytest.raises(LookupError):
                await desk.answers.hear(name, Posted(b"{}"))


async def test_a_call_to_the_webhook_is_taken_and_replied_to(ledger: Ledger) -> None:
    bot = Bot("7:a", "phong", 2000, one_by_one=True)
    async with listening(bot) as url:
        raw = {"token": "7:a", "chat_id": "phong", "url": url, "webhook_secret": "mot-khoa-bi-mat"}
        outlet = Outlet(ZALO, partial(ZALO.params.model_validate, raw), "hear", "")
        answers = Answers(
            ledger.answers, {"nhom": outlet}, lambda: PEOPLE, full_name, unheard, SystemClock()
        )
        body = (
            b'{"event_name": "message.text.received", "message": {"from": {"id": "9"}, '
            b'"chat": {"id": "phong"}, "text": "ok 0042", "message_id": "m1"}}'
        )
        headers = {"x-bot-api-secret-token": "mot-khoa-bi-mat"}
        for _ in range(2):  # they post again where our answer got lost
            assert await answers.hear("nhom", Posted(body, headers)) == b"{}"
        with pytest.raises(NotTheirs):
            await answers.hear("nhom", Posted(body))
    assert len(bot.said) == 1
    assert "không nhận ra người gửi" in bot.said[0]["text"]


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not holds():
            await asyncio.sleep(0.005)


async def test_a_new_number_is_proven_by_what_comes_back_from_it(ledger: Ledger) -> None:
    async with a_desk(ledger) as desk:
        policy = TellingPolicy(
            ways=(Way(name="modem", to="phone"), Way(name="nhom", to="fixed", address=""))
        )
        prover = Prover(ledger.proofs, {"modem": desk.outlet}, policy, SystemClock())
        (proof,) = await prover.prove(PEOPLE[0], "an")
        assert (proof.sent, proof.receipt) == (True, "reference 42")
        ((to, text),) = desk.modem.sent
        assert to == BINH
        assert text.endswith(f"Tra loi OK {proof.code} de xac nhan.")
        said = await desk.hears(BINH, f"ok {proof.code}")
        assert said == "Da xac nhan: so nay la cua Nguyen Van Binh. Cam on."
        known = await ledger.proofs.standing(PEOPLE, SystemClock().now())
        assert known["truc", "0901234567"].proven_at is not None
        with pytest.raises(Conflict, match="two minutes"):
            await prover.prove(PEOPLE[0], "an")
        with pytest.raises(NotFound):
            await prover.prove(Contact(slug="x", name="X", email="x@example.vn"), "an")


async def test_by_a_channel_without_answers_the_registered_text_carries_the_code(
    ledger: Ledger,
) -> None:
    async with a_desk(ledger) as desk:
        outlet = replace(desk.outlet, reply_to=None)
        policy = TellingPolicy(ways=(Way(name="modem", to="phone"),))
        prover = Prover(ledger.proofs, {"modem": outlet}, policy, SystemClock())
        (proof,) = await prover.prove(PEOPLE[0], "an")
        _, text = desk.modem.sent[0]
        assert text.startswith("Tin thu cua Thong Suot luc ")
        assert f"Ma xac nhan: {proof.code}. Khong can tra loi." in text
        desk.modem.error = 500
        (failed,) = await prover.prove(PEOPLE[1], "an")
        assert not failed.sent
        assert "CMS ERROR: 500" in failed.receipt
