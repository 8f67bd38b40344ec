"""Campus switches and controllers: Extreme, Ruckus and Brocade, Allied Telesis, Cisco WLC."""

from collectors._snmp.convert import tenth_microwatts
from collectors._snmp.descriptor import (
    Facts,
    Family,
    FirstOf,
    Measure,
    Pool,
    Where,
    Words,
    states,
)
from collectors._snmp.families.standards import BY_PORT, INDEX, numbered, once
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    FAN,
    MEMORY,
    OPTICAL,
    POWER,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)

# EXTREME-SOFTWARE-MONITOR-MIB (numbers written as text, kilobytes), EXTREME-SYSTEM-MIB.
_EXTREME = "1.3.6.1.4.1.1916.1"
_FANS, _SUPPLIES = f"{_EXTREME}.1.1.9.1", f"{_EXTREME}.1.1.27.1"
EXOS = Family(
    "Extreme EXOS",
    "Extreme",
    objects=("1.3.6.1.4.1.1916",),
    health=(
        Measure(CPU, f"{_EXTREME}.32.1.2.0", once("CPU"), factor=0.01, low=0, high=100),
        Pool(
            MEMORY,
            (Words(form="slot {0}"),),
            free=f"{_EXTREME}.32.2.2.1.3",
            size=f"{_EXTREME}.32.2.2.1.2",
            unit=1024,
        ),
        Measure(TEMPERATURE, f"{_EXTREME}.1.1.8.0", once("system"), low=1, high=200),
        Measure(
            STATE,
            f"{_FANS}.2",
            (Words(form="fan {0}"),),
            kind="fan",
            meaning=states(ok=(1,), critical=(2,)),
        ),
        Measure(FAN, f"{_FANS}.4", (Words(form="fan {0}"),), low=1),
        Measure(POWER, f"{_EXTREME}.1.1.40.1.0", once("system"), factor=1e-3, low=0),
        Measure(
            STATE,
            f"{_SUPPLIES}.2",
            (Words(form="power supply {0}"),),
            kind="power",
            meaning=states(ok=(2,), critical=(3,), warning=(4,)),
        ),
    ),
    facts=Facts(model=(r"^ExtremeXOS \((\S+)\)",), software=(r"version (\S+)",)),
)

# FOUNDRY-SN-AGENT-MIB: snAgentGbl, snAgentCpuUtilTable, snAgSystemDRAM, snAgentBrdTable,
# snChasPwrSupplyTable and snChasFanTable, and by unit …2Table, snAgentTempTable, …Temp2Table.
# FOUNDRY-SN-SWITCH-GROUP-MIB snIfOpticalMonitoringInfoTable: numbers written as text.
# FOUNDRY-SN-STACKING-MIB snStackingOperUnitTable.
_FOUNDRY = "1.3.6.1.4.1.1991.1.1"
_AGENT, _CHASSIS, _BOARD = f"{_FOUNDRY}.2.1", f"{_FOUNDRY}.1", f"{_FOUNDRY}.2.2.1.1"
_UTIL, _DRAM = f"{_FOUNDRY}.2.11.1.1", f"{_FOUNDRY}.2.12.4"
_HEAT, _UNIT_HEAT = f"{_FOUNDRY}.2.13.1.1", f"{_FOUNDRY}.2.13.3.1"
_OPTICS, _STACK = f"{_FOUNDRY}.3.3.6.1", f"{_FOUNDRY}.3.31"
_NORMAL = states(ok=(2,), critical=(3,))
_FIVE_MINUTES = (Where("", frozenset({"300"}), skip=-1),)
_BY_SLOT = (Words(form="slot {1} CPU {2}"),)


def _part(kind: str, table: int) -> FirstOf:
    """Return the states of fans or supplies: of every unit of a stack, or of the one chassis."""

    def states_of(entry: str, column: int) -> tuple[Measure, ...]:
        named = (Words(f"{entry}.{column - 1}"), *numbered(kind))
        return (Measure(STATE, f"{entry}.{column}", named, kind=kind, meaning=_NORMAL),)

    return FirstOf(
        (
            states_of(f"{_CHASSIS}.{table}.2.1", 4),
            states_of(f"{_CHASSIS}.{table}.1.1", 3),
        )
    )


