"""Which of several hosts answer a ping? Asked together, from one socket of their family."""

import asyncio
from collections.abc import Iterable

from collectors._icmp.names import protocol_of
from collectors._icmp.wire import Protocol, Wire, failure_of
from core.collector import Sockets
from core.reading import Failure, FailureKind

ROUNDS = 3  # requests to a host that does not answer
_POLL = 0.005  # seconds; the kernel stamps replies, so this is not part of a round trip


async def pinged(
    sockets: Sockets, addresses: Iterable[str], seconds: float
) -> dict[str, float | Failure]:
    """Return of each numeric address its round trip in seconds, or why there is none."""
    families: dict[Protocol, list[str]] = {}
    for address in dict.fromkeys(addresses):
        families.setdefault(protocol_of(address), []).append(address)
    asked = [_asked(sockets, protocol, some, seconds) for protocol, some in families.items()]
    found: dict[str, float | Failure] = {}
    for told in await asyncio.gather(*asked):
        found |= told
    return found


async def _asked(
    sockets: Sockets, protocol: Protocol, addresses: list[str], seconds: float
) -> dict[str, float | Failure]:
    try:
        wire = Wire(sockets, protocol)
    except OSError as error:
        return dict.fromkeys(addresses, failure_of(error))
    try:
        return await _heard(wire, addresses, seconds)
    finally:
        wire.close()


async def _heard(wire: Wire, addresses: list[str], seconds: float) -> dict[str, float | Failure]:
    loop = asyncio.get_running_loop()
    found: dict[str, float | Failure] = {
        address: Failure(FailureKind.TIMEOUT, "no answer") for address in addresses
    }
    silent = set(addresses)
    sent: dict[int, tuple[str, int]] = {}
    for _ in range(ROUNDS):
        for address in sorted(silent):
            counter = len(sent) + 1
            try:
                sent[counter] = address, wire.send(counter, (address, 0))
            except OSError as error:
                found[address] = failure_of(error)
        until = loop.time() + seconds / ROUNDS
        while silent and loop.time() < until:
            for counter, sender, received in wire.drain():
                address, at = sent.get(counter, ("", 0))
                if sender == address and address in silent:
                    found[address] = max(0, received - at) / 1e9
                    silent.discard(address)
            await asyncio.sleep(_POLL)
    return found
