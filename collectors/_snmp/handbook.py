"""The manual's page of families, made from their tables."""

from collections.abc import Iterable

from collectors._snmp.descriptor import Entry, Family, Info, Quantity
from collectors._snmp.families import families, quantities
from collectors._snmp.vocabulary import HARDWARE

_HEAD = """\
# Thiết bị qua SNMP / Devices by SNMP

Trang này sinh từ các bảng trong `collectors/_snmp/families` (`docs/generate.py`). *Made from the tables by `docs/generate.py`.*

Thiết bị được nhận ra theo `sysObjectID`. Chuẩn chung (IETF, IEEE) được hỏi ở mọi thiết bị, bảng của hãng hỏi thêm; thiết bị chưa có bảng thì
được hỏi mọi bảng. Thiếu gì thì không có chuỗi ấy. Chỉ hỏi GET những gì đã thấy có; mỗi giờ, hoặc khi thiết bị báo bảng đã đổi, mới dò lại.
*A device is recognised by its `sysObjectID`. Standards are asked of every device, its maker's table besides; one without a table is asked for
everything. What it lacks has no series. What was found is polled by GET; tables are surveyed hourly, or when the device says they changed.*

Thêm một dòng máy: một tệp bảng trong thư mục ấy và một bản ghi trong `tests/collectors/captures`, không sửa mã nào khác; rồi sinh lại trang này.
*A new family is a file with its table in that folder and a capture in `tests/collectors/captures`, no other code; then this page is made anew.*

Hỏi bằng SNMP v2c hoặc v3; cách khai SNMPv3: [snmp-v3.md](snmp-v3.md). *Asked by SNMP v2c or v3; how to declare the latter:* [snmp-v3.md](snmp-v3.md).

`device_component_status`: 0 tốt, 1 cần chú ý, 2 hỏng / 0 well, 1 wants attention, 2 failed. `device_component_state`: số của MIB / the MIB's number.

"""  # noqa: E501


def page() -> str:
    """Return the page."""
    product = sorted((f for f in families() if f.objects), key=lambda family: family.name.lower())
    standards = [f for f in families() if not f.objects]
    return _HEAD + "\n".join(
        (
            "## Chuẩn chung / Standards\n",
            *_table(standards),
            "\n## Dòng máy / Families\n",
            *_table(product),
            "\n## Chỉ số / Metrics\n",
            "| chỉ số / metric | nhãn / labels | nghĩa / meaning |",
            "|---|---|---|",
            *_metrics(),
            "",
        )
    )


def _table(some: Iterable[Family]) -> Iterable[str]:
    yield "| dòng máy / family | sysObjectID | cho biết / tells |"
    yield "|---|---|---|"
    for family in some:
        begins = ", ".join(f"`{begin.removeprefix('1.3.6.1.4.1.')}`" for begin in family.objects)
        told = [*family.health, *family.neighbours, *family.parts]
        yield f"| {family.name} | {begins} | {', '.join(_names(told)) or '–'} |"


def _names(entries: Iterable[Entry | Info]) -> list[str]:
    found = {quantity.metric for entry in entries for quantity in quantities(entry)}
    return sorted(f"`{metric.removeprefix('device_')}`" for metric in found)


def _metrics() -> Iterable[str]:
    every: dict[str, Quantity] = {HARDWARE.metric: HARDWARE}
    for family in families():
        for entry in (*family.health, *family.neighbours, *family.parts):
            every |= {quantity.metric: quantity for quantity in quantities(entry)}
    for metric, quantity in sorted(every.items()):
        labels = ", ".join(f"`{label}`" for label in quantity.labels)
        yield f"| `{metric}` | {labels} | {quantity.help.vi} / *{quantity.help.en}* |"
