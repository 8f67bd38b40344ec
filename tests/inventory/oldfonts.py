"""Vietnamese as .VnTime and VNI fonts and windows-1258 have it."""

import unicodedata

from inventory import legacy

_TONES = "\u0300\u0301\u0303\u0309\u0323"


def tcvn3(text: str) -> str | None:
    """Return text for .VnTime fonts; None for capitals that these fonts do not have."""
    back = {new: old for old, new in legacy._TCVN3.items()}
    composed = unicodedata.normalize("NFC", text)
    if not all(char in back or char.isascii() for char in composed):
        return None
    return "".join(back.get(char, char) for char in composed)


def vni(text: str) -> str:
    """Return text for VNI fonts."""
    alone = {new: old for old, new in legacy._VNI_ALONE.items()}
    marks = {new: old for old, new in legacy._VNI_MARKS.items()}
    found = []
    for char in unicodedata.normalize("NFC", text):
        if char in alone:
            found.append(alone[char])
            continue
        parts = unicodedata.normalize("NFD", char)
        base = parts[0]
        shape = "".join(sorted(parts[1:], key=lambda mark: mark in _TONES))
        if "\u031b" in shape:
            base = alone[unicodedata.normalize("NFC", base + "\u031b")]
            shape = shape.replace("\u031b", "")
        mark = marks.get(shape, "")
        found.append(base + (mark.upper() if char.isupper() else mark))
    return "".join(found)


def windows_1258(text: str) -> bytes:
    """Return text as old Windows saved it: letters, then their tones."""
    found = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tones = "".join(part for part in parts if part in _TONES)
        bare = unicodedata.normalize("NFC", "".join(p for p in parts if p not in _TONES))
        try:
            found.append(char.encode("cp1258"))
        except UnicodeEncodeError:
            found.append((bare + tones).encode("cp1258"))
    return b"".join(found)
