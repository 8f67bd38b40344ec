"""Inventories of any shape for properties: rows of one slug never overlap, the rest may."""

from datetime import date, time, timedelta
from itertools import pairwise

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from core.inventory import (
    EPOCH,
    CalendarSpan,
    Certificate,
    Contact,
    Dated,
    Device,
    EscalationStep,
    Inventory,
    Link,
    Measure,
    Organisation,
    Room,
    Rota,
    RotaRule,
    Rule,
    Service,
    Shift,
    Site,
    SpecialDay,
    Succession,
    Unit,
    UnitLevel,
)
from core.text import nfc
from inventory.tables import (
    COMPARISONS,
    DAY_KINDS,
    DUTY_ROLES,
    HOLDERS,
    KINDS,
    ON_HOLIDAYS,
    RULE_KINDS,
    RULE_SOURCES,
    RULE_VALUES,
    SERVICE_KINDS,
    SEVERITIES,
    TURNS,
    WHOM,
    key,
)

ON = date(2026, 11, 22)


slugs = st.sampled_from(["a", "b", "c-1", "d.2", "e_3"])
_words = st.text(
    st.characters(exclude_categories=("Cc", "Cf", "Cn", "Co", "Cs"), exclude_characters="\ufffd")
).map(lambda text: nfc(text)[:60].strip())
_sheet_traps = st.sampled_from(
    ["=1+1", "+84", "-1", "@x", "'=x", "''-", "'a", '="00070"', '"', ",", ";", "#x", "Hoà, xã"]
)
lines = (st.tuples(_sheet_traps, _words).map("".join).map(nfc) | _words).filter(bool)
maybe_line = st.none() | lines
maybe_slug = st.none() | slugs
hosts = st.sampled_from(["10.0.0.1", "fd00::1", "gw.donvi.gov.vn", "192.0.2.255"])
SEVERAL = "any:10.0.0.1,10.0.0.2:443,[fd00::1]:53?need=2"
times = st.times().map(lambda t: t.replace(microsecond=0))


@st.composite
def spans(draw: st.DrawFn) -> list[tuple[date, date | None]]:
    """Return spans of days that follow each other, most of them around ON."""
    near = st.integers(-3, 3).map(lambda days: ON + timedelta(days=days))
    cuts = sorted(draw(st.sets(near | st.just(EPOCH), min_size=1, max_size=5)))
    ends: list[date | None] = [*cuts[1:], None]
    found = [(begin, end) for begin, end in zip(cuts, ends, strict=True) if draw(st.booleans())]
    if found and found[-1][1] is not None and draw(st.booleans()):
        found[-1] = (found[-1][0], None)
    return found


@st.composite
def _dated(draw: st.DrawFn, rows: SearchStrategy[Dated]) -> tuple[Dated, ...]:
    found = []
    for slug in sorted(draw(st.sets(slugs))):
        for begin, end in draw(spans()):
            row = draw(rows)
            found.append(
                row.model_copy(update={"slug": slug, "valid_from": begin, "valid_to": end})
            )
    return tuple(found)


_SHAPES: dict[UnitLevel, int] = {
    UnitLevel.PROVINCE: 2,
    UnitLevel.DISTRICT: 3,
    UnitLevel.COMMUNE: 5,
}


def _code(level: UnitLevel) -> SearchStrategy[str]:
    digits = _SHAPES[level]
    return st.integers(0, 10**digits - 1).map(lambda number: f"{number:0{digits}d}")


