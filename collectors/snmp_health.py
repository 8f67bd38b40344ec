"""Is the device well: processor, memory, disks, temperatures, fans, power, optics, batteries?"""

from collectors._snmp import client, watchlist
from collectors._snmp.families import emits
from collectors._snmp.families.standards import ENTITY_CHANGED
from collectors._snmp.watchlist import Subject
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

SUBJECT = Subject(
    "snmp_health",
    entries=lambda family: family.health,
    signs=(ENTITY_CHANGED,),
)


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read what the device says of its health."""
    return await watchlist.look(SUBJECT, check, kit, transcript)


COLLECTOR = Collector(
    name="snmp_health",
    help=Text(
        vi="Thiết bị có khoẻ không: bộ xử lý, bộ nhớ, ổ đĩa, nhiệt độ, quạt, nguồn, quang, ắc quy?",
        en="Is the device well: processor, memory, disks, heat, fans, power, optics, batteries?",
    ),
    params=client.Params,
    emits=emits(SUBJECT.entries),
    look=look,
    interval=60.0,
    timeout=20.0,
)
