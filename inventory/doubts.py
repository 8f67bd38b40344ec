"""What may be meant, yet is a slip as a rule? Told at an import, never refused."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date

from core.errors import Problem
from core.inventory import Device, Inventory
from core.text import Text
from inventory.plan import holds

Where = Callable[[str, Device], int | None]


def shared_addresses(
    inventory: Inventory, on: date, where: Where = lambda _table, _row: None
) -> list[Problem]:
    """Return a doubt per device whose address an earlier one has too on a day."""
    owners: dict[str, list[tuple[int, Device]]] = defaultdict(list)
    for device in inventory.devices:
        if holds(device, on):
            line = where("devices", device) or 0  # 0: not in the folder
            owners[device.address.lower()].append((line, device))
    for sharing in owners.values():
        sharing.sort(key=lambda owner: owner[0])
    placed = sorted(
        (
            (line, device, sharing[0][1])
            for sharing in owners.values()
            for line, device in sharing[1:]
        ),
        key=lambda found: found[0],
    )
    return [
        Problem(
            file="devices.csv",
            line=line or None,
            key="address",
            what=Text(
                vi=f"{device.slug} có cùng địa chỉ {device.address} với {first.slug}",
                en=f"{device.slug} has the same address {device.address} as {first.slug}",
            ),
            mend=Text(
                vi="Nếu không phải cố ý thì sửa một trong hai: mất một là báo mất cả hai",
                en="Unless it is meant, mend one of them: if one is lost, both are told lost",
            ),
        )
        for line, device, first in placed
    ]
