"""D-Link: DGS and DXS switches, and the older DES line."""

from collectors._snmp.descriptor import Facts, Family, FirstOf, Measure, Pool, Where, Words, states
from collectors._snmp.families.standards import INDEX, once
from collectors._snmp.vocabulary import CPU, MEMORY, POWER, STATE, TEMPERATURE

# DLINKSW-ENTITY-EXT-MIB, by unit and number. AGENT-GENERAL-MIB and EQUIPMENT-MIB before it.
_EXT, _AGENT, _EQUIPMENT = (
    "1.3.6.1.4.1.171.14.5.1",
    "1.3.6.1.4.1.171.12.1.1",
    "1.3.6.1.4.1.171.12.11.1",
)
_HEAT, _FAN, _POWER = f"{_EXT}.1.1.1", f"{_EXT}.1.2.1", f"{_EXT}.1.3.1"
_MEMORY = f"{_EXT}.4.1"


def _named(entry: str) -> tuple[Words, ...]:
    return (Words(f"{entry}.3", form="unit {1} {0}"), *INDEX)


DLINK = Family(
    "D-Link DGS, DXS, DES",
    "D-Link",
    objects=("1.3.6.1.4.1.171",),
    health=(
        FirstOf(
            (
                (
                    Measure(
                        CPU,
                        f"{_EXT}.7.1.5",
                        (Words(form="unit {1} CPU {2}"),),
                        factor=0.01,
                        low=0,
                        high=100,
                    ),
                ),
                (Measure(CPU, f"{_AGENT}.6.3.0", once("CPU"), factor=0.01, low=0, high=100),),
            )
        ),
        Pool(
            MEMORY,
            (Words(form="unit {1} DRAM"),),
            used=f"{_MEMORY}.4",
            size=f"{_MEMORY}.3",
            unit=1024,
            where=(Where("", frozenset({"1"}), skip=-1),),
        ),
        Measure(TEMPERATURE, f"{_HEAT}.4", _named(_HEAT), low=1, high=200),
        Measure(
            STATE,
            f"{_HEAT}.7",
            _named(_HEAT),
            kind="temperature",
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(
            STATE, f"{_FAN}.4", _named(_FAN), kind="fan", meaning=states(ok=(1,), critical=(2,))
        ),
        Measure(
            STATE,
            f"{_POWER}.6",
            _named(_POWER),
            kind="power",
            where=(Where(f"{_POWER}.6", but=frozenset({3})),),
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(POWER, f"{_POWER}.4", _named(_POWER), low=1),
        Measure(TEMPERATURE, f"{_EQUIPMENT}.8.1.2", (Words(form="unit {0}"),), low=1, high=200),
    ),
    facts=Facts(
        model=(r"^(D[A-Z]S-\S+)",),
        software=(Words(f"{_EXT}.8.1.3"), r"(?:Version|Firmware)\s*[: ]\s*(\S+)"),
    ),
)

FAMILIES = (DLINK,)
