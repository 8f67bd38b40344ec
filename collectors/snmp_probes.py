"""How are the ways that the device itself tests: IP SLA, NQA, RPM, remote ping?

A CPE that runs such tests sees its line from the other end; direction `out` is from the device to
its peer, `in` is back, `both` the round trip.
"""

from collectors._snmp import client, watchlist
from collectors._snmp.families import emits
from collectors._snmp.watchlist import Subject
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

SUBJECT = Subject("snmp_probes", entries=lambda family: family.probes)


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read the latest results of the tests that the device runs."""
    return await watchlist.look(SUBJECT, check, kit, transcript)


COLLECTOR = Collector(
    name="snmp_probes",
    help=Text(
        vi="Các phép đo của chính thiết bị (IP SLA, NQA, RPM, ping từ xa) cho thấy gì?",
        en="What do the tests show that the device itself runs (IP SLA, NQA, RPM, ping)?",
    ),
    params=client.Params,
    emits=emits(SUBJECT.entries),
    look=look,
    interval=60.0,
    timeout=20.0,
)
