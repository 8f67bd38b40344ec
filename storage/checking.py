"""What people wrote becomes a row, or is refused with what is wrong and how to mend it."""

from datetime import datetime
from typing import TypeVar

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from core.errors import Invalid, Problem
from core.model import Model
from core.text import Text

_M = TypeVar("_M", bound=Model)
_UNUSABLE = Text(vi="giá trị không dùng được", en="the value cannot be used")
_AGAIN = Text(
    vi="Xem lại; mã chỉ gồm chữ thường, số, gạch nối",
    en="Look at it again; slugs are lower-case letters, digits and hyphens",
)
_SHORTER = Text(vi="Viết ngắn lại", en="Make it shorter")


YEARS = (2000, 2100)
_NO_YEAR = Text(vi="năm không hợp lý", en="the year makes no sense")
_RIGHT_YEAR = Text(vi="Ghi đúng năm", en="Write the right year")


def odd_years(file: str, **times: datetime | None) -> list[Problem]:
    """Return which times, by key, lie in a year that nobody means and no zone can hold."""
    return [
        Problem(file=file, key=key, what=_NO_YEAR, mend=_RIGHT_YEAR)
        for key, at in times.items()
        if at is not None and not YEARS[0] <= at.year <= YEARS[1]
    ]


def made(model: type[_M], file: str, /, **fields: object) -> _M:
    """Return a row of these fields; Invalid names every one that cannot be used."""
    try:
        return model.model_validate(fields)
    except ValidationError as fault:
        raise Invalid([_problem(file, error) for error in fault.errors()]) from fault


def _problem(file: str, error: ErrorDetails) -> Problem:
    what, mend = _UNUSABLE, _AGAIN
    if isinstance(error["input"], str) and error["type"] in {"string_too_long", "too_long"}:
        most = error["ctx"]["max_length"]
        what = Text(vi=f"dài hơn {most} ký tự", en=f"longer than {most} characters")
        mend = _SHORTER
    return Problem(file=file, key=str(error["loc"][0]), what=what, mend=mend)
