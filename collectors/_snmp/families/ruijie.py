"""Ruijie and Reyee: switches, routers and gateways with RGOS."""

from collectors._snmp.descriptor import Facts, Family, Measure, Pool, Where, Words, states
from collectors._snmp.families.standards import INDEX, once
from collectors._snmp.vocabulary import CPU, FAN, MEMORY, STATE, TEMPERATURE

# RUIJIE-PROCESS-MIB, RUIJIE-MEMORY-MIB, RUIJIE-SYSTEM-MIB.
_MGMT = "1.3.6.1.4.1.4881.1.1.10.2"
_SYSTEM, _MEMORY = f"{_MGMT}.1.1", f"{_MGMT}.35.1.1.1"
_POWER, _FAN, _HEAT = f"{_SYSTEM}.18.1", f"{_SYSTEM}.21.1", f"{_SYSTEM}.23.1"
_SUPPLIED = states(ok=(4,), warning=(3,), critical=(2, 5, 7))
_ABSENT = frozenset({1})

RGOS = Family(
    "Ruijie RGOS",
    "Ruijie",
    objects=("1.3.6.1.4.1.4881",),
    health=(
        Measure(CPU, f"{_MGMT}.36.1.1.3.0", once("five minutes"), factor=0.01, low=0, high=100),
        Pool(
            MEMORY,
            (Words(f"{_MEMORY}.2"), *INDEX),
            percent=f"{_MEMORY}.3",
            size=f"{_MEMORY}.12",
            unit=1024 * 1024,
        ),
        Measure(TEMPERATURE, f"{_HEAT}.3", (Words(f"{_HEAT}.2"), *INDEX), low=1, high=200),
        Measure(FAN, f"{_FAN}.4", (Words(f"{_FAN}.3"), *INDEX), low=1),
        *(
            Measure(
                STATE,
                f"{entry}.2",
                (Words(f"{entry}.3"), *INDEX),
                kind=kind,
                where=(Where(f"{entry}.2", but=_ABSENT),),
                meaning=_SUPPLIED,
            )
            for entry, kind in ((_POWER, "power"), (_FAN, "fan"))
        ),
    ),
    facts=Facts(
        model=(Words(f"{_SYSTEM}.26.0"), r"\((\S+?)\) by Ruijie"),
        serial=(Words(f"{_SYSTEM}.24.0"),),
        software=(Words(f"{_SYSTEM}.2.0"),),
    ),
)

FAMILIES = (RGOS,)
