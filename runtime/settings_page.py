"""The settings told to people: a commented file to begin with, and a page of the manual."""

from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from core.text import Language, Text
from runtime import registries
from runtime.sections.kinds import Section
from runtime.settings import SECTIONS


def commented(language: Language) -> str:
    """Return a settings file with every key, its sentence and its default, commented out."""
    blocks = []
    for name, model in SECTIONS.items():
        for path, section in _tables(name, model):
            rows = [f"# {_title(section).said(language)}", f"[{path}]"]
            for key, field in _plain(section):
                rows += [f"# {_sentence(field).said(language)}", f"#{key} = {_default(field)}"]
            blocks.append("\n".join(rows))
    blocks += _examples(language)
    return "\n\n".join(blocks) + "\n"


def _examples(language: Language) -> Iterator[str]:
    """Yield a commented table for every kind of channel."""
    for name, channel in sorted(registries.channels().items()):
        rows = [f"# {channel.help.said(language)}", f"#[channels.{name}]", f'#kind = "{name}"']
        for key, field in channel.params.model_fields.items():
            said = next((part for part in field.metadata if isinstance(part, Text)), None)
            if said:
                rows.append(f"# {said.said(language)}")
            rows.append(f"#{key} = {_default(field)}")
        yield "\n".join(rows)


def markdown() -> str:
    """Return the tables of `docs/settings.md`, one per section."""
    blocks = []
    for name, model in SECTIONS.items():
        for path, section in _tables(name, model):
            title = _title(section)
            rows = [
                f"## `[{path}]`",
                "",
                f"{title.vi} / *{title.en}*",
                "",
                "| khoá / key | mặc định / default | ý nghĩa / meaning |",
                "|---|---|---|",
            ]
            for key, field in _plain(section):
                said = _sentence(field)
                meaning = f"{said.vi}<br>*{said.en}*"
                rows.append(f"| `{key}` | `{_default(field)}` | {meaning} |")
            blocks.append("\n".join(rows))
    return "\n\n".join(blocks) + "\n"


def _tables(path: str, model: type[Section]) -> Iterator[tuple[str, type[Section]]]:
    yield path, model
    for key, field in model.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Section):
            yield from _tables(f"{path}.{key}", field.annotation)


def _plain(model: type[Section]) -> Iterator[tuple[str, FieldInfo]]:
    for key, field in model.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            yield key, field


def _title(model: type[Section]) -> Text:
    vi, _, en = (model.__doc__ or "").rstrip(".").partition(" / ")
    return Text(vi=vi, en=en)


def _sentence(field: FieldInfo) -> Text:
    return next(part for part in field.metadata if isinstance(part, Text))


def _default(field: FieldInfo) -> str:
    value: Any = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ("", PydanticUndefined):
        return '""'
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return f"[{', '.join(map(_item, value))}]"
    if isinstance(value, dict):
        return "{}"
    return str(value) if isinstance(value, int) else _quoted(value)


def _item(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else _quoted(value)


def _quoted(value: object) -> str:
    return f'"{value}"'


def channels() -> str:
    """Return the keys of every kind of channel as markdown."""
    blocks = []
    for name, channel in sorted(registries.channels().items()):
        rows = [
            f'\n### `kind = "{name}"`',
            "",
            f"{channel.help.vi} / *{channel.help.en}*",
            "",
            "| khoá / key | mặc định / default | ý nghĩa / meaning |",
            "|---|---|---|",
        ]
        for key, field in channel.params.model_fields.items():
            default = "bắt buộc / required" if field.is_required() else f"`{_default(field)}`"
            rows.append(f"| `{key}` | {default} | {_meaning(field)} |")
        blocks.append("\n".join(rows) + "\n")
    return "".join(blocks)


def _meaning(field: FieldInfo) -> str:
    said = next((part for part in field.metadata if isinstance(part, Text)), None)
    return f"{said.vi}<br>*{said.en}*" if said else field.description or ""
