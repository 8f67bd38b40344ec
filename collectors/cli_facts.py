"""What is a device that has no SNMP: its version, model, uptime, ports, processor and memory?

By the device's own show commands over SSH, read by ntc-templates. Tried on emulators written
from documents, not on real equipment yet.
"""

import asyncio
import functools

from collectors._cli.desk import asked
from collectors._cli.params import CliParams
from collectors._cli.questions import QUESTIONS
from collectors._cli.reading import Facts, facts
from collectors._net.identity import OWN, identity
from collectors._net.trouble import Trouble, out_of_time, trouble
from collectors._snmp.families import described
from collectors._snmp.vocabulary import CPU, HARDWARE, MEMORY
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import STALE, Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
UPTIME = "sysUpTime"
PORTS = ("ifOperStatus", "ifAdminStatus", "ifInErrors", "ifOutErrors")
_WHOLE = "device"  # the label of the one processor and memory that a command line tells of


class Params(CliParams):
    """What may be set."""


class Faces:
    """The info series that each check brought last, so that a changed one is ended."""

    def __init__(self) -> None:
        self.known: dict[str, Series] = {}

    async def aclose(self) -> None:
        """Forget them."""
        self.known.clear()


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask what the platform's table wants to know."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    samples: list[Sample] = []
    try:
        found = await _asked(check, kit, transcript, params)
        samples = _samples(check, kit, params, found)
        if found.unread:
            many = ", ".join(f"“{command}”" for command in found.unread)
            failure = Failure(FailureKind.PROTOCOL, f"the answer to {many} is not understood")
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed, base = kit.clock.monotonic() - begun, identity(check)
    samples += [
        (Series.of(SUCCESS, base), float(failure is None)),
        (Series.of(DURATION, base), elapsed),
    ]
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


async def _asked(check: Check, kit: Kit, transcript: Transcript, params: Params) -> Facts:
    questions = QUESTIONS.get(params.platform)
    if questions is None:
        known = ", ".join(QUESTIONS)
        raise trouble(FailureKind.LOCAL, f"there are facts of {known}, not of {params.platform}")
    commands = [(one.command, not one.optional) for one in questions]
    answers = await asked(
        check, kit, transcript, platform=params.row, port=params.port, commands=commands
    )
    told = [(one, text) for one, text in zip(questions, answers, strict=True) if text is not None]
    return await asyncio.to_thread(facts, params.platform, told)


def _samples(check: Check, kit: Kit, params: Params, found: Facts) -> list[Sample]:
    labels, samples = check.labels, []
    if found.model or found.serial or found.software:
        samples += _hardware(check, kit, params, found)
    if found.uptime is not None:
        samples.append((Series.of(UPTIME, labels), found.uptime * 100))
    if found.cpu is not None:
        samples.append((Series.of(CPU.metric, labels, cpu=_WHOLE), found.cpu))
    if found.memory_size:
        size, used = found.memory_size, found.memory_used
        samples.append((Series.of(MEMORY.size.metric, labels, memory=_WHOLE), size))
        if used is not None:
            samples += [
                (Series.of(MEMORY.used.metric, labels, memory=_WHOLE), used),
                (Series.of(MEMORY.ratio.metric, labels, memory=_WHOLE), used / size),
            ]
    for port in found.ports.values():
        values = (port.oper, port.admin, port.in_errors, port.out_errors)
        samples += [
            (Series.of(name, labels, ifName=port.name), float(value))
            for name, value in zip(PORTS, values, strict=True)
            if value is not None
        ]
    return samples


def _hardware(check: Check, kit: Kit, params: Params, found: Facts) -> list[Sample]:
    faces = kit.engine("command line facts", lambda _: Faces())
    if not isinstance(faces, Faces):
        raise TypeError("the kit's engine of facts is something else")
    info = Series.of(
        HARDWARE.metric,
        check.labels,
        family=params.row.title,
        vendor=params.row.title.partition(" ")[0],
        model=found.model,
        serial=found.serial,
        software=found.software,
    )
    before = faces.known.get(check.slug)
    faces.known[check.slug] = info
    ended = [(before, STALE)] if before is not None and before != info else []
    return [(info, 1.0), *ended]


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="cli_facts",
    help=Text(
        vi="Thiết bị không có SNMP là gì, chạy bao lâu, cổng, bộ xử lý, bộ nhớ ra sao (qua SSH)?",
        en="What is a device without SNMP, and how are its ports, processor and memory (by SSH)?",
    ),
    params=Params,
    emits=(
        _emit(
            SUCCESS,
            Text(
                "1 nếu mọi câu trả lời đều đọc được", "1 if every answer was there and understood"
            ),
        ),
        _emit(DURATION, Text("Cả lần hỏi mất bao lâu", "The whole session")),
        Emit(
            UPTIME,
            Text(
                "Thời gian từ khi thiết bị khởi động, đơn vị 1/100 giây",
                "Time since the device restarted, in hundredths of a second",
            ),
        ),
        described(HARDWARE),
        described(CPU),
        described(MEMORY.size),
        described(MEMORY.used),
        described(MEMORY.ratio),
        Emit("ifOperStatus", Text("1 bật, 2 tắt", "1 up, 2 down"), labels=("ifName",)),
        Emit(
            "ifAdminStatus",
            Text("Mong muốn: 1 bật, 2 tắt", "Desired: 1 up, 2 down"),
            labels=("ifName",),
        ),
        Emit(
            "ifInErrors",
            Text("Số gói nhận bị lỗi", "Inbound packets with errors"),
            kind="counter",
            labels=("ifName",),
        ),
        Emit(
            "ifOutErrors",
            Text("Số gói không gửi được vì lỗi", "Outbound packets lost to errors"),
            kind="counter",
            labels=("ifName",),
        ),
    ),
    look=look,
    interval=240.0,
    timeout=60.0,
)
