"""What does the pretend province look like? True units, invented lines and devices.

The default is of today: the centre, eleven hubs at the seats of the former districts of Bình
Phước, and behind each the communes formed from its district. `three_tier` shows the same land
as it stood until 30 June 2025, held still: province, 11 districts, 111 communes.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date

from core.inventory import (
    EPOCH,
    Contact,
    Inventory,
    Organisation,
    Succession,
    Unit,
    UnitLevel,
)
from core.text import ascii_only, fold
from lab import serving
from lab.duty import on_duty
from lab.furnishing import Place, furnish
from lab.units import CITY, COMMUNES, DISTRICTS, REFORM, Commune, District, OldCommune

PROVINCE = "dong-nai-75"
OLD_PROVINCE = "tinh-binh-phuoc-70"
OFFICE = "van-phong-ubnd"  # which owns the services of the centre

_LEVELS = {
    "Thành phố": "City",
    "Thị xã": "Town",
    "Thị trấn": "Township",
    "Phường": "Ward",
    "Huyện": "District",
    "Tỉnh": "Province",
    "Xã": "Commune",
}
# Two communes came through the reform as they were: one slug before and after.
_UNCHANGED = {("25222", "25222"): "bu-gia-map-25222", ("25225", "25225"): "dak-o-25225"}


def inventory(*, three_tier: bool = False) -> Inventory:
    """Return the pretend province: units, successions, sites, devices, lines."""
    return _three_tier() if three_tier else _two_tier()


def slug_of(name: str) -> str:
    """Return a name as a slug: `Xã Đăk Ơ` as `xa-dak-o`."""
    return re.sub(r"[^a-z0-9]+", "-", fold(name)).strip("-")


def bare(name: str) -> str:
    """Return a unit's name without its level: `Phường An Lộc` as `An Lộc`."""
    level = next((known for known in _LEVELS if name.startswith(known + " ")), "")
    return name.removeprefix(level).strip()


def english(name: str) -> str:
    """Return a unit's English name: `Phường An Lộc` as `An Loc Ward`."""
    level = next((known for known in _LEVELS if name.startswith(known + " ")), "")
    return f"{ascii_only(bare(name))} {_LEVELS.get(level, '')}".strip()


def unit_slug(commune: Commune) -> str:
    """Return the slug of a commune of today; the level is left out, for it may change."""
    return f"{slug_of(bare(commune.name))}-{commune.code}"


def old_unit_slug(commune: OldCommune) -> str:
    """Return the slug of a commune of old; one that was not rearranged keeps today's."""
    kept = _UNCHANGED.get((commune.code, commune.became))
    return kept or f"{slug_of(commune.name)}-{commune.code}"


def district_slug(district: District) -> str:
    """Return the slug of a former district."""
    return f"{slug_of(district.name)}-{district.code}"


def _unit(
    slug: str,
    code: str,
    level: UnitLevel,
    name: str,
    *,
    parent: str | None,
    begin: date = EPOCH,
    end: date | None = None,
) -> Unit:
    return Unit(
        slug=slug,
        code=code,
        level=level,
        name=name,
        name_en=english(name),
        parent=parent,
        province_code="70" if begin < REFORM else "75",
        valid_from=begin,
        valid_to=end,
    )


def _units_of_today() -> Iterable[Unit]:
    province = UnitLevel.PROVINCE
    yield _unit(PROVINCE, "75", province, "Tỉnh Đồng Nai", parent=None, begin=REFORM, end=CITY)
    yield _unit(PROVINCE, "75", province, "Thành phố Đồng Nai", parent=None, begin=CITY)
    for commune in COMMUNES:
        slug, level = unit_slug(commune), UnitLevel.COMMUNE
        begin = REFORM
        if commune.rural_until_city:
            name = f"Xã {bare(commune.name)}"
            yield _unit(slug, commune.code, level, name, parent=PROVINCE, begin=REFORM, end=CITY)
            begin = CITY
        yield _unit(slug, commune.code, level, commune.name, parent=PROVINCE, begin=begin)


def _units_of_old(end: date | None) -> Iterable[Unit]:
    province, level = UnitLevel.PROVINCE, UnitLevel.DISTRICT
    yield _unit(OLD_PROVINCE, "70", province, "Tỉnh Bình Phước", parent=None, end=end)
    for district in DISTRICTS:
        above = district_slug(district)
        yield _unit(above, district.code, level, district.name, parent=OLD_PROVINCE, end=end)
        for old in district.communes:
            slug = old_unit_slug(old)
            yield _unit(slug, old.code, UnitLevel.COMMUNE, old.name, parent=above, end=end)


def _successions() -> Iterable[Succession]:
    today = {commune.code: unit_slug(commune) for commune in COMMUNES}
    yield Succession(old=OLD_PROVINCE, new=PROVINCE, on=REFORM)
    for district in DISTRICTS:
        for code in sorted({old.became for old in district.communes}):
            new = today[code]
            yield Succession(old=district_slug(district), new=new, on=REFORM, partial=True)
        for old in district.communes:
            if old_unit_slug(old) != today[old.became]:
                yield Succession(old=old_unit_slug(old), new=today[old.became], on=REFORM)


