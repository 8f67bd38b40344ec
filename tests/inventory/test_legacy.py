"""Old fonts and old bytes: recognised with certainty, and real text never touched."""

import json
import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory import legacy
from inventory.encodings import decoded
from inventory.syllables import is_syllable, words
from tests.inventory.oldfonts import tcvn3, vni, windows_1258
from tests.inventory.workbooks import PUBLISHED

NAMES = (
    "Tỉnh Đồng Nai",
    "Phường Bình Phước",
    "Xã Tân Tiến",
    "Thị trấn Đức Phong",
    "Huyện Bù Đăng",
    "Trạm y tế xã Nghĩa Trung",
    "Điểm cầu Huyện ủy Lộc Ninh",
    "Ủy ban nhân dân thị xã Phước Long",
    "Nguyễn Thị Hường",
    "Đường truyền số liệu chuyên dùng",
)
ORDINARY = (
    "Hoà Bình",
    "xã Hà Tân",
    "Café Phố",
    "Müller, São Paulo",
    "Số 12, tổ 3, ấp Thanh Hà",
    "Trần Thị Hoà",
    "résumé naïve",
    "10.70.1.1",
    "§ 5 và µ = 3",
    "MobiFone – Viettel",
)


def test_old_fonts_are_read() -> None:
    assert legacy.from_tcvn3("TØnh §ång Nai") == "Tỉnh Đồng Nai"
    assert legacy.from_vni("Tænh Ñoàng Nai") == "Tỉnh Đồng Nai"
    assert legacy.from_tcvn3("UBND X· T¢N TIÕN") == "UBND XÃ TÂN TIẾN"
    assert legacy.from_tcvn3("Ph\u00ad\u00eang B×nh Ph\u00ad\u00edc") == "Phường Bình Phước"


def test_lists_in_old_fonts_are_recognised_and_come_back_to_the_letter() -> None:
    old = [text for name in NAMES if (text := tcvn3(name.replace("Ủy", "Uỷ"))) is not None]
    assert legacy.recognised(old) is legacy.TCVN3
    assert legacy.recognised([vni(name) for name in NAMES]) is legacy.VNI
    for name in NAMES:
        assert legacy.converted(vni(name), legacy.VNI, mixed=False) == name


@given(st.lists(st.sampled_from(NAMES + ORDINARY), min_size=1, max_size=12))
def test_real_text_is_never_taken_for_an_old_font(texts: Sequence[str]) -> None:
    assert legacy.recognised(texts) is None
    parted = [unicodedata.normalize("NFD", text) for text in texts]
    assert legacy.recognised(parted) is None


ABROAD = """
Hélène René Gérard Françoise Noël Zoë Chloé Léa Aimée Désiré Jérôme Stéphane Benoît Anaïs Loïc
Müller Jürgen Günther Köln Zürich Schröder Weiß Björn Søren Åse Håkon Jörg Käthe Bärbel José
María Ángel Núñez Peña Muñoz Íñigo Joaquín Martín García López Hernández João São Conceição
Araújo António Luís Fátima Inês Simões Café Hôtel Crêpe Déjà Château Réseau Télécom Société Hà
Hoà Là Và Lê Lâm Tân Trân Mùa Cò Tòa Án Hân Tú Loan Thúy Dũng Quý Cù Lao Gò Ý Âu
"""


@given(st.lists(st.lists(st.sampled_from(ABROAD.split()), min_size=1, max_size=3), max_size=8))
def test_names_of_latin_letters_alone_are_never_taken_for_an_old_font(
    names: list[list[str]],
) -> None:
    assert legacy.recognised(" ".join(words) for words in names) is None


def test_in_a_column_of_both_only_the_old_text_is_converted() -> None:
    old = [vni(name) for name in NAMES]
    column = [*old, "Tỉnh Bình Phước", "Hà Tân"]
    assert legacy.recognised(column) is legacy.VNI
    assert legacy.is_mixed(column)
    assert [legacy.converted(text, legacy.VNI, mixed=True) for text in column] == [
        *NAMES,
        "Tỉnh Bình Phước",
        "Hà Tân",
    ]


@pytest.fixture(scope="module")
def official() -> list[str]:
    if not PUBLISHED.exists():
        pytest.skip("../shared/data is absent")
    provinces = json.loads(PUBLISHED.read_text(encoding="utf-8"))
    return [row["FullName"] for p in provinces for row in (p, *p["Wards"])]


def test_no_official_name_is_changed_and_each_comes_back_from_old_fonts(
    official: list[str],
) -> None:
    for start in range(0, len(official), 60):
        names = official[start : start + 60]
        assert legacy.recognised(names) is None
        for tongue, old in (
            (legacy.VNI, [(name, vni(name)) for name in names]),
            (legacy.TCVN3, [(n, t) for n in names if (t := tcvn3(n)) is not None]),
        ):
            assert legacy.recognised(text for _, text in old) is tongue
            read = {name: legacy.converted(text, tongue, mixed=False) for name, text in old}
            wrong = {n for n, back in read.items() if n != back and all(map(is_syllable, words(n)))}
            assert not wrong


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        (None, "\n".join(NAMES).encode()),
        (None, "\n".join(NAMES).encode("utf-8-sig")),
        ("UTF-16", "\n".join(NAMES).encode("utf-16")),
        ("UTF-16", "\n".join(NAMES).encode("utf-16-le")),
        ("windows-1258", b"\n".join(windows_1258(name) for name in NAMES)),
        ("VNI", "\n".join(vni(name) for name in NAMES).encode("latin-1")),
        (
            "TCVN3 (.VnTime)",
            "\n".join(t for n in NAMES if (t := tcvn3(n)) is not None).encode("latin-1"),
        ),
    ],
)
def test_bytes_of_old_programs_are_recognised(encoding: str | None, content: bytes) -> None:
    found = decoded(content)
    assert found is not None
    assert found.encoding == encoding
    assert set(found.text.removeprefix("\ufeff").split("\n")) <= set(NAMES)


@pytest.mark.parametrize(
    "content", ["café Müller résumé".encode("latin-1"), b"\xff\xfe\x00", b"\x81\x8d\x8f\x90"]
)
def test_bytes_that_could_be_anything_are_not_guessed(content: bytes) -> None:
    assert decoded(content) is None


@given(st.binary(max_size=300))
def test_no_bytes_are_too_strange_to_be_refused(content: bytes) -> None:
    decoded(content)
