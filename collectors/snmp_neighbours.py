"""What is the device connected to: neighbours, routing peers, spanning tree, powered ports?"""

from collectors._snmp import client, watchlist
from collectors._snmp.families import emits
from collectors._snmp.families.standards import CDP_CHANGED, LLDP_CHANGED
from collectors._snmp.watchlist import Subject
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

SUBJECT = Subject(
    "snmp_neighbours",
    entries=lambda family: family.neighbours,
    signs=(LLDP_CHANGED, CDP_CHANGED),
)


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read who is at the other ends of the device's ports and sessions."""
    return await watchlist.look(SUBJECT, check, kit, transcript)


COLLECTOR = Collector(
    name="snmp_neighbours",
    help=Text(
        vi="Thiết bị nối với những gì: láng giềng, phiên định tuyến, cây STP, cổng cấp nguồn?",
        en="What is the device connected to: neighbours, routing peers, spanning tree, PoE?",
    ),
    params=client.Params,
    emits=emits(SUBJECT.entries),
    look=look,
    interval=240.0,
    timeout=30.0,
)
