"""JSON that a device sends: shapes as they should be, or None."""

import json
from collections.abc import Iterator, Mapping

from collectors._net.trouble import trouble
from collectors._vc.markup import quantity
from core.reading import FailureKind

Json = object
Record = Mapping[str, Json]
_EMPTY: Record = {}


def parsed(octets: bytes) -> Json:
    """Return what a JSON text holds; Trouble if it is none."""
    try:
        return json.loads(octets)
    except (ValueError, RecursionError) as error:
        said = "nested too deeply" if isinstance(error, RecursionError) else str(error)[:100]
        raise trouble(FailureKind.PROTOCOL, f"the answer is no JSON: {said}") from error


def record(value: Json, *path: str) -> Record:
    """Return the object at a path of keys, an empty one where there is none."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else _EMPTY


def wanted(value: Json, what: str) -> Record:
    """Return an object; Trouble if it is something else."""
    if not isinstance(value, dict):
        raise trouble(FailureKind.PROTOCOL, f"{what} is no JSON object")
    return value


def records(value: Json) -> Iterator[Record]:
    """Yield the objects of a list."""
    if isinstance(value, list):
        yield from (one for one in value if isinstance(one, dict))


def telling(value: Record, what: str, *keys: str) -> Record:
    """Return an object that has at least one of the keys; Trouble if it tells of other things."""
    if not any(key in value for key in keys):
        raise trouble(FailureKind.PROTOCOL, f"{what} tells nothing that is asked for")
    return value


def listed(value: Json, what: str) -> list[Record]:
    """Return the objects of a list; Trouble if it is none, which is not to be taken for nobody."""
    if not isinstance(value, list):
        raise trouble(FailureKind.PROTOCOL, f"{what} is no JSON list")
    return list(records(value))


def words(value: Json, key: str) -> str:
    """Return the text at a key; numbers as text, empty where there is none."""
    found = record(value).get(key)
    if isinstance(found, str):
        return found
    return str(found) if isinstance(found, int | float) and not isinstance(found, bool) else ""


def number(value: Json, key: str) -> float | None:
    """Return the quantity at a key, None where there is none."""
    return quantity(record(value).get(key))


def truth(value: Json, key: str) -> bool | None:
    """Return the truth value at a key, None where there is none."""
    found = record(value).get(key)
    return found if isinstance(found, bool) else None