def _site_slugs(names: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return code -> site slug: the bare name, with the code where two would be the same."""
    rows = [(code, slug_of(bare(name))) for code, name in names]
    taken = [slug for _, slug in rows]
    return {code: slug if taken.count(slug) == 1 else f"{slug}-{code}" for code, slug in rows}


def _two_tier() -> Inventory:
    today = {commune.code: commune for commune in COMMUNES}
    slugs = _site_slugs((c.code, c.name) for c in COMMUNES)
    hubs = [
        Place(
            slug=f"cum-{slug_of(bare(district.name))}",
            name=f"Cụm {bare(district.name)}",
            name_en=f"{ascii_only(bare(district.name))} hub",
            unit=unit_slug(today[district.seat]),
            places=tuple(
                _office(slugs[c.code], c.name, unit_slug(c))
                for c in COMMUNES
                if c.district == district.code
            ),
        )
        for district in DISTRICTS
    ]
    center = Place(
        slug="trung-tam",
        name="Trung tâm dữ liệu Đồng Nai",
        name_en="Dong Nai data centre",
        unit=PROVINCE,
        places=tuple(hubs),
    )
    furnished = furnish(center, network=75, prefix="DNI", since=REFORM)
    return furnished.model_copy(
        update={
            "units": (*_units_of_old(REFORM), *_units_of_today()),
            "successions": tuple(_successions()),
            "organisations": (
                *_offices_of_the_centre(PROVINCE, REFORM),
                *_organisations([(slugs[c.code], c.name, unit_slug(c)) for c in COMMUNES], REFORM),
            ),
            "rooms": serving.rooms(furnished, REFORM),
            "services": serving.services(furnished, OFFICE, REFORM),
            **_people("dongnai"),
        }
    )


def _three_tier() -> Inventory:
    communes = [old for district in DISTRICTS for old in district.communes]
    slugs = _site_slugs((c.code, c.name) for c in communes)
    hubs = [
        Place(
            slug=f"cum-{slug_of(bare(district.name))}",
            name=f"UBND {_lowered(district.name)}",
            name_en=f"People's Committee of {english(district.name)}",
            unit=district_slug(district),
            places=tuple(
                _office(slugs[c.code], c.name, old_unit_slug(c)) for c in district.communes
            ),
        )
        for district in DISTRICTS
    ]
    center = Place(
        slug="trung-tam",
        name="Trung tâm tích hợp dữ liệu tỉnh Bình Phước",
        name_en="Binh Phuoc data integration centre",
        unit=OLD_PROVINCE,
        places=tuple(hubs),
    )
    furnished = furnish(center, network=70, prefix="BPC", since=EPOCH)
    return furnished.model_copy(
        update={
            "units": tuple(_units_of_old(None)),
            "organisations": (
                *_offices_of_the_centre(OLD_PROVINCE, EPOCH),
                *_organisations(
                    [(slugs[c.code], c.name, old_unit_slug(c)) for c in communes], EPOCH
                ),
            ),
            "rooms": serving.rooms(furnished, EPOCH),
            "services": serving.services(furnished, OFFICE, EPOCH),
            **_people("binhphuoc"),
        }
    )


def _office(slug: str, name: str, unit: str) -> Place:
    return Place(
        slug=slug,
        name=f"UBND {_lowered(name)}",
        name_en=f"People's Committee of {english(name)}",
        unit=unit,
        organisation=f"ubnd-{slug}",
    )


def _lowered(name: str) -> str:
    return name[0].lower() + name[1:]


def _organisations(rows: Sequence[tuple[str, str, str]], since: date) -> tuple[Organisation, ...]:
    """Return the government and the Party office of each (slug, name, unit)."""
    return tuple(
        Organisation(
            slug=f"{prefix}-{slug}",
            name=f"{title} {_lowered(name)}",
            kind=kind,
            unit=unit,
            valid_from=since,
        )
        for prefix, title, kind in (
            ("ubnd", "UBND", "government"),
            ("dang-uy", "Đảng uỷ", "party"),
        )
        for slug, name, unit in rows
    )


def _offices_of_the_centre(unit: str, since: date) -> tuple[Organisation, ...]:
    return (
        Organisation(slug=OFFICE, name="Văn phòng UBND", unit=unit, valid_from=since),
        Organisation(
            slug="van-phong-cap-uy",
            name="Văn phòng cấp uỷ",
            kind="party",
            unit=unit,
            valid_from=since,
        ),
    )


def _people(domain: str) -> dict[str, object]:
    """Return who is told: whoever is on duty first, then everybody."""
    everybody = Contact(
        slug="truc-ky-thuat",
        name="Trực kỹ thuật Trung tâm",
        email=f"truc.kythuat@{domain}.example",
    )
    rows = on_duty(domain)
    return {
        "contacts": (everybody, *rows.contacts),
        "rotas": rows.rotas,
        "rota_rules": rows.rota_rules,
        "escalations": rows.escalations,
    }
