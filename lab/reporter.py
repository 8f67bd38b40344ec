"""What does an endpoint publish of its calls? The reporter's side of RFC 6035, over UDP.

Written from the RFC's grammar and examples (§4.6, §4.7), apart from the collector that reads it.
"""

import asyncio
import secrets
from dataclasses import dataclass
from datetime import datetime

_AGAIN = (0.5, 1.0, 2.0)  # seconds until an unanswered request is sent once more (RFC 3261, T1)


@dataclass(frozen=True, slots=True)
class Heard:
    """What one end of a call received. Shares 0…1, seconds."""

    loss: float
    jitter: float
    round_trip: float
    discarded: float = 0.0
    mos: float | None = None


@dataclass(frozen=True, slots=True)
class Reported:
    """One interval of a call as the reporting end knows it, or the whole of one that is over."""

    call: str
    local: str  # a SIP URI
    remote: str
    begin: datetime
    end: datetime
    here: Heard
    there: Heard | None = None  # what the far end told by RTCP
    over: bool = False
    payload: str = "opus"


def body(said: Reported, address: str) -> bytes:
    """Return the report as `application/vq-rtcpxr`."""
    lines = [
        "VQSessionReport: CallTerm" if said.over else "VQIntervalReport",
        f"CallID:{said.call}",
        f"LocalID:<{said.local}>",
        f"RemoteID:<{said.remote}>",
        f"OrigID:<{said.local}>",
        "LocalGroup:lab",
        "RemoteGroup:lab",
        f"LocalAddr:IP={address} PORT=5000 SSRC=0x1a3b5c7d",
        f"RemoteAddr:IP={address} PORT=5002 SSRC=0x2468abcd",
        "LocalMetrics:",
        *_metrics(said, said.here),
    ]
    if said.there is not None:
        lines += ["RemoteMetrics:", *_metrics(said, said.there)]
    return ("\r\n".join(lines) + "\r\n").encode()


def _metrics(said: Reported, heard: Heard) -> list[str]:
    lines = [
        f"Timestamps:START={said.begin:%Y-%m-%dT%H:%M:%SZ} STOP={said.end:%Y-%m-%dT%H:%M:%SZ}",
        f'SessionDesc:PT=96 PD={said.payload} SR=48000 PPS=50 FMTP="" PLC=3 SSUP=off',
        f"PacketLoss:NLR={heard.loss * 100:.2f} JDR={heard.discarded * 100:.2f}",
        f"Delay:RTD={heard.round_trip * 1000:.0f} ESD=0 IAJ={heard.jitter * 1000:.0f} MAJ=0",
    ]
    if heard.mos is not None:
        lines.append(f"QualityEst:MOSLQ={heard.mos:.1f} MOSCQ={heard.mos:.1f} QoEEstAlg=P.564")
    return lines


def request(said: Reported, source: tuple[str, int]) -> bytes:
    """Return the PUBLISH of a report from an address and port."""
    host, port = source
    report = body(said, host)
    head = (
        "PUBLISH sip:collector@127.0.0.1 SIP/2.0",
        f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{secrets.token_hex(8)};rport",
        "Max-Forwards: 70",
        "To: <sip:collector@127.0.0.1>",
        f"From: <{said.local}>;tag={secrets.token_hex(4)}",
        f"Call-ID: {secrets.token_hex(8)}@{host}",
        "CSeq: 1 PUBLISH",
        f"Contact: <{said.local}>",
        "Event: vq-rtcpxr",
        "Content-Type: application/vq-rtcpxr",
        f"Content-Length: {len(report)}",
    )
    return "\r\n".join([*head, "", ""]).encode() + report


class _Waiting(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.answer: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:  # noqa: ARG002
        if not self.answer.done():
            self.answer.set_result(data)


async def publish(said: Reported, collector: tuple[str, int], source: str = "127.0.0.1") -> int:
    """Publish a report; return the status of the response. TimeoutError where none comes."""
    loop = asyncio.get_running_loop()
    made = await loop.create_datagram_endpoint(_Waiting, local_addr=(source, 0))
    transport = made[0]
    try:
        whole = request(said, transport.get_extra_info("sockname")[:2])
        for wait in _AGAIN:
            transport.sendto(whole, collector)
            done, _ = await asyncio.wait([made[1].answer], timeout=wait)
            if done:
                return int(made[1].answer.result().split(b" ")[1])
        raise TimeoutError("no answer to the publication")
    finally:
        transport.close()
