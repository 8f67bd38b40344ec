"""H3C and what shares its Comware: HPE A and FlexNetwork series, older 3Com."""

from collectors._snmp.descriptor import Facts, Family, FirstOf, Measure, Pool, Where, Words, states
from collectors._snmp.families.probes import IN, NAMED, OUT, PEER
from collectors._snmp.families.standards import BY_ENTITY, BY_PORT, ENTITY_CLASS, INDEX, once
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    MEMORY,
    OPTICAL,
    POWER,
    PROBE_JITTER,
    PROBE_LOST,
    STATE,
    TEMPERATURE,
    VOLTAGE,
)

# HH3C-ENTITY-EXT-MIB hh3cEntityExtStateEntry, HH3C-TRANSCEIVER-INFO-MIB, HH3C-LSW-DEV-ADM-MIB;
# the same trees stood under Huawei's number before.
_NEW, _OLD = "1.3.6.1.4.1.25506", "1.3.6.1.4.1.2011.10"
_NOTHING = 2147483647


def _boards(root: str) -> tuple[Measure | Pool, ...]:
    state = f"{root}.2.6.1.1.1.1"
    has_memory = (Where(f"{state}.8", but=frozenset({0, ""})),)
    return (
        Measure(CPU, f"{state}.6", BY_ENTITY, factor=0.01, low=0, high=100, where=has_memory),
        Measure(  # of what computes without telling memory
            CPU,
            f"{state}.6",
            BY_ENTITY,
            factor=0.01,
            low=1,
            high=100,
            where=(Where(f"{state}.8", frozenset({0, ""})),),
        ),
        Measure(  # hh3cEntityExtCurrentPower, milliwatts
            POWER, f"{root}.2.6.1.3.1.1.3", BY_ENTITY, factor=1e-3, low=1, high=_NOTHING - 1
        ),
        Pool(MEMORY, BY_ENTITY, percent=f"{state}.8", size=f"{state}.10", where=has_memory),
        Measure(
            TEMPERATURE,
            f"{state}.12",
            BY_ENTITY,
            low=1,
            high=200,
            where=(Where(ENTITY_CLASS, frozenset({8, 9})),),
        ),
        *(
            Measure(
                STATE,
                f"{state}.19",  # hh3cEntityExtErrorStatus
                BY_ENTITY,
                kind=kind,
                where=(
                    Where(ENTITY_CLASS, frozenset({entity})),
                    Where(f"{state}.19", but=frozenset({1, 4})),  # not supported, absent
                ),
                meaning=states(
                    ok=(2,),
                    warning=(11, 21, 22, 23, 31, 32, 33, 61, 81),
                    critical=(3, 41, 51, 71, 91),
                ),
            )
            for entity, kind in ((6, "power"), (7, "fan"))
        ),
    )


def _optics(root: str) -> tuple[Measure, ...]:
    entry = f"{root}.2.70.1.1.1"
    there = (Where(f"{entry}.15", but=frozenset({_NOTHING, ""})),)

    def light(column: int, way: str) -> Measure:
        named = tuple(Words(one.column, form=f"{{0}} {way}") for one in BY_PORT)
        return Measure(
            OPTICAL,
            f"{entry}.{column}",
            named,
            factor=0.01,
            low=-6000,
            high=3000,
            where=there,
            others=(BY_PORT, once(way.lower())),
        )

    return (
        light(9, "Tx"),
        light(12, "Rx"),
        Measure(TEMPERATURE, f"{entry}.15", BY_PORT, low=-40, high=200, where=there),
        Measure(
            VOLTAGE, f"{entry}.16", BY_PORT, factor=0.01, low=1, high=_NOTHING - 1, where=there
        ),
        Measure(
            CURRENT, f"{entry}.17", BY_PORT, factor=1e-5, low=0, high=_NOTHING - 1, where=there
        ),
    )


def _tests(root: str) -> tuple[Measure, ...]:
    """Return hh3cNqaJitterStatsTable: losses by direction, means of the jitter in milliseconds."""
    entry = f"{root}.8.3.1.4.1"
    return (
        Measure(PROBE_LOST, f"{entry}.22", NAMED, low=0, others=(PEER, OUT)),
        Measure(PROBE_LOST, f"{entry}.23", NAMED, low=0, others=(PEER, IN)),
        *(
            Measure(
                PROBE_JITTER,
                f"{entry}.{column}",
                NAMED,
                factor=1e-3,
                low=0,
                others=(PEER, direction),
            )
            for column, direction in ((31, OUT), (32, IN))
        ),
    )


_EQUIPMENT = states(ok=(1,), critical=(2,))


def _equipment(root: str) -> tuple[Measure, ...]:
    """Return hh3cdevMFanStatusTable and hh3cdevMPowerStatusTable; 3 is "not installed"."""
    return tuple(
        Measure(
            STATE,
            f"{root}.8.35.9.1.{table}.1.2",
            (Words(form=f"{kind} {{0}}"), *INDEX),
            kind=kind,
            meaning=_EQUIPMENT,
        )
        for table, kind in ((1, "fan"), (2, "power"))
    )


COMWARE = Family(
    "H3C, HPE Comware",
    "H3C",
    objects=(_NEW, "1.3.6.1.4.1.43.1", f"{_OLD}.1"),
    health=(
        FirstOf((_boards(_NEW), _boards(_OLD))),
        FirstOf((_optics(_NEW), _optics(_OLD))),
        FirstOf((_equipment(_NEW), _equipment(_OLD))),
    ),
    probes=(FirstOf((_tests(_NEW), _tests(_OLD))),),
    facts=Facts(
        model=(r"^(?:HPE?|H3C|3Com) (?!Comware)(\S+)", r"\n?(?:HPE?|H3C) (\S+ \S+) Switch"),
        software=(r"Software Version ([^,\s]+(?: Release \S+)?)",),
    ),
)

FAMILIES = (COMWARE,)
