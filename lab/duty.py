"""The pretend province's people on duty: three take turns by day, two others by the week."""

from datetime import date

from core.inventory import Contact, EscalationStep, Inventory, Rota, RotaRule

ROTA = "truc-cntt"
_SINCE = date(2025, 1, 6)  # a Monday
_BY_DAY = 3  # who is told second is never who was told first
_PEOPLE = (
    ("pham-minh-duc", "Phạm Minh Đức", "duc.pm", "0900000101"),
    ("vo-thi-hong", "Võ Thị Hồng", "hong.vt", "0900000102"),
    ("dang-quoc-huy", "Đặng Quốc Huy", "huy.dq", "0900000103"),
    ("le-thanh-tung", "Lê Thanh Tùng", "tung.lt", "0900000104"),
    ("ngo-thu-ha", "Ngô Thu Hà", "ha.nt", "0900000105"),
)


def on_duty(domain: str) -> Inventory:
    """Return a rota, its people, and the chain that tells them one after the other."""
    slugs = tuple(slug for slug, *_ in _PEOPLE)
    people, standing_in = slugs[:_BY_DAY], slugs[_BY_DAY:]
    return Inventory(
        contacts=tuple(
            Contact(slug=slug, name=name, email=f"{box}@{domain}.example", phone=phone)
            for slug, name, box, phone in _PEOPLE
        ),
        rotas=(Rota(slug=ROTA, name="Trực công nghệ thông tin", owner=people[0]),),
        rota_rules=(
            RotaRule(
                slug="truc-ngay", name="Luân phiên từng ngày", rota=ROTA, people=people,
                start=_SINCE,
            ),
            RotaRule(
                slug="du-phong-tuan", name="Dự phòng theo tuần", rota=ROTA, role="secondary",
                people=standing_in, start=_SINCE, turn="week",
            ),
        ),
        escalations=(
            _step(1, "primary", 0, ROTA),
            _step(2, "secondary", 5, ROTA),
            _step(3, "concerned", 15, None),
        ),
    )  # fmt: skip


def _step(number: int, tell: str, after: int, rota: str | None) -> EscalationStep:
    return EscalationStep(
        slug="bao-truc", name="Báo người trực", step=number, tell=tell, after=after, rota=rota
    )
