"""Do enough of several references answer, so that what leads to them works?

An Internet line, or a service of several servers, is up while some of its references answer: one
dead public server is no dead line. What cannot be asked for a fault of ours counts neither way.
"""

import asyncio
import functools

from pydantic import Field, IPvAnyAddress, field_validator, model_validator

from collectors._icmp.several import pinged
from collectors._net.attempt import EMITS, Attempt, attempted
from collectors._net.identity import OWN
from collectors._net.names import places
from collectors._net.source import From
from collectors._net.stream import connect
from collectors._net.trouble import Trouble, failure_of, out_of_time
from core.collector import Collector, Emit, Kit, Sockets, Transcript
from core.model import Model
from core.reading import Failure, FailureKind, Reading
from core.reference import Reference, reference, references
from core.text import Text
from core.watching import Check

ANSWERING = "probe_references_answering"
ASKED = "probe_references_asked"
ANSWERS = "probe_reference_success"
TOOK = "probe_reference_duration_seconds"
MOST = 16
_SHARE = 0.8  # of the check's time, that one reference may take
_SAID = 4  # silent references in one sentence


class Params(Model):
    """What may be set."""

    references: tuple[str, ...] = Field(
        min_length=1,
        max_length=MOST,
        description="Whom to ask: host (ping) or host:port (a TCP connection)",
        json_schema_extra={"vi": "Hỏi những đích nào: máy (ping) hoặc máy:cổng (kết nối TCP)"},
    )
    need: int = Field(
        default=1,
        ge=1,
        le=MOST,
        description="How many of them must answer",
        json_schema_extra={"vi": "Ít nhất mấy đích phải trả lời"},
    )

    source: IPvAnyAddress | None = Field(
        default=None,
        description="Address of this machine to ask from, where routing by source chooses the line",
        json_schema_extra={
            "vi": "Hỏi từ địa chỉ nào của máy này, khi định tuyến theo nguồn chọn đường truyền"
        },
    )

    @field_validator("references", mode="before")
    @classmethod
    def _separated(cls, value: object) -> object:
        return tuple(map(str, references(value))) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _enough(self) -> "Params":
        asked = self.asked
        if len(set(asked)) < len(asked):
            raise ValueError("references: one is named twice")
        if self.need > len(asked):
            raise ValueError(f"need: {self.need} of {len(asked)} references can never answer")
        if self.source and any(self.source.version != one.version for one in asked):
            raise ValueError("source: it is of another version of IP than a reference")
        return self

    @property
    def asked(self) -> tuple[Reference, ...]:
        """Return the references as they are asked."""
        return tuple(map(reference, self.references))


Told = float | Failure  # seconds until it answered, or why it did not


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask every reference at the same time, and count."""
    params = Params.model_validate(dict(check.params))

    async def visit(attempt: Attempt) -> None:
        sockets = kit.sockets if params.source is None else From(kit.sockets, str(params.source))
        told = await _asked(attempt, params.asked, sockets)
        for one, said in told.items():
            attempt.tell(ANSWERS, float(isinstance(said, float)), reference=str(one))
            if isinstance(said, float):
                attempt.tell(TOOK, said, reference=str(one))
                attempt.transcript.note("%s answers after %.3f ms", one, said * 1000)
            else:
                attempt.transcript.note("%s: %s: %s", one, said.kind.value, said.detail)
        attempt.tell(ANSWERING, sum(isinstance(said, float) for said in told.values()))
        attempt.tell(ASKED, len(told))
        failure = counted(told, params.need)
        if failure is not None:
            raise Trouble(failure)

    return await attempted(check, kit, transcript, visit)


def counted(told: dict[Reference, Told], need: int) -> Failure | None:
    """Return why fewer than `need` answer, None where enough do.

    It is our own fault while those that we could not ask might have made up the number.
    """
    silent = {one: said for one, said in told.items() if isinstance(said, Failure)}
    answering = len(told) - len(silent)
    if answering >= need:
        return None
    ours = [said for said in silent.values() if said.kind is FailureKind.LOCAL]
    if answering + len(ours) >= need:
        return ours[0]
    # A refusal would say that somebody is there: of the line it says no such thing.
    unreachable = all(said.kind is FailureKind.UNREACHABLE for said in silent.values())
    kind = FailureKind.UNREACHABLE if unreachable else FailureKind.TIMEOUT
    named = ", ".join(map(str, list(silent)[:_SAID])) + (", …" if len(silent) > _SAID else "")
    wanted = f", {need} are needed" if need > 1 else ""
    return Failure(kind, f"{answering} of {len(told)} references answer{wanted}; not {named}")


async def _asked(
    attempt: Attempt, references: tuple[Reference, ...], sockets: Sockets
) -> dict[Reference, Told]:
    """Return what came of each reference."""
    seconds = attempt.check.timeout * _SHARE
    doors = [one for one in references if one.port is not None]
    hosts = [one for one in references if one.port is None]
    answered, connected = await asyncio.gather(
        pinged(sockets, [one.host for one in hosts], seconds),
        asyncio.gather(*(_connected(attempt, one, sockets, seconds) for one in doors)),
    )
    by_door = dict(zip(doors, connected, strict=True))
    return {one: by_door[one] if one in by_door else answered[one.host] for one in references}


async def _connected(attempt: Attempt, one: Reference, sockets: Sockets, seconds: float) -> Told:
    kit = attempt.kit
    begun = kit.clock.monotonic()
    try:
        async with asyncio.timeout(seconds):
            found = await places(one.host)
            made, _ = await connect(sockets, found, one.port or 0, seconds, attempt.transcript)
    except TimeoutError as error:
        return failure_of(error) if error.errno is not None else out_of_time(seconds)
    except OSError as error:
        return failure_of(error)
    made.close()
    return kit.clock.monotonic() - begun


_emit = functools.partial(Emit, labels=(OWN,))
_EACH = (OWN, "reference")

COLLECTOR = Collector(
    name="any_of",
    help=Text(
        vi="Có đủ số đích mốc trả lời không, để biết đường tới đó còn thông?",
        en="Do enough of several references answer, so that what leads to them works?",
    ),
    params=Params,
    emits=(
        *EMITS,
        _emit(ANSWERING, Text("Mấy đích mốc trả lời", "How many references answer")),
        _emit(ASKED, Text("Hỏi mấy đích mốc", "How many references are asked")),
        Emit(ANSWERS, Text("1 nếu đích mốc trả lời", "1 if a reference answers"), labels=_EACH),
        Emit(TOOK, Text("Đích mốc trả lời sau bao lâu", "Until it answers"), labels=_EACH),
    ),
    look=look,
    interval=30.0,
    timeout=5.0,
)
