"""MikroTik: RouterOS and SwOS."""

from collectors._snmp.descriptor import Facts, Family, Measure, Quantity, Where, Words, states
from collectors._snmp.families.standards import INDEX, once
from collectors._snmp.vocabulary import (
    CURRENT,
    FAN,
    OPTICAL,
    POWER,
    SESSIONS,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)
from core.text import Text

# MIKROTIK-MIB: mtxrHealth, mtxrGaugeTable, mtxrOpticalTable, mtxrPOETable.
_MIKROTIK = "1.3.6.1.4.1.14988.1.1"
_HEALTH, _GAUGES = f"{_MIKROTIK}.3", f"{_MIKROTIK}.3.100.1"
_W60G = f"{_MIKROTIK}.1.8.1"  # mtxrWl60GEntry
_OPTICAL, _POE = f"{_MIKROTIK}.19.1.1", f"{_MIKROTIK}.15.1.1"
# Without a supply voltage: an empty cage, or a module that does not measure itself.
_MEASURES = (Where(f"{_OPTICAL}.7", but=frozenset({0}), always=True),)


def _gauge(quantity: Quantity, unit: int, factor: float = 1.0) -> Measure:
    return Measure(
        quantity,
        f"{_GAUGES}.3",
        (Words(f"{_GAUGES}.2"), *INDEX),
        factor=factor,
        where=(Where(f"{_GAUGES}.4", frozenset({unit})),),
    )


def _light(column: int, way: str) -> Measure:
    return Measure(
        OPTICAL,
        f"{_OPTICAL}.{column}",
        (Words(f"{_OPTICAL}.2", form=f"{{0}} {way}"),),
        factor=1e-3,
        low=-60000,
        high=30000,
        where=_MEASURES,
        others=((Words(f"{_OPTICAL}.2"),), once(way.lower())),
    )


ROUTEROS = Family(
    "MikroTik RouterOS",
    "MikroTik",
    objects=("1.3.6.1.4.1.14988",),
    health=(
        _gauge(TEMPERATURE, 1),
        _gauge(FAN, 2),
        _gauge(VOLTAGE, 3, 0.1),
        _gauge(CURRENT, 4, 0.1),
        _gauge(POWER, 5, 0.1),
        Measure(
            STATE,
            f"{_GAUGES}.3",
            (Words(f"{_GAUGES}.2"), *INDEX),
            kind="health",
            where=(Where(f"{_GAUGES}.4", frozenset({6})),),
            meaning=states(ok=(0,), critical=(1,)),
        ),
        Measure(VOLTAGE, f"{_HEALTH}.8.0", once("supply"), factor=0.1, low=1),
        Measure(TEMPERATURE, f"{_HEALTH}.10.0", once("board"), factor=0.1, low=1, high=2000),
        Measure(TEMPERATURE, f"{_HEALTH}.11.0", once("processor"), factor=0.1, low=1, high=2000),
        Measure(CURRENT, f"{_HEALTH}.13.0", once("supply"), factor=1e-3, low=1),
        Measure(POWER, f"{_HEALTH}.12.0", once("supply"), factor=0.1, low=1),
        Measure(
            STATE,
            f"{_HEALTH}.15.0",
            once("power supply"),
            kind="power",
            meaning=states(ok=(1,), critical=(0,)),
        ),
        Measure(
            STATE,
            f"{_HEALTH}.16.0",
            once("backup power supply"),
            kind="power",
            meaning=states(ok=(1,), critical=(0,)),
        ),
        Measure(FAN, f"{_HEALTH}.17.0", once("fan 1"), low=1),
        Measure(FAN, f"{_HEALTH}.18.0", once("fan 2"), low=1),
        _light(9, "Tx"),
        _light(10, "Rx"),
        Measure(
            TEMPERATURE,
            f"{_OPTICAL}.6",
            (Words(f"{_OPTICAL}.2"),),
            low=-40,
            high=200,
            where=_MEASURES,
        ),
        Measure(VOLTAGE, f"{_OPTICAL}.7", (Words(f"{_OPTICAL}.2"),), factor=1e-3, low=1),
        Measure(
            CURRENT,
            f"{_OPTICAL}.8",
            (Words(f"{_OPTICAL}.2"),),
            factor=1e-3,
            low=0,
            where=_MEASURES,
        ),
        Measure(
            STATE,
            f"{_OPTICAL}.3",  # mtxrOpticalRxLoss: no, yes, not known
            (Words(f"{_OPTICAL}.2"), *INDEX),
            kind="light lost",
            where=_MEASURES,
            meaning=states(ok=(0,), warning=(1,)),  # a module without a fibre is no failed part
        ),
        Measure(
            STATE,
            f"{_OPTICAL}.4",  # mtxrOpticalTxFault
            (Words(f"{_OPTICAL}.2"), *INDEX),
            kind="laser fault",
            where=_MEASURES,
            meaning=states(ok=(0,), critical=(1,)),
        ),
        Measure(
            STATE,
            f"{_POE}.3",  # mtxrPOEStatus: off, nothing to feed, feeding, overload …
            (Words(f"{_POE}.2", form="PoE {0}"), *INDEX),
            kind="poe",
            meaning=states(ok=(1, 2, 3), critical=(4, 5, 6)),
        ),
        Measure(VOLTAGE, f"{_POE}.4", (Words(f"{_POE}.2", form="PoE {0}"),), factor=0.1, low=0),
        Measure(CURRENT, f"{_POE}.5", (Words(f"{_POE}.2", form="PoE {0}"),), factor=1e-3, low=0),
        Measure(
            STATE,
            f"{_W60G}.4",  # mtxrWl60GConnected
            (Words(f"{_W60G}.3", form="60 GHz {0}"), *INDEX),
            kind="radio link",
            meaning=states(ok=(1,), critical=(0,)),
        ),
        Measure(
            STATE,
            f"{_W60G}.2",  # mtxrWl60GMode
            (Words(f"{_W60G}.3", form="60 GHz {0}"), *INDEX),
            kind="radio mode",
            meaning=states(ok=(0, 1, 2, 3)),
        ),
        Measure(POWER, f"{_POE}.6", (Words(f"{_POE}.2", form="PoE {0}"),), factor=0.1, low=0),
        Measure(SESSIONS, f"{_MIKROTIK}.22.1.1.0", once("all")),
        Measure(SESSIONS, f"{_MIKROTIK}.22.1.2.0", once("IPv4")),
        Measure(SESSIONS, f"{_MIKROTIK}.22.1.3.0", once("IPv6")),
        Measure(
            Quantity(
                "mtxrDHCPLeaseCount", Text("Số địa chỉ DHCP đã cấp", "Addresses leased by DHCP")
            ),
            f"{_MIKROTIK}.6.1.0",
        ),
    ),
    facts=Facts(
        model=(Words(f"{_MIKROTIK}.7.9.0"), r"^RouterOS (\S+)", r"^(SwOS \S+|\S+)$"),
        serial=(Words(f"{_MIKROTIK}.7.3.0"),),
        software=(Words(f"{_MIKROTIK}.4.4.0"),),
    ),
)

FAMILIES = (ROUTEROS,)
