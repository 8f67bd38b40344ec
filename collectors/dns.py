"""Does the name server answer, and with what it should?"""

import asyncio
import functools
from collections.abc import Sequence
from dataclasses import dataclass

from dns.message import Message

from collectors._dns import message
from collectors._dns.asking import over_stream
from collectors._dns.params import Params
from collectors._net.datagram import Question, exchange
from collectors._net.identity import OWN, identity
from collectors._net.names import Place, numeric, places
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, failure_of, out_of_time, printable, trouble
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
LOOKUP = "probe_dns_lookup_time_seconds"
PHASES = "probe_dns_duration_seconds"
ANSWERED = "probe_dns_query_succeeded"
ANSWERS = "probe_dns_answer_rrs"
AUTHORITIES = "probe_dns_authority_rrs"
ADDITIONAL = "probe_dns_additional_rrs"
RCODE = "probe_dns_rcode"
SERIAL = "probe_dns_serial"

_SHOWN = 5  # records in a sentence


@dataclass(slots=True)
class _Course:
    """What happened; seconds, None where it did not come to that."""

    lookup: float | None = None
    connect: float = 0.0
    request: float | None = None
    reply: Message | None = None
    failure: Failure | None = None


@dataclass(frozen=True, slots=True)
class _Visit:
    check: Check
    params: Params
    kit: Kit
    transcript: Transcript
    course: _Course

    async def run(self) -> None:
        begun, params = self.kit.clock.monotonic(), self.params
        found = await places(self.check.address)
        if numeric(self.check.address) is None:
            self.course.lookup = self.kit.clock.monotonic() - begun
            told = ", ".join(place.address for place in found)
            self.transcript.note("%s is %s", self.check.address, told)
        query = message.question(
            params.name, params.type, recursion=params.recursion, edns=params.edns
        )
        self.transcript.note("%s %s?", params.name, params.type.upper())
        if params.transport == "udp":
            await self._by_udp(found, query)
        if self.course.reply is None or message.is_cut(self.course.reply):
            await self._by_tcp(found, query)

    async def _by_udp(self, found: Sequence[Place], query: Message) -> None:
        begun = self.kit.clock.monotonic()
        answer = await exchange(
            self.kit.sockets,
            found,
            Question(
                self.params.port,
                query.to_wire(),
                lambda octets: message.read(octets, query),
            ),
            self.check.timeout,
            self.transcript,
        )
        self.course.reply = answer.what
        self.course.request = self.kit.clock.monotonic() - begun
        if message.is_cut(answer.what):
            self.transcript.note("the answer is cut, asking again by TCP")

    async def _by_tcp(self, found: Sequence[Place], query: Message) -> None:
        clock, course = self.kit.clock, self.course
        begun = clock.monotonic()
        asking, _ = await connect(
            self.kit.sockets, found, self.params.port, self.check.timeout, self.transcript
        )
        with asking:
            connected = clock.monotonic()
            course.connect = connected - begun
            course.reply = await over_stream(asking, query, self.transcript)
        course.request = (course.request or 0.0) + clock.monotonic() - connected


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    course = _Course()
    try:
        async with asyncio.timeout(check.timeout):
            await _Visit(check, params, kit, transcript, course).run()
        _judge(params, course.reply, transcript)
    except TimeoutError:
        course.failure = out_of_time(check.timeout)
    except Trouble as refusal:
        course.failure = refusal.failure
    except OSError as error:
        course.failure = failure_of(error)
    if course.failure is not None:
        transcript.note("%s: %s", course.failure.kind.value, course.failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples = _samples(check, course, elapsed)
    return Reading(check.slug, check.vantage, at, samples, course.failure, elapsed)


def _judge(params: Params, reply: Message | None, transcript: Transcript) -> None:
    """Raise what is wrong with the reply."""
    if reply is None:
        return
    rcode, found = message.rcode_name(reply), message.values(reply, params.type)
    transcript.note("%s, %d records", rcode, len(found))
    for value in found[:_SHOWN]:
        transcript.note("%s", value)
    if rcode not in {code.upper() for code in params.rcodes}:
        kind = FailureKind.REFUSED if rcode == "REFUSED" else FailureKind.PROTOCOL
        raise trouble(kind, f"{rcode} for {params.name} {params.type.upper()}")
    if params.authoritative and not message.is_authoritative(reply):
        raise trouble(FailureKind.PROTOCOL, "the server is not responsible for the zone")
    if params.dnssec and not message.is_authenticated(reply):
        raise trouble(FailureKind.PROTOCOL, "the answer was not verified by DNSSEC")
    lacking = message.missing(params.expect, found)
    if lacking:
        shown = ", ".join(found[:_SHOWN]) or "nothing"
        wanted = printable(", ".join(lacking[:_SHOWN]))
        raise trouble(FailureKind.PROTOCOL, f"{wanted} is not among the answers: {shown}")
    if not found and rcode == "NOERROR" and not params.may_be_empty:
        raise trouble(
            FailureKind.PROTOCOL, f"{params.name} has no record of type {params.type.upper()}"
        )


def _samples(check: Check, course: _Course, elapsed: float) -> list[Sample]:
    labels = identity(check)
    reply = course.reply
    values: dict[str, float | None] = {
        SUCCESS: float(course.failure is None),
        DURATION: elapsed,
        LOOKUP: course.lookup,
        ANSWERED: float(reply is not None),
    }
    if reply is not None:
        values |= {
            ANSWERS: float(sum(map(len, reply.answer))),
            AUTHORITIES: float(sum(map(len, reply.authority))),
            ADDITIONAL: float(sum(map(len, reply.additional))),
            RCODE: float(reply.rcode()),
            SERIAL: message.serial(reply),
        }
    samples = [
        (Series.of(name, labels), float(value))
        for name, value in values.items()
        if value is not None
    ]
    phases = {
        "resolve": course.lookup or 0.0,
        "connect": course.connect,
        "request": course.request or 0.0,
    }
    return samples + [
        (Series.of(PHASES, labels, phase=phase), took) for phase, took in phases.items()
    ]


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="dns",
    help=Text(
        vi="Máy chủ tên miền có trả lời, và trả lời đúng không?",
        en="Does the name server answer, and with what it should?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu trả lời đúng như mong muốn", "1 if the answer is as wanted")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(
            LOOKUP,
            Text("Tra tên của chính máy chủ mất bao lâu", "Resolution of the server's own name"),
        ),
        _emit(PHASES, Text("Thời gian từng bước", "Time by phase"), labels=(OWN, "phase")),
        _emit(ANSWERED, Text("1 nếu máy chủ có trả lời", "1 if the server answered at all")),
        _emit(ANSWERS, Text("Số bản ghi trả lời", "Records in the answer section")),
        _emit(AUTHORITIES, Text("Số bản ghi thẩm quyền", "Records in the authority section")),
        _emit(ADDITIONAL, Text("Số bản ghi kèm thêm", "Records in the additional section")),
        _emit(RCODE, Text("Mã trả lời (0: NOERROR)", "Response code (0: NOERROR)")),
        _emit(SERIAL, Text("Số hiệu của vùng tên (SOA)", "Serial number of the zone (SOA)")),
    ),
    look=look,
    interval=60.0,
    timeout=5.0,
)
