"""How does one cell of a CSV file become a value, and a value a cell?

Lenient about what spreadsheets do to honest input (day first dates, decimal commas,
typographic blanks), strict about everything that could be read in two ways.
"""

import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date, time, timedelta
from difflib import get_close_matches

from core.inventory import EPOCH, SERIES_NAME
from core.text import fold, nfc
from inventory import faults, urls
from inventory.faults import Fault
from inventory.promql import fault_of

Row = Mapping[str, str]  # cleaned cells by column
Read = Callable[[str, Row], object]  # raises Unfit; the text is clean and not empty

LINE_LIMIT = 200  # core.model.Line
_EXACT = 1e15  # whole numbers below are written without a fraction
_LARGEST = 1e300
_LONGEST_CODE = 5
_SLUG = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_NOT_SLUG = re.compile(r"[^a-z0-9._-]+")
_INVISIBLE = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero-width blanks
_FORMULA = re.compile(r"'*[=+\-@]")
_SHIELDED = re.compile(r"'+[=+\-@]")
_AS_TEXT = re.compile(r'="([^"]*)"')  # ="00070": how people keep zeros in Excel
_SEPARATORS = re.compile(r"[\s,;|]+")
PARAMS_LIMIT = 4000  # characters, core.inventory.Measure
EXPRESSION_LIMIT = 1000  # characters of PromQL
_EXPRESSION_WORDS = frozenset({"expression", "bieu thuc", "biểu thức"})
_BLANKS = re.compile(r"[\s,;]+")
_METRIC = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]{0,199}")
_MATCHER = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*!?=.*")
_TIME_BEHIND = re.compile(
    r"(?:[T ]|, ?)[0-2]?\d:[0-5]\d(?::[0-5]\d(?:\.\d{1,9})?)?"
    r" ?(?:Z|UTC|GMT|SA|CH|AM|PM)?(?: ?[+-]\d\d:?\d\d)?$",
    re.IGNORECASE,
)
_EXCEL_EPOCH = date(1899, 12, 30)
_DIGITS = {"province": 2, "district": 3, "commune": 5}
_WEEK = ("hai", "ba", "tu", "nam", "sau", "bay")  # Thứ Hai …
_YES = {"true", "1", "x", "yes", "y", "co", "dung"}
_NO = {"false", "0", "no", "n", "khong", "sai"}


