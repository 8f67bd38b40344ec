"""Can two spellings be one name? Another tone or vowel mark is another name: Tân is not Tấn.

Where a tone mark stands in its syllable ("Hoà", "Hòa") and how letters are composed is no
difference. A text without any marks may be every name that is left when theirs are taken off.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from core.text import fold, nfc

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_WORDS = re.compile(r"(?:[^\W_]|[\u0300-\u036f])+")


@lru_cache(maxsize=1 << 15)
def canonical(text: str) -> str:
    """Return text with tone marks moved to one place of each syllable: "Hoà" = "Hòa"."""
    return " ".join(_syllable(word) for word in nfc(text).casefold().split())


def _syllable(word: str) -> str:
    parts = unicodedata.normalize("NFD", word)
    tones = [char for char in parts if char in _TONES]
    bare = "".join(char for char in parts if char not in _TONES)
    return unicodedata.normalize("NFC", bare) + "".join(sorted(tones))


def same_marks(one: str, other: str) -> bool:
    """Say whether words that two names share without marks have the same marks in both.

    Words are compared from the end, and from the beginning, up to the first that differs: an
    abbreviation or a word that only one of the names has.
    """
    mine, theirs = _words(one), _words(other)
    ways = (zip(mine, theirs, strict=False), zip(mine[::-1], theirs[::-1], strict=False))
    return all(_agree(way) for way in ways)


def may_be(asked: str, known: str) -> bool:
    """Say whether a text can be a known name that is the same without marks."""
    return nfc(asked).isascii() or same_marks(asked, known)


def one_unmarked(one: str, other: str) -> bool:
    """Say whether one of two names was written without any marks."""
    return nfc(one).isascii() or nfc(other).isascii()


def _agree(pairs: Iterable[tuple[str, str]]) -> bool:
    for mine, theirs in pairs:
        if fold(mine) != fold(theirs):
            return True
        if mine != theirs:
            return False
    return True


@lru_cache(maxsize=1 << 15)
def _words(text: str) -> list[str]:
    return [canonical(word) for word in _WORDS.findall(nfc(text))]
