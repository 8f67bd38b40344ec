"""What people wrote becomes a row, or is refused with what is wrong and how to mend it."""

from typing import TypeVar

from pydantic import ValidationError

from core.errors import Invalid, Problem
from core.model import Model
from core.text import Text

_M = TypeVar("_M", bound=Model)
_UNUSABLE = Text(vi="giá trị không dùng được", en="the value cannot be used")
_SHORTER = Text(
    vi="Viết ngắn hơn 200 ký tự; mã chỉ gồm chữ thường, số, gạch nối",
    en="Stay below 200 characters; slugs are lower-case letters and digits",
)


def made(model: type[_M], file: str, /, **fields: object) -> _M:
    """Return a row of these fields; Invalid names every one that cannot be used."""
    try:
        return model.model_validate(fields)
    except ValidationError as fault:
        keys = [str(error["loc"][0]) for error in fault.errors()]
        raise Invalid(
            [Problem(file=file, key=key, what=_UNUSABLE, mend=_SHORTER) for key in keys]
        ) from fault
