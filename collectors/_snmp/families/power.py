"""Power and cooling of rooms: APC, Eaton and MGE, CyberPower, Vertiv Liebert, Socomec.

Others, such as Delta and Santak, speak the standard (RFC 1628), as these do besides.
"""

from collectors._snmp.descriptor import (
    Facts,
    Family,
    FirstOf,
    Measure,
    Quantity,
    Where,
    Words,
    states,
)
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


# upsPhaseInput… and upsPhaseOutput… of supplies with several phases; -1 is "not measured".
_IN, _OUT = f"{_UPS}.9.2", f"{_UPS}.9.3"
_PHASES: tuple[Measure, ...] = (
    Measure(FREQUENCY, f"{_IN}.2.1.4", numbered("input phases"), factor=0.1, low=1),
    Measure(VOLTAGE, f"{_IN}.3.1.3", numbered("input phase"), low=0),
    Measure(CURRENT, f"{_IN}.3.1.6", numbered("input phase"), factor=0.1, low=0),
    Measure(FREQUENCY, f"{_OUT}.2.1.4", numbered("output phases"), factor=0.1, low=1),
    Measure(VOLTAGE, f"{_OUT}.3.1.3", numbered("output phase"), low=0),
    Measure(CURRENT, f"{_OUT}.3.1.4", numbered("output phase"), factor=0.1, low=0),
    Measure(LOAD, f"{_OUT}.3.1.10", numbered("output phase"), factor=0.01, low=0),
)

# Automatic transfer switches: atsStatusDeviceStatus, atsInput…, atsOutput….
_ATS = f"{_APC}.8.5"
_WELL = states(ok=(2,), critical=(1,))
_TRANSFER: tuple[Measure, ...] = (
    Measure(FREQUENCY, f"{_ATS}.3.2.1.4", numbered("source"), low=1),
    Measure(VOLTAGE, f"{_ATS}.3.3.1.3", numbered("source"), low=0),
    Measure(VOLTAGE, f"{_ATS}.4.3.1.3", numbered("transfer output"), low=0),
    Measure(CURRENT, f"{_ATS}.4.3.1.4", numbered("transfer output"), factor=0.1, low=0),
    *(
        Measure(STATE, f"{_ATS}.1.{column}.0", once(name), kind="transfer", meaning=meaning)
        for column, name, meaning in (
            (2, "selected source", states(ok=(1, 2))),
            (3, "redundancy", _WELL),
            (10, "switch", _WELL),
            (12, "source A", _WELL),
            (13, "source B", _WELL),
            (14, "phase difference", states(ok=(1,), critical=(2,))),
        )
    ),
)

# Room monitors: emsProbeStatusEntry, memSensorsStatusEntry, memInputsStatusEntry,
# iemStatusContactsEntry; airIRRCUnitStatus… of coolers in a row, tenths of a degree.
_EMS, _MEM, _COOLER = f"{_APC}.10.3.13.1.1", f"{_APC}.10.4.2.3.1", f"{_APC}.13.3.2.2.2"
_ALARMED = states(ok=(1,), warning=(2,), critical=(3,))
_ROOM: tuple[Measure, ...] = (
    Measure(ROOM_TEMPERATURE, f"{_EMS}.3", (Words(f"{_EMS}.2"), *INDEX), low=-50, high=150),
    Measure(ROOM_HUMIDITY, f"{_EMS}.6", (Words(f"{_EMS}.2"), *INDEX), factor=0.01, low=1, high=100),
    Measure(ROOM_TEMPERATURE, f"{_MEM}.5", (Words(f"{_MEM}.3"), *INDEX), low=-50, high=150),
    Measure(ROOM_HUMIDITY, f"{_MEM}.6", (Words(f"{_MEM}.3"), *INDEX), factor=0.01, low=0, high=100),
    Measure(
        STATE,
        f"{_MEM}.7",  # memSensorsCommStatus: not installed, well, lost
        (Words(f"{_MEM}.3"), *INDEX),
        kind="sensor link",
        meaning=states(ok=(2,), critical=(3,)),
    ),
    Measure(
        STATE, f"{_MEM}.8", (Words(f"{_MEM}.3"), *INDEX), kind="sensor alarm", meaning=_ALARMED
    ),
    Measure(
        STATE,
        f"{_APC}.10.4.3.2.1.7",  # memInputsStatusAlarmStatus
        (Words(f"{_APC}.10.4.3.2.1.3"), *INDEX),
        kind="contact",
        meaning=_ALARMED,
    ),
    Measure(
        STATE,
        f"{_APC}.10.2.3.4.1.3",  # iemStatusContactStatus: no fault, fault, disabled
        (Words(f"{_APC}.10.2.3.4.1.2"), *INDEX),
        kind="contact",
        meaning=states(ok=(1, 3), warning=(2,)),
    ),
    *(
        Measure(TEMPERATURE, f"{_COOLER}.{column}.0", once(name), factor=0.1, low=1, high=1500)
        for column, name in (
            (7, "rack inlet"),
            (9, "supply air"),
            (11, "return air"),
            (24, "entering fluid"),
            (26, "leaving fluid"),
        )
    ),
)