class Unfit(Exception):
    """A cell that cannot be read; `fault` says why and how to mend it."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.what.en)
        self.fault = fault


def clean(cell: str, *, shielded: bool = True) -> str:
    """Return a cell as plain NFC text: blanks squeezed, invisible letters and shields removed.

    `shielded`: an apostrophe before a formula is CSV's own; workbooks and YAML need none.
    """
    if cell.isascii() and cell.isprintable() and "  " not in cell:
        text = cell.strip()
    else:
        text = nfc(_INVISIBLE.sub("", cell))
    if shielded and text[:1] in {"'", "="}:
        text = _unshielded(text)
    for char in text:
        if char < " " or "\x7f" <= char < "\xa0" or char == "\ufffd":
            raise Unfit(faults.control_character(ord(char)))
    return text


def _unshielded(text: str) -> str:
    if _SHIELDED.match(text):
        return text[1:]
    if (whole := _AS_TEXT.fullmatch(text)) is not None:
        return whole[1].strip()
    return text


def shielded(text: str) -> str:
    """Return text that no spreadsheet takes for a formula; `clean` gives the text back."""
    return f"'{text}" if _FORMULA.match(text) else text


def written(value: object) -> str:
    """Return the one canonical cell of a value; None, False and EPOCH are empty."""
    match value:
        case None | False:
            text = ""
        case True:
            text = "true"
        case str():
            text = shielded(str(value))
        case float():
            text = str(int(value)) if value.is_integer() and abs(value) < _EXACT else repr(value)
        case date():
            text = "" if value == EPOCH else value.isoformat()
        case time():
            text = f"{value:%H:%M}" if not (value.second or value.microsecond) else str(value)
        case tuple():
            text = " ".join(str(item) for item in value)
        case _:
            text = str(value)
    return text


def slugged(text: str) -> str:
    """Return the nearest valid slug of any text; "x" if nothing is left of it."""
    return _NOT_SLUG.sub("-", fold(text)).strip("-._")[:63] or "x"


def nearest(word: str, known: Sequence[str]) -> str | None:
    """Return the known word most like the given one, diacritics and case aside."""
    folded = {fold(name): name for name in known}
    found = get_close_matches(fold(word), folded, n=1, cutoff=0.6)
    return folded[found[0]] if found else None


def line(text: str, row: Row) -> str:
    """Read free text of at most 200 characters."""
    if len(text) > LINE_LIMIT:
        raise Unfit(faults.too_long(len(text), LINE_LIMIT))
    return text


def slug(text: str, row: Row) -> str:
    """Read an identifier."""
    if not _SLUG.fullmatch(text):
        raise Unfit(faults.bad_slug(text[:80], slugged(text)))
    return text


def slugs(text: str, row: Row) -> tuple[str, ...]:
    """Read identifiers, in order, separated by blanks, commas, semicolons or bars."""
    return tuple(slug(part, row) for part in _SEPARATORS.split(text) if part)


def needs(text: str, row: Row) -> tuple[str, ...]:
    """Read what a service depends on: identifiers with blanks between, alternatives by bars."""
    whole = re.sub(r"\s*\|\s*", "|", text.strip())
    return tuple(
        "|".join(slug(part, row) for part in need.split("|") if part)
        for need in _BLANKS.split(whole)
        if need.strip("|")
    )


def aliases(text: str, row: Row) -> tuple[str, ...]:
    """Read what bridges call a room: addresses and numbers, with blanks or semicolons between.

    A number's leading plus, which spreadsheets take for a formula, is left out.
    """
    parts = (part.lstrip("+") for part in _SEPARATORS.split(text))
    return tuple(dict.fromkeys(line(part, row) for part in parts if part))


def secret(text: str, row: Row) -> str:
    """Read the name of a credential; refuse what is plainly the credential itself."""
    if fold(text) in {"public", "private"}:
        raise Unfit(faults.secret_value(text))
    return slug(text, row)


def choice(values: Sequence[str], other_words: Mapping[str, str]) -> Read:
    """Make a reader of one word of a list; `other_words` (folded) help the mend alone."""
    known = frozenset(values)

    def read(text: str, row: Row) -> str:
        word = text.lower()
        if word in known:
            return word
        near = other_words.get(fold(text)) or nearest(text, values)
        raise Unfit(faults.bad_choice(text[:80], values, near))

    return read


def unit_code(text: str, row: Row) -> str:
    """Read a unit's code with the help of its level."""
    return _code(text, _DIGITS.get(row.get("level", "").lower()))


def province_code(text: str, row: Row) -> str:
    """Read a code of two digits."""
    return _code(text, 2)


def _code(text: str, digits: int | None) -> str:
    bare = text.removeprefix("'")
    whole = re.fullmatch(r"(\d+)[.,]0+", bare)
    number = whole[1] if whole else bare
    if not (number.isascii() and number.isdigit()) or len(number) > _LONGEST_CODE:
        raise Unfit(faults.bad_code(text[:80]))
    if digits is None:
        if whole is None and len(number) in _DIGITS.values():
            return number
        raise Unfit(faults.bad_code(text))
    if whole:
        raise Unfit(faults.decimal_code(text, number.zfill(digits)))
    if len(number) < digits:
        raise Unfit(faults.lost_zeros(number, number.zfill(digits)))
    if len(number) > digits:
        level = next(level for level, count in _DIGITS.items() if count == digits)
        raise Unfit(faults.code_of_level(number, level, digits))
    return number


