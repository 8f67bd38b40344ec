"""Juniper: Junos of EX, QFX, SRX, MX, ACX and their kin."""

from collectors._snmp.descriptor import (
    Facts,
    Family,
    FirstOf,
    Info,
    Measure,
    Pool,
    Quantity,
    Where,
    Words,
    states,
)
from collectors._snmp.families.probes import BOTH, IN, NAMED, OUT, PEER
from collectors._snmp.families.standards import BY_PORT, INDEX, once
from collectors._snmp.vocabulary import (
    CPU,
    CURRENT,
    MEMORY,
    OPTICAL,
    PART,
    PROBE_ANSWERED,
    PROBE_DELAY,
    PROBE_JITTER,
    PROBE_LOSS,
    PROBE_RTT,
    PROBE_SENT,
    SESSIONS,
    STATE,
    TEMPERATURE,
)
from core.text import Text

_JUNIPER = "1.3.6.1.4.1.2636"
# JUNIPER-MIB: jnxOperatingEntry, jnxFruEntry. JUNIPER-ALARM-MIB, JUNIPER-DOM-MIB,
# JUNIPER-SRX5000-SPU-MONITORING-MIB, JUNIPER-RPM-MIB, JUNIPER-BGP4-V2-MIB.
_OPERATING, _FRU = f"{_JUNIPER}.3.1.13.1", f"{_JUNIPER}.3.1.15.1"
_DOM, _SPU = f"{_JUNIPER}.3.60.1.1.1.1", f"{_JUNIPER}.3.39.1.12.1.1.1"
_RPM, _BGP = f"{_JUNIPER}.3.50.1.2.1", f"{_JUNIPER}.5.1.1.2.1.1.1"
_NAMED = (Words(f"{_OPERATING}.5"), *INDEX)
# It has memory: by its size where that is told (and fans tell one too), else by its use.
_COMPUTES = (
    (
        Where(f"{_OPERATING}.15", but=frozenset({0, ""})),
        Where(f"{_OPERATING}.5", like=r"(?i)^(?!.*(?:fan|sensor))"),
    ),
    (Where(f"{_OPERATING}.11", but=frozenset({0, ""})),),
)
_LANES = f"{_JUNIPER}.3.60.1.2.1.1"  # jnxDomModuleLaneEntry, by port and lane
# JUNIPER-IFOPTICS-MIB jnxOpticsPMCurrentEntry, of coherent modules.
_COHERENT = f"{_JUNIPER}.3.71.1.2.1.1"
_NO_VALUE = frozenset({0})  # for the whole of a module of several lanes; no light is -40 dBm
_CONTENTS = f"{_JUNIPER}.3.1.8.1"  # jnxContentsEntry
_CONTAINERS = {1: "chassis", 2: "power", 4: "fan", 7: "module", 8: "module", 9: "cpu"}
_MEMBER = f"{_JUNIPER}.3.40.1.4.1.1.1"  # jnxVirtualChassisMemberEntry
_SPUS = (Words(f"{_SPU}.11", form="{0} SPU {1}"), *INDEX)
_POWERS, _FANS = frozenset({7}), frozenset({13})


def _light(column: str, way: str) -> Measure:
    named = tuple(Words(one.column, form=f"{{0}} {way}") for one in BY_PORT)
    return Measure(
        OPTICAL,
        column,
        named,
        factor=0.01,
        low=-5000,
        high=2000,
        where=(Where(column, but=_NO_VALUE, always=True),),
        others=(BY_PORT, once(way.lower())),
    )


def _lane(column: int, way: str) -> Measure:
    ports = tuple(Words(one.column, keep=1) for one in BY_PORT)
    return Measure(
        OPTICAL,
        f"{_LANES}.{column}",
        tuple(Words(one.column, keep=1, form=f"{{0}} lane {{2}} {way}") for one in BY_PORT),
        factor=0.01,
        low=-5000,
        high=2000,
        where=(Where(f"{_LANES}.{column}", but=_NO_VALUE, always=True),),
        others=(ports, once(way.lower())),
    )


def _unit(kind: str, of: Where) -> Measure:
    return Measure(
        STATE,
        f"{_FRU}.8",
        (Words(f"{_FRU}.5"), *INDEX),
        kind=kind,
        where=(of, Where(f"{_FRU}.8", but=frozenset({2}))),  # an empty slot
        # A supply that is there and no more has no power.
        meaning=states(ok=(4, 5, 6, 10), warning=(3, 7, 9), critical=(8,))
        if kind == "power"
        else states(ok=(3, 4, 5, 6, 10), warning=(7, 9), critical=(8,)),
    )


def _tested(quantity: Quantity, measured: int, direction: tuple[Words, ...]) -> Measure:
    """Return jnxRpmResCalcAverage (microseconds) of one measurement of the last whole test."""
    return Measure(
        quantity,
        f"{_JUNIPER}.3.50.1.3.1.5",
        NAMED,
        factor=1e-6,
        low=0,
        where=(Where("", frozenset({f"2.{measured}"}), skip=-2),),
        others=(PEER, direction),
    )


