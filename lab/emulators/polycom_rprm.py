"""What a pretend Polycom RPRM tells by SNMP: its sites and the links between them.

Written from the objects that a public monitoring plugin reads (enterprise 13885, subtree 102.1.2).
"""

from collections.abc import Iterator, Mapping

from pysnmp.proto.api import v2c

from lab.emulators.answering import About
from lab.mib import Oid, Value
from lab.world import Quality

ABOUT = About(
    family="snmp_rprm",
    source="objects of enterprise 13885.102.1.2 as a public plugin reads them",
    guessed={
        "numbers": "whole per cent and milliseconds",
        "bandwidth": "total in kbit/s",
        "redundancy": "1 at .16.1.0 is well",
        "provisioning": "1 at .2.1.0 is well",
    },
)
_ROOT: Oid = (1, 3, 6, 1, 4, 1, 13885, 102, 1, 2)
_SITES, _LINKS = (*_ROOT, 14, 4, 1), (*_ROOT, 14, 6, 1)


def rows(
    sites: Mapping[str, Quality], links: Mapping[str, Quality], *, failed: int = 0, calls: int = 3
) -> Iterator[tuple[Oid, Value]]:
    """Yield every object: quality by name of site and of link; `failed` provisionings."""
    yield (*_ROOT, 16, 1, 0), v2c.Integer32(1)
    yield (*_ROOT, 2, 1, 0), v2c.Integer32(1)
    yield (*_ROOT, 2, 2, 0), v2c.Gauge32(failed)
    yield (*_ROOT, 2, 3, 0), v2c.Gauge32(40)
    for entry, places, first in ((_SITES, sites, 2), (_LINKS, links, 3)):
        link = first == 3  # noqa: PLR2004  (links have their columns elsewhere)
        columns = (7, 8, 9, 10, 11, 12, 13) if link else (4, 5, 6, 7, 8, 9, 10)
        for i, (name, quality) in enumerate(places.items(), 1):
            figures = (
                calls,
                round(calls * 12.5),
                16_000,
                2_000,
                round(quality.loss * 100),
                round(quality.jitter * 1000),
                round(quality.delay * 1000),
            )
            yield (*entry, first, i), v2c.OctetString(name.encode())
            if link:
                yield (*entry, 4, i), v2c.Integer32(1)
            for column, figure in zip(columns, figures, strict=True):
                yield (*entry, column, i), v2c.Gauge32(figure)