def day(text: str, row: Row) -> date:
    """Read a day: 2025-07-01, 01/07/2025, 1-7-2025, with or without midnight behind."""
    bare = re.sub(r"[T ]0?0:00(:00(\.0+)?)?$", "", text.removeprefix("'"))
    if match := re.fullmatch(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})", bare):
        return _day(text, int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", bare):
        return _day(text, int(match[3]), int(match[2]), int(match[1]))
    if re.fullmatch(r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2}", bare):
        raise Unfit(faults.short_year(text))
    if re.fullmatch(r"\d{5}", bare):
        raise Unfit(faults.excel_serial(text, _EXCEL_EPOCH + timedelta(days=int(bare))))
    raise Unfit(faults.bad_date(text[:80]))


def day_of_instant(text: str, row: Row) -> date:
    """Read a day of an instant, as lists of certificates have it: 31/12/2026 23:59:59."""
    return day(_TIME_BEHIND.sub("", text), row)


def _day(text: str, year: int, month: int, day_of_month: int) -> date:
    try:
        return date(year, month, day_of_month)
    except ValueError:
        pass
    try:
        swapped = date(year, day_of_month, month)
    except ValueError:
        raise Unfit(faults.no_such_day(text)) from None
    raise Unfit(faults.american_date(text, swapped))


def time_of_day(text: str, row: Row) -> time:
    """Read a local time: 07:30, 7h30, 07:30:00."""
    bare = re.sub(r"^(\d{1,2})[hHg](\d{2})$", r"\1:\2", text)
    bare = re.sub(r"^(\d{1,2})[hHg]$", r"\1:00", bare)
    try:
        read = time.fromisoformat(re.sub(r"^(\d):", r"0\1:", bare))
    except ValueError:
        raise Unfit(faults.bad_time(text[:80])) from None
    if read.tzinfo is not None or ":" not in bare:
        raise Unfit(faults.bad_time(text[:80]))
    return read


def days(text: str, row: Row) -> tuple[int, ...]:
    """Read days of the week, 1 = Monday: "1 2 3 4 5", "T2-T6", "Thứ Hai - Thứ Sáu"."""
    bare = fold(text).replace("chu nhat", "cn").replace("cn", "t8").replace("–", "-")
    bare = re.sub(r"thu (hai|ba|tu|nam|sau|bay)\b", lambda m: f"t{_WEEK.index(m[1]) + 2}", bare)
    bare = bare.replace(" den ", "-")
    bare = re.sub(r"t([2-8])", lambda m: str(int(m[1]) - 1), re.sub(r"thu (?=[2-7])", "t", bare))
    found: set[int] = set()
    for part in _SEPARATORS.split(re.sub(r"\s*-\s*", "-", bare)):
        match = re.fullmatch(r"([1-7])(?:-([1-7]))?", part)
        if match is None or int(match[2] or 7) < int(match[1]):
            raise Unfit(faults.bad_days(text[:80]))
        found.update(range(int(match[1]), int(match[2] or match[1]) + 1))
    return tuple(sorted(found))


def number(low: float | None, high: float | None) -> Read:
    """Make a reader of decimals within bounds; without an upper bound: more than `low`."""

    def read(text: str, row: Row) -> float:
        value = _decimal(text)
        if low is not None and (value < low or (high is None and value <= low)):
            raise Unfit(faults.out_of_range(text, low, high))
        if high is not None and value > high:
            raise Unfit(faults.out_of_range(text, low or 0, high))
        return value

    return read


def _decimal(text: str) -> float:
    bare = text.removeprefix("'")
    if re.fullmatch(r"[1-9]\d{0,2}[.,]000", bare):
        raise Unfit(faults.ambiguous_thousand(text))
    if re.fullmatch(r"[+-]?\d+([.,]\d+)?([eE][+-]?\d{1,3})?", bare):
        value = float(bare.replace(",", "."))
        if abs(value) < _LARGEST:
            return value
    if re.fullmatch(r"\d{1,3}([., ]\d{3})+([.,]\d+)?", bare):
        raise Unfit(faults.thousands(text, _without_marks(bare)))
    if match := re.fullmatch(r"(\d+)(?:[.,](\d+))?\s*([kKMG])(?:bps|bit/s|b/s|bit)?", bare):
        factor = {"k": 1e-3, "M": 1.0, "G": 1e3}[match[3].replace("K", "k")]
        mended = round(float(f"{match[1]}.{match[2] or 0}") * factor, 6)
        raise Unfit(faults.number_with_unit(text, written(mended)))
    raise Unfit(faults.bad_number(text[:80]))


def _without_marks(text: str) -> str:
    marks = re.findall(r"[., ]", text)
    if len(set(marks)) == 1:
        return text.replace(marks[0], "")
    whole, _, part = text.rpartition(marks[-1])
    return re.sub(r"[., ]", "", whole) + "." + part


def order(text: str, row: Row) -> int:
    """Read a rank, 1 or more."""
    match = re.fullmatch(r"(\d{1,4})(?:[.,]0+)?", text)
    if match is None or int(match[1]) < 1:
        raise Unfit(faults.bad_integer(text[:80]))
    return int(match[1])


def params(text: str, row: Row) -> str:
    """Read the parameters of a template; which it has is asked when the template is known."""
    if len(text) > PARAMS_LIMIT:
        raise Unfit(faults.too_long(len(text), PARAMS_LIMIT))
    return text


def minutes(text: str, row: Row) -> int:
    """Read whole minutes, 0 or more."""
    match = re.fullmatch(r"(\d{1,4})(?:[.,]0+)?", text)
    if match is None:
        raise Unfit(faults.bad_minutes(text[:80]))
    return int(match[1])


def metric(text: str, row: Row) -> str:
    """Read the name of a series, or the expression where the row says that it is one."""
    if row.get("value", "").casefold() in _EXPRESSION_WORDS:
        fault = (
            fault_of(text)
            if len(text) <= EXPRESSION_LIMIT
            else faults.too_long(len(text), EXPRESSION_LIMIT)
        )
        if fault is not None:
            raise Unfit(fault)
    elif not SERIES_NAME.fullmatch(text):
        raise Unfit(faults.bad_metric(text[:80]))
    return text


def matchers(text: str, row: Row) -> tuple[str, ...]:
    """Read conditions on labels, separated as identifiers are."""
    parts = [part for part in _SEPARATORS.split(text) if part]
    for part in parts:
        if not _MATCHER.fullmatch(part):
            raise Unfit(faults.bad_matcher(part[:80]))
    return tuple(dict.fromkeys(parts))


def choices(values: Sequence[str], other_words: Mapping[str, str]) -> Read:
    """Make a reader of words of a list, separated by blanks, commas, semicolons or bars."""
    one = choice(values, other_words)

    def read(text: str, row: Row) -> tuple[object, ...]:
        parts = (one(part, row) for part in _SEPARATORS.split(text) if part)
        return tuple(dict.fromkeys(parts))

    return read


def day_of_week(text: str, row: Row) -> int:
    """Read one day of the week, 1 = Monday: "1", "T2", "thứ hai"."""
    found = days(text, row)
    if len(found) != 1:
        raise Unfit(faults.bad_days(text[:80]))
    return found[0]


def service_url(text: str, row: Row) -> str:
    """Read the address of a service, whose scheme says how it is looked at."""
    line(text, row)
    found = urls.cut(text)
    if isinstance(found, Fault):
        guess = urls.completed(text, row.get("kind", "").lower())
        raise Unfit(faults.bad_service_url(text[:80], guess.url) if guess else found)
    return text


def line_address(text: str, row: Row) -> str:
    """Read what answers over one line alone: an address, or several as `any:8.8.8.8,1.1.1.1`."""
    if not text.lower().startswith("any:"):
        return address(text, row)
    found = urls.cut(line(text, row))
    if isinstance(found, Fault):
        raise Unfit(found)
    return text


def flag(text: str, row: Row) -> bool:
    """Read yes or no."""
    word = fold(text)
    if word not in _YES | _NO:
        raise Unfit(faults.bad_flag(text[:80]))
    return word in _YES


def email(text: str, row: Row) -> str:
    """Read one e-mail address."""
    line(text, row)
    if not re.fullmatch(r"[^@\s,;<>]+@[^@\s,;<>]+", text):
        raise Unfit(faults.bad_email(text[:80]))
    return text


def phone(text: str, row: Row) -> str:
    """Read one telephone number; blanks, dots, dashes and brackets are dropped."""
    bare = re.sub(r"[\s.()'-]", "", text)
    if not re.fullmatch(r"\+?\d{9,15}", bare):
        raise Unfit(faults.bad_phone(text[:80]))
    if not bare.startswith(("0", "+", "84")):
        raise Unfit(faults.phone_lost_zero(text, f"0{bare}"))
    return re.sub(r"^84(?=\d{9,10}$)", "0", bare)  # one form of 84912345678, as seen from abroad


_HOST = re.compile(r"(?=.{1,200}$)(?!-)[a-z0-9_-]{1,63}(?<!-)(\.(?!-)[a-z0-9_-]{1,63}(?<!-))*\.?")
_DECORATED = re.compile(
    r"(?:[a-z]+://)?(?:\[([0-9a-f:.]+)\]|([a-z0-9_.-]+))(?::\d{1,5})?(?:/.*)?", re.IGNORECASE
)


def address(text: str, row: Row) -> str:
    """Read an IPv4 or IPv6 address, canonical, or a host name in lower case."""
    host = as_host(text)
    if host is not None:
        return host
    match = _DECORATED.fullmatch(text)
    if match and (bare := as_host(match[1] or match[2])) is not None:
        raise Unfit(faults.decorated_address(text[:80], bare))
    raise Unfit(faults.bad_address(text[:80]))


def as_host(text: str) -> str | None:
    """Return the canonical form of an IP address or host name, or None."""
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        pass
    name = unicodedata.normalize("NFKC", text).lower()
    # a name whose last label is a number is a mistyped IPv4 address (RFC 1123, 2.1)
    if _HOST.fullmatch(name) and not name.rstrip(".").rpartition(".")[2].isdigit():
        return name
    return None
