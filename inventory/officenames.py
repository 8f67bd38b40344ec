"""Are two names one place? "UBND P. Trấn Biên", "Điểm cầu UBND phường Trấn Biên" are."""

import re

from core.text import fold
from inventory.registers import key

_WRITTEN_OUT = {
    "p": "phuong",
    "x": "xa",
    "tt": "thi tran",
    "tx": "thi xa",
    "tp": "thanh pho",
    "h": "huyen",
    "q": "quan",
}
_DOTTED = re.compile(r"\b(p|x|tx|tp|h|q)\s*\.\s*")  # "TT." may be a centre
_OFFICE = "ubnd|hdnd|hdnd va ubnd|dang uy"
_SHORT = re.compile(rf"^({_OFFICE}) (p|x|tt|tx|tp|h|q) (?=\S)")
_LEVELS = ("phuong", "xa", "thi tran", "dac khu", "thi xa", "thanh pho", "huyen", "quan")
_LEVELLED = re.compile(rf"^({_OFFICE}) (?:{'|'.join(_LEVELS)}) (?=\S)")
_BARE = re.compile(rf"^({_OFFICE}) (?=\S)")
_BEFORE = re.compile(r"^(?:diem cau|tru so) (?=(?:ubnd|hdnd|dang uy)\b)")


def whole(name: str) -> str:
    """Return the search key of a place's name with the words of levels written out."""
    dotted = _DOTTED.sub(lambda found: f"{_WRITTEN_OUT[found[1]]} ", fold(name))
    bare = _BEFORE.sub("", key(dotted))
    return _SHORT.sub(lambda found: f"{found[1]} {_WRITTEN_OUT[found[2]]} ", bare)


def others(name: str) -> list[str]:
    """Return what else the place may be called: without its level, or with each."""
    own = whole(name)
    if _LEVELLED.match(own):
        return [_LEVELLED.sub(r"\1 ", own)]
    return [_BARE.sub(rf"\1 {level} ", own) for level in _LEVELS] if _BARE.match(own) else []
