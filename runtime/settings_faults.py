"""What is wrong with the settings, said with file, line, key and the mend; values stay unsaid.

A value may be a password at the wrong key, so only numbers and the texts that our own
validators quote are ever repeated.
"""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from core.errors import Problem, os_reason
from core.text import Text
from runtime import toml_lines
from runtime.quantities import Wrong

SECRET = "secret:"  # noqa: S105  (the prefix of a reference, not a secret)

Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a key was set: its line in the file, or the name of a variable."""

    file: str
    lines: Mapping[Path, int]
    variables: Mapping[Path, str]

    def problem(self, path: Path, what: Text, mend: Text) -> Problem:
        """Return the problem of the key at a path."""
        line = toml_lines.nearest(self.lines, path)
        variable = self._variable(path, whole=line is not None)
        if variable:
            return Problem(file=variable, what=what, mend=mend)
        return Problem(
            file=self.file or "settings",
            line=line,
            key=".".join(path),
            what=what,
            mend=mend,
        )

    def _variable(self, path: Path, *, whole: bool) -> str | None:
        """Return the variable that set a path; unless `whole`, also one that set a part of it."""
        for set_path, name in self.variables.items():
            if set_path == path[: len(set_path)]:
                return name
            if not whole and path == set_path[: len(path)]:
                return name
        return None

    def unknown(self, path: Path, allowed: Iterable[str]) -> Problem:
        """Return the problem of a key that does not exist, with the nearest that does."""
        return self.problem(
            path, Text(vi="không có khoá này", en="no such key"), instead(path[-1], allowed)
        )

    def unknown_kind(self, path: Path, kind: object, allowed: Iterable[str]) -> Problem:
        """Return the problem of a channel whose kind is missing or does not exist."""
        if isinstance(kind, str):
            what = Text(vi=f'không có loại kênh "{kind}"', en=f'no channel of kind "{kind}"')
        else:
            what = Text(vi="thiếu loại kênh", en="the kind of channel is missing")
        return self.problem(path, what, instead(kind, allowed))

    def not_a_table(self, path: Path) -> Problem:
        """Return the problem of a value that stands where a table should."""
        return self.problem(
            path,
            Text(vi="phải là một bảng", en="must be a table"),
            Text(vi=f"Viết [{'.'.join(path)}]", en=f"Write [{'.'.join(path)}]"),
        )


def syntax(file: str, error: tomllib.TOMLDecodeError) -> Problem:
    """Return the problem of a file that is not TOML at all."""
    line, message = toml_lines.line_of(error)
    return Problem(
        file=file,
        line=line,
        what=Text(vi=f"sai cú pháp TOML ({message})", en=f"not valid TOML ({message})"),
        mend=Text(
            vi='Viết khoá = giá trị, chữ đặt trong ngoặc kép, ví dụ listen = "127.0.0.1:8080"',
            en='Write key = value, text in quotes, such as listen = "127.0.0.1:8080"',
        ),
    )


def unreadable(file: str, error: OSError | UnicodeDecodeError) -> Problem:
    """Return the problem of a file that cannot be read."""
    why = os_reason(error) if isinstance(error, OSError) else Text("UTF-8", "UTF-8")
    return Problem(
        file=file,
        what=Text(vi=f"không đọc được ({why.vi})", en=f"cannot be read ({why.en})"),
        mend=Text(
            vi="Kiểm tra đường dẫn và quyền, hoặc tạo mới bằng `thongsuot init`",
            en="Check the path and its rights, or make one with `thongsuot init`",
        ),
    )


def none_chosen(usual: str, variable: str) -> Problem:
    """Return the problem of a command that was told of no settings."""
    return Problem(
        file=usual,
        what=Text(
            vi=f"chưa biết dùng cấu hình nào: không có -c, không có {variable}, thư mục này cũng "
            "không có tệp ấy",
            en=f"which settings? There is no -c, no {variable}, and no such file in this folder",
        ),
        mend=Text(
            vi=f"Thêm -c THƯ-MỤC/{usual}; chưa có thì tạo bằng `thongsuot init THƯ-MỤC`",
            en=f"Add -c DIR/{usual}; `thongsuot init DIR` makes one",
        ),
    )


def problems(
    error: ValidationError,
    place: Place,
    model: type[BaseModel],
    prefix: Path = (),
    also: Iterable[str] = (),
) -> Iterator[Problem]:
    """Yield one problem per fault that pydantic found in a table of `model` at `prefix`.

    `also` names keys that are allowed at the top though the model has them not.
    """
    for fault in error.errors(include_url=False):
        if str(fault["input"]).startswith(SECRET):
            continue  # a reference: what it stands for is judged when it is revealed
        path = tuple(str(part) for part in fault["loc"])
        if fault["type"] == "extra_forbidden":
            known = _fields(model, path[:-1]) | (set(also) if len(path) == 1 else set())
            yield place.unknown(prefix + path, known)
        else:
            words = fault["msg"].removeprefix("Value error, ")
            what, mend = said(fault["type"], fault.get("ctx", {}), words)
            yield place.problem(prefix + path, what, mend)


def _fields(model: type[BaseModel], path: Path) -> set[str]:
    steps = iter(path)
    for part in steps:
        field = model.model_fields.get(part)
        inner = field.annotation if field else None
        if get_origin(inner) in {dict, Mapping}:  # tables that people name
            inner = get_args(inner)[1]
            next(steps, None)
        if not (isinstance(inner, type) and issubclass(inner, BaseModel)):
            return set()
        model = inner
    return set(model.model_fields)


def instead(key: object, allowed: Iterable[str]) -> Text:
    """Return what may have been meant by a key that is not allowed, or all that is."""
    names = sorted(allowed)
    close = get_close_matches(str(key), names, 1) if key else []
    if close:
        return Text(vi=f'Có phải là "{close[0]}"?', en=f'Perhaps "{close[0]}" is meant')
    listed = ", ".join(names)
    return Text(vi=f"Dùng được: {listed}", en=f"There are: {listed}")


_NUMBER = Text(vi="Viết một số", en="Write a number")
_BOOLEAN = Text(vi="Viết true hoặc false", en="Write true or false")
_TEXT = Text(vi="Viết chữ trong ngoặc kép", en="Write text in quotes")
_LIST = Text(vi='Viết danh sách, ví dụ ["a", "b"]', en='Write a list, such as ["a", "b"]')
_TABLE = Text(vi="Viết một bảng [tên]", en="Write a table, [name]")

_BY_TYPE: Mapping[str, tuple[Text, Text]] = {
    "missing": (
        Text(vi="thiếu khoá này", en="this key is missing"),
        Text(vi="Thêm nó vào", en="Add it"),
    ),
    "int_parsing": (Text(vi="không phải số nguyên", en="not a whole number"), _NUMBER),
    "int_type": (Text(vi="không phải số nguyên", en="not a whole number"), _NUMBER),
    "int_from_float": (Text(vi="không phải số nguyên", en="not a whole number"), _NUMBER),
    "float_parsing": (Text(vi="không phải số", en="not a number"), _NUMBER),
    "float_type": (Text(vi="không phải số", en="not a number"), _NUMBER),
    "bool_parsing": (Text(vi="không phải đúng/sai", en="neither true nor false"), _BOOLEAN),
    "bool_type": (Text(vi="không phải đúng/sai", en="neither true nor false"), _BOOLEAN),
    "string_type": (Text(vi="không phải chữ", en="not text"), _TEXT),
    "path_type": (Text(vi="không phải đường dẫn", en="not a path"), _TEXT),
    "tuple_type": (Text(vi="không phải danh sách", en="not a list"), _LIST),
    "list_type": (Text(vi="không phải danh sách", en="not a list"), _LIST),
    "dict_type": (Text(vi="không phải bảng", en="not a table"), _TABLE),
    "model_type": (Text(vi="không phải bảng", en="not a table"), _TABLE),
}


def _bound(
    word_vi: str, word_en: str, key: str
) -> Callable[[Mapping[str, Any]], tuple[Text, Text]]:
    def bounded(context: Mapping[str, Any]) -> tuple[Text, Text]:
        limit = context[key]
        return (
            Text(vi="ngoài khoảng cho phép", en="out of range"),
            Text(vi=f"Viết số {word_vi} {limit}", en=f"Write a number {word_en} {limit}"),
        )

    return bounded


_BY_CONTEXT: Mapping[str, Callable[[Mapping[str, Any]], tuple[Text, Text]]] = {
    "greater_than_equal": _bound("từ", "of at least", "ge"),
    "greater_than": _bound("lớn hơn", "above", "gt"),
    "less_than_equal": _bound("không quá", "of at most", "le"),
    "less_than": _bound("nhỏ hơn", "below", "lt"),
    "literal_error": lambda context: (
        Text(vi="giá trị không dùng được", en="not one of the possible values"),
        Text(vi=f"Dùng được: {context['expected']}", en=f"There are: {context['expected']}"),
    ),
    "enum": lambda context: (
        Text(vi="giá trị không dùng được", en="not one of the possible values"),
        Text(vi=f"Dùng được: {context['expected']}", en=f"There are: {context['expected']}"),
    ),
    "string_pattern_mismatch": lambda context: (
        Text(vi="sai dạng", en="of the wrong form"),
        Text(vi=f"Theo mẫu {context['pattern']}", en=f"Follow the pattern {context['pattern']}"),
    ),
}


def said(kind: str, context: Mapping[str, Any], message: str) -> tuple[Text, Text]:
    """Return what is wrong with a value and how to mend it, by the fault that pydantic found."""
    wrong = context.get("error")
    if isinstance(wrong, Wrong):
        return wrong.what, wrong.mend
    if kind in _BY_TYPE:
        return _BY_TYPE[kind]
    if kind in _BY_CONTEXT:
        return _BY_CONTEXT[kind](context)
    return (
        Text(vi=f"giá trị không dùng được ({message})", en=f"not a usable value ({message})"),
        Text(vi="Xem docs/settings.md", en="See docs/settings.md"),
    )