def _optical(column: int, way: str) -> Measure:
    return Measure(
        OPTICAL,
        f"{_OPTICS}.{column}",
        tuple(Words(one.column, form=f"{{0}} {way}") for one in BY_PORT),
        low=-60,
        high=30,
        others=(BY_PORT, once(way.lower())),
    )


IRONWARE = Family(
    "Ruckus and Brocade ICX, FastIron, NetIron",
    "Ruckus",
    objects=("1.3.6.1.4.1.1991",),
    health=(
        FirstOf(
            (
                (Measure(CPU, f"{_UTIL}.6", _BY_SLOT, factor=1e-4, low=0, where=_FIVE_MINUTES),),
                (Measure(CPU, f"{_UTIL}.4", _BY_SLOT, factor=0.01, low=0, where=_FIVE_MINUTES),),
                (Measure(CPU, f"{_AGENT}.52.0", once("CPU"), factor=0.01, low=0, high=100),),
            )
        ),
        FirstOf(
            (
                (
                    Pool(
                        MEMORY,
                        once("memory"),
                        percent=f"{_DRAM}.1.0",
                        size=f"{_DRAM}.2.0",
                        free=f"{_DRAM}.3.0",
                    ),
                ),
                (
                    Pool(
                        MEMORY,
                        once("memory"),
                        percent=f"{_AGENT}.53.0",
                        free=f"{_AGENT}.55.0",
                        size=f"{_AGENT}.54.0",
                    ),
                ),
            )
        ),
        Pool(
            MEMORY,
            (Words(f"{_BOARD}.2", form="{0} {1}"), *numbered("board")),
            size=f"{_BOARD}.24",
            free=f"{_BOARD}.25",
            where=(Where(f"{_BOARD}.24", but=frozenset({0})),),
        ),
        FirstOf(
            (
                (
                    Measure(
                        TEMPERATURE,
                        f"{_UNIT_HEAT}.5",
                        (Words(f"{_UNIT_HEAT}.4", form="unit {1} {0}"), *numbered("sensor")),
                        factor=0.5,
                        low=1,
                        high=400,
                    ),
                ),
                (
                    Measure(
                        TEMPERATURE,
                        f"{_HEAT}.4",
                        (Words(f"{_HEAT}.3"), *INDEX),
                        factor=0.5,
                        low=1,
                        high=400,
                    ),
                ),
            )
        ),
        _part("power", 2),
        _part("fan", 3),
        Measure(TEMPERATURE, f"{_OPTICS}.1", BY_PORT, low=1, high=200),
        _optical(2, "Tx"),
        _optical(3, "Rx"),
        Measure(CURRENT, f"{_OPTICS}.4", BY_PORT, factor=1e-3, low=0),
        Measure(
            STATE,
            f"{_STACK}.1.1.0",  # snStackingGlobalConfigState
            once("stacking"),
            kind="stack",
            meaning=states(ok=(0, 1, 2)),
        ),
        Measure(
            STATE,
            f"{_STACK}.2.2.1.5",  # snStackingOperUnitState: local, remote, reserved, empty
            numbered("stack unit"),
            kind="stack member",
            meaning=states(ok=(1, 2), critical=(3, 4)),
        ),
        *(
            Measure(
                STATE,
                f"{_STACK}.2.2.1.{column}",
                (Words(form=f"unit {{0}} stack port {port}"),),
                kind="stack port",
                where=(Where(f"{_STACK}.2.2.1.{column - 1}", but=frozenset({0})),),
                meaning=_NORMAL,
            )
            for port, column in ((1, 8), (2, 10))
        ),
    ),
    facts=Facts(
        serial=(Words(f"{_CHASSIS}.1.2.0"),),
        software=(r"IronWare Version (\S+)", Words(f"{_AGENT}.11.0"), r"Version (\S+)"),
    ),
)

