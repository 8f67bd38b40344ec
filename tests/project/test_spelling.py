"""Vietnamese is written in one way: the mark stands on the main vowel, as in "khoá", "huỷ"."""

import re
import unicodedata
from collections.abc import Iterator

from tests.project.tree import ROOT, files

OTHER = re.compile(r"\b[bcdđghklmnprstvx]{0,3}(?:[óòỏõọ][ae]|[úùủũụ]y)\b")
CAPITALS = re.compile(r"\b(?:Khóa|Xóa|Hủy|Tùy)\b")  # other capitals begin names of places
OFFICIAL = "Cộng hòa xã hội chủ nghĩa Việt Nam"  # as NĐ 30/2020 writes it
WRITTEN = {".py", ".html", ".po", ".md", ".sh"}


def messages() -> Iterator[tuple[str, str]]:
    """Yield the names and texts of the files that hold words for people."""
    for path in files():
        name = path.relative_to(ROOT)
        if name.parts[0] == "tests" or (path.suffix not in WRITTEN and name.name != "run"):
            continue
        text = unicodedata.normalize("NFC", path.read_text(encoding="utf-8"))
        yield str(name), text.replace(OFFICIAL, "")


def test_the_mark_stands_on_the_main_vowel() -> None:
    assert OTHER.findall("khóa hủy hoà quý của thúy") == ["khóa", "hủy", "thúy"]
    found = {
        (name, word) for name, text in messages() for kind in (OTHER, CAPITALS)
        for word in kind.findall(text)
    }  # fmt: skip
    assert found == set()
