"""How figures are written: percentages that are cut, hours to the second, local moments."""

from datetime import date, datetime
from fractions import Fraction

from core.clock import LOCAL
from core.text import Language
from reports.report import DIGITS, share

_MINUTE, _HOUR = 60, 3600
_SWAPPED = str.maketrans(",.", ".,")


def percent(value: Fraction | None, language: Language) -> str:
    """Return a share 0…1 as `99,957 %` or `99.957%`, cut; an empty text for None."""
    figure = percent_figure(value)
    if figure is None:
        return ""
    return f"{figure}%" if language == "en" else f"{figure.replace('.', ',')}\N{NO-BREAK SPACE}%"


def percent_figure(value: Fraction | None) -> str | None:
    """Return a share 0…1 in percent as `99.957`: cut, dot, always the same digits."""
    cut = share(value)
    if cut is None:
        return None
    whole, rest = divmod(int(cut * 10**DIGITS), 10**DIGITS)
    return f"{whole}.{rest:0{DIGITS}d}"


def points(now: Fraction | None, before: Fraction | None, language: Language) -> str:
    """Return the difference of two shares in percentage points, `+0,012`; empty if unknown.

    It is the difference of what is printed, so that a reader who subtracts agrees.
    """
    printed, earlier = share(now), share(before)
    if printed is None or earlier is None:
        return ""
    thousandths = int((printed - earlier) * 10**DIGITS)
    sign = "+" if thousandths > 0 else "\N{MINUS SIGN}" if thousandths < 0 else "±"
    whole, rest = divmod(abs(thousandths), 10**DIGITS)
    text = f"{sign}{whole}.{rest:0{DIGITS}d}"
    return text if language == "en" else text.replace(".", ",")


def whole(value: int, language: Language) -> str:
    """Return an integer with its thousands apart: `5.642`, in English `5,642`."""
    text = f"{value:,}"
    return text if language == "en" else text.translate(_SWAPPED)


def clock(seconds: int, language: Language) -> str:
    """Return seconds as `2:14:05`; hours go beyond 24 and have their thousands apart."""
    minutes, rest = divmod(seconds, _MINUTE)
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{whole(hours, language)}:{minutes:02d}:{rest:02d}"


def mean(seconds: Fraction | None, language: Language) -> str:
    """Return a mean of seconds as `2:14:05`, cut to the second; a dash where there is none."""
    return "–" if seconds is None else clock(int(seconds), language)


def spoken(seconds: int, language: Language) -> str:
    """Return seconds as `2 giờ 14 phút 05 giây`, in English `2 h 14 min 05 s`."""
    names = ("giờ", "phút", "giây") if language == "vi" else ("h", "min", "s")
    hours, minutes, rest = seconds // _HOUR, seconds % _HOUR // _MINUTE, seconds % _MINUTE
    if hours:
        return f"{whole(hours, language)} {names[0]} {minutes:02d} {names[1]} {rest:02d} {names[2]}"
    if minutes:
        return f"{minutes} {names[1]} {rest:02d} {names[2]}"
    return f"{rest} {names[2]}"


def moment(at: datetime) -> str:
    """Return `dd/MM/yyyy HH:mm:ss` in the province's time."""
    return f"{at.astimezone(LOCAL):%d/%m/%Y %H:%M:%S}"


def minute(at: datetime) -> str:
    """Return `dd/MM/yyyy HH:mm` in the province's time."""
    return f"{at.astimezone(LOCAL):%d/%m/%Y %H:%M}"


def day(on: date) -> str:
    """Return `dd/MM/yyyy`."""
    return f"{on:%d/%m/%Y}"
