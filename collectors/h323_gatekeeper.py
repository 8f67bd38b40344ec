"""Does the H.323 gatekeeper answer? A gatekeeper request (GRQ) of RAS, which creates no state.

ITU-T H.225.0, aligned PER, written out: only our own address, port and number change. Confirmed or
rejected, a gatekeeper lives; registration is never asked for, since that could steal an alias.
"""

import asyncio
import functools
import ipaddress
import secrets
import struct

from pydantic import Field

from collectors._net.datagram import Question, exchange
from collectors._net.identity import OWN, identity
from collectors._net.names import places
from collectors._net.trouble import Trouble, failure_of, out_of_time, trouble
from core.collector import Collector, Emit, Exchange, Kit, Transcript
from core.labels import Series
from core.model import Model
from core.reading import Failure, FailureKind, Reading, Sample
from core.text import Text
from core.watching import Check

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"
ROUND_TRIP = "probe_ras_round_trip_seconds"
ACCEPTED = "probe_ras_accepted"
REPEATS = (1.0,)
_ALIAS = "thongsuot"
_PROTOCOL = bytes.fromhex("060008914a0004")  # itu-t recommendation h 2250 version 4
_CONFIRMED, _REJECTED = 1, 2  # choices of RasMessage, after gatekeeperRequest


class Params(Model):
    """What may be set."""

    port: int = Field(
        default=1719, ge=1, le=65535, description="UDP port", json_schema_extra={"vi": "Cổng UDP"}
    )


def request(number: int, address: str, port: int, alias: str = _ALIAS) -> bytes:
    """Return a GRQ of request number 1…65535 from an IPv4 address and port."""
    return (
        b"\x00\x20"  # gatekeeperRequest, with endpointAlias alone of what may be left out
        + struct.pack("!H", number - 1)
        + _PROTOCOL
        + b"\x00"  # rasAddress: ipAddress
        + ipaddress.IPv4Address(address).packed
        + struct.pack("!H", port)
        + b"\x02\x00"  # endpointType: a terminal
        + b"\x01\x40"  # one alias, an h323-ID
        + bytes((len(alias) - 1,))
        + alias.encode("utf-16-be")
    )


def accepted(octets: bytes, number: int) -> bool | None:
    """Say whether a request was confirmed or rejected; None of what is no answer to it."""
    if len(octets) < 4 or struct.unpack_from("!H", octets, 2)[0] != number - 1:  # noqa: PLR2004
        return None
    choice = octets[0] >> 2  # below the extension bit
    return choice == _CONFIRMED if choice in (_CONFIRMED, _REJECTED) else None


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Ask once."""
    params = Params.model_validate(dict(check.params))
    at, begun = kit.clock.now(), kit.clock.monotonic()
    failure: Failure | None = None
    base, samples = identity(check), list[Sample]()
    number = secrets.randbelow(65535) + 1
    try:
        async with asyncio.timeout(check.timeout):
            found = [place for place in await places(check.address) if ":" not in place.address]
            if not found:
                raise trouble(FailureKind.LOCAL, "RAS is asked by IPv4 alone")
            question = Question(
                params.port,
                lambda here: request(number, *here),
                lambda octets: accepted(octets, number),
                again=REPEATS,
            )
            answer = await exchange(kit.sockets, found, question, check.timeout, transcript)
        if kit.record is not None:
            kit.record(Exchange("GRQ", 0, "2-4", answer.octets.hex(), way="datagram"))
        transcript.note("the gatekeeper %s", "confirms" if answer.what else "rejects: it lives")
        trip = max(0.0, (answer.received - answer.asked) / 1e9)
        samples.append((Series.of(ROUND_TRIP, base), trip))
        samples.append((Series.of(ACCEPTED, base), float(answer.what)))
    except TimeoutError:
        failure = out_of_time(check.timeout)
    except Trouble as refusal:
        failure = refusal.failure
    except OSError as error:
        failure = failure_of(error)
    if failure is not None:
        transcript.note("%s: %s", failure.kind.value, failure.detail)
    elapsed = kit.clock.monotonic() - begun
    samples.append((Series.of(SUCCESS, base), float(failure is None)))
    samples.append((Series.of(DURATION, base), elapsed))
    return Reading(check.slug, check.vantage, at, samples, failure, elapsed)


_emit = functools.partial(Emit, labels=(OWN,))

COLLECTOR = Collector(
    name="h323_gatekeeper",
    help=Text(
        vi="Gatekeeper H.323 có trả lời không?",
        en="Does the H.323 gatekeeper answer?",
    ),
    params=Params,
    emits=(
        _emit(SUCCESS, Text("1 nếu gatekeeper trả lời", "1 if the gatekeeper answers")),
        _emit(DURATION, Text("Cả lần thử mất bao lâu", "The whole try")),
        _emit(ROUND_TRIP, Text("Thời gian đi về", "Round trip time")),
        _emit(
            ACCEPTED,
            Text("1 nếu nhận, 0 nếu từ chối (vẫn sống)", "1 if it confirms, 0 if it rejects"),
        ),
    ),
    look=look,
    interval=60.0,
    timeout=4.0,
)
