"""What is the device, and what do the objects say that an engineer mapped from its MIB? SNMP.

For equipment of which no public document names an OID (Huawei TE, CloudLink, Sony, AVer, Scopia):
the device is identified by sysObjectID and sysDescr; the map of the folder that names it says
which of its objects mean what. Without a map it is identified, and no more.
"""

from collections.abc import Iterator, Mapping, Sequence

from pydantic import Field

from collectors._net.identity import identity
from collectors._net.trouble import printable
from collectors._oidmap.folder import maps_of
from collectors._oidmap.form import CLAIMS, OidMap, Value
from collectors._snmp import client
from collectors._snmp.agent import Trouble
from collectors._snmp.ber import Value as Told
from collectors._snmp.octets import text
from collectors._vc import metrics
from collectors._vc.agents import Questions, asked
from collectors._vc.facts import Call, Endpoint, Fault, Peripheral
from collectors._vc.markup import as_number
from collectors._vc.telling import before_of, samples
from core.collector import Collector, Emit, Kit, Transcript
from core.labels import Series
from core.reading import FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

_DESCRIPTION, _OBJECT = "1.3.6.1.2.1.1.1.0", "1.3.6.1.2.1.1.2.0"  # sysDescr, sysObjectID
_UPTIME = "1.3.6.1.2.1.1.3.0"  # sysUpTime, hundredths of a second
_WORD = 120
_Claims = dict[str, list[bool]]
MAP = "vc_map_info"
VALUE, STATE = "vc_mapped_value", "vc_mapped_state_info"
OWN = (
    Emit(
        MAP,
        Text("Bản đồ OID đang dùng, luôn bằng 1", "The map of objects in use, always 1"),
        labels=("map", "source", "confirmed"),
    ),
    Emit(
        VALUE,
        Text("Giá trị theo bản đồ OID của đơn vị", "A value by the office's own map of objects"),
        labels=("quantity", "unit", "row"),
    ),
    Emit(
        STATE,
        Text(
            "Trạng thái theo bản đồ OID của đơn vị, luôn bằng 1",
            "A state by the office's own map of objects, always 1",
        ),
        labels=("quantity", "state", "row"),
    ),
)


class Params(client.Params):
    """What may be set."""

    maps: str | None = Field(
        default=None,
        max_length=1000,
        description="Folder of TOML files that say what objects mean (docs/oid-map.md)",
        json_schema_extra={"vi": "Thư mục các tệp TOML ghi ý nghĩa các OID (docs/oid-map.md)"},
    )


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once."""
    params = Params.model_validate(dict(check.params))

    async def visit(questions: Questions) -> list[Sample]:
        known = await questions.values((_DESCRIPTION, _OBJECT, _UPTIME))
        if all(value is None for value in known.values()):
            raise Trouble(FailureKind.PROTOCOL, "the agent knows nothing of the system group")
        object_id = text(known[_OBJECT])
        uptime = as_number(known[_UPTIME])
        found = Endpoint(
            product=text(known[_DESCRIPTION])[:_WORD],
            uptime=uptime / 100 if uptime is not None else None,
        )
        told: dict[Series, float] = {}
        chosen = await maps_of(kit).of(params.maps, object_id) if params.maps else None
        if chosen is None:
            transcript.note("no map names sysObjectID %s: identified, and no more", object_id)
        else:
            transcript.note("map %s (%s)", chosen.name, chosen.source)
            told = dict(await _mapped(check, questions, chosen, found))
        return [*samples(check, found, before_of(kit, check)), *told.items()]

    return await asked(check, kit, transcript, params, visit)


async def _mapped(
    check: Check, questions: Questions, chosen: OidMap, found: Endpoint
) -> Sequence[Sample]:
    """Fill what was found by the map; return what has no place there as samples."""
    single = [value.oid.strip(".") for value in chosen.value if not value.table]
    said = await questions.values(list(dict.fromkeys(single))) if single else {}
    claims: _Claims = {}
    confirmed = "yes" if chosen.confirmed else "no"
    about = Series.of(
        MAP, identity(check), map=chosen.name, source=chosen.source, confirmed=confirmed
    )
    told: list[Sample] = [(about, 1.0)]
    answered = 0
    for value in chosen.value:
        rows = await _rows(questions, value, said)
        for row, raw in rows.items():
            if raw is not None:
                answered += 1
                told += _take(check, value, row, raw, found, claims)
    if chosen.value and not answered:
        raise Trouble(FailureKind.PROTOCOL, f"the agent has none of the objects of {chosen.name}")
    _settle(found, claims)
    return told


async def _rows(questions: Questions, value: Value, said: Mapping[str, Told]) -> Mapping[str, Told]:
    """Return what an object, or a column of them, holds, by the name of its row."""
    oid = value.oid.strip(".")
    if not value.table:
        return {"": said[oid]}
    column = await questions.column(oid)
    names = await questions.column(value.names.strip(".")) if value.names else {}
    return {
        text(names.get(index)) or ".".join(map(str, index)): raw for index, raw in column.items()
    }


def _take(  # noqa: PLR0917
    check: Check, value: Value, row: str, raw: Told, found: Endpoint, claims: _Claims
) -> Iterator[Sample]:
    """Put one value where it belongs."""
    number = as_number(raw if not isinstance(raw, bytes) else text(raw))
    meant = value.enum.get(f"{number:.0f}") if number is not None else None
    name = f"{value.name} {row}".strip()
    if value.fact in {"product", "software", "serial"}:
        setattr(found, value.fact, text(raw)[:_WORD])
    elif value.fact == "uptime":
        found.uptime = number * value.scale if number is not None else None
    elif value.fact == "peripheral" and isinstance(meant, bool):
        found.peripherals.append(Peripheral(value.kind or "", name, meant))
    elif value.fact == "fault" and isinstance(meant, bool):
        found.faults = [*(found.faults or []), *([Fault(value.level, name)] if meant else [])]
    elif value.fact in CLAIMS and isinstance(meant, bool):
        claims.setdefault(value.fact, []).append(meant)
    elif value.fact is None:
        yield from _own(check, value, row, number, meant)


def _own(
    check: Check, value: Value, row: str, number: float | None, meant: bool | str | None
) -> Iterator[Sample]:
    """Yield a value that has a name of its own."""
    base, name, place = identity(check), value.name or "", printable(row, _WORD)
    if number is not None:
        yield (
            Series.of(VALUE, base, quantity=name, unit=value.unit or "", row=place),
            number * value.scale,
        )
    if isinstance(meant, str):
        yield Series.of(STATE, base, quantity=name, state=meant, row=place), 1.0


def _settle(found: Endpoint, claims: _Claims) -> None:
    """Put claims where they belong: of several rows one that is true is enough."""
    for fact, said in claims.items():
        true = any(said)
        if fact.startswith("registered_"):
            found.registered[fact.removeprefix("registered_")] = true
        elif fact == "in_call":
            found.calls = [Call(key="1", remote="")] if true else []
        else:
            setattr(found, fact, true)


COLLECTOR = Collector(
    name="snmp_map",
    help=Text(
        vi="Thiết bị là gì, và các OID mà kỹ sư ghi theo MIB của hãng cho biết gì?",
        en="What is the device, and what do the objects say that an engineer mapped from its MIB?",
    ),
    params=Params,
    emits=(*metrics.EQUIPMENT, *metrics.own(*OWN)),
    look=look,
    interval=60.0,
    timeout=15.0,
)
