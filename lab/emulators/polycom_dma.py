"""What a pretend Polycom DMA tells by SNMP: clusters, licences, conferences, registrations.

Written from the objects that a public monitoring plugin reads (enterprise 13885, subtree 13.2).
"""

from collections.abc import Iterator, Mapping

from pysnmp.proto.api import v2c

from lab.calls import Calls
from lab.emulators.answering import About
from lab.mib import Oid, Value

ABOUT = About(
    family="snmp_dma",
    source="objects of enterprise 13885.13.2 as a public plugin reads them",
    guessed={
        "rows": "one for each cluster, numbered from 1",
        "licences": "name in column 2, a status other than 1 is no valid one",
    },
)
_ROOT: Oid = (1, 3, 6, 1, 4, 1, 13885, 13, 2)
PORTS = (80, 40)  # video and voice, of each cluster
_IN_SERVICE = 1


def rows(
    calls: Calls,
    *,
    clusters: Mapping[str, int] | None = None,
    licensed: int = 1,
    registered: tuple[int, int] = (30, 4),
) -> Iterator[tuple[Oid, Value]]:
    """Yield every object as it is now; `clusters`: name → status (1 in service, 2 busy, 3 out)."""
    calls.settle()
    legs, conferences = len(calls.legs), len(calls.conferences())
    for i, (name, status) in enumerate((clusters or {"cum-1": _IN_SERVICE}).items(), 1):
        first = i == 1
        cluster, licence = (*_ROOT, 2, 3, 2, 1), (*_ROOT, 2, 3, 3, 1)
        manager, registrar = (*_ROOT, 3, 2, 1, 2, 1), (*_ROOT, 3, 3, 1, 2, 1)
        yield (*cluster, 2, i), v2c.OctetString(name.encode())
        yield (*cluster, 3, i), v2c.Integer32(status)
        yield (*licence, 2, i), v2c.OctetString(name.encode())
        yield (*licence, 3, i), v2c.Integer32(licensed)
        yield (*licence, 4, i), v2c.Gauge32(200)
        yield (*licence, 5, i), v2c.Gauge32(legs if first else 0)
        yield (*manager, 2, i), v2c.OctetString(name.encode())
        yield (*manager, 3, i), v2c.Gauge32(conferences if first else 0)
        yield (*manager, 4, i), v2c.Gauge32(legs if first else 0)
        yield (*manager, 5, i), v2c.Gauge32(PORTS[0])
        yield (*manager, 6, i), v2c.Gauge32(legs if first else 0)
        yield (*manager, 7, i), v2c.Gauge32(PORTS[1])
        yield (*manager, 8, i), v2c.Gauge32(0)
        yield (*registrar, 3, i), v2c.Gauge32(registered[0] if first else 0)
        yield (*registrar, 4, i), v2c.Gauge32(registered[1] if first else 0)
