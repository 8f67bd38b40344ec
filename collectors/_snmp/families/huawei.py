"""Huawei: switches and routers with VRP (S, CE, AR, NE), firewalls (USG)."""

import math

from collectors._snmp.convert import microwatts_or_hundredths, milliamperes_or_micro
from collectors._snmp.descriptor import (
    Facts,
    Family,
    FirstOf,
    Info,
    Measure,
    Pool,
    Quantity,
    Times,
    Where,
    Words,
    states,
)
from collectors._snmp.families.probes import BOTH, IN, OUT
from collectors._snmp.families.standards import (
    BY_ENTITY,
    INDEX,
    PORT_OF_ENTITY,
    numbered,
    once,
)
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    FAN_RATIO,
    MEMORY,
    OPTICAL,
    PART,
    POWER,
    PROBE_ANSWERED,
    PROBE_DELAY,
    PROBE_JITTER,
    PROBE_LOSS,
    PROBE_LOST,
    PROBE_RTT,
    PROBE_SENT,
    STATE,
    STORAGE,
    TEMPERATURE,
    VOLTAGE,
)

_HUAWEI = "1.3.6.1.4.1.2011"

# HUAWEI-ENTITY-EXTENT-MIB: hwEntityStateEntry and hwOpticalModuleInfoEntry, by entPhysicalIndex;
# hwFanStatusEntry and hwPwrStatusEntry, by slot and number; hwTemperatureThresholdEntry and
# hwVoltageInfoEntry, by slot, bus, address and channel.
_EXTENT = f"{_HUAWEI}.5.25.31.1.1"
_STATE, _OPTICS = f"{_EXTENT}.1.1", f"{_EXTENT}.3.1"
_FANS, _SUPPLIES = f"{_EXTENT}.10.1", f"{_EXTENT}.18.1"
_ABSENT: frozenset[int | str] = frozenset({2})  # hwEntityFanPresent, hwEntityPwrPresent
_HEAT, _VOLTAGES = f"{_EXTENT}.8.1", f"{_EXTENT}.9.1"
_NONE: frozenset[int | str] = frozenset({0, ""})
# Only what computes has a limit of its load, or memory: hwEntityCpuUsageThreshold, hwEntityMemSize,
# hwEntityMemSizeMega (of boards with more than 32 bits can count), hwEntityMemUsage.
_LIMIT, _SIZE, _MEGA, _USED = (Where(f"{_STATE}.{column}", but=_NONE) for column in (6, 9, 19, 7))
_RUNS = Where(f"{_STATE}.2", but=frozenset({2, 4}))  # hwEntityOperStatus: disabled, offline
_NOTHING = 2147483647
# HUAWEI-DEVICE-MIB, of older devices: hwCpuDevTable, hwMemoryDevTable.
_OLD_CPU, _OLD_MEMORY = f"{_HUAWEI}.6.3.4.1", f"{_HUAWEI}.6.3.5.1.1"
_FLASH = f"{_HUAWEI}.6.9.1.4.2.1"  # HUAWEI-FLASH-MAN-MIB hwStorageEntry, kilobytes
_ENERGY = f"{_HUAWEI}.6.157"  # HUAWEI-ENERGYMNGT-MIB
_STACK = f"{_HUAWEI}.5.25.183.1.20.1"  # HUAWEI-STACK-MIB hwStackMemberInfoEntry
_CLUSTER = f"{_HUAWEI}.6.139.11.1.83"  # HUAWEI-WLAN-CONFIGURATION-MIB, of access controllers

# NQA-MIB: nqaAdminParaEntry, by owner and name of the test; nqaResultsEntry, by the number of the
# run and of the hop too, and nqaJitterStatsEntry, by that of the run: the last five are kept.
# 0 is a run without a result yet; of units 1 is a microsecond, 2 and none a millisecond.
_NQA = f"{_HUAWEI}.5.25.111"
_TESTS, _RESULTS, _JITTERS = f"{_NQA}.2.2.1", f"{_NQA}.4.1.1", f"{_NQA}.4.3.1"
_UNITS = {1: 1e-3, 2: 1.0}

# It measures itself: hwEntityOpticalMode is no "not supported", and it has a supply voltage.
_MODULE = (
    Where(f"{_OPTICS}.5", but=frozenset({-255, _NOTHING, ""})),
    Where(f"{_OPTICS}.1", but=frozenset({1})),
    Where(f"{_OPTICS}.6", but=frozenset({0})),
)


def _light(column: int, way: str) -> Measure:
    return Measure(
        OPTICAL,
        f"{_OPTICS}.{column}",
        tuple(Words(one.column, form=f"{{0}} {way}") for one in BY_ENTITY),
        read=microwatts_or_hundredths,
        low=-60,
        high=30,
        where=_MODULE,
        others=(PORT_OF_ENTITY, once(way.lower())),
    )