def _probed(status: int) -> Where:
    """Mean the places of a rack PDU that have a probe of this kind."""
    return Where(f"{_STRIP}.{status}", but=frozenset({1}), always=True)


# Outlets of rack PDUs: rPDUOutletStatusEntry, sPDUOutletControlEntry, rPDU2OutletSwitchedStatus…,
# rPDU2OutletMeteredStatusEntry; rPDUPowerSupplyDevice, rPDU2…LoadState.
_SWITCHED, _METERED = f"{_APC}.26.9.2.3.1", f"{_APC}.26.9.4.3.1"
_LOADED = states(ok=(1, 2), warning=(3,), critical=(4,))
_PROBE = states(ok=(4,), warning=(3, 5), critical=(2, 6))
_OUTLETS: tuple[Measure, ...] = (
    Measure(
        STATE,
        f"{_APC}.12.3.5.1.1.4",
        (Words(f"{_APC}.12.3.5.1.1.2", form="outlet {1} {0}"), *numbered("outlet")),
        kind="outlet",
        meaning=states(ok=(1, 2)),
    ),
    Measure(
        STATE,
        f"{_APC}.4.4.2.1.3",
        (Words(f"{_APC}.4.4.2.1.4", form="outlet {1} {0}"), *numbered("outlet")),
        kind="outlet",
        meaning=states(ok=(1, 2, 5, 6), warning=(3, 7)),
    ),
    Measure(
        STATE,
        f"{_SWITCHED}.5",
        (Words(f"{_SWITCHED}.3", form="outlet {1} {0}"), *numbered("outlet")),
        kind="outlet",
        meaning=states(ok=(1, 2)),
    ),
    Measure(
        CURRENT,
        f"{_METERED}.6",
        (Words(f"{_METERED}.3", form="outlet {1} {0}"), *numbered("outlet")),
        factor=0.1,
        low=0,
    ),
    *(
        Measure(STATE, f"{_APC}.12.4.1.{column}.0", once(name), kind="power", meaning=meaning)
        for column, name, meaning in (
            (1, "power supply 1", states(ok=(1,), critical=(2,))),
            (2, "power supply 2", states(ok=(1,), critical=(2,))),
        )
    ),
    Measure(
        STATE,
        f"{_APC}.26.4.3.1.12",
        numbered("PDU"),
        kind="power",
        meaning=states(ok=(1,), critical=(2,)),
    ),
    *(
        Measure(STATE, f"{_APC}.26.{table}.3.1.4", numbered(name), kind="load", meaning=_LOADED)
        for table, name in ((4, "PDU"), (6, "PDU phase"), (8, "PDU bank"))
    ),
    *(
        Measure(
            STATE,
            f"{_STRIP}.{column}",
            (Words(f"{_STRIP}.3"), *INDEX),
            kind=kind,
            where=(_probed(column),),
            meaning=_PROBE,
        )
        for column, kind in ((9, "temperature"), (11, "humidity"))
    ),
    Measure(VOLTAGE, f"{_APC}.12.1.15.0", once("PDU input"), low=0),
    Measure(POWER, f"{_APC}.12.1.16.0", once("PDU"), low=0),
    Measure(VOLTAGE, f"{_APC}.26.6.3.1.6", numbered("PDU phase"), low=0),
    Measure(POWER, f"{_APC}.26.6.3.1.7", numbered("PDU phase"), factor=10, low=0),
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
        Measure(
            ROOM_TEMPERATURE,
            f"{_UIO}.6",
            (Words(f"{_UIO}.3"), *INDEX),
            low=-50,
            high=150,
            where=(Where(f"{_UIO}.6", but=frozenset({-1}), always=True),),  # no probe of it
        ),
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
        *_PHASES,
        *_TRANSFER,
        *_ROOM,
        *_OUTLETS,
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
            where=(_probed(9),),
        ),
        Measure(
            ROOM_HUMIDITY,
            f"{_STRIP}.10",
            (Words(f"{_STRIP}.3"), *INDEX),
            factor=0.01,
            low=0,
            high=100,
            where=(_probed(11),),
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
            f"{_XUPS}.8.2.0",  # xupsTestBatteryStatus: … passed, failed, running, unable, inhibited
            once("battery test"),
            kind="battery",
            meaning=states(ok=(2, 4, 5, 7), warning=(6,), critical=(3,)),
        ),
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

