"""Words in two languages, and how Vietnamese text is normalised, searched and sorted."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

Language = Literal["vi", "en"]

_SPACES = re.compile(r"\s+")
_TONES = "\u0300\u0309\u0303\u0301\u0323"  # huyền, hỏi, ngã, sắc, nặng: the order of the dictionary
_ALPHABET = "a ă â b c d đ e ê f g h i j k l m n o ô ơ p q r s t u ư v w x y z"
_NUMBERS = re.compile(r"([0-9]+)")
_DIGIT = 48  # numbers stand where digits do
_LETTERS = {letter: rank for rank, letter in enumerate(_ALPHABET.split())}


@dataclass(frozen=True, slots=True)
class Text:
    """One sentence in Vietnamese and in English."""

    vi: str
    en: str

    def said(self, language: Language) -> str:
        """Return the sentence in the asked language."""
        return self.en if language == "en" else self.vi


def nfc(text: str) -> str:
    """Return text in NFC with white space squeezed and typographic apostrophes unified."""
    return _SPACES.sub(" ", unicodedata.normalize("NFC", text).replace("\u2019", "'")).strip()


def fold(text: str) -> str:
    """Return the search key of a text: lower case, without diacritics, `đ` as `d`."""
    parts = unicodedata.normalize("NFD", nfc(text).casefold().replace("đ", "d"))
    return "".join(c for c in parts if not unicodedata.combining(c))


def ascii_only(text: str) -> str:
    """Return text as plain ASCII for SMS: diacritics dropped, the rest replaced by `?`."""
    bare = unicodedata.normalize("NFD", nfc(text).replace("đ", "d").replace("Đ", "D"))
    bare = "".join(c for c in bare if not unicodedata.combining(c))
    return bare.encode("ascii", "replace").decode("ascii")


def vietnamese_order(text: str) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return a sort key in the order of Vietnamese dictionaries (ICU `vi`).

    Letters count first (a < ă < â, d < đ, …), tones only between equal words. Digits count as the
    number that they are: port 2 stands before port 10.
    """
    letters: list[int] = []
    tones: list[int] = []
    for part in _NUMBERS.split(nfc(text).casefold()):
        if part.isdecimal():
            number = part.lstrip("0") or "0"
            letters += (_DIGIT, len(number), *map(int, number))
            tones.append(0)
            continue
        _spell(part, letters, tones)
    return tuple(letters), tuple(tones)


def _spell(text: str, letters: list[int], tones: list[int]) -> None:
    """Add what the letters of a text without numbers sort by."""
    for char in text:
        parts = unicodedata.normalize("NFD", char)
        shaped = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONES))
        tone = next((_TONES.index(c) + 1 for c in parts if c in _TONES), 0)
        letters.append(100 + _LETTERS[shaped] if shaped in _LETTERS else min(ord(char[0]), 99))
        tones.append(tone)
