"""DrayTek: Vigor routers."""

from collectors._snmp.descriptor import Facts, Family, Measure, Pool
from collectors._snmp.families.standards import once
from collectors._snmp.vocabulary import CPU, MEMORY

_VIGOR = "1.3.6.1.4.1.7367.3"  # DRAYTEK-MIB

VIGOR = Family(
    "DrayTek Vigor",
    "DrayTek",
    objects=("1.3.6.1.4.1.7367",),
    health=(
        # The load of the standard's table is preferred where there is one.
        Measure(CPU, f"{_VIGOR}.6.0", once("CPU"), factor=0.01, low=0, high=100, fallback=True),
        Pool(MEMORY, once("memory"), percent=f"{_VIGOR}.7.0"),
    ),
    facts=Facts(
        model=(r"Router Model: ([^,]+),",),
        software=(r"Version: ([^,\s]+)",),
    ),
)

FAMILIES = (VIGOR,)