# LIEBERT-GP-ENVIRONMENTAL-MIB, LIEBERT-GP-POWER-MIB, LIEBERT-GP-PDU-MIB.
_LIEBERT = "1.3.6.1.4.1.476.1.42"
_AIR, _HUMID = f"{_LIEBERT}.3.4.1.3.3.1", f"{_LIEBERT}.3.4.2.2.3.1"
_POINT, _LINE = f"{_LIEBERT}.3.5.2.2.1", f"{_LIEBERT}.3.5.2.3.1"
_STRIPS = f"{_LIEBERT}.3.8"
_AUX, _RECEPTACLE = f"{_STRIPS}.60.15.1", f"{_STRIPS}.50.20.1"
_ON = states(ok=(1, 2, 3))
LIEBERT = Family(
    "Vertiv Liebert",
    "Vertiv",
    objects=("1.3.6.1.4.1.476",),
    health=(
        FirstOf(
            (
                (
                    Measure(
                        ROOM_TEMPERATURE,
                        f"{_AIR}.50",
                        numbered("air"),
                        factor=0.1,
                        low=-500,
                        high=1500,
                    ),
                ),
                (Measure(ROOM_TEMPERATURE, f"{_AIR}.3", numbered("air"), low=-50, high=150),),
            )
        ),
        Measure(ROOM_TEMPERATURE, f"{_LIEBERT}.3.4.1.1.2.0", once("return air"), low=1, high=150),
        Measure(ROOM_TEMPERATURE, f"{_LIEBERT}.3.4.1.1.3.0", once("supply air"), low=1, high=150),
        Measure(ROOM_HUMIDITY, f"{_HUMID}.3", numbered("air"), factor=0.01, low=0, high=100),
        *(
            Measure(STATE, f"{_LIEBERT}.3.4.3.{column}.0", once(name), kind="cooling", meaning=_ON)
            for column, name in ((1, "system"), (2, "cooling"), (4, "humidifier"), (7, "fan"))
        ),
        Measure(VOLTAGE, f"{_LINE}.4", numbered("phase to phase"), low=0),
        Measure(VOLTAGE, f"{_LINE}.5", numbered("phase"), low=0),
        Measure(CURRENT, f"{_LINE}.6", numbered("phase"), low=0),
        Measure(POWER, f"{_POINT}.8", numbered("point"), factor=1000, low=0),
        # Rack PDUs, and what is plugged into them.
        Measure(
            ROOM_TEMPERATURE,
            f"{_AUX}.70",
            (Words(f"{_AUX}.35"), *numbered("probe")),
            factor=0.1,
            low=-500,
            high=1500,
        ),
        Measure(
            ROOM_HUMIDITY,
            f"{_AUX}.95",
            (Words(f"{_AUX}.35"), *numbered("probe")),
            factor=0.001,
            low=0,
            high=1000,
        ),
        Measure(VOLTAGE, f"{_STRIPS}.30.40.1.19", numbered("PDU line"), factor=0.1, low=0),
        Measure(POWER, f"{_STRIPS}.30.20.1.65", numbered("PDU"), low=0),
        Measure(VOLTAGE, f"{_RECEPTACLE}.55", numbered("outlet"), low=0),
        Measure(CURRENT, f"{_RECEPTACLE}.60", numbered("outlet"), factor=0.1, low=0),
        Measure(POWER, f"{_RECEPTACLE}.65", numbered("outlet"), low=0),
        Measure(
            STATE,
            f"{_STRIPS}.20.1.25",  # a bit: well, starting, not known, warning, alarm, wrong, lost
            numbered("PDU"),
            kind="pdu",
            meaning=states(ok=(1,), warning=(2, 8), critical=(16, 32, 64)),
        ),
    ),
    facts=Facts(
        model=(Words(f"{_LIEBERT}.2.1.2.0"),),
        serial=(Words(f"{_LIEBERT}.2.1.4.0"),),
        software=(Words(f"{_LIEBERT}.2.1.3.0"),),
    ),
)

