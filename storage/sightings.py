"""What did devices say of each other lately? Read from the series of their info."""

from datetime import datetime

from core.sighting import Address, Neighbour, Sighting, WayOut
from storage.series import SeriesReader

LATELY = "15m"  # neighbours are asked every four minutes


async def sighting(reader: SeriesReader, at: datetime) -> Sighting:
    """Return what was said in the quarter of an hour before; Unavailable."""

    async def said(name: str) -> list[dict[str, str]]:
        points = await reader.query(f"last_over_time({name}[{LATELY}])", at)
        return sorted((dict(point.labels) for point in points), key=lambda row: sorted(row.items()))

    neighbours = {
        Neighbour(
            row.get("instance", ""),
            row.get("protocol", ""),
            row.get("port", ""),
            row.get("neighbour", ""),
            row.get("neighbour_port", ""),
        )
        for row in await said("device_neighbour_info")
    }
    addresses = {
        Address(row.get("instance", ""), row.get("address", ""), row.get("port", ""))
        for row in await said("device_address_info")
    }
    ways = {
        WayOut(row.get("instance", ""), row.get("next_hop", ""))
        for row in await said("device_default_route_info")
    }
    names = {(row.get("instance", ""), row.get("sysName", "")) for row in await said("system_info")}
    return Sighting(
        tuple(sorted(neighbours, key=repr)),
        tuple(sorted(addresses, key=repr)),
        tuple(sorted(ways, key=repr)),
        tuple(sorted(names)),
    )
