"""Is the Polycom endpoint registered, whole, and how does its call go? POLYCOM-ENDPOINT-MIB.

HDX with late software, Group, Studio X and G7500 (enterprise 13885, subtree 101.1). The MIB names
no units: milliseconds, kbit/s and percent are read from the context, and unconfirmed.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping

from collectors._snmp import client
from collectors._snmp.agent import Trouble
from collectors._snmp.ber import Value
from collectors._snmp.client import agent_of, engine_of
from collectors._snmp.octets import text
from collectors._vc import metrics
from collectors._vc.facts import Call, Direction, Endpoint, Fault, Media, Peripheral, Stream
from collectors._vc.looking import Course, concluded
from collectors._vc.markup import quantity, share
from collectors._vc.telling import before_of, samples
from core.collector import Collector, Kit, Transcript
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

_ROOT = "1.3.6.1.4.1.13885.101.1"
_OK, _FAILED = 2, 3  # disabled is 1
_SOFTWARE, _MODEL, _SERIAL = f"{_ROOT}.1.1.0", f"{_ROOT}.1.4.0", f"{_ROOT}.1.5.0"
_H323, _H323_REGISTERED = f"{_ROOT}.2.7.1.0", f"{_ROOT}.2.7.2.0"
_SIP, _CALLING = f"{_ROOT}.2.8.1.0", f"{_ROOT}.5.1.0"
_PARTS = {
    f"{_ROOT}.3.5.1.0": "microphone",
    f"{_ROOT}.3.6.1.0": "camera",
    f"{_ROOT}.3.11.1.0": "touch",
}
_FAULTS = {  # what may have failed, and how the MIB calls it
    f"{_ROOT}.1.6.0": "identityStatus",
    f"{_ROOT}.3.1.0": "hardwareOverallStatus",
    f"{_ROOT}.3.5.1.0": "hardwareMicrophoneStatus",
    f"{_ROOT}.3.6.1.0": "hardwareCameraStatus",
    f"{_ROOT}.3.10.1.0": "hardwareNICStatus",
    f"{_ROOT}.3.11.1.0": "hardwarePTCStatus",
    f"{_ROOT}.3.12.1.0": "hardwareUcBoardStatus",
    f"{_ROOT}.2.7.1.0": "serviceH323Status",
    f"{_ROOT}.2.8.1.0": "serviceSipStatus",
    f"{_ROOT}.6.7.1.0": "externalIntegrationPresenceStatus",
    f"{_ROOT}.6.8.1.0": "externalIntegrationCDRStatus",
    f"{_ROOT}.6.9.1.0": "externalIntegrationSyslogStatus",
    f"{_ROOT}.6.10.1.0": "externalIntegrationSoftwareUpdateStatus",
    f"{_ROOT}.6.11.1.0": "externalIntegrationProvisioningStatus",
    f"{_ROOT}.6.12.1.0": "externalIntegrationExchangeStatus",
    f"{_ROOT}.6.13.1.0": "externalIntegrationDirectorySvcsStatus",
}
_ASKED = tuple(
    dict.fromkeys((_SOFTWARE, _MODEL, _SERIAL, _H323, _H323_REGISTERED, _SIP, _CALLING, *_FAULTS))
)
_SIP_REGISTRATIONS = f"{_ROOT}.2.8.3.1.2"
_CALLS = f"{_ROOT}.4.1.1"
_ROWS = 2000
# Columns of the calls table, of what is received; what is sent stands in the one after it.
_ID, _REMOTE = 2, 58
_AUDIO_JITTER, _VIDEO_JITTER, _JITTER = 4, 46, 20
_PERCENT = 16
_SIZE, _FRAMES, _RATE, _RATE_USED = 42, 44, 54, 56

_Row = Mapping[int, Value]


class Params(client.Params):
    """What may be set."""


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask for what the endpoint says of itself and its calls."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    told: list[Sample] = []
    try:
        found = await _endpoint(check, kit, params, transcript)
        told = samples(check, found, before_of(kit, check))
    except Trouble as trouble:
        failure = trouble.failure
    return concluded(check, Course(at, begun, told, failure), kit, transcript)


async def _endpoint(check: Check, kit: Kit, params: Params, transcript: Transcript) -> Endpoint:
    agent, engine = await agent_of(check, kit, params), engine_of(kit)
    values = await engine.get(agent, engine.plan(_ASKED), params.patience)
    said = dict(zip(_ASKED, values, strict=True))
    for oid, value in said.items():
        transcript.note("%s = %r", oid, value)
    if all(value is None for value in values):
        what = "the agent knows nothing of POLYCOM-ENDPOINT-MIB"
        raise Trouble(FailureKind.PROTOCOL, what)
    lines = await engine.walk(agent, _SIP_REGISTRATIONS, params.patience, _ROWS)
    calls = []
    if said[_CALLING] != 0:
        table = await engine.walk(agent, _CALLS, params.patience, _ROWS)
        by_row: defaultdict[tuple[int, ...], dict[int, Value]] = defaultdict(dict)
        for (column, *row), value in table.rows:
            by_row[tuple(row)][column] = value
        calls = [_call(row, columns) for row, columns in sorted(by_row.items())]
    return Endpoint(
        product=text(said[_MODEL]),
        software=text(said[_SOFTWARE]),
        serial=text(said[_SERIAL]),
        faults=[Fault("error", name) for oid, name in _FAULTS.items() if said[oid] == _FAILED],
        registered=_registered(said, [value for _, value in lines.rows]),
        calls=calls,
        peripherals=[
            Peripheral(kind, "any", said[oid] == _OK)
            for oid, kind in _PARTS.items()
            if said[oid] in (_OK, _FAILED)
        ],
    )


def _registered(said: Mapping[str, Value], lines: list[Value]) -> dict[str, bool]:
    found = {}
    if said[_SIP] in (_OK, _FAILED):
        in_use = [value for value in lines if value in (_OK, _FAILED)]
        if in_use:
            found["sip"] = _OK in in_use
    if said[_H323] in (_OK, _FAILED) and said[_H323_REGISTERED] in (_OK, _FAILED):
        found["h323"] = said[_H323_REGISTERED] == _OK
    return found


def _call(row: tuple[int, ...], columns: _Row) -> Call:
    key = text(columns.get(_ID)) or ".".join(map(str, row))
    rates = [_number(columns, _RATE + offset) for offset in (0, 1)]
    received, sent = (rate * 1000 if rate is not None else None for rate in rates)
    return Call(
        key=key,
        remote=text(columns.get(_REMOTE)),
        bits_rx=received,
        bits_tx=sent,
        streams=list(_streams(columns)),
    )


def _streams(columns: _Row) -> Iterator[Stream]:
    for offset, direction in enumerate(Direction):
        percent = _number(columns, _PERCENT + offset)
        rate = _number(columns, _RATE_USED + offset)
        width, _, height = text(columns.get(_SIZE + offset)).lower().partition("x")
        yield Stream(
            Media.ALL,
            direction,
            key=f"all {direction}",
            loss=share(percent),
            jitter=_seconds(columns, _JITTER + offset),
        )
        yield Stream(
            Media.AUDIO,
            direction,
            key=f"audio {direction}",
            jitter=_seconds(columns, _AUDIO_JITTER + offset),
        )
        yield Stream(
            Media.VIDEO,
            direction,
            key=f"video {direction}",
            jitter=_seconds(columns, _VIDEO_JITTER + offset),
            bits=rate * 1000 if rate is not None else None,
            frames=_number(columns, _FRAMES + offset),
            width=int(width) if width.isdecimal() else None,
            height=int(height) if height.isdecimal() else None,
        )


def _number(columns: _Row, column: int) -> float | None:
    value = columns.get(column)
    return quantity(text(value) if isinstance(value, bytes) else value)


def _seconds(columns: _Row, column: int) -> float | None:
    found = _number(columns, column)
    return found / 1000 if found is not None else None


COLLECTOR = Collector(
    name="snmp_polycom",
    help=Text(
        vi="Thiết bị Polycom (SNMP) đã đăng ký chưa, phần cứng thế nào, có đang họp không?",
        en="Is the Polycom endpoint registered, whole, and how does its call go (SNMP)?",
    ),
    params=Params,
    emits=metrics.EQUIPMENT,
    look=look,
    interval=60.0,
    timeout=10.0,
)
