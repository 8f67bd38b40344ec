"""The PDF: fonts, page numbers, paper, and how many pages there are."""

import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from pypdf import PdfReader

from core.text import Language
from reports.render.document import DOTS
from reports.render.letterhead import Letterhead
from reports.render.pdf import pdf
from reports.report import Seconds
from tests.project.tree import ROOT
from tests.reports.builders import a_province, all_unknown, nothing, strange

HEAD = Letterhead("UBND tỉnh Đồng Nai", "Sở Khoa học và Công nghệ", "Đồng Nai", "BC-SKHCN")
MM = 72 / 25.4
needs_poppler = pytest.mark.skipif(
    shutil.which("pdffonts") is None, reason="poppler-utils is not installed"
)
LANGUAGES: tuple[Language, ...] = ("vi", "en")


@pytest.fixture(scope="module")
def large() -> bytes:
    return pdf(a_province(129, outages=12), HEAD, "vi")  # as bad a month as there is


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_font_is_embedded_and_holds_all_vietnamese_letters(
    language: Language, tmp_path: Path
) -> None:
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf(strange(), HEAD, language))
    said = subprocess.run(["pdffonts", file], check=True, capture_output=True, text=True).stdout
    lines = said.splitlines()[2:]
    assert lines
    for line in lines:
        assert re.search(r"\+(?:Tinos|Noto-Serif)", line), line
        assert line.split()[-5] == "yes", line  # emb
    assert not re.search("Liberation|Times|DejaVu", said)


@needs_poppler
def test_the_first_page_has_no_number_and_the_others_have_theirs_at_the_top_centre(
    large: bytes, tmp_path: Path
) -> None:
    for number, (width, words) in enumerate(_words(large, tmp_path), 1):
        above = [(left, right, text) for left, right, top, text in words if top < 18 * MM]
        assert [text for _, _, text in above] == ([str(number)] if number > 1 else [])
        for left, right, _ in above:
            assert abs((left + right) / 2 - (30 * MM + width - 15 * MM) / 2) < 3


@needs_poppler
def test_the_margins_are_those_of_the_decree(large: bytes, tmp_path: Path) -> None:
    for width, words in _words(large, tmp_path):
        assert min(left for left, _, _, _ in words) >= 30 * MM - 1
        assert max(right for _, right, _, _ in words) <= width - 15 * MM + 1


def _words(
    made: bytes, folder: Path
) -> Iterator[tuple[float, list[tuple[float, float, float, str]]]]:
    """Yield of each page its width, and left, right, top and text of its words, in points."""
    (folder / "report.pdf").write_bytes(made)
    program = ["pdftotext", "-bbox", str(folder / "report.pdf"), "-"]
    said = subprocess.run(program, check=True, capture_output=True, text=True).stdout
    for page in said.split("<page ")[1:]:
        width = re.search(r'width="([\d.]+)"', page)
        assert width is not None
        yield (
            float(width[1]),
            [
                (float(left), float(right), float(top), text)
                for left, top, right, text in re.findall(
                    r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"[^>]*>([^<]*)<', page
                )
            ],
        )


def test_pages_are_a4_and_a_province_of_129_communes_needs_at_most_forty(large: bytes) -> None:
    pages = PdfReader(io.BytesIO(large)).pages
    assert len(pages) <= 40
    sizes = {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in pages}
    assert sizes == {(595, 842), (842, 595)}


def test_what_must_be_read_can_be_read_out_of_the_file(large: bytes) -> None:
    reader = PdfReader(io.BytesIO(large))
    first = re.sub(r"\s+", " ", reader.pages[0].extract_text())
    for said in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "SỞ KHOA HỌC VÀ CÔNG NGHỆ",
        "BÁO CÁO",
    ):
        assert said in first
    last = reader.pages[-1].extract_text()
    assert "NGƯỜI LẬP BIỂU" in last
    assert "THỦ TRƯỞNG ĐƠN VỊ" in last
    assert "Đường" in last or "Kênh" in last, "a signature never stands alone on a page"
    assert reader.metadata is not None
    assert reader.metadata.title == "Báo cáo thời gian hoạt động – Tỉnh Đồng Nai – Tháng 10/2026"
    assert str(reader.metadata["/CreationDate"]) == "D:20261102013000Z"


@pytest.mark.parametrize("communes", [23, 26, 41])
def test_a_signature_has_text_of_the_report_above_it(communes: int) -> None:
    report = replace(a_province(communes, outages=0), links=(), notes=())
    last = PdfReader(io.BytesIO(pdf(report, HEAD, "vi"))).pages[-1].extract_text()
    above, _, below = last.partition("NGƯỜI LẬP BIỂU")
    assert "THỦ TRƯỞNG ĐƠN VỊ" in below
    assert "gián đoạn" in above


@needs_poppler
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_hours_of_a_province_and_its_month_stay_on_one_line(
    language: Language, tmp_path: Path
) -> None:
    much = 37_040 * 3600 + 4 * 60 + 14
    seconds = Seconds(much, much, much, much, much)
    report = a_province(1)
    whole = replace(report.rows[0], seconds=seconds, longest=744 * 3600, mtbf=Fraction(much))
    report = replace(report, rows=(replace(whole, targets=50), *report.rows[1:]))
    said = [
        text for _, words in _words(pdf(report, HEAD, language), tmp_path) for *_, text in words
    ]
    hours = "37.040:04:14" if language == "vi" else "37,040:04:14"
    assert said.count(hours) == 4 + 1 + 4 + 1  # of the summary, of the detail


def test_who_gets_a_report_stands_at_its_end() -> None:
    def last(head: Letterhead) -> str:
        text = PdfReader(io.BytesIO(pdf(nothing(), head, "vi"))).pages[-1].extract_text()
        return text.partition("Nơi nhận:")[2]

    told = last(replace(HEAD, recipients=("UBND tỉnh (để báo cáo)", "Lưu: VT")))
    assert "- UBND tỉnh (để báo cáo);" in told
    assert "- Lưu: VT." in told
    assert DOTS in last(HEAD)


@pytest.mark.parametrize("made", [nothing, all_unknown])
def test_little_to_say_is_said_on_few_pages(made: object) -> None:
    assert callable(made)
    assert len(PdfReader(io.BytesIO(pdf(made(), Letterhead(), "en"))).pages) <= 4


def test_charts_are_vectors(large: bytes) -> None:
    assert all(not page.images for page in PdfReader(io.BytesIO(large)).pages)


def test_without_a_font_for_vietnamese_it_refuses_and_says_which_to_install(
    tmp_path: Path,
) -> None:
    others = Path("/usr/share/fonts/truetype/dejavu")
    if not others.exists():
        pytest.skip("no other font is installed")
    config = tmp_path / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{others}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    program = (
        "from core.errors import Conflict\n"
        "from reports.render.letterhead import Letterhead\n"
        "from reports.render.pdf import pdf\n"
        "from tests.reports.builders import nothing\n"
        "try:\n"
        "    pdf(nothing(), Letterhead(), 'vi')\n"
        "except Conflict as refusal:\n"
        "    print(refusal.text.en)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "FONTCONFIG_FILE": str(config)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert "fonts-croscore" in done.stdout, done.stderr
