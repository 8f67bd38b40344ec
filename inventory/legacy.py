"""Which text was typed for .VnTime (TCVN3) or VNI fonts, and what does it say in Unicode?

Such text is ordinary Latin-1 letters that only the old fonts show as Vietnamese ("TØnh §ång
Nai", "Tænh Ñoàng Nai"). It is told from real text by the shapes of its words: it is converted
only where hardly a word is Vietnamese as it stands and nearly every one is afterwards.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from inventory.syllables import is_syllable, words

_TCVN3 = dict(
    zip(
        "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË®ÌÐÎÏÑªÒÕÓÔÖ×ÝØÜÞßãáâä«åèæçé¬êíëìîïóñòô\u00adõøö÷ùúýûüþ¡¢§£¤¥¦",
        "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵĂÂĐÊÔƠƯ",
        strict=True,
    )
)
_TCVN3_TABLE = str.maketrans(_TCVN3)
_VNI_ALONE = dict(zip("ñôöìíæóòîÑÔÖÌÍÆÓÒÎ", "đơưìíỉĩịỵĐƠƯÌÍỈĨỊỴ", strict=True))
_CIRCUMFLEX, _BREVE = "\u0302", "\u0306"
_GRAVE, _ACUTE, _HOOK, _TILDE, _DOT = "\u0300", "\u0301", "\u0309", "\u0303", "\u0323"
_VNI_MARKS = {
    "ø": _GRAVE,
    "ù": _ACUTE,
    "û": _HOOK,
    "õ": _TILDE,
    "ï": _DOT,
    "â": _CIRCUMFLEX,
    "à": _CIRCUMFLEX + _GRAVE,
    "á": _CIRCUMFLEX + _ACUTE,
    "å": _CIRCUMFLEX + _HOOK,
    "ã": _CIRCUMFLEX + _TILDE,
    "ä": _CIRCUMFLEX + _DOT,
    "ê": _BREVE,
    "è": _BREVE + _GRAVE,
    "é": _BREVE + _ACUTE,
    "ú": _BREVE + _HOOK,
    "ü": _BREVE + _TILDE,
    "ë": _BREVE + _DOT,
}
_VNI_PAIR = re.compile(
    "(?:([aA])([âàáåãäêèéúüëøùûõï])|([eEoO])([âàáåãäøùûõï])|([uUyYôÔöÖ])([øùûõï]))",
    re.IGNORECASE,
)
_LATIN1 = re.compile("[\u00a1-\u00ff]")
_BEYOND = re.compile("[\u0102\u0103\u0110\u0111\u0128\u0129\u0168-\u01b0\u1ea0-\u1ef9]")
_TOKENS = re.compile(r"[A-Za-z\u00a1-\u00ff]+")
_ENOUGH, _ENOUGH_BESIDE_UNICODE = 3, 6  # different words, to be sure
_ASCII = re.compile("[A-Za-z]")
_CERTAIN, _HARDLY, _CLEARLY = 0.8, 0.5, 0.2
_ABBREVIATION = re.compile("(?=.*Đ)[A-ZĐ]{2,5}")
_SHOUTED, _SMALL = re.compile("[A-Z]{2}"), re.compile("[a-z]")


def from_tcvn3(text: str) -> str:
    """Return text of .VnTime fonts in Unicode; capitals of .VnTimeH fonts too."""
    read = text.translate(_TCVN3_TABLE)
    return read.upper() if _SHOUTED.search(text) and not _SMALL.search(text) else read


def from_vni(text: str) -> str:
    """Return text of VNI fonts in Unicode."""

    def paired(match: re.Match[str]) -> str:
        base = match[1] or match[3] or match[5]
        mark = match[2] or match[4] or match[6]
        letter = _VNI_ALONE.get(base, base)
        return unicodedata.normalize("NFC", letter + _VNI_MARKS[mark.lower()])

    parts = []
    at = 0
    for match in _VNI_PAIR.finditer(text):
        parts += [_alone(text[at : match.start()]), paired(match)]
        at = match.end()
    return "".join([*parts, _alone(text[at:])])


def _alone(text: str) -> str:
    return "".join(_VNI_ALONE.get(char, char) for char in text)


@dataclass(frozen=True, slots=True)
class Tongue:
    """An old encoding: its name and how its text is read."""

    name: str
    read: Callable[[str], str]


TCVN3 = Tongue("TCVN3 (.VnTime)", from_tcvn3)
VNI = Tongue("VNI", from_vni)


def recognised(texts: Iterable[str]) -> Tongue | None:
    """Return the old encoding that texts are surely written in, or None.

    Texts that hold a letter which only Unicode has (ế, ơ, đ …) are no evidence.
    """
    tokens: set[str] = set()
    enough = _ENOUGH
    for text in texts:
        if _BEYOND.search(text):
            enough = _ENOUGH_BESIDE_UNICODE
            continue
        found = _TOKENS.findall(text)
        tokens.update(t for t in found if not t.isascii() and _ASCII.search(t))
    if len(tokens) < enough:
        return None
    as_it_is = sum(_is_unicode(token) for token in tokens) / len(tokens)
    if as_it_is > _HARDLY:
        return None
    scores = {tongue: _share(tokens, tongue.read) for tongue in (TCVN3, VNI)}
    best = max(scores, key=lambda tongue: scores[tongue])
    other = min(scores.values())
    certain = scores[best] >= _CERTAIN and scores[best] - max(other, as_it_is) >= _CLEARLY
    return best if certain else None


def _is_unicode(token: str) -> bool:
    return token.isalpha() and is_syllable(token)


def _share(tokens: Iterable[str], read: Callable[[str], str]) -> float:
    found = [read(token) for token in tokens]
    return sum(word.isalpha() and is_syllable(word) for word in found) / len(found)


def converted(text: str, tongue: Tongue, *, mixed: bool) -> str:
    """Return one text of a column that is written in an old encoding.

    Unicode stays: what holds letters of its own, and in a `mixed` column (some of whose texts
    do) also what can be read as it stands.
    """
    if not _LATIN1.search(text) or _BEYOND.search(text):
        return text
    tokens = [token for token in _TOKENS.findall(text) if not token.isascii()]
    if not tokens or (mixed and all(_is_unicode(token) for token in tokens)):
        return text
    found = tongue.read(text)
    return found if all(_is_plausible(word) for word in words(found)) else text


def _is_plausible(word: str) -> bool:
    """Say whether a converted word is Vietnamese, or an abbreviation: "SĐT"."""
    return is_syllable(word) or _ABBREVIATION.fullmatch(word) is not None


def is_mixed(texts: Iterable[str]) -> bool:
    """Say whether some of the texts are surely Unicode."""
    return any(_BEYOND.search(text) for text in texts)
