"""The manual's page of collectors: what each answers, what may be set, what it brings."""

from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from core.collector import Collector
from runtime import registries

_HEAD = """\
# Các cách đo / Ways of looking

Trang này sinh từ mã nguồn (`docs/generate.py`). Mỗi bộ đo trả lời một câu hỏi; thử ngay, không lưu gì:
*Made from the code by `docs/generate.py`. Each collector answers one question; try one, nothing is kept:*

```
thongsuot look --address ĐỊA-CHỈ BỘ-ĐO -p tham-số=giá-trị
```

Mật khẩu không bao giờ là tham số: bí mật có tên, đặt bằng `thongsuot secret set TÊN`; khi thử thì `--secret TỆP`.
*Passwords are never parameters: secrets have names, set by `thongsuot secret set NAME`; to try, `--secret FILE`.*

Cách dùng cho ứng dụng web, tên miền, thư, danh bạ, chữ ký số: [dịch vụ](services.md).
*Web applications, zones, mail, directories and signatures: [services](services.md).*
"""  # noqa: E501


def markdown() -> str:
    """Return the page."""
    known = registries.collectors()
    return _HEAD + "".join(_told(known[name]) for name in sorted(known))


def _told(collector: Collector) -> str:
    lines = [
        f"\n## `{collector.name}`\n",
        f"{collector.help.vi}<br>*{collector.help.en}*\n",
        f"Chu kỳ / *interval* {collector.interval:g} s, thời hạn / *timeout* "
        f"{collector.timeout:g} s.\n",
    ]
    rows = list(_parameters(collector.params))
    if rows:
        head = ("| tham số / parameter | mặc định / default | ý nghĩa / meaning |", "|---|---|---|")
        lines.append("\n".join((*head, *rows)) + "\n")
    for name, model in _steps(collector.params):
        head = (f"| của / of `{name}` | mặc định / default | ý nghĩa / meaning |", "|---|---|---|")
        lines.append("\n".join((*head, *_parameters(model))) + "\n")
    lines.append("\n".join(_metrics(collector)) + "\n")
    return "\n".join(lines)


def _parameters(model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        extra: Any = field.json_schema_extra
        vi = extra.get("vi", "") if isinstance(extra, Mapping) else ""
        shown = f"**`{name}`**" if field.is_required() else f"`{name}`"
        meaning = f"{vi}<br>*{field.description}*".replace("|", "\\|")
        yield f"| {shown} | {_default(field)} | {meaning} |"


def _steps(model: type[BaseModel]) -> Iterator[tuple[str, type[BaseModel]]]:
    """Yield the parameters that are lists of tables, and what stands in these."""
    for name, field in model.model_fields.items():
        for part in get_args(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield name, part


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined or value is None or value in ({}, (), ""):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{value}`"


def _metrics(collector: Collector) -> Iterator[str]:
    yield "| chỉ số / metric | nhãn / labels | nghĩa / meaning |"
    yield "|---|---|---|"
    for emit in collector.emits:
        labels = ", ".join(f"`{label}`" for label in emit.labels if label != "collector")
        yield f"| `{emit.name}` | {labels} | {emit.help.vi} / *{emit.help.en}* |"
