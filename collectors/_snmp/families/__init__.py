"""Families of devices, a table each: which are there, and which is a device of?"""

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache

from collectors._snmp.descriptor import Entry, Family, FirstOf, Info, Measure, Pool, Quantity
from collectors._snmp.vocabulary import STATUS
from core.collector import Emit

_ENTERPRISES = "1.3.6.1.4.1."


@lru_cache(maxsize=1)
def families() -> tuple[Family, ...]:
    """Return every family of every module of this folder, standards last."""
    found: list[Family] = []
    for module in pkgutil.iter_modules(__path__):
        found += importlib.import_module(f"{__name__}.{module.name}").FAMILIES
    return tuple(sorted(found, key=lambda family: not family.objects))


def recognised(object_id: str, description: str) -> tuple[Family, ...]:
    """Return the families a device may be of, the surest first, and the standards.

    A device whose sysObjectID no table knows is asked for all that its maker's tables know, and
    one of an unknown maker for everything: what it lacks costs a fraction of one request.
    """
    product = [family for family in families() if family.objects]
    standards = [family for family in families() if not family.objects]
    sure = {f.name: _sureness(f, object_id, description) for f in product}
    found = sorted((f for f in product if sure[f.name]), key=lambda f: -sure[f.name])
    if not found:
        found = [f for f in product if _maker(object_id) in map(_maker, f.objects)]
    return (*(found or product), *standards)


def _sureness(family: Family, object_id: str, description: str) -> int:
    """Return how much of a sysObjectID a family claims, and one more if sysDescr agrees."""
    claimed = [len(begin) for begin in family.objects if f"{object_id}.".startswith(f"{begin}.")]
    if not claimed:
        return 0
    if family.described is None:
        return max(claimed)
    return max(claimed) + 1 if re.search(family.described, description) else 0


def _maker(object_id: str) -> str:
    if not object_id.startswith(_ENTERPRISES):
        return ""
    return object_id.removeprefix(_ENTERPRISES).partition(".")[0]


def emits(chosen: Callable[[Family], Sequence[Entry | Info]]) -> tuple[Emit, ...]:
    """Return every metric that these entries of any family may bring."""
    found: dict[str, Emit] = {}
    for family in families():
        for entry in chosen(family):
            for quantity in quantities(entry):
                found.setdefault(quantity.metric, described(quantity))
    return tuple(found[metric] for metric in sorted(found))


def described(quantity: Quantity) -> Emit:
    """Return a quantity as a collector declares it."""
    kind = "counter" if quantity.counter else "gauge"
    return Emit(quantity.metric, quantity.help, kind, quantity.labels)


def quantities(entry: Entry | Info) -> Iterator[Quantity]:
    """Yield what an entry may bring."""
    if isinstance(entry, FirstOf):
        for alternative in entry.alternatives:
            for one in alternative:
                yield from quantities(one)
    elif isinstance(entry, Pool):
        yield from (entry.space.used, entry.space.size, entry.space.ratio)
    else:
        yield entry.quantity
        if isinstance(entry, Measure) and entry.meaning is not None:
            yield STATUS
