"""Which port does a part of the device belong to? From entPhysicalIndex to ifName.

ENTITY-MIB (RFC 6933) says which entity lies in which, and which interface one is the hardware of;
where an agent leaves the latter out, entities that are ports bear the interface's own name.
"""

from collections.abc import Awaitable, Callable, Mapping

from collectors._snmp.ber import Value
from collectors._snmp.octets import text

Ids = tuple[int, ...]
Column = Callable[[str], Awaitable[Mapping[Ids, Value]]]

WITHIN = "1.3.6.1.2.1.47.1.1.1.1.4"  # entPhysicalContainedIn
ENTITY_NAME = "1.3.6.1.2.1.47.1.1.1.1.7"  # entPhysicalName
ALIAS = "1.3.6.1.2.1.47.1.3.2.1.2"  # entAliasMappingIdentifier: ifIndex.N, by entity and number
_IF_INDEX = "1.3.6.1.2.1.2.2.1.1."
_NAMES = ("1.3.6.1.2.1.31.1.1.1.1", "1.3.6.1.2.1.2.2.1.2")  # ifName, ifDescr (RFC 2863)
_DEEPEST = 8  # entities within each other: lane, sensor, module, port, card …


class Ports:
    """The ports of one device by entity; every column that it needs is read once."""

    def __init__(self, column: Column) -> None:
        self._column = column
        self._interfaces: dict[int, int] | None = None  # entity → ifIndex
        self._called: frozenset[str] = frozenset()

    async def of(self, entity: int) -> str:
        """Return the name of the port that an entity is, or lies in; empty if there is none."""
        if self._interfaces is None:
            await self._learn()
        within = await self._column(WITHIN)
        for _ in range(_DEEPEST):
            name = await self._named(entity)
            if name:
                return name
            above = within.get((entity,))
            if not isinstance(above, int) or above == 0:
                return ""
            entity = above
        return ""

    async def _learn(self) -> None:
        self._interfaces = {}
        for ids, value in (await self._column(ALIAS)).items():
            said = str(value)
            number = said.removeprefix(_IF_INDEX)
            if ids and said.startswith(_IF_INDEX) and number.isdecimal():
                self._interfaces.setdefault(ids[0], int(number))
        called: set[str] = set()
        for column in _NAMES:
            called.update(text(value) for value in (await self._column(column)).values())
        self._called = frozenset(called - {""})

    async def _named(self, entity: int) -> str:
        index = (self._interfaces or {}).get(entity)
        if index is not None:
            for column in _NAMES:
                name = text((await self._column(column)).get((index,)))
                if name:
                    return name
        own = text((await self._column(ENTITY_NAME)).get((entity,)))
        return own if own in self._called else ""
