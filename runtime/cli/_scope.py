"""What does a scope name that is not in the inventory? Asked of silences and announced works."""

from datetime import datetime

from alerts.pausing import strangers
from core.clock import LOCAL
from core.errors import Problem
from core.inventory import Inventory
from core.silence import Scope
from core.text import Text
from inventory.compiled import LookingDefaults, compile_estate


def unknown(scope: Scope, inventory: Inventory, now: datetime, file: str) -> list[Problem]:
    """Return what the inventory of today does not know, as problems of `file`."""
    estate = compile_estate(inventory, now.astimezone(LOCAL).date(), LookingDefaults())
    return [
        Problem(
            file=file,
            what=Text(vi=f"danh mục không có “{name}”", en=f"the inventory has no “{name}”"),
            mend=Text(
                vi="Ghi như trong danh mục (thongsuot export)",
                en="Write it as in the inventory (thongsuot export)",
            ),
        )
        for name in strangers(scope, {target.slug: target for target in estate.targets})
    ]
