"""Power supplies, power strips and room sensors: APC, Eaton and MGE, CyberPower.

Others, such as Vertiv, Socomec, Delta and Santak, speak the standard (RFC 1628).
"""

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
_STRIP = f"{_APC}.26.10.2.2.1"  # rPDU2SensorTempHumidityStatusEntry
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
        # Rack PDUs: rPDULoadStatusEntry; rPDU2DeviceStatus, …PhaseStatus, …BankStatus, …Sensor.
        Measure(CURRENT, f"{_APC}.12.2.3.1.1.2", numbered("PDU"), factor=0.1, low=0),
        Measure(POWER, f"{_APC}.26.4.3.1.5", numbered("PDU"), factor=10, low=0),
        Measure(CURRENT, f"{_APC}.26.6.3.1.5", numbered("PDU phase"), factor=0.1, low=0),
        Measure(CURRENT, f"{_APC}.26.8.3.1.5", numbered("PDU bank"), factor=0.1, low=0),
        Measure(
            ROOM_TEMPERATURE,
            f"{_STRIP}.8",
            (Words(f"{_STRIP}.3"), *INDEX),
            factor=0.1,
            low=-500,
            high=1500,
        ),
        Measure(
            ROOM_HUMIDITY,
            f"{_STRIP}.10",
            (Words(f"{_STRIP}.3"), *INDEX),
            factor=0.01,
            low=0,
            high=100,
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
    objects=("1.3.6.1.4.1.534",),
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
        Measure(FREQUENCY, f"{_XUPS}.5.1.0", once("bypass"), factor=0.1, low=1),
        Measure(VOLTAGE, f"{_XUPS}.5.3.1.2", numbered("bypass"), low=0),
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

# MG-SNMP-UPS-MIB (MGE, now Eaton): upsmgBattery, upsmgInput, upsmgOutput.
_MGE = "1.3.6.1.4.1.705.1"
MGE = Family(
    "MGE, Eaton Pulsar",
    "Eaton",
    objects=("1.3.6.1.4.1.705",),
    health=(
        Measure(RUNTIME, f"{_MGE}.5.1.0", once("battery"), low=0),
        Measure(CHARGE, f"{_MGE}.5.2.0", once("battery"), factor=0.01, low=0, high=100),
        Measure(VOLTAGE, f"{_MGE}.5.5.0", once("battery"), factor=0.1, low=1),
        Measure(VOLTAGE, f"{_MGE}.6.2.1.2", numbered("input"), factor=0.1, low=0),
        Measure(FREQUENCY, f"{_MGE}.6.2.1.3", numbered("input"), factor=0.1, low=1),
        Measure(VOLTAGE, f"{_MGE}.7.2.1.2", numbered("output"), factor=0.1, low=0),
        Measure(FREQUENCY, f"{_MGE}.7.2.1.3", numbered("output"), factor=0.1, low=1),
        Measure(LOAD, f"{_MGE}.7.2.1.4", numbered("output"), factor=0.01, low=0),
        Measure(CURRENT, f"{_MGE}.7.2.1.5", numbered("output"), factor=0.1, low=0),
        Measure(
            STATE,
            f"{_MGE}.7.3.0",  # upsmgOutputOnBattery: yes, no
            once("on battery"),
            kind="ups",
            meaning=states(ok=(2,), warning=(1,)),
        ),
    ),
    facts=Facts(
        model=(Words(f"{_MGE}.1.1.0"),),
        serial=(Words(f"{_MGE}.1.7.0"),),
        software=(Words(f"{_MGE}.1.4.0"),),
    ),
)

# CPS-MIB: upsBattery, upsInput, upsOutput.
_CPS = "1.3.6.1.4.1.3808.1.1.1"
CYBERPOWER = Family(
    "CyberPower UPS",
    "CyberPower",
    objects=("1.3.6.1.4.1.3808",),
    health=(
        Measure(CHARGE, f"{_CPS}.2.2.1.0", once("battery"), factor=0.01, low=0, high=100),
        Measure(VOLTAGE, f"{_CPS}.2.2.2.0", once("battery"), factor=0.1, low=1),
        Measure(TEMPERATURE, f"{_CPS}.2.2.3.0", once("battery"), low=1, high=150),
        Measure(RUNTIME, f"{_CPS}.2.2.4.0", once("battery"), factor=0.01, low=0),
        Measure(ON_BATTERY_FOR, f"{_CPS}.2.1.2.0", once("battery"), factor=0.01, low=0),
        Measure(
            STATE,
            f"{_CPS}.2.2.5.0",  # upsAdvanceBatteryReplaceIndicator
            once("battery replacement"),
            kind="battery",
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(VOLTAGE, f"{_CPS}.3.2.1.0", once("input"), factor=0.1, low=0),
        Measure(FREQUENCY, f"{_CPS}.3.2.4.0", once("input"), factor=0.1, low=1),
        Measure(VOLTAGE, f"{_CPS}.4.2.1.0", once("output"), factor=0.1, low=0),
        Measure(FREQUENCY, f"{_CPS}.4.2.2.0", once("output"), factor=0.1, low=1),
        Measure(LOAD, f"{_CPS}.4.2.3.0", once("output"), factor=0.01, low=0),
        Measure(CURRENT, f"{_CPS}.4.2.4.0", once("output"), factor=0.1, low=0),
        Measure(
            STATE,
            f"{_CPS}.4.1.1.0",  # upsBaseOutputStatus
            once("output source"),
            kind="ups",
            meaning=states(ok=(2, 4, 8, 10), warning=(3, 5, 7, 9), critical=(6, 11)),
        ),
    ),
    facts=Facts(
        model=(Words(f"{_CPS}.1.1.1.0"),),
        serial=(Words(f"{_CPS}.1.2.3.0"),),
        software=(Words(f"{_CPS}.1.2.1.0"),),
    ),
)

FAMILIES = (APC, EATON, MGE, CYBERPOWER)