# AT-SYSINFO-MIB; AT-ENVMONv2-MIB; AT-PLUGGABLE-DIAGNOSTICS-MIB, by port and channel.
_ALLIED = "1.3.6.1.4.1.207.8.4.4.3"
_ENVMON, _PLUGGABLE = f"{_ALLIED}.12", f"{_ALLIED}.28.1"


def _allied(table: str) -> tuple[Words, ...]:
    return (Words(f"{_ENVMON}.{table}.4", form="{0} {index}"), *INDEX)


def _plugged(way: str = "") -> tuple[Words, ...]:
    return tuple(Words(one.column, keep=1, form=f"{{0}} {way}") for one in BY_PORT)


_BY_PLUG = tuple(Words(one.column, keep=1) for one in BY_PORT)
_IN_RANGE = states(ok=(2,), critical=(1,))

ALLIED = Family(
    "Allied Telesis AlliedWare Plus",
    "Allied Telesis",
    objects=("1.3.6.1.4.1.207",),
    health=(
        Measure(CPU, f"{_ALLIED}.3.8.1.4", numbered("unit"), factor=0.01, low=0, high=100),
        Measure(FAN, f"{_ENVMON}.1.1.5", _allied("1.1"), low=1),
        Measure(VOLTAGE, f"{_ENVMON}.2.1.5", _allied("2.1"), factor=1e-3),
        Measure(TEMPERATURE, f"{_ENVMON}.3.1.5", _allied("3.1"), low=-40, high=127),
        Measure(STATE, f"{_ENVMON}.1.1.7", _allied("1.1"), kind="fan", meaning=_IN_RANGE),
        Measure(STATE, f"{_ENVMON}.2.1.8", _allied("2.1"), kind="voltage", meaning=_IN_RANGE),
        Measure(STATE, f"{_ENVMON}.3.1.7", _allied("3.1"), kind="temperature", meaning=_IN_RANGE),
        Measure(
            STATE,
            f"{_ENVMON}.4.2.1.6",  # failed, good, not powered
            (Words(f"{_ENVMON}.4.2.1.5", form="{0} {index}"), *INDEX),
            kind="power",
            meaning=states(ok=(2,), warning=(3,), critical=(1,)),
        ),
        Measure(
            TEMPERATURE, f"{_PLUGGABLE}.1.1.3", _plugged(), factor=1e-3, low=-40000, high=127000
        ),
        Measure(VOLTAGE, f"{_PLUGGABLE}.2.1.3", _plugged(), factor=1e-4, low=1),
        Measure(CURRENT, f"{_PLUGGABLE}.3.1.3", _plugged(), factor=1e-6, low=0),
        *(
            Measure(
                OPTICAL,
                f"{_PLUGGABLE}.{table}.1.3",
                _plugged(way),
                read=tenth_microwatts,
                others=(_BY_PLUG, once(way.lower())),
            )
            for table, way in ((4, "Tx"), (5, "Rx"))
        ),
    ),
)

# AIRESPACE-SWITCHING-MIB, AIRESPACE-WIRELESS-MIB.
_AIRESPACE = "1.3.6.1.4.1.14179"
WLC = Family(
    "Cisco wireless controllers (AireOS)",
    "Cisco",
    objects=(_AIRESPACE, "1.3.6.1.4.1.9.1"),
    described=r"^Cisco Controller",
    health=(
        Measure(CPU, f"{_AIRESPACE}.1.1.5.1.0", once("CPU"), factor=0.01, low=0, high=100),
        Pool(
            MEMORY,
            once("memory"),
            free=f"{_AIRESPACE}.1.1.5.3.0",
            size=f"{_AIRESPACE}.1.1.5.2.0",
            unit=1024,
        ),
        Measure(TEMPERATURE, f"{_AIRESPACE}.2.3.1.13.0", once("controller"), low=1, high=200),
    ),
    facts=Facts(
        model=(Words(f"{_AIRESPACE}.1.1.1.3.0"),),
        serial=(Words(f"{_AIRESPACE}.1.1.1.4.0"),),
        software=(Words(f"{_AIRESPACE}.1.1.1.14.0"),),
    ),
)

FAMILIES = (EXOS, IRONWARE, ALLIED, WLC)