JUNOS = Family(
    "Juniper Junos",
    "Juniper",
    objects=(f"{_JUNIPER}.1",),
    health=(
        FirstOf(
            tuple(
                (
                    Measure(
                        CPU, f"{_OPERATING}.8", _NAMED, factor=0.01, low=0, high=100, where=where
                    ),
                )
                for where in _COMPUTES
            )
        ),
        Measure(CPU, f"{_SPU}.4", _SPUS, factor=0.01, low=0, high=100),
        FirstOf(
            tuple(
                (
                    Pool(
                        MEMORY,
                        _NAMED,
                        percent=f"{_OPERATING}.11",
                        size=f"{_OPERATING}.15",
                        unit=1024 * 1024,
                        where=where,
                    ),
                )
                for where in _COMPUTES
            )
        ),
        Pool(MEMORY, _SPUS, percent=f"{_SPU}.5"),
        Measure(SESSIONS, f"{_SPU}.6", _SPUS),
        Measure(SESSIONS, f"{_SPU}.8", (Words(f"{_SPU}.11", form="{0} CP {1}"), *INDEX), low=1),
        Measure(TEMPERATURE, f"{_OPERATING}.7", _NAMED, low=1, high=200),
        _light(f"{_DOM}.5", "Rx"),
        _light(f"{_DOM}.7", "Tx"),
        _light(f"{_COHERENT}.8", "Rx"),
        _light(f"{_COHERENT}.7", "Tx"),
        _lane(6, "Rx"),
        _lane(8, "Tx"),
        Measure(CURRENT, f"{_DOM}.6", BY_PORT, factor=1e-6, low=0),
        Measure(TEMPERATURE, f"{_DOM}.8", BY_PORT, low=-40, high=200),
        Measure(TEMPERATURE, f"{_COHERENT}.39", BY_PORT, low=-40, high=200),
        _unit("power", Where(f"{_FRU}.6", _POWERS)),
        _unit("fan", Where(f"{_FRU}.6", _FANS)),
        _unit("module", Where(f"{_FRU}.6", but=frozenset(_POWERS | _FANS))),
        Measure(
            STATE,
            f"{_MEMBER}.3",  # jnxVirtualChassisMemberRole: master, backup, line card
            (Words(f"{_MEMBER}.2"), *INDEX),
            kind="stack role",
            meaning=states(ok=(1, 2, 3)),
        ),
        Measure(
            STATE,
            f"{_JUNIPER}.3.4.2.3.1.0",
            once("red alarm"),
            kind="alarm",
            meaning=states(ok=(2,), critical=(3,)),
        ),
        Measure(
            STATE,
            f"{_JUNIPER}.3.4.2.2.1.0",
            once("yellow alarm"),
            kind="alarm",
            meaning=states(ok=(2,), warning=(3,)),
        ),
        Measure(
            Quantity(
                "jnxRpmResSumPercentLost",
                Text(
                    "Mất gói của phép thử RPM gần nhất, phần trăm",
                    "Loss of the latest RPM test, per cent",
                ),
                ("test",),
            ),
            f"{_RPM}.4",
            (Words(spelled=True),),
            where=(Where("", frozenset({"2"}), skip=-1),),  # the last test that was completed
        ),
    ),
    probes=(
        _tested(PROBE_RTT, 1, BOTH),
        _tested(PROBE_JITTER, 2, BOTH),
        _tested(PROBE_DELAY, 4, OUT),
        _tested(PROBE_JITTER, 5, OUT),
        _tested(PROBE_DELAY, 7, IN),
        _tested(PROBE_JITTER, 8, IN),
        Measure(
            PROBE_LOSS,
            f"{_RPM}.4",
            NAMED,
            factor=0.01,
            low=0,
            high=100,
            where=(Where("", frozenset({"2"}), skip=-1),),
            others=(PEER, BOTH),
        ),
        *(
            Measure(
                quantity,
                f"{_RPM}.{column}",
                NAMED,
                low=0,
                where=(Where("", frozenset({"2"}), skip=-1),),
                others=(PEER, BOTH),
            )
            for quantity, column in ((PROBE_SENT, 2), (PROBE_ANSWERED, 3))
        ),
    ),
    neighbours=(
        Measure(
            Quantity(
                "jnxBgpM2PeerState",
                Text(
                    "Phiên BGP: 1 nghỉ, 2 kết nối, 3 chờ, 4 đã mở, 5 đã xác nhận, 6 thông",
                    "BGP session: 1 idle, 2 connect, 3 active, 4 open sent, 5 open confirmed, "
                    "6 established",
                ),
                ("peer",),
            ),
            f"{_BGP}.2",
            (Words(f"{_BGP}.11", address=True), *INDEX),
            kind="bgp",
            where=(Where(f"{_BGP}.3", frozenset({2})),),
            meaning=states(ok=(6,), critical=(1, 2, 3, 4, 5)),
        ),
    ),
    parts=(
        Info(
            PART,
            f"{_CONTENTS}.7",
            (
                (Words(f"{_CONTENTS}.6", form="{0} {index}"), *INDEX),
                (Words(f"{_CONTENTS}.1", told=_CONTAINERS),),
                (Words(f"{_CONTENTS}.10"),),
                (Words(f"{_CONTENTS}.7"),),
                (Words(f"{_CONTENTS}.8"),),
                (),
                (),
            ),
            where=(Where(f"{_CONTENTS}.7", but=frozenset({"", "BUILTIN"})),),
        ),
    ),
    facts=Facts(
        model=(
            Words(f"{_JUNIPER}.3.1.2.0", only=r"^(?:Juniper )?(.+?)(?: Internet Router| Switch)?$"),
            r"Juniper Networks, Inc\. (\S+)",
        ),
        serial=(Words(f"{_JUNIPER}.3.1.3.0"),),
        # jnxVirtualChassisMemberSWVersion, hrSWInstalledName of "junos"
        software=(
            Words(f"{_JUNIPER}.3.40.1.4.1.1.1.5"),
            r"JUNOS (\S+?),? ",
            Words(
                "1.3.6.1.2.1.25.6.3.1.2",
                only=r"\[([^\]]+)\]",
                where=(Where("", frozenset({"2"})),),
            ),
        ),
    ),
)

FAMILIES = (JUNOS,)
