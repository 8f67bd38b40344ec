"""BDCOM: switches and EPON/GPON line terminals."""

from collectors._snmp.descriptor import Facts, Family, Measure, Pool, Words
from collectors._snmp.families.standards import BY_PORT, INDEX, once
from collectors._snmp.vocabulary import CPU, MEMORY, OPTICAL, TEMPERATURE

# NMS-PROCESS-MIB nmspmCPUTotalEntry, NMS-MEMORY-POOL-MIB, NMS-CARD-SYS-MIB, NMS-OPTICAL-PORT-MIB.
_NMS = "1.3.6.1.4.1.3320.9"
_LIGHT = f"{_NMS}.63.1.7.1.3"  # received, tenths of a dBm, by ifIndex

BDCOM = Family(
    "BDCOM",
    "BDCOM",
    objects=("1.3.6.1.4.1.3320",),
    health=(
        Measure(CPU, f"{_NMS}.109.1.1.1.1.5", INDEX, factor=0.01, low=0, high=100),
        Pool(MEMORY, once("memory"), percent=f"{_NMS}.48.1.0"),
        Measure(TEMPERATURE, f"{_NMS}.181.1.1.7", (Words(form="slot {0}"),), low=1, high=200),
        Measure(
            OPTICAL,
            _LIGHT,
            tuple(Words(one.column, form="{0} Rx") for one in BY_PORT),
            factor=0.1,
            low=-600,
            high=300,
            others=(BY_PORT, once("rx")),
        ),
    ),
    facts=Facts(
        model=(r"BDCOM(?:\(tm\))? (\S+)",),
        software=(r"[Vv]ersion (\S+?),? ", r"[Vv]ersion (\S+)"),
        serial=(r"Serial num(?:ber)?:\s*(\w+)",),
    ),
)

FAMILIES = (BDCOM,)
