"""What people say caused an incident, and at whose door it lies."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import StringConstraints

from core.model import Line, Model, Slug
from core.text import Text


class Fault(StrEnum):
    """Whose it is to answer for: what the manager argues from."""

    CARRIER = "carrier"
    POWER = "power"  # the electricity company
    OWN = "own"  # whoever runs the network
    UNIT = "unit"  # the office where it stands
    SUPPLIER = "supplier"
    NOBODY = "nobody"  # storm, flood, lightning
    UNKNOWN = "unknown"


FAULT = {
    Fault.CARRIER: Text("nhà mạng", "the carrier"),
    Fault.POWER: Text("điện lực", "the electricity company"),
    Fault.OWN: Text("đơn vị vận hành", "the operator"),
    Fault.UNIT: Text("đơn vị sử dụng", "the office on site"),
    Fault.SUPPLIER: Text("nhà cung cấp", "the supplier"),
    Fault.NOBODY: Text("bất khả kháng", "force majeure"),
    Fault.UNKNOWN: Text("chưa rõ", "not known"),
}


@dataclass(frozen=True, slots=True)
class Category:
    """A kind of cause, and whose fault it is where nobody says otherwise."""

    slug: str
    name: Text
    fault: Fault


def _listed(*rows: tuple[str, str, str, Fault]) -> Mapping[str, Category]:
    return {slug: Category(slug, Text(vi, en), fault) for slug, vi, en, fault in rows}


CATEGORIES = _listed(
    ("power", "mất điện", "power cut", Fault.POWER),
    ("carrier-cable", "đứt cáp, tuyến của nhà mạng", "carrier's cable cut", Fault.CARRIER),
    ("carrier-equipment", "thiết bị nhà mạng", "carrier's equipment", Fault.CARRIER),
    ("own-cable", "dây, cáp nội bộ", "own cabling", Fault.OWN),
    ("own-equipment", "thiết bị của đơn vị hỏng", "own equipment failed", Fault.OWN),
    ("configuration", "cấu hình, thao tác sai", "configuration or handling", Fault.OWN),
    ("switched-off", "tắt máy, rút dây tại điểm", "switched off on site", Fault.UNIT),
    ("software", "lỗi phần mềm, dịch vụ", "software or service fault", Fault.SUPPLIER),
    ("overload", "quá tải, nghẽn", "overload", Fault.OWN),
    ("security", "sự cố an toàn thông tin", "security incident", Fault.UNKNOWN),
    ("disaster", "thiên tai", "natural disaster", Fault.NOBODY),
    ("planned-works", "bảo trì có kế hoạch", "planned works", Fault.OWN),
    ("unknown", "không rõ", "unknown", Fault.UNKNOWN),
)


class Finding(Model):
    """The cause of an incident as people know it; a later one takes the place of an earlier."""

    id: int | None = None
    incident: str
    category: Slug
    name: Line  # of the category, as it was called when this was said
    name_en: Line
    fault: Fault
    text: Annotated[str, StringConstraints(max_length=2000)] = ""
    by: str
    at: datetime
