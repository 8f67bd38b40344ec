"""Uninterruptible power supplies and room sensors: APC, Eaton, Vertiv. RFC 1628 is a standard."""

from collectors._snmp.descriptor import Facts, Family, Measure, Quantity, Where, Words, states
from collectors._snmp.families.standards import INDEX, numbered, once
from collectors._snmp.vocabulary import (
    CHARGE,
    CURRENT,
    FREQUENCY,
    LOAD,
    ON_BATTERY_FOR,
    POWER,
    ROOM_HUMIDITY,
    ROOM_TEMPERATURE,
    RUNTIME,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)

_APC = "1.3.6.1.4.1.318.1.1"
_UPS = f"{_APC}.1"
# PowerNet-MIB: uioSensorStatusEntry, iemStatusProbesEntry (units: 1 °C, 2 °F).
_UIO, _IEM = f"{_APC}.25.1.2.1", f"{_APC}.10.2.3.2.1"


def _either(
    quantity: Quantity, group: int, columns: tuple[int, int], name: str, factor: float = 1.0
) -> tuple[Measure, ...]:
    """Return upsHighPrec… in tenths, and upsAdv… in units where that is missing."""
    precise, plain = columns
    return (
        Measure(quantity, f"{_UPS}.{group}.3.{precise}.0", once(name), factor=factor / 10, low=0),
        Measure(quantity, f"{_UPS}.{group}.2.{plain}.0", once(name), factor=factor, low=0),
    )


APC = Family(
    "APC Smart-UPS",
    "APC",
    objects=("1.3.6.1.4.1.318",),
    health=(
        *_either(CHARGE, 2, (1, 1), "battery", 0.01),
        *_either(TEMPERATURE, 2, (2, 2), "battery"),
        *_either(VOLTAGE, 2, (4, 8), "battery"),
        *_either(VOLTAGE, 3, (1, 1), "input"),
        *_either(FREQUENCY, 3, (4, 4), "input"),
        *_either(VOLTAGE, 4, (1, 1), "output"),
        *_either(FREQUENCY, 4, (2, 2), "output"),
        *_either(LOAD, 4, (3, 3), "output", 0.01),
        *_either(CURRENT, 4, (4, 4), "output"),
        Measure(POWER, f"{_UPS}.4.2.8.0", once("output"), low=0),
        Measure(RUNTIME, f"{_UPS}.2.2.3.0", once("battery"), factor=0.01, low=0),
        Measure(ON_BATTERY_FOR, f"{_UPS}.2.1.2.0", once("battery"), factor=0.01, low=0),
        Measure(
            STATE,
            f"{_UPS}.2.1.1.0",  # upsBasicBatteryStatus
            once("battery"),
            kind="battery",
            meaning=states(ok=(2,), warning=(3,), critical=(4,)),
        ),
        Measure(
            STATE,
            f"{_UPS}.2.2.4.0",  # upsAdvBatteryReplaceIndicator
            once("battery replacement"),
            kind="battery",
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(
            STATE,
            f"{_UPS}.4.1.1.0",  # upsBasicOutputStatus
            once("output source"),
            kind="ups",
            meaning=states(
                ok=(2, 4, 5, 12, 13, 14, 18, 19, 20, 21, 22, 24),
                warning=(3, 6, 8, 9, 11, 15, 17, 23),
                critical=(7, 10, 16),
            ),
        ),
        Measure(ROOM_TEMPERATURE, f"{_UIO}.6", (Words(f"{_UIO}.3"), *INDEX), low=-50, high=150),
        Measure(
            ROOM_HUMIDITY, f"{_UIO}.7", (Words(f"{_UIO}.3"), *INDEX), factor=0.01, low=0, high=100
        ),
        Measure(
            ROOM_TEMPERATURE,
            f"{_IEM}.4",
            (Words(f"{_IEM}.2"), *INDEX),
            low=-50,
            high=150,
            where=(Where(f"{_IEM}.5", frozenset({1})), Where(f"{_IEM}.3", frozenset({2}))),
        ),
        Measure(
            ROOM_HUMIDITY,
            f"{_IEM}.6",
            (Words(f"{_IEM}.2"), *INDEX),
            factor=0.01,
            low=0,
            high=100,
            where=(Where(f"{_IEM}.3", frozenset({2})),),
        ),
    ),
    facts=Facts(
        model=(Words(f"{_UPS}.1.1.1.0"), Words(f"{_APC}.12.1.5.0"), Words(f"{_APC}.26.2.1.8")),
        serial=(Words(f"{_UPS}.1.2.3.0"), Words(f"{_APC}.12.1.6.0"), Words(f"{_APC}.26.2.1.9")),
        software=(Words(f"{_UPS}.1.2.1.0"), r"PF:(\S+)"),
    ),
)

# XUPS-MIB (Eaton, Powerware).
_XUPS = "1.3.6.1.4.1.534.1"
EATON = Family(
    "Eaton, Powerware UPS",
    "Eaton",
    objects=("1.3.6.1.4.1.534", "1.3.6.1.4.1.705"),
    health=(
        Measure(RUNTIME, f"{_XUPS}.2.1.0", once("battery"), low=0),
        Measure(VOLTAGE, f"{_XUPS}.2.2.0", once("battery"), low=1),
        Measure(CURRENT, f"{_XUPS}.2.3.0", once("battery")),
        Measure(CHARGE, f"{_XUPS}.2.4.0", once("battery"), factor=0.01, low=0, high=100),
        Measure(
            STATE,
            f"{_XUPS}.2.5.0",  # xupsBatteryAbmStatus: charging, discharging, floating, resting …
            once("battery"),
            kind="charger",
            meaning=states(ok=(1, 3, 4), warning=(2,), critical=(6,)),
        ),
        Measure(FREQUENCY, f"{_XUPS}.3.1.0", once("input"), factor=0.1, low=1),
        Measure(VOLTAGE, f"{_XUPS}.3.4.1.2", numbered("input"), low=0),
        Measure(LOAD, f"{_XUPS}.4.1.0", once("output"), factor=0.01, low=0),
        Measure(FREQUENCY, f"{_XUPS}.4.2.0", once("output"), factor=0.1, low=1),
        Measure(VOLTAGE, f"{_XUPS}.4.4.1.2", numbered("output"), low=0),
        Measure(CURRENT, f"{_XUPS}.4.4.1.3", numbered("output"), low=0),
        Measure(POWER, f"{_XUPS}.4.4.1.4", numbered("output"), low=0),
        Measure(
            STATE,
            f"{_XUPS}.4.5.0",  # xupsOutputSource
            once("output source"),
            kind="ups",
            meaning=states(ok=(3, 6, 7, 8, 9, 10, 12), warning=(4, 5, 11), critical=(2,)),
        ),
        Measure(ROOM_TEMPERATURE, f"{_XUPS}.6.1.0", once("ambient"), low=1, high=150),
        Measure(ROOM_HUMIDITY, f"{_XUPS}.6.4.0", once("ambient"), factor=0.01, low=1, high=100),
    ),
    facts=Facts(model=(Words(f"{_XUPS}.1.2.0"),), software=(Words(f"{_XUPS}.1.3.0"),)),
)

FAMILIES = (APC, EATON)
