"""Does the SIP peer answer, what does it say, and how fast?"""

import functools

from collectors._net.identity import OWN
from collectors._net.trouble import printable
from collectors._sip import meaning
from collectors._sip.once import Once
from collectors._sip.outcome import (
    AGENT,
    DURATION,
    EXPIRY,
    LOSS,
    RTT,
    STATUS,
    SUCCESS,
    Outcome,
    Scribe,
)
from collectors._sip.params import Params
from collectors._sip.sweep import Sweep
from core.collector import Collector, Emit, Emitted, Kit, SweepFeed, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once; by UDP the request is repeated as the standard has it."""
    params = Params.model_validate(dict(check.params))
    outcome = Outcome(kit.clock.now(), 0.0)
    await Once(check, params, kit, transcript, outcome).run()
    response, failure = outcome.response, outcome.failure
    if response is not None:
        transcript.note("%s", meaning.word(response))
        if response.agent:
            transcript.note("it is %s (%s)", printable(response.agent), response.role)
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    return Scribe(check).reading(outcome)


async def sweep(feed: SweepFeed, kit: Kit, emit: Emitted) -> None:
    """Ask every check of the feed at its interval until cancelled."""
    await Sweep(feed, kit, emit).run()


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="sip_options",
    help=Text(
        vi="Thiết bị SIP có trả lời, trả lời gì, nhanh chậm ra sao?",
        en="Does the SIP peer answer, what does it say, and how fast?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu trả lời như mong muốn", "1 if the answer is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(RTT, Text("Thời gian đi về", "Round trip time")),
        _emit(STATUS, Text("Mã trả lời SIP", "SIP status code")),
        _emit(
            LOSS,
            Text("Tỷ lệ gói hỏi không được trả lời", "Share of requests without an answer"),
        ),
        _emit(
            EXPIRY,
            Text(
                "Với TLS: chứng thư hết hạn sớm nhất vào lúc nào",
                "By TLS: when the first certificate of the chain ends",
            ),
        ),
        Emit(
            AGENT,
            Text(
                "Phần mềm và vai trò: registrar, endpoint",
                "Software and role: registrar, endpoint",
            ),
            labels=(OWN, "agent", "role"),
        ),
    ),
    look=look,
    sweep=sweep,
    interval=30.0,
    pause=15.0,  # registrars count requests, and shut out who asks too often
    timeout=4.0,
)