def _lane(column: int, way: str) -> Measure:
    """Return the first lane of a module of several, where the whole module tells no power."""
    return Measure(
        OPTICAL,
        f"{_OPTICS}.{column}",
        tuple(Words(one.column, form=f"{{0}} lane 1 {way}") for one in BY_ENTITY),
        factor=0.01,
        low=-6000,
        high=3000,
        where=(*_MODULE, Where(f"{_OPTICS}.{column - 24}", like=r"^(?:-\d+|0)?$")),
        others=(PORT_OF_ENTITY, once(way.lower())),
    )


def _cpu(*where: Where) -> tuple[Measure, ...]:
    return (
        Measure(CPU, f"{_STATE}.5", BY_ENTITY, factor=0.01, low=0, high=100, where=(*where, _RUNS)),
    )


def _memory(column: int, unit: float, *where: Where) -> Pool:
    size = f"{_STATE}.{column}"
    return Pool(MEMORY, BY_ENTITY, percent=f"{_STATE}.7", size=size, unit=unit, where=where)


_ALARM = states(ok=(1,), warning=(2,), critical=(3, 4))


def _tests(
    root: str,
    status: int,
    unit: Times,
    columns: tuple[tuple[Quantity, int, tuple[Words, ...]], ...],
) -> tuple[Measure, ...]:
    """Return what the newest run of each test brought; a run that failed has no times."""
    runs = 1 if root == _JITTERS else 2
    test = (Words(spelled=True, keep=-runs),)
    peer = (
        Words(f"{_TESTS}.2", keep=-runs, address=True),
        Words(f"{_TESTS}.2", keep=-runs),
    )
    counted = {PROBE_SENT, PROBE_ANSWERED, PROBE_LOST}
    return tuple(
        Measure(
            quantity,
            f"{root}.{column}",
            test,
            factor=1.0 if quantity in counted else 0.01 if quantity is PROBE_LOSS else 1e-3,
            times=() if quantity in {*counted, PROBE_LOSS} else (unit,),
            where=(Where(f"{root}.{status}", frozenset({1, 2})),),
            low=1 if quantity in {PROBE_RTT, PROBE_DELAY} else 0,
            high=100 if quantity is PROBE_LOSS else math.inf,
            others=(peer, direction),
            runs=runs,
        )
        for quantity, column, direction in columns
    )


