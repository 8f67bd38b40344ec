"""In which encoding was a text file written? Converted where that is certain, else refused."""

import unicodedata
from contextlib import suppress
from dataclasses import dataclass

from inventory import legacy
from inventory.syllables import is_syllable, words

_CERTAIN = 0.9
_CLEARLY = 0.2  # better than the second
_ENOUGH = 3  # different words
_SAMPLE, _MANY_ZEROS = 100_000, 0.3  # bytes; share of the high bytes


@dataclass(frozen=True, slots=True)
class Decoded:
    """The text of a file, and the old encoding it was in (None: UTF-8)."""

    text: str
    encoding: str | None = None


def decoded(content: bytes) -> Decoded | None:
    """Return a file's text, or None where no encoding is certain."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _utf16(content, "utf-16")
    for begin, codec in ((1, "utf-16-le"), (0, "utf-16-be")):  # UTF-16 without its mark
        high = content[begin:_SAMPLE:2]
        if high.count(0) > len(high) * _MANY_ZEROS:
            return _utf16(content, codec)
    try:
        return Decoded(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return _single_byte(content)


def _utf16(content: bytes, codec: str) -> Decoded | None:
    try:
        return Decoded(content.decode(codec), "UTF-16")
    except UnicodeDecodeError:
        return None


def _single_byte(content: bytes) -> Decoded | None:
    """Return the reading whose words are Vietnamese, if all others are much worse."""
    as_latin = content.decode("latin-1")
    readings = {
        legacy.TCVN3.name: _by_line(as_latin, legacy.TCVN3),
        legacy.VNI.name: _by_line(as_latin, legacy.VNI),
    }
    with suppress(UnicodeDecodeError):
        readings["windows-1258"] = unicodedata.normalize("NFC", content.decode("cp1258"))
    scores = {name: _score(text) for name, text in readings.items()}
    (best, score), *others = sorted(scores.items(), key=lambda item: -item[1])
    second = max((other for _, other in others), default=0.0)
    if score < _CERTAIN or score - second < _CLEARLY:
        return None
    return Decoded(readings[best], best)


def _by_line(text: str, tongue: legacy.Tongue) -> str:
    return "\n".join(tongue.read(line) for line in text.split("\n"))


def _score(text: str) -> float:
    """Return the share of the words outside ASCII that are Vietnamese; 0 for too few."""
    found = set(words(text))
    if len(found) < _ENOUGH:
        return 0.0
    strange = sum(0x80 <= ord(char) < 0xC0 and char != "\u00a0" for char in set(text))  # noqa: PLR2004
    return sum(is_syllable(word) for word in found) / (len(found) + strange)
