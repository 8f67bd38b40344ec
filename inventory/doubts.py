"""What may be meant, yet is a slip as a rule? Told at an import, never refused."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import TypeVar

from core.errors import Problem
from core.inventory import Dated, Device, Inventory, Room, Service
from core.text import Text
from inventory.plan import holds
from inventory.tables import BY_NAME, AnyRow

Where = Callable[[str, AnyRow], int | None]
_Row = TypeVar("_Row", bound=Dated)
_Said = Callable[[_Row, _Row], Text]  # (row, the earlier one) → what looks wrong


def doubts(
    inventory: Inventory, on: date, where: Where = lambda _table, _row: None
) -> list[Problem]:
    """Return everything doubtful among the rows that hold on a day, by file and line."""
    return [
        *shared_addresses(inventory, on, where),
        *shared_endpoints(inventory, on, where),
        *shared_urls(inventory, on, where),
    ]


def shared_addresses(
    inventory: Inventory, on: date, where: Where = lambda _table, _row: None
) -> list[Problem]:
    """Return a doubt per device whose address an earlier one has too on a day."""

    def said(device: Device, first: Device) -> Text:
        return Text(
            vi=f"{device.slug} có cùng địa chỉ {device.address} với {first.slug}",
            en=f"{device.slug} has the same address {device.address} as {first.slug}",
        )

    mend = Text(
        vi="Nếu không phải cố ý thì sửa một trong hai: mất một là báo mất cả hai",
        en="Unless it is meant, mend one of them: if one is lost, both are told lost",
    )
    found = _sharing(inventory.devices, lambda d: d.address.lower(), on, "devices", where)
    return [_doubt("devices", "address", line, said(*pair), mend) for line, *pair in found]


def shared_endpoints(
    inventory: Inventory, on: date, where: Where = lambda _table, _row: None
) -> list[Problem]:
    """Return a doubt per room whose endpoint an earlier one has too on a day."""

    def said(room: Room, first: Room) -> Text:
        return Text(
            vi=f"{room.slug} dùng chung thiết bị {room.device} với {first.slug}",
            en=f"{room.slug} has the same endpoint {room.device} as {first.slug}",
        )

    mend = Text(
        vi="Nếu mỗi phòng có thiết bị riêng thì sửa một trong hai; hỏng một thiết bị là mất cả hai",
        en="If each room has its own, mend one of them: if it fails, both rooms are lost",
    )
    rooms = [room for room in inventory.rooms if room.device]
    found = _sharing(rooms, lambda room: room.device or "", on, "rooms", where)
    return [_doubt("rooms", "device", line, said(*pair), mend) for line, *pair in found]


def shared_urls(
    inventory: Inventory, on: date, where: Where = lambda _table, _row: None
) -> list[Problem]:
    """Return a doubt per service whose address an earlier one has too on a day."""

    def said(service: Service, first: Service) -> Text:
        return Text(
            vi=f"{service.slug} có cùng địa chỉ {service.url} với {first.slug}",
            en=f"{service.slug} has the same address {service.url} as {first.slug}",
        )

    mend = Text(
        vi="Bỏ bớt một dòng, hoặc ghi địa chỉ riêng của từng dịch vụ",
        en="Take one of them out, or write the address that is each one's own",
    )
    found = _sharing(inventory.services, lambda s: s.url.rstrip("/").lower(), on, "services", where)
    return [_doubt("services", "url", line, said(*pair), mend) for line, *pair in found]


def _sharing(
    rows: Iterable[_Row], what: Callable[[_Row], str], on: date, table: str, where: Where
) -> Iterator[tuple[int, _Row, _Row]]:
    """Yield (line, row, first row of the same) in the order of lines; line 0: not in the folder."""
    owners: dict[str, list[tuple[int, _Row]]] = defaultdict(list)
    for row in rows:
        if holds(row, on):
            owners[what(row)].append((where(table, row) or 0, row))
    found = []
    for sharing in owners.values():
        sharing.sort(key=lambda owner: owner[0])
        found += [(line, row, sharing[0][1]) for line, row in sharing[1:]]
    yield from sorted(found, key=lambda one: one[0])


def _doubt(table: str, column: str, line: int, what: Text, mend: Text) -> Problem:
    return Problem(file=BY_NAME[table].file, line=line or None, key=column, what=what, mend=mend)
