"""The words in which tables of SNMP objects are written: what a device has, and what it means.

A family is data: which sysObjectIDs it goes by, and which objects bring which quantity. Objects
are written as MIBs have them: a scalar with its `.0`, a column without an index. What a device
lacks costs nothing, so a table says all that a product line has ever had.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from collectors._snmp.ber import Value
from collectors._snmp.convert import number
from core.text import Text

Reader = Callable[[Value], float | None]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A metric, what it means, and the labels that tell its rows apart.

    What lies outside `low` … `high`, in the metric's own unit, no device of this world has: it is
    a filler, a fault, or another unit than was said, and brings no sample.
    """

    metric: str
    help: Text
    labels: tuple[str, ...] = ()
    counter: bool = False
    low: float = -math.inf
    high: float = math.inf


@dataclass(frozen=True, slots=True)
class Space:
    """Something that fills up: how much of it is used, how much there is, and the share."""

    used: Quantity
    size: Quantity
    ratio: Quantity


@dataclass(frozen=True, slots=True)
class Where:
    """Which rows are meant: those whose `column` is `among` these, none of `but`, and is `like`.

    Texts are compared as the line of text that they make, and what is missing as the empty one;
    `like` is a pattern to be found in it. `skip` and `keep`: see Words. Without a column the
    index itself is compared, written with dots. `always`: `but` holds at every poll too.
    """

    column: str
    among: frozenset[int | str] | None = None
    but: frozenset[int | str] = frozenset()
    like: str | None = None
    skip: int = 0
    keep: int | None = None
    always: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """Where the words of a row stand: in a column, at the row's index or a part of it.

    `via` is a column of the row that holds the index instead. Of the index `skip` numbers are
    left out at the front, and `keep` of the rest are taken (None: all). `form` is filled with
    the words and the numbers of the row's index: `"DIMM {1}"`; `{index}` is all of them.
    `only` is a pattern whose first group is taken of the words, where they say more than a name.
    `told` are the words of an enumeration. Without a column the words are the index itself.
    Rows that `where` does not mean have no words. `address`: the octets are an IP address;
    `spelled`: the index holds texts, each after its length. `port`: the words are the name of the
    port in which the entity lies whose entPhysicalIndex the row's index begins with.
    """

    column: str | None = None
    via: str | None = None
    skip: int = 0
    keep: int | None = None
    form: str = "{0}"
    only: str | None = None
    told: Mapping[int, str] | None = None
    where: tuple[Where, ...] = ()
    address: bool = False
    spelled: bool = False
    port: bool = False


@dataclass(frozen=True, slots=True)
class Times:
    """A column whose number multiplies the value; `powers` gives what each number stands for.

    `over`: it divides. A row where it is not positive then has no value. `keep`: see Words.
    """

    column: str
    powers: Mapping[int, float] | None = None
    over: bool = False
    keep: int | None = None


@dataclass(frozen=True, slots=True)
class Less:
    """Rows of `used` to take off, by the words of `column`."""

    column: str
    words: frozenset[str]


OK, WARNING, CRITICAL = 0, 1, 2


def states(
    ok: tuple[int, ...] = (), warning: tuple[int, ...] = (), critical: tuple[int, ...] = ()
) -> Mapping[int, int]:
    """Return what the numbers of an enumeration mean; those not named mean that none can tell."""
    meant = dict.fromkeys(ok, OK) | dict.fromkeys(warning, WARNING)
    return MappingProxyType(meant | dict.fromkeys(critical, CRITICAL))


@dataclass(frozen=True, slots=True)
class Measure:
    """One object whose value is a quantity.

    `labels` fills the quantity's labels in their order; each tries its Words in turn. Raw numbers
    outside `low` … `high` say that nothing is there. `fallback`: only where no other family has
    brought the quantity. `meaning` turns a state's number into ok, warning or critical, which
    is told of a component by the row's first words and `kind`. `runs`: so many numbers at the end
    of the index count runs of a test, and of all its rows that are meant the newest alone is told.
    """

    quantity: Quantity
    oid: str
    named: tuple[Words, ...] = ()
    kind: str = ""
    factor: float = 1.0
    times: tuple[Times, ...] = ()
    where: tuple[Where, ...] = ()
    read: Reader = number
    low: float = -math.inf
    high: float = math.inf
    meaning: Mapping[int, int] | None = None
    fallback: bool = False
    others: tuple[tuple[Words, ...], ...] = ()  # of the labels after the first
    runs: int = 0


@dataclass(frozen=True, slots=True)
class Pool:
    """What fills a Space: any two of used, free and size, or the per cent used, or both.

    `unit` is the octets of what is counted, `units` the column that holds them. Taken off from
    what is used are the objects `spare` and the rows `less`.
    """

    space: Space
    named: tuple[Words, ...] = ()
    used: str | None = None
    free: str | None = None
    size: str | None = None
    percent: str | None = None
    unit: float = 1.0
    units: str | None = None
    where: tuple[Where, ...] = ()
    spare: tuple[str, ...] = ()
    less: Less | None = None
    fallback: bool = False

    @property
    def oids(self) -> tuple[str, ...]:
        """Return the objects that hold its values; the first says which rows there are."""
        given = (self.used, self.percent, self.free, self.size)
        return tuple(oid for oid in given if oid is not None)


@dataclass(frozen=True, slots=True)
class FirstOf:
    """Tables that say the same: the first that the device has is taken."""

    alternatives: tuple[tuple["Measure | Pool", ...], ...]


@dataclass(frozen=True, slots=True)
class Info:
    """A row that is told in words: an info series, always 1.

    `under`: only rows whose index begins so are walked, as the default routes of a long table.
    """

    quantity: Quantity
    oid: str  # which rows there are
    named: tuple[tuple[Words, ...], ...] = ()  # one for each label of the quantity
    where: tuple[Where, ...] = ()
    under: str = ""


Source = Words | str  # words of the first row that has any, or a pattern over sysDescr


@dataclass(frozen=True, slots=True)
class Facts:
    """Where a device says what it is: of each, the first source that says something."""

    model: tuple[Source, ...] = ()
    serial: tuple[Source, ...] = ()
    software: tuple[Source, ...] = ()


Entry = Measure | Pool | FirstOf


@dataclass(frozen=True, slots=True)
class Family:
    """A product line: how it is recognised, and what its devices say.

    `objects` are the beginnings of its sysObjectIDs; a standard's table has none and holds for
    every device. `described` is a pattern over sysDescr, where a sysObjectID is shared.
    """

    name: str
    vendor: str
    objects: tuple[str, ...] = ()
    described: str | None = None
    health: tuple[Entry, ...] = ()
    neighbours: tuple[Entry | Info, ...] = ()
    probes: tuple[Entry | Info, ...] = ()
    parts: tuple[Info, ...] = ()
    facts: Facts = field(default_factory=Facts)
