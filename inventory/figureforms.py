"""Which lists of units' figures are taken, and what may stand above their columns?

A form is a TOML file in `inventory/forms`, called like the file. It names its columns with the
headings that carriers, mail servers and consoles write above them, in folded letters
(`inventory.search.key`) and as patterns. A heading that is missing is a line there, no code.

Many exports have a row for each thing: a station, a mailbox, a machine. `layouts` say how such
rows are counted into the columns.
"""

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from core.model import Line, Model, Slug
from core.text import Text
from core.unitfigures import Span
from inventory.headers import heading_key
from inventory.search import key

COMMON: Mapping[str, tuple[str, ...]] = {  # columns that any list may have
    "unit": (
        r"(?:ten )?(?:don vi|co quan|xa|phuong|xa phuong(?: dac khu)?|to chuc|phong ban)",
        r"(?:ten |ma )?don vi(?: su dung| quan ly| hanh chinh)?(?: cap xa)?",
        r"(?:ten )?(?:co quan|don vi) (?:co quan|don vi)",
        r"dia ban|dia ban xa|xa hien tai|ten xa(?: phuong)?|ward|commune|unit|organi[sz]ation",
        r"(?:administration )?group|group name|nhom(?: quan tri| may)?|department|ou|company",
        r"organi[sz]ational unit",
    ),
    "district": (r"(?:ten )?(?:quan )?huyen(?: thi xa)?(?: thanh pho)?(?: cu)?", "district"),
    "province": (r"tinh(?: thanh pho)?(?: cu)?", "province"),
    "period": (
        r"ky(?: so lieu| bao cao)?|thang(?: nam)?|thang bao cao|ngay (?:bao cao|so lieu|chot)",
        r"thoi (?:diem|gian)(?: bao cao| so lieu| chot)?|ngay|month|period|report date|date",
    ),
}


def _pattern(text: str) -> str:
    re.compile(text)
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Headings = tuple[Pattern, ...]


class Column(Model):
    """One figure. Kind: a whole number, a share (0…1), or an age in days or by a date."""

    vi: Line
    en: Line
    kind: Literal["count", "ratio", "days"] = "count"
    metric: str = Field(pattern=r"^unit_[a-z0-9_]+$")
    labels: Mapping[str, str] = Field(default_factory=dict)
    headings: Headings = ()
    at_most: str | None = None  # the column that it cannot exceed
    indicator: str = ""  # of the documents, such as I14
    worst: bool = False  # of a unit with several parts the largest counts, not the sum

    @property
    def name(self) -> Text:
        """Return what people call it."""
        return Text(self.vi, self.en)


class Part(Model):
    """What a unit has several of: operators, applications, products. `names`: how each is said."""

    vi: Line
    en: Line
    label: str = Field(pattern=r"^[a-z_]+$")
    headings: Headings
    names: Mapping[str, Pattern] = Field(default_factory=dict)
    required: bool = True

    def called(self, said: str) -> str:
        """Return the one name of a part."""
        text = key(said)
        known = (name for name, words in self.names.items() if re.fullmatch(words, text))
        return next(known, said)


class Rate(Model):
    """A share of two figures. `per`: columns of this form, or "form.column" of another one."""

    vi: Line
    en: Line
    of: tuple[str, ...]
    per: tuple[str, ...]
    indicator: str = ""  # of the documents, such as I4
    source_vi: Line
    source_en: Line

    @property
    def name(self) -> Text:
        """Return what people call it."""
        return Text(self.vi, self.en)


class Tally(Model):
    """How rows become one figure: those `where` every pattern fits are counted, or a column is.

    `within` and `older`: the date in `column` is so many days before the period's end at most, or
    more; no date is old. `above`: the number in it is larger.
    """

    of: Literal["count", "sum", "oldest"] = "count"
    column: str | None = None
    where: Mapping[str, Pattern] = Field(default_factory=dict)
    within: int | None = None
    older: int | None = None
    above: float | None = None

    @property
    def needs(self) -> frozenset[str]:
        """Return the columns without which nothing can be told."""
        return frozenset((*self.where, *((self.column,) if self.column else ())))


class Layout(Model):
    """Rows that are things, told by the columns that they cannot be without."""

    vi: Line
    en: Line
    needs: tuple[str, ...]
    headings: Mapping[str, Headings]
    figures: Mapping[str, Tally]


class Form(Model):
    """One list of units' figures."""

    name: Slug
    rows: tuple[str, ...]  # of the checklist, such as B5
    vi: Line
    en: Line
    from_vi: Line  # whom the list comes from
    from_en: Line
    span: Span  # what a date in the list means
    stale_after: int = Field(gt=0)  # days after the period's end; a proposal of ours
    part: Part | None = None
    columns: Mapping[str, Column]
    rates: Mapping[str, Rate] = Field(default_factory=dict)
    layouts: tuple[Layout, ...] = ()

    @property
    def title(self) -> Text:
        """Return what people call it."""
        return Text(self.vi, self.en)

    @property
    def sender(self) -> Text:
        """Return whom the list comes from."""
        return Text(self.from_vi, self.from_en)

    @model_validator(mode="after")
    def _speaks_of_its_columns(self) -> Self:
        """Refuse names of columns that the form does not have."""
        named = {column.at_most for column in self.columns.values()} - {None}
        for rate in self.rates.values():
            named.update(one for one in (*rate.of, *rate.per) if "." not in one)
        for layout in self.layouts:
            named.update(layout.figures)
        if strange := named - set(self.columns):
            raise ValueError(f"{self.name}: no such columns: {sorted(map(str, strange))}")
        return self


@cache
def forms() -> Mapping[str, Form]:
    """Return every form by name."""
    found = {}
    for file in sorted(files("inventory.forms").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            name = file.name.removesuffix(".toml")
            found[name] = Form.model_validate({**tomllib.loads(file.read_text()), "name": name})
    return found


def meant(texts: Sequence[str], words: Mapping[str, Headings]) -> str | None:
    """Return which of some columns a heading is, by the texts that it may be known by."""
    for text in dict.fromkeys(way for one in texts for way in (key(one), heading_key(one))):
        for name, patterns in words.items():
            if any(re.fullmatch(pattern, text) for pattern in patterns):
                return name
    return None
