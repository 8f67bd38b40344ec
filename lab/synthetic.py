"""A province of any size with numbered names, for scenarios and benchmarks. Nothing in it is real.

Unit codes of the synthetic province are of the right shape and belong to nobody ("00" is no
province of Việt Nam).
"""

from core.inventory import EPOCH, Inventory, Unit, UnitLevel
from lab.furnishing import Place, furnish

_MOST_HUBS, _MOST_PER_HUB = 11, 19  # where the plan of addresses ends


def inventory(hubs: int = 11, communes: int = 111) -> Inventory:
    """Return 1 × `hubs` × `communes`, communes dealt to the hubs in turn.

    At most 11 hubs with 19 communes each (ValueError): the addresses end there.
    """
    if not 1 <= hubs <= _MOST_HUBS or not 0 <= communes <= _MOST_PER_HUB * hubs:
        raise ValueError(f"cannot address {hubs} hubs and {communes} communes")
    province = "gia-lap"
    places = []
    for h in range(1, hubs + 1):
        behind = [_place("xa", k, 3, "Xã giả lập") for k in range(h, communes + 1, hubs)]
        hub = _place("huyen", h, 2, "Huyện giả lập")
        places.append(Place(hub.slug, hub.name, hub.name_en, hub.unit, None, tuple(behind)))
    center = Place(
        "trung-tam", "Trung tâm giả lập", "Synthetic centre", province, None, tuple(places)
    )
    furnished = furnish(center, network=99, prefix="GIALAP", since=EPOCH)
    return furnished.model_copy(update={"units": tuple(_units(province, places))})


def _place(prefix: str, number: int, digits: int, name: str) -> Place:
    slug = f"{prefix}-{number:0{digits}d}"
    return Place(slug, f"{name} {number}", f"Synthetic {slug}", f"dv-{slug}")


def _units(province: str, hubs: list[Place]) -> list[Unit]:
    def unit(slug: str, code: str, level: UnitLevel, name: str, parent: str | None) -> Unit:
        return Unit(
            slug=slug,
            code=code,
            level=level,
            name=name,
            parent=parent,
            province_code="00",
            valid_from=EPOCH,
        )

    units = [unit(province, "00", UnitLevel.PROVINCE, "Tỉnh giả lập", None)]
    for h, hub in enumerate(hubs, 1):
        units.append(unit(hub.unit, f"{h:03d}", UnitLevel.DISTRICT, hub.name, province))
        for place in hub.places:
            number = int(place.slug.rsplit("-", 1)[1])
            units.append(unit(place.unit, f"{number:05d}", UnitLevel.COMMUNE, place.name, hub.unit))
    return units