units = st.sampled_from(list(UnitLevel)).flatmap(
    lambda level: st.builds(
        Unit,
        slug=slugs,
        code=_code(level),
        level=st.just(level),
        name=lines,
        name_en=maybe_line,
        parent=maybe_slug,
        province_code=_code(UnitLevel.PROVINCE),
    )
)
successions = st.builds(
    Succession, old=slugs, new=slugs, on=st.dates(date(1976, 1, 2)), partial=st.booleans()
)
organisations = st.builds(Organisation, slug=slugs, name=lines, kind=lines, unit=slugs)
sites = st.builds(
    Site,
    slug=slugs,
    name=lines,
    name_en=maybe_line,
    unit=slugs,
    organisation=maybe_slug,
    role=st.sampled_from(["center", "hub", "site"]),
    address=maybe_line,
    latitude=st.none() | st.floats(-90, 90),
    longitude=st.none() | st.floats(-180, 180),
    calendar=maybe_slug,
    contact=maybe_slug,
)
devices = st.builds(
    Device,
    slug=slugs,
    name=lines,
    site=slugs,
    kind=st.sampled_from(KINDS),
    vendor=maybe_line,
    model=maybe_line,
    address=hosts,
    profile=maybe_slug,
    secret=maybe_slug,
    uplinks=st.lists(slugs, max_size=3).map(tuple),
    calendar=maybe_slug,
)
links = st.builds(
    Link,
    slug=slugs,
    name=lines,
    near=slugs,
    far=slugs,
    near_port=maybe_line,
    far_port=maybe_line,
    carrier=maybe_line,
    circuit=maybe_line,
    capacity_mbps=st.none()
    | st.floats(0, 1e9, exclude_min=True)
    | st.sampled_from([2.048, 100.0, 1000.0]),
    medium=maybe_line,
    network=maybe_line,
    address=st.none() | hosts | st.just(SEVERAL),
    order=st.integers(1, 9999),
)
contacts = st.builds(
    Contact,
    slug=slugs,
    name=lines,
    email=st.none() | st.sampled_from(["an@donvi.gov.vn", "=x@donvi.vn", "+a@b.vn"]),
    phone=st.none() | st.sampled_from(["0912345678", "+84912345678"]),
    language=st.sampled_from(["vi", "en"]),
    unit=maybe_slug,
    quiet=maybe_slug,
)
rooms = st.builds(
    Room,
    slug=slugs,
    name=lines,
    name_en=maybe_line,
    site=slugs,
    device=maybe_slug,
    seats=st.none() | st.integers(1, 9999),
    contact=maybe_slug,
    calendar=maybe_slug,
    aliases=st.lists(
        st.sampled_from(["7501", "xa@hop.vn", "sip:xa@10.1.2.3:5061", "842713879999"]),
        max_size=3,
        unique=True,
    ).map(tuple),
)
services = st.builds(
    Service,
    slug=slugs,
    name=lines,
    name_en=maybe_line,
    kind=st.sampled_from(SERVICE_KINDS),
    url=st.sampled_from(
        [
            "https://dongnai.gov.vn/tim?q=họp",
            "http://[::1]:8080/",
            "tls://10.1.2.3:8443",
            "tcp://mail.dongnai.gov.vn:25",
            "dns://10.0.0.53/dongnai.gov.vn?type=MX",
            "ntp://10.0.0.1",
            "sip:10.0.0.5:5061;transport=tcp",
            SEVERAL,
        ]
    ),
    unit=maybe_slug,
    organisation=maybe_slug,
    site=maybe_slug,
    device=maybe_slug,
    keyword=maybe_line,
    contact=maybe_slug,
    calendar=maybe_slug,
    depends_on=st.lists(st.lists(slugs, min_size=1, max_size=3).map("|".join), max_size=2).map(
        tuple
    ),
)
special_days = st.lists(
    st.builds(
        SpecialDay,
        on=st.dates(date(1976, 1, 2), date(2100, 1, 1)),
        kind=st.sampled_from(DAY_KINDS),
        name=lines,
        like=st.integers(1, 7),
    ),
    max_size=4,
    unique_by=lambda day: day.on,
).map(tuple)
weekdays = st.sets(st.integers(1, 7), min_size=1).map(lambda days: tuple(sorted(days)))
calendars = st.builds(
    CalendarSpan,
    slug=slugs,
    name=lines,
    days=weekdays,
    begin=times,
    end=times,
    open_on_holidays=st.booleans(),
)
rotas = st.builds(Rota, slug=slugs, name=lines, owner=maybe_slug, calendar=maybe_slug)
rota_rules = st.builds(
    RotaRule,
    slug=slugs,
    name=lines,
    rota=slugs,
    role=st.sampled_from(DUTY_ROLES),
    people=st.lists(slugs, min_size=1, max_size=3).map(tuple),
    start=st.dates(date(1976, 1, 2), date(2100, 1, 1)),
    turn=st.sampled_from(TURNS),
    days=weekdays,
    begin=times,
    end=times,
    holidays=st.sampled_from(ON_HOLIDAYS),
)
shifts = st.lists(
    st.builds(
        Shift,
        rota=slugs,
        on=st.dates(ON - timedelta(days=4), ON + timedelta(days=4)),
        role=st.sampled_from(DUTY_ROLES),
        contact=slugs,
        begin=times,
        end=times,
    ),
    max_size=4,
    unique_by=key,
).map(tuple)
escalations = st.builds(
    EscalationStep,
    slug=slugs,
    name=lines,
    step=st.integers(1, 3),
    after=st.integers(0, 600),
    tell=st.sampled_from(WHOM),
    rota=maybe_slug,
    contact=maybe_slug,
    channels=st.lists(slugs, max_size=2).map(tuple),
    severities=st.lists(st.sampled_from(SEVERITIES), max_size=3, unique=True).map(tuple),
    unit=maybe_slug,
)

