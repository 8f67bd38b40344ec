"""What is asked of one device at every poll, and the samples that its answers become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from collectors._snmp.ber import Value
from collectors._snmp.convert import number
from collectors._snmp.descriptor import Reader
from core.labels import Series
from core.reading import Sample

_UNSIGNED = 2**32
_MOST = 2**64
_OVERFULL = 1.05  # of a size: more is no use of it, but another number


@dataclass(frozen=True, slots=True)
class Guard:
    """What must not be among `but` for a row to have a value: a sensor that does not work."""

    place: int
    but: frozenset[int | str]


@dataclass(frozen=True, slots=True)
class Level:
    """A number: raw values outside `low` … `high` are no value."""

    place: int
    series: Series
    read: Reader
    factor: float
    low: float
    high: float
    guards: tuple[Guard, ...] = ()


@dataclass(frozen=True, slots=True)
class Sign:
    """A state: its number, and what that means."""

    place: int
    state: Series
    status: Series
    read: Reader
    meaning: Mapping[int, int]
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Filling:
    """Something that fills up; places are None where the device has no such value."""

    used: int | None
    free: int | None
    size: int | None
    percent: int | None
    less: tuple[int, ...]
    unit: float
    series: tuple[Series, Series, Series]  # used, size, ratio

    def samples(self, values: Sequence[Value]) -> list[Sample]:
        """Return what is used, how much there is, and the share, as far as they follow."""
        used, free, size = (_natural(values, place) for place in (self.used, self.free, self.size))
        size = size or None  # a pool of no size at all says nothing of it
        if size is None and used is not None and free is not None:
            size = used + free
        elif used is None and size is not None and free is not None:
            used = size - free
        if used is not None:
            used = max(0.0, used - sum(_natural(values, place) or 0 for place in self.less))
        share = number(values[self.percent]) if self.percent is not None else None
        ratio = share / 100 if share is not None and 0 <= share <= 100 else None  # noqa: PLR2004
        if used is None and ratio is not None and size is not None:
            used = size * ratio
        if used is not None and size:
            if used > size * _OVERFULL:
                return []
            ratio = min(1.0, used / size)
        found = (
            (self.series[0], used * self.unit if used is not None else None),
            (self.series[1], size * self.unit if size is not None else None),
            (self.series[2], ratio),
        )
        return [(series, value) for series, value in found if value is not None]


@dataclass(frozen=True, slots=True)
class Told:
    """A row that is told in words, as long as it is there."""

    place: int
    series: Series


@dataclass(slots=True)
class Cells:
    """Every value to ask for, once, and what each is for."""

    oids: list[str] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    fillings: list[Filling] = field(default_factory=list)
    told: list[Told] = field(default_factory=list)
    growing: bool = False  # the rows are others at every poll
    _places: dict[str, int] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return how many values are asked for."""
        return len(self.oids)

    def place(self, oid: str) -> int:
        """Return where the answer about an object will stand."""
        place = self._places.get(oid)
        if place is None:
            place = self._places[oid] = len(self.oids)
            self.oids.append(oid)
        return place

    def settle(self) -> None:
        """Forget what only drawing needs: there are thousands of these."""
        self._places.clear()

    def without(self, oid: str) -> "Cells":
        """Return the cells that do not need this object."""
        gone = self.oids.index(oid)

        def moved(place: int) -> int:
            return place - (place > gone)

        def there(place: int | None) -> int | None:
            return None if place is None or place == gone else moved(place)

        return Cells(
            oids=[one for one in self.oids if one != oid],
            levels=[
                replace(
                    x,
                    place=moved(x.place),
                    guards=tuple(
                        replace(guard, place=moved(guard.place))
                        for guard in x.guards
                        if guard.place != gone
                    ),
                )
                for x in self.levels
                if x.place != gone
            ],
            signs=[replace(x, place=moved(x.place)) for x in self.signs if x.place != gone],
            fillings=[
                replace(
                    x,
                    used=there(x.used),
                    free=there(x.free),
                    size=there(x.size),
                    percent=there(x.percent),
                    less=tuple(moved(place) for place in x.less if place != gone),
                )
                for x in self.fillings
            ],
            told=[replace(x, place=moved(x.place)) for x in self.told if x.place != gone],
        )

    def samples(self, values: Sequence[Value]) -> list[Sample]:
        """Return the samples of one poll; what is missing or implausible brings none."""
        found: list[Sample] = []
        add = found.append
        for level in self.levels:
            said = values[level.place]
            plain = float(said) if type(said) is int and level.read is number else level.read(said)
            if plain is None or not level.low <= plain <= level.high:
                continue
            if level.guards and any(values[guard.place] in guard.but for guard in level.guards):
                continue
            add((level.series, plain * level.factor))
        for sign in self.signs:
            state = sign.read(values[sign.place])
            if state is None or not sign.low <= state <= sign.high:
                continue
            add((sign.state, state))
            meant = sign.meaning.get(int(state))
            if meant is not None:
                add((sign.status, float(meant)))
        for filling in self.fillings:
            found += filling.samples(values)
        for told in self.told:
            if values[told.place] is not None:
                add((told.series, 1.0))
        return found


def _natural(values: Sequence[Value], place: int | None) -> float | None:
    """Return a number that is never negative: an Integer32 that wrapped is read as unsigned.

    But for −1, which agents say when they do not know.
    """
    said = number(values[place]) if place is not None else None
    if said is None or said == -1 or said >= _MOST:
        return None
    return said + _UNSIGNED if said < 0 else said