VRP = Family(
    "Huawei VRP",
    "Huawei",
    objects=(f"{_HUAWEI}.2", f"{_HUAWEI}.1"),
    health=(
        FirstOf(
            (
                _cpu(_LIMIT),
                _cpu(_SIZE),
                _cpu(_MEGA),
                _cpu(_USED),
                (Measure(CPU, f"{_OLD_CPU}.2", INDEX, factor=0.01, low=0, high=100),),
            )
        ),
        FirstOf(
            (
                (
                    _memory(19, 2**20, _MEGA),
                    _memory(9, 1, _SIZE, Where(f"{_STATE}.19", among=_NONE)),
                ),
                (_memory(9, 1, _USED),),
                (Pool(MEMORY, INDEX, size=f"{_OLD_MEMORY}.2", free=f"{_OLD_MEMORY}.3"),),
            )
        ),
        Pool(
            STORAGE,
            (Words(f"{_FLASH}.5"), *INDEX),
            size=f"{_FLASH}.3",
            free=f"{_FLASH}.4",
            unit=1024,
            where=(Where(f"{_FLASH}.3", but=_NONE),),
        ),
        Measure(TEMPERATURE, f"{_STATE}.11", BY_ENTITY, low=1, high=200),
        Measure(VOLTAGE, f"{_STATE}.13", BY_ENTITY, factor=1e-3, low=1, high=_NOTHING - 2),
        Measure(TEMPERATURE, f"{_HEAT}.6", numbered("sensor"), low=-50, high=200),
        Measure(VOLTAGE, f"{_VOLTAGES}.7", numbered("sensor"), factor=1e-3, high=_NOTHING - 2),
        Measure(STATE, f"{_HEAT}.5", numbered("sensor"), kind="temperature", meaning=_ALARM),
        Measure(STATE, f"{_VOLTAGES}.5", numbered("sensor"), kind="voltage", meaning=_ALARM),
        Measure(TEMPERATURE, f"{_OPTICS}.5", BY_ENTITY, low=-40, high=200, where=_MODULE),
        Measure(
            VOLTAGE,
            f"{_OPTICS}.6",
            BY_ENTITY,
            factor=1e-3,
            low=1,
            high=_NOTHING - 1,
            where=_MODULE,
        ),
        Measure(
            CURRENT,
            f"{_OPTICS}.7",
            BY_ENTITY,
            read=milliamperes_or_micro,
            low=0,
            high=2,
            where=_MODULE,
        ),
        _light(8, "Rx"),
        _light(9, "Tx"),
        _lane(32, "Rx"),
        _lane(33, "Tx"),
        Measure(
            STATE,
            f"{_FANS}.7",
            (Words(form="slot {1} fan {2}"),),
            kind="fan",
            where=(Where(f"{_FANS}.6", but=_ABSENT),),
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(
            FAN_RATIO,
            f"{_FANS}.5",
            (Words(form="slot {1} fan {2}"),),
            factor=0.01,
            low=0,
            high=100,
            where=(Where(f"{_FANS}.6", but=_ABSENT),),
        ),
        Measure(
            STATE,
            f"{_SUPPLIES}.6",
            (Words(form="slot {1} power {2}"),),
            kind="power",
            where=(Where(f"{_SUPPLIES}.5", but=_ABSENT),),
            meaning=states(ok=(1,), warning=(3,), critical=(2,)),
        ),
        Measure(CURRENT, f"{_SUPPLIES}.7", (Words(form="slot {1} power {2}"),), factor=1e-3, low=0),
        Measure(VOLTAGE, f"{_SUPPLIES}.8", (Words(form="slot {1} power {2}"),), factor=1e-3, low=0),
        Measure(POWER, f"{_ENERGY}.1.3.0", once("average"), factor=1e-3, low=0),
        Measure(POWER, f"{_ENERGY}.1.6.0", once("now"), factor=1e-3, low=0),
        Measure(POWER, f"{_ENERGY}.2.1.1.4", numbered("board"), factor=1e-3, low=0),
        Measure(
            STATE,
            f"{_STACK}.3",  # hwMemberStackRole: master, standby, slave
            numbered("stack member"),
            kind="stack role",
            meaning=states(ok=(1, 2, 3)),
        ),
        Measure(
            STATE,
            f"{_HUAWEI}.5.25.183.1.21.1.5",  # hwStackPortStatus; a chain leaves two of them free
            numbered("stack port"),
            kind="stack port",
            meaning=states(ok=(1,), warning=(2,)),
        ),
        Measure(
            STATE,
            f"{_CLUSTER}.5.4.0",  # hwWlanClusterSynConfigScheduleEnable
            once("configuration sync"),
            kind="redundancy",
            meaning=states(ok=(1, 2)),
        ),
        Measure(
            STATE,
            f"{_CLUSTER}.6.1.4",  # hwWlanClusterACRole: master, slave, backup
            numbered("controller"),
            kind="redundancy role",
            meaning=states(ok=(1, 2, 3)),
        ),
        Measure(
            STATE,
            f"{_CLUSTER}.6.1.7",  # hwWlanClusterACStatus: down, up, and what does not match
            numbered("controller"),
            kind="redundancy",
            meaning=states(ok=(2,), warning=(7,), critical=(1, 3, 4, 5, 6)),
        ),
    ),
    probes=(
        *_tests(
            _RESULTS,
            3,
            Times(f"{_TESTS}.83", _UNITS, keep=-2),
            (
                (PROBE_RTT, 26, BOTH),
                (PROBE_LOSS, 27, BOTH),
                (PROBE_ANSWERED, 21, BOTH),
                (PROBE_SENT, 22, BOTH),
            ),
        ),
        *_tests(
            _JITTERS,
            2,
            Times(f"{_JITTERS}.67", _UNITS),
            (
                (PROBE_RTT, 46, BOTH),
                (PROBE_LOSS, 47, BOTH),
                (PROBE_ANSWERED, 40, BOTH),
                (PROBE_SENT, 41, BOTH),
                (PROBE_LOST, 34, OUT),
                (PROBE_LOST, 35, IN),
                (PROBE_JITTER, 49, OUT),
                (PROBE_JITTER, 50, IN),
                (PROBE_DELAY, 68, OUT),
                (PROBE_DELAY, 69, IN),
            ),
        ),
    ),
    parts=(
        Info(
            PART,
            f"{_OPTICS}.4",
            (
                BY_ENTITY,
                once("transceiver"),
                (Words(f"{_EXTENT}.2.1.11"),),  # hwEntityBoardType
                (Words(f"{_OPTICS}.4"),),
                (),
                (),
                (),
            ),
            where=(Where(f"{_OPTICS}.4", but=frozenset({""})),),
        ),
    ),
    facts=Facts(
        model=(r"^(S\d\S*|CE\d\S*|AR\d\S*|NE\d\S*|USG\S*|Quidway \S+)", r"Huawei (\S+)\s+Huawei"),
        software=(r"Version ([\d.]+ ?\([^)]*\)?)", r"(V\d+R\d+C\d+\w*)"),
    ),
)


FAMILIES = (VRP,)
