"""The manual in two languages says the same, of what is there, with pictures of what is there."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from PIL import Image, ImageChops, ImageStat

from alerts.topology import Topology
from alerts.wording import Telling, render
from core.incident import Purpose
from core.text import Language
from inventory.compiled import LookingDefaults, compile_estate
from lab import province as lab_province
from runtime.settings import Settings, load
from tests.api.chromium import needs_chromium
from tests.manual import shots
from tests.manual.province import NOW, cut
from tests.project.tree import ROOT

PAGES = {
    "README": "README",
    "cai-dat": "installing",
    "khai-bao": "declaring",
    "van-hanh-hang-ngay": "daily-operation",
    "xu-ly-su-co": "incidents",
    "bao-cao": "reports",
}
BOTH = [(f"vi/{vi}.md", f"en/{en}.md") for vi, en in PAGES.items()]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
IMAGE = re.compile(r"!\[[^\]]+\]\(\.\./images/(vi|en)/([a-z-]+)\.png\)")
PRESSED = {
    "vi": re.compile(r"(?:bấm|chọn) \*\*([^*]+)\*\*", re.IGNORECASE),
    "en": re.compile(r"(?:press|choose) \*\*([^*]+)\*\*", re.IGNORECASE),
}
KEY = re.compile(r"`\[([a-z_.]+)\](?: ([a-z_]+)(?: = [^`]+)?)?`")
LARGEST, ALL = 150_000, 2_200_000  # bytes
STALE = 12.0  # of 255: a page that looks otherwise; other fonts alone stay below


def text(page: str) -> str:
    """Return a page of the manual."""
    return (ROOT / "docs" / page).read_text(encoding="utf-8")


def headings(page: str) -> list[int]:
    """Return the depths of a page's headings."""
    found = re.findall(r"^(#+) ", FENCE.sub("", text(page)), re.MULTILINE)
    return [len(marks) for marks in found]


def shell(page: str) -> list[str]:
    """Return what a page wants typed."""
    return [body for kind, body in FENCE.findall(text(page)) if kind in {"sh", "toml"}]


def table_rows(page: str) -> int:
    """Count the rows of a page's tables."""
    return len(re.findall(r"^\|", text(page), re.MULTILINE))


def unlike(one: Path, other: Path) -> float:
    """Return how far two pictures differ from afar, of 255; their letters do not matter."""
    with Image.open(one) as a, Image.open(other) as b:
        assert a.size == b.size
        seen = (a.width // 24, a.height // 24)
        small = [picture.convert("L").resize(seen, Image.Resampling.BOX) for picture in (a, b)]
    difference = ImageChops.difference(*small)
    return float(ImageStat.Stat(difference).mean[0])


def named_keys() -> Iterator[tuple[str, str, str]]:
    """Yield page, section and key (or nothing) of every setting that the manual names."""
    for page in (page for pair in BOTH for page in pair):
        for section, key in KEY.findall(text(page)):
            yield page, section, key


@pytest.mark.parametrize(("vi", "en"), BOTH)
def test_both_languages_have_the_same_structure(vi: str, en: str) -> None:
    assert headings(vi) == headings(en)
    assert shell(vi) == shell(en)
    assert table_rows(vi) == table_rows(en)
    assert [name for _, name in IMAGE.findall(text(vi))] == [
        name for _, name in IMAGE.findall(text(en))
    ]


def test_no_page_is_missing_from_the_other_language() -> None:
    assert {p.stem for p in (ROOT / "docs/vi").glob("*.md")} == set(PAGES)
    assert {p.stem for p in (ROOT / "docs/en").glob("*.md")} == set(PAGES.values())


@pytest.mark.parametrize("language", shots.LANGUAGES)
def test_every_picture_is_in_the_manual_and_small(language: str) -> None:
    pages = "".join(text(page) for pair in BOTH for page in pair if page.startswith(language))
    shown = IMAGE.findall(pages)
    assert {tongue for tongue, _ in shown} == {language}
    assert sorted({name for _, name in shown}) == shots.NAMES
    kept = sorted((ROOT / "docs/images" / language).iterdir())
    assert sorted(path.stem for path in kept) == shots.NAMES
    assert max(path.stat().st_size for path in kept) < LARGEST
    assert sum(path.stat().st_size for path in kept) < ALL / 2


@pytest.mark.parametrize("language", shots.LANGUAGES)
def test_whatever_is_to_be_pressed_is_there(language: str) -> None:
    """Buttons, menu entries and pages, in the words of the pages themselves."""
    with (ROOT / "api/locale/en/LC_MESSAGES/api.po").open("rb") as file:
        catalogue = read_po(file, locale="en")
    words = {one.id if language == "vi" else one.string for one in catalogue}
    told = {
        name
        for pair in BOTH
        for page in pair
        if page.startswith(language)
        for name in PRESSED[language].findall(text(page))
    }
    assert told
    assert {one for one in told if one not in words} == set()


def test_every_setting_that_the_manual_names_exists() -> None:
    fields = Settings.model_fields
    for page, section, key in named_keys():
        top, _, below = section.partition(".")
        assert top in fields, f"{page}: [{section}]"
        model = fields[top].annotation
        for name in filter(None, (below, key)):
            known = getattr(model, "model_fields", None)
            if known is None:
                break
            assert name in known, f"{page}: [{section}] {key}"
            model = known[name].annotation


def test_the_settings_of_the_manual_are_accepted_together(tmp_path: Path) -> None:
    examples = [body for pair in BOTH for body in shell(pair[0]) if body.startswith("[")]
    for name in ("fullchain.pem", "key.pem"):
        (tmp_path / name).touch()
    file = tmp_path / "thongsuot.toml"
    whole = "\n".join(examples).replace("/etc/thongsuot/", f"{tmp_path}/")
    file.write_text(whole, encoding="utf-8")
    assert load(file, {}).channels["email"].kind == "email"


@pytest.mark.parametrize(("language", "page"), [("vi", "xu-ly-su-co"), ("en", "incidents")])
def test_the_message_in_the_manual_is_what_is_sent(language: Language, page: str) -> None:
    estate = compile_estate(lab_province.inventory(), NOW.date(), LookingDefaults())
    (incident,) = cut(estate, NOW - timedelta(minutes=9)).incidents
    telling = Telling(Purpose.PROBLEM, incident, NOW)
    message = render(telling, Topology(estate), language, message_id="1", to="lan")
    sent = [message.subject, *message.body.splitlines()]
    (shown,) = [
        body for kind, body in FENCE.findall(text(f"{language}/{page}.md")) if kind == "text"
    ]
    assert [line for line in shown.splitlines() if line not in sent and line] == []


@pytest.mark.browser
@needs_chromium
async def test_every_picture_can_be_taken_anew(tmp_path: Path) -> None:
    """`python -m tests.manual` keeps what this takes."""
    await shots.take(tmp_path / "images", tmp_path)
    for language in shots.LANGUAGES:
        taken = sorted((tmp_path / "images" / language).iterdir())
        assert sorted(path.stem for path in taken) == shots.NAMES
        for path in taken:
            kept = ROOT / "docs/images" / language / path.name
            assert path.stat().st_size < LARGEST
            assert unlike(path, kept) < STALE, f"{path.name} is old: python -m tests.manual"
