"""Ruijie and Reyee: switches, routers and gateways with RGOS."""

from collectors._snmp.descriptor import Facts, Family, FirstOf, Measure, Pool, Where, Words, states
from collectors._snmp.families.standards import BY_PORT, INDEX, numbered, once
from collectors._snmp.vocabulary import (
    CPU,
    FAN,
    MEMORY,
    OPTICAL,
    POWER,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)

# RUIJIE-PROCESS-MIB, RUIJIE-MEMORY-MIB, RUIJIE-SYSTEM-MIB.
_MGMT = "1.3.6.1.4.1.4881.1.1.10.2"
_SYSTEM, _MEMORY = f"{_MGMT}.1.1", f"{_MGMT}.35.1.1.1"
_POWER, _FAN, _HEAT = f"{_SYSTEM}.18.1", f"{_SYSTEM}.21.1", f"{_SYSTEM}.23.1"
_SUPPLIED = states(ok=(4,), warning=(3,), critical=(2, 5, 7))
_FIBER = f"{_MGMT}.105.1.1.1"
_ABSENT = frozenset({1})

RGOS = Family(
    "Ruijie RGOS",
    "Ruijie",
    objects=("1.3.6.1.4.1.4881",),
    health=(
        Measure(CPU, f"{_MGMT}.36.1.1.3.0", once("five minutes"), factor=0.01, low=0, high=100),
        Measure(
            CPU,
            f"{_MGMT}.36.1.2.1.5",  # ruijieNodeCPUTotal5min
            (Words(f"{_MGMT}.36.1.2.1.2"), *INDEX),
            factor=0.01,
            low=0,
            high=100,
        ),
        FirstOf(
            (
                (
                    Pool(
                        MEMORY,
                        (Words(f"{_MEMORY}.2"), *INDEX),
                        used=f"{_MEMORY}.7",
                        size=f"{_MEMORY}.6",
                        unit=1024,
                    ),
                ),
                (
                    Pool(
                        MEMORY,
                        (Words(f"{_MEMORY}.2"), *INDEX),
                        percent=f"{_MEMORY}.3",
                        size=f"{_MEMORY}.12",
                        unit=1024 * 1024,
                    ),
                ),
            )
        ),
        Measure(
            TEMPERATURE,
            f"{_SYSTEM}.44.1.5",  # ruijieSystemMultipleTemperatureCurrent
            (Words(f"{_SYSTEM}.44.1.4", form="{0} {index}"), *INDEX),
            low=1,
            high=200,
        ),
        Measure(FAN, f"{_SYSTEM}.43.1.6", numbered("fan"), low=1),
        Measure(VOLTAGE, f"{_SYSTEM}.41.1.11", numbered("power supply"), low=1),
        Measure(POWER, f"{_SYSTEM}.41.1.15", numbered("power supply"), low=0),
        *(
            Measure(STATE, f"{_SYSTEM}.{column}", numbered(name), kind=kind, meaning=_SUPPLIED)
            for column, name, kind in (
                ("43.1.4", "fan", "fan"),
                ("41.1.3", "power supply", "power"),
            )
        ),
        # RUIJIE-FIBER-MIB ruijieFiberEntry, by port
        Measure(TEMPERATURE, f"{_FIBER}.17", BY_PORT, low=1, high=200),
        Measure(
            STATE,
            f"{_FIBER}.18",
            (*BY_PORT, *INDEX),
            kind="transceiver temperature",
            meaning=states(ok=(2,), warning=(3,), critical=(4,)),
        ),
        *(
            Measure(
                OPTICAL,
                f"{_FIBER}.{column}",
                tuple(Words(one.column, form=f"{{0}} {way}") for one in BY_PORT),
                factor=0.01,
                low=-6000,
                high=3000,
                others=(BY_PORT, once(way.lower())),
            )
            for column, way in ((76, "Rx"), (81, "Tx"))
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
