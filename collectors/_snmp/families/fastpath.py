"""FASTPATH, Broadcom's switch software, under the numbers of those who sell it."""

from collectors._snmp.convert import sixty_seconds
from collectors._snmp.descriptor import Entry, Facts, Family, FirstOf, Measure, Pool, Words, states
from collectors._snmp.families.standards import numbered, once
from collectors._snmp.vocabulary import CPU, FAN, MEMORY, STATE, TEMPERATURE

_ITEM = states(ok=(2,), warning=(4, 5, 6, 7), critical=(3,))  # boxServicesItemState
_HEAT = states(ok=(1,), warning=(0, 2), critical=(3, 4, 6))  # …TempSensorState, …TempUnitState


def _load(root: str, column: int) -> tuple[Measure, ...]:
    """Return a load written as `5 Secs (6.5%) 60 Secs (7.2%) 300 Secs (7.5%)`."""
    oid = f"{root}.1.1.4.{column}.0"
    return (Measure(CPU, oid, once("CPU"), factor=0.01, read=sixty_seconds),)


def _sensors(root: str, value: int) -> tuple[Measure, ...]:
    entry, named = f"{root}.43.1.8.1", numbered("sensor")
    return (
        Measure(TEMPERATURE, f"{entry}.{value}", named, low=1, high=200),
        Measure(STATE, f"{entry}.{value - 1}", named, kind="temperature", meaning=_HEAT),
    )


def fastpath(root: str) -> tuple[Entry, ...]:
    """Return what SWITCHING-MIB and BOXSERVICES-PRIVATE-MIB tell under a maker's number."""
    box = f"{root}.43.1"
    return (
        FirstOf((_load(root, 9), _load(root, 4))),
        Pool(
            MEMORY,
            once("memory"),
            free=f"{root}.1.1.4.1.0",
            size=f"{root}.1.1.4.2.0",
            unit=1024,
        ),
        FirstOf((_sensors(root, 5), _sensors(root, 4))),  # by unit and sensor; by sensor before
        Measure(STATE, f"{box}.15.1.2", numbered("unit"), kind="temperature", meaning=_HEAT),
        Measure(STATE, f"{box}.6.1.3", numbered("fan"), kind="fan", meaning=_ITEM),
        Measure(FAN, f"{box}.6.1.4", numbered("fan"), low=1),
        Measure(STATE, f"{box}.7.1.3", numbered("power supply"), kind="power", meaning=_ITEM),
    )


_BROADCOM, _NETGEAR = "1.3.6.1.4.1.4413", "1.3.6.1.4.1.4526"

EDGESWITCH = Family(
    "Ubiquiti EdgeSwitch",
    "Ubiquiti",
    objects=(_BROADCOM,),
    health=fastpath(f"{_BROADCOM}.1.1"),
    facts=Facts(
        model=(r"^(Edge(?:Switch|Point Switch)[^,]*|USW?-[^,]*)",),
        software=(
            r"^(?:Edge|USW?-)[^,]*, (?:firmware )?(\d[^,\s]*)",
            Words(f"{_BROADCOM}.1.1.1.1.1.13.0"),
        ),
        serial=(Words(f"{_BROADCOM}.1.1.1.1.1.4.0"),),
    ),
)

# Smart switches tell the same under one number more.
NETGEAR = Family(
    "Netgear managed and smart switches",
    "Netgear",
    objects=(f"{_NETGEAR}.100", f"{_NETGEAR}.10", f"{_NETGEAR}.11"),
    health=(*fastpath(f"{_NETGEAR}.10"), *fastpath(f"{_NETGEAR}.11")),
    facts=Facts(
        model=(Words(f"{_NETGEAR}.10.1.1.1.3.0"), Words(f"{_NETGEAR}.11.1.1.1.3.0")),
        serial=(Words(f"{_NETGEAR}.10.1.1.1.4.0"), Words(f"{_NETGEAR}.11.1.1.1.4.0")),
        software=(Words(f"{_NETGEAR}.10.1.1.1.13.0"), Words(f"{_NETGEAR}.11.1.1.1.13.0")),
    ),
)

FAMILIES = (EDGESWITCH, NETGEAR)