numbers = st.floats(-1e9, 1e9).map(lambda number: round(number, 6) + 0.0)
rules = st.builds(
    Rule,
    slug=slugs,
    name=lines,
    name_en=maybe_line,
    metric=st.sampled_from(["ifHCInOctets", "probe_loss_ratio"]),
    labels=st.sampled_from([(), ("ifName=Gi0/1",), ("job!=x", "site=")]),
    value=st.sampled_from(RULE_VALUES),
    window=st.integers(1, 1440),
    comparison=st.sampled_from(COMPARISONS),
    threshold=numbers,
    recovery=st.none() | numbers,
    duration=st.integers(0, 600),
    calendar=maybe_slug,
    severity=st.sampled_from(SEVERITIES),
    unit=maybe_slug,
    kind=st.none() | st.sampled_from(RULE_KINDS),
    role=st.none() | st.sampled_from(KINDS),
    enabled=st.booleans(),
    source=st.sampled_from(RULE_SOURCES),
)
measures = st.builds(
    Measure,
    slug=slugs,
    target=slugs,
    template=slugs,
    params=maybe_line,
    address=st.none() | st.just("10.70.0.53"),
    secret=maybe_slug,
    interval=st.none() | st.integers(10, 86_400),
)
certificates = st.builds(
    Certificate,
    slug=slugs,
    name=lines,
    kind=st.sampled_from(HOLDERS),
    serial=lines,
    issuer=maybe_line,
    begins=st.none() | st.dates(date(1976, 1, 2), date(2100, 1, 1)),
    ends=st.dates(date(1976, 1, 2), date(2100, 1, 1)),
    unit=maybe_slug,
    organisation=maybe_slug,
    contact=maybe_slug,
    note=maybe_line,
)


def _unique(found: list[Succession]) -> tuple[Succession, ...]:
    return tuple({(row.old, row.new, row.on): row for row in found}.values())


inventories = st.builds(
    Inventory,
    units=_dated(units),
    successions=st.lists(successions, max_size=4).map(_unique),
    organisations=_dated(organisations),
    sites=_dated(sites),
    devices=_dated(devices),
    links=_dated(links),
    rooms=_dated(rooms),
    services=_dated(services),
    contacts=_dated(contacts),
    calendars=_dated(calendars),
    special_days=special_days,
    rotas=_dated(rotas),
    rota_rules=_dated(rota_rules),
    shifts=shifts,
    escalations=_dated(escalations),
    rules=_dated(rules),
    certificates=_dated(certificates),
    measures=_dated(measures),
)
# One table is enough where tables do not meet, and far quicker.
of_contacts = st.builds(Inventory, contacts=_dated(contacts))
of_calendars = st.builds(
    Inventory,
    calendars=_dated(
        st.builds(
            CalendarSpan,
            slug=slugs,
            name=st.sampled_from(["Giờ hành chính", "Ca trực"]),
            days=st.sampled_from([(1, 2), (3,)]),
            begin=st.sampled_from([time(7), time(13)]),
            end=st.just(time(17)),
        )
    ),
)
small = (
    of_contacts
    | of_calendars
    | st.builds(Inventory, successions=st.lists(successions, max_size=4).map(_unique))
)


def overlaps(rows: list[Dated]) -> bool:
    """Say whether two rows of one identity hold on one day."""
    ordered = sorted(rows, key=lambda row: row.valid_from)
    return any(a.valid_to is None or a.valid_to > b.valid_from for a, b in pairwise(ordered))
