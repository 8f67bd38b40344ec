"""XML that a device sends: read without entities, found by path, numbers or None."""

import math
from collections.abc import Iterator
from xml.etree import ElementTree as ET
from xml.etree.ElementTree import Element

from collectors._net.trouble import printable, trouble
from core.reading import FailureKind

_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY", b"<!doctype", b"<!entity")


def tree(octets: bytes) -> Element:
    """Return the root of a document; Trouble for what is none, or declares entities."""
    if b"\x00" in octets[:200] or any(word in octets for word in _DECLARATIONS):
        # UTF-16 would hide a declaration from us; no device sends it.
        raise trouble(FailureKind.PROTOCOL, "the answer is no plain XML: it declares entities")
    try:
        root = ET.fromstring(octets)  # noqa: S314
    except (ET.ParseError, LookupError, ValueError) as error:
        raise trouble(FailureKind.PROTOCOL, f"the answer is no XML: {error}") from error
    for element in root.iter():  # some versions put everything into a namespace
        if element.tag.startswith("{"):
            element.tag = element.tag.partition("}")[2]
    return root


def called(root: Element, *names: str) -> Element:
    """Return a document whose root has one of the names; Trouble if it is another document."""
    if root.tag not in names:
        what = f"the answer is no {names[0]} but {printable(root.tag, 40)}"
        raise trouble(FailureKind.PROTOCOL, what)
    return root


def text(element: Element | None, path: str = ".") -> str:
    """Return the text at a path, empty if there is none."""
    found = element.find(path) if element is not None else None
    return (found.text or "").strip() if found is not None else ""


def number(element: Element | None, path: str = ".") -> float | None:
    """Return the quantity at a path, None where there is none."""
    return quantity(text(element, path))


def whole(element: Element | None, path: str = ".") -> int | None:
    """Return the whole number at a path, None where there is none."""
    found = number(element, path)
    return int(found) if found is not None else None


def children(element: Element | None, path: str) -> Iterator[Element]:
    """Yield the elements at a path."""
    if element is not None:
        yield from element.iterfind(path)


def quantity(said: object) -> float | None:
    """Return a number that is at least 0: by -1 equipment means that it does not know."""
    found = as_number(said)
    return found if found is not None and found >= 0 else None


def share(percent: float | None) -> float | None:
    """Return per cent as a share (0…1); None for what is none, as more lost than all."""
    return percent / 100 if percent is not None and 0 <= percent <= 100 else None  # noqa: PLR2004


def as_number(said: object) -> float | None:
    """Return a finite number from what XML or JSON holds, None if it is none."""
    if said is None or isinstance(said, bool) or said == "":
        return None
    try:
        found = float(said)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        return None
    return found if math.isfinite(found) and abs(found) < 1e18 else None  # noqa: PLR2004
