"""What is the device: maker, model, serial number, software, and the parts inside it?"""

from collectors._snmp import client, watchlist
from collectors._snmp.families import described, emits
from collectors._snmp.families.standards import ENTITY_CHANGED
from collectors._snmp.vocabulary import HARDWARE
from collectors._snmp.watchlist import Subject
from core.collector import Collector, Kit, Transcript
from core.reading import Reading
from core.text import Text
from core.watching import Check

SUBJECT = Subject(
    "snmp_inventory",
    entries=lambda family: family.parts,
    signs=(ENTITY_CHANGED,),
    hardware=True,
)


async def look(check: Check, kit: Kit, transcript: Transcript) -> Reading:
    """Read what the device says it is and what it holds."""
    return await watchlist.look(SUBJECT, check, kit, transcript)


COLLECTOR = Collector(
    name="snmp_inventory",
    help=Text(
        vi="Thiết bị là gì: hãng, mẫu, số máy, phần mềm, và các bộ phận bên trong?",
        en="What is the device: maker, model, serial number, software, and the parts inside?",
    ),
    params=client.Params,
    emits=(described(HARDWARE), *emits(SUBJECT.entries)),
    look=look,
    interval=240.0,
    timeout=30.0,
)
