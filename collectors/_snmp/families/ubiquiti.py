"""Ubiquiti: UniFi, airMAX, EdgeMAX."""

from collectors._snmp.descriptor import Facts, Family, Pool, Words
from collectors._snmp.families.standards import once
from collectors._snmp.vocabulary import MEMORY

_UBNT, _FROGFOOT = "1.3.6.1.4.1.41112.1", "1.3.6.1.4.1.10002.1.1.1"

UNIFI = Family(
    "Ubiquiti UniFi, airMAX",
    "Ubiquiti",
    objects=("1.3.6.1.4.1.8072.3.2.10", "1.3.6.1.4.1.41112", "1.3.6.1.4.1.10002"),
    described=r"^(?:UAP|U\d|USW|US-|UDM|USG|UGW|UCG|UX|Linux \d+\.\S+ #\d+ .*mips)",
    health=(
        # FROGFOOT-RESOURCES-MIB: memTotal, memFree, memBuffer, memCache
        Pool(
            MEMORY,
            once("memory"),
            size=f"{_FROGFOOT}.1.1.0",
            free=f"{_FROGFOOT}.1.2.0",
            spare=(f"{_FROGFOOT}.1.3.0", f"{_FROGFOOT}.1.4.0"),
            unit=1024,
        ),
    ),
    facts=Facts(
        model=(Words(f"{_UBNT}.6.3.3.0"), Words("1.2.840.10036.3.1.2.1.3"), r"^(U\S+)"),
        software=(Words(f"{_UBNT}.6.3.6.0"), r"^\S+ (\d\S+)"),
    ),
)

FAMILIES = (UNIFI,)
