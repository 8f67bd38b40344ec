"""What a pretend Polycom RMX (Collaboration Server) tells by SNMP: its own conference objects.

Written from the objects that a public monitoring plugin reads (enterprise 13885, subtree 110.1).
"""

from collections.abc import Iterator

from pysnmp.proto.api import v2c

from lab.calls import Calls
from lab.emulators.answering import About
from lab.mib import Oid, Value

ABOUT = About(
    family="snmp_rmx",
    source="objects of enterprise 13885.110.1 as a public plugin reads them",
    guessed={"hardware status": "1 disabled, 2 ok, 3 failed, as in the endpoints' MIB"},
)
_ROOT: Oid = (1, 3, 6, 1, 4, 1, 13885, 110, 1)


def rows(calls: Calls, *, broken: str = "") -> Iterator[tuple[Oid, Value]]:
    """Yield every object as it is now; `broken` is fan, power or board."""
    calls.settle()
    yield (*_ROOT, 4, 2, 1, 0), v2c.Gauge32(0)
    yield (*_ROOT, 4, 4, 1, 1, 0), v2c.Gauge32(0)
    yield (*_ROOT, 4, 4, 2, 1, 0), v2c.Gauge32(len(calls.legs))
    yield (*_ROOT, 5, 1, 0), v2c.Gauge32(len(calls.conferences()))
    for number, part in ((2, "fan"), (3, "power"), (4, "board")):
        yield (*_ROOT, 3, number, 1, 0), v2c.Integer32(3 if part == broken else 2)
