"""Sweeps of address ranges: how far they are, and what answered. They propose, and add nothing."""

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core.errors import Invalid, Problem
from core.model import Model
from core.text import Text

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
BY_COMMAND = "cli:"  # how the names begin of those who sweep from the command line


@dataclass(frozen=True, slots=True)
class Terms:
    """What a sweep may do: where, with which SNMP secrets, how fast, on which ports."""

    ranges: tuple[str, ...] = ()
    secrets: tuple[str, ...] = ()
    packets_per_second: int = 100
    ports: tuple[int, ...] = (443,)
    addresses: int = 65_536
    snmp_port: int = 161
    vantage: str = "center"


class Discovery(Model):
    """One sweep. `done` of `total` addresses are finished, in order; `packets` were sent at most.

    Whoever works on it moves `moved_at`; one that has not moved for a while may be taken up.
    """

    id: int | None = None
    ranges: tuple[str, ...]
    begun_at: datetime
    begun_by: str
    moved_at: datetime
    ended_at: datetime | None = None
    total: int
    done: int = 0
    packets: int = 0

    @property
    def share(self) -> float:
        """Return how much is done, 0…1."""
        return self.done / self.total if self.total else 1.0


class Found(Model):
    """An address that answered, and what it said of itself; empty where it said nothing."""

    discovery: int
    address: str
    ping: bool
    ports: tuple[int, ...] = ()  # that took a connection
    snmp: str | None = None  # the name of the secret that it answered to
    object_id: str = ""
    description: str = ""
    name: str = ""
    location: str = ""
    family: str = ""
    vendor: str = ""
    kind: str = "other"
    at: datetime


def wanted(ranges: Sequence[str], terms: Terms) -> tuple[str, ...]:
    """Return the ranges to sweep, in their usual form; Invalid for what may not be swept.

    Each must lie within one of the settings, and all together be no more than they allow.
    """
    problems: list[Problem] = []
    allowed = [ipaddress.ip_network(one) for one in terms.ranges]
    found: list[Network] = []
    for text in ranges:
        try:
            network = ipaddress.ip_network(text.strip())
        except ValueError:
            problems.append(_unreadable(text))
            continue
        if not any(_within(network, one) for one in allowed):
            problems.append(_forbidden(text, terms))
        found.append(network)
    if not ranges:
        problems.append(_nothing())
    total = sum(map(_size, found))
    if total > terms.addresses:
        problems.append(_too_many(total, terms))
    if problems:
        raise Invalid(problems)
    return tuple(str(one) for one in dict.fromkeys(found))


def size(ranges: Sequence[str]) -> int:
    """Return how many addresses ranges have."""
    return sum(_size(ipaddress.ip_network(one)) for one in ranges)


def addresses(ranges: Sequence[str], begin: int = 0) -> Iterator[str]:
    """Yield the addresses of ranges in order, from the one numbered `begin` on."""
    for text in ranges:
        network = ipaddress.ip_network(text)
        first, count = _span(network)
        for at in range(min(begin, count), count):
            yield str(network[first + at])
        begin = max(0, begin - count)


def within(address: str, ranges: Sequence[str]) -> bool:
    """Say whether an address lies in one of the ranges; a host name does not."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(one in ipaddress.ip_network(text) for text in ranges)


def _within(network: Network, allowed: Network) -> bool:
    if isinstance(network, ipaddress.IPv4Network) and isinstance(allowed, ipaddress.IPv4Network):
        return network.subnet_of(allowed)
    if isinstance(network, ipaddress.IPv6Network) and isinstance(allowed, ipaddress.IPv6Network):
        return network.subnet_of(allowed)
    return False


def _size(network: Network) -> int:
    return _span(network)[1]


def _span(network: Network) -> tuple[int, int]:
    """Return the first host's number and how many there are: no network and broadcast address."""
    many = network.num_addresses
    if network.version == 4 and many > 2:  # noqa: PLR2004
        return 1, many - 2
    return 0, many


def _unreadable(text: str) -> Problem:
    return Problem(
        file="range",
        key=text[:60],
        what=Text(vi="không phải là dải địa chỉ", en="it is no range of addresses"),
        mend=Text(vi="Viết như 10.75.0.0/24", en="Write it like 10.75.0.0/24"),
    )


def _forbidden(text: str, terms: Terms) -> Problem:
    allowed = ", ".join(terms.ranges) or "–"
    return Problem(
        file="range",
        key=text[:60],
        what=Text(
            vi=f"không nằm trong dải được phép dò ({allowed})",
            en=f"it lies in no range that may be swept ({allowed})",
        ),
        mend=Text(
            vi="Thêm dải vào [discovery] ranges của tệp cấu hình",
            en="Add the range to [discovery] ranges of the settings",
        ),
    )


def _nothing() -> Problem:
    return Problem(
        file="range",
        what=Text(vi="chưa nêu dải nào", en="no range is named"),
        mend=Text(vi="Nêu một dải, ví dụ 10.75.0.0/24", en="Name one, such as 10.75.0.0/24"),
    )


def _too_many(total: int, terms: Terms) -> Problem:
    return Problem(
        file="range",
        what=Text(
            vi=f"{total} địa chỉ, nhiều hơn {terms.addresses} cho một lần dò",
            en=f"{total} addresses, more than the {terms.addresses} of one sweep",
        ),
        mend=Text(
            vi="Chia nhỏ dải, hoặc nâng [discovery] addresses",
            en="Sweep smaller ranges, or raise [discovery] addresses",
        ),
    )