# SOCOMECUPS-MIB (Net Vision): as RFC 1628, but tenths of volts too, and other states.
_SOCOMEC = "1.3.6.1.4.1.4555.1.1.1.1"
SOCOMEC = Family(
    "Socomec UPS",
    "Socomec",
    objects=("1.3.6.1.4.1.4555",),
    health=(
        Measure(
            STATE,
            f"{_SOCOMEC}.2.1.0",  # … normal, low, depleted, discharging, failed
            once("battery"),
            kind="battery",
            meaning=states(ok=(2,), warning=(5,), critical=(3, 4, 6)),
        ),
        Measure(ON_BATTERY_FOR, f"{_SOCOMEC}.2.2.0", once("battery"), low=0),
        Measure(RUNTIME, f"{_SOCOMEC}.2.3.0", once("battery"), factor=60, low=0),
        Measure(CHARGE, f"{_SOCOMEC}.2.4.0", once("battery"), factor=0.01, low=0, high=100),
        Measure(VOLTAGE, f"{_SOCOMEC}.2.5.0", once("battery"), factor=0.1, low=1),
        Measure(TEMPERATURE, f"{_SOCOMEC}.2.6.0", once("battery"), low=1, high=150),
        Measure(FREQUENCY, f"{_SOCOMEC}.3.2.0", once("input"), factor=0.1, low=1),
        Measure(VOLTAGE, f"{_SOCOMEC}.3.3.1.2", numbered("input"), factor=0.1, low=0),
        Measure(CURRENT, f"{_SOCOMEC}.3.3.1.3", numbered("input"), factor=0.1, low=0),
        Measure(FREQUENCY, f"{_SOCOMEC}.4.2.0", once("output"), factor=0.1, low=1),
        Measure(VOLTAGE, f"{_SOCOMEC}.4.4.1.2", numbered("output"), factor=0.1, low=0),
        Measure(CURRENT, f"{_SOCOMEC}.4.4.1.3", numbered("output"), factor=0.1, low=0),
        Measure(LOAD, f"{_SOCOMEC}.4.4.1.4", numbered("output"), factor=0.01, low=0),
    ),
    facts=Facts(
        model=(Words(f"{_SOCOMEC}.1.1.0"),),
        serial=(Words(f"{_SOCOMEC}.1.4.0"),),
        software=(Words(f"{_SOCOMEC}.1.2.0"),),
    ),
)

FAMILIES = (APC, EATON, MGE, CYBERPOWER, LIEBERT, SOCOMEC)
