"""ZTE: ZXR10 switches and routers."""

from collectors._snmp.descriptor import Facts, Family, FirstOf, Measure, Pool, Words, states
from collectors._snmp.families.standards import numbered
from collectors._snmp.vocabulary import CPU, MEMORY, STATE, TEMPERATURE

# ZXR10-SYSTEM-HARDWARE-MIB, by rack, shelf, slot and unit; older software has none of it.
_HARDWARE = "1.3.6.1.4.1.3902.3.6002.2"
_UNIT, _FAN, _SHELF = f"{_HARDWARE}.1.1", f"{_HARDWARE}.3.1", f"{_HARDWARE}.4.1"
# ZXR10-MIB zxr10SystemUnitEntry, of older software; its size of memory has no unit that is sure.
_OLD = "1.3.6.1.4.1.3902.3.3.1.1"
_BY_UNIT = (Words(f"{_UNIT}.3", form="{0} {index}"), Words(form="unit {index}"))

ZXR10 = Family(
    "ZTE ZXR10",
    "ZTE",
    objects=("1.3.6.1.4.1.3902.3", "1.3.6.1.4.1.3902.15"),
    health=(
        FirstOf(
            (
                (Measure(CPU, f"{_UNIT}.9", _BY_UNIT, factor=0.01, low=0, high=100),),
                (Measure(CPU, f"{_OLD}.12", numbered("unit"), factor=0.01, low=0, high=100),),
                (Measure(CPU, f"{_OLD}.5", numbered("unit"), factor=0.01, low=0, high=100),),
            )
        ),
        FirstOf(
            (
                (Pool(MEMORY, _BY_UNIT, percent=f"{_UNIT}.6", size=f"{_UNIT}.5", unit=2**20),),
                (Pool(MEMORY, numbered("unit"), percent=f"{_OLD}.4"),),
            )
        ),
        Measure(TEMPERATURE, f"{_SHELF}.3", (Words(form="shelf {index}"),), low=1, high=200),
        Measure(
            STATE,
            f"{_FAN}.7",
            (Words(form="fan {index}"),),
            kind="fan",
            meaning=states(ok=(1,), critical=(0,)),
        ),
    ),
    facts=Facts(
        model=(r"ZXR10[ _](\d+\S*?)(?:,| Software|$)",),
        software=(r"ZXR10 \d+\S* (V[\d.]+\S*)", r"Version (V\S+)"),
    ),
)

FAMILIES = (ZXR10,)
