"""Does a word have the shape of a Vietnamese syllable?

Spelling rules alone, no word list: onset, rime, and tones that a rime allows.
"""

import re
import unicodedata
from functools import lru_cache

_TONES = "\u0300\u0301\u0303\u0309\u0323"
_STOPPED_TONES = {"", "\u0301", "\u0323"}  # before c, ch, p, t: sắc and nặng alone
_ONSETS = (
    "ngh",
    "ng",
    "nh",
    "gh",
    "gi",
    "ch",
    "kh",
    "ph",
    "qu",
    "th",
    "tr",
    *"bcdđghklmnprstvx",
    *("br", "bl", "đr", "dr", "gl", "kr", "kl", "ml", "pr", "pl", "tl", "hr"),  # Tây Nguyên
    "",
)
_SPELT = """
a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et i ia ich im in inh ip it iu
iêc iêm iên iêng iêp iêt iêu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oem
oen oeo oet oi om on ong ooc oong op ot oăc oăm oăn oăng oăt u ua uc ui um un ung up ut uy
uya uych uyn uynh uyp uyt uyu uyên uyêp uyêt uân uâng uât uây uê uêch uên uênh uêu uô uôc
uôi uôm uôn uông uôt uơ uơn uơt y ych ym yn ynh yt yêm yên yêng yêt yêu âc âm ân âng âp ât
âu ây ê êch êm ên êng ênh êp êt êu êê ô ôc ôi ôm ôn ông ôp ôt ăc ăm ăn ăng ăp ăt ơ ơi ơm ơn
ơp ơt ư ưa ưc ưi ưm ưn ưng ưt ưu ươc ươi ươm ươn ương ươp ươt ươu
"""
_RIMES = frozenset(_SPELT.split())
_WORDS = re.compile(r"[^\W\d_]+")


@lru_cache(maxsize=1 << 14)
def is_syllable(word: str) -> bool:
    """Say whether a word could be Vietnamese; a word without any vowel is not."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [char for char in parts if char in _TONES]
    if len(tones) > 1:
        return False
    bare = unicodedata.normalize("NFC", "".join(char for char in parts if char not in _TONES))
    tone = "".join(tones)
    if bare.endswith("k"):  # Đắk, Ngọk: names of Tây Nguyên
        bare = bare[:-1] + "c"
    return any(
        bare[len(onset) :] in _RIMES and _may_bear(bare, tone)
        for onset in _ONSETS
        if bare.startswith(onset)
    ) or (bare in {"gi", "quôc", "gin", "giêng", "giêt", "gim", "giêm"} and _may_bear(bare, tone))


def _may_bear(bare: str, tone: str) -> bool:
    return not bare.endswith(("c", "ch", "p", "t")) or tone in _STOPPED_TONES


def words(text: str) -> list[str]:
    """Return the words of a text that hold a letter outside ASCII, in NFC."""
    composed = unicodedata.normalize("NFC", text)
    return [word for word in _WORDS.findall(composed) if not word.isascii()]
