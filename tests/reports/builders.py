"""Reports made by hand and by rule, of any size."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

from core.maintenance import Maintenance
from core.text import Text
from core.watching import TargetKind
from reports.report import (
    Bucket,
    Outage,
    Period,
    PeriodKind,
    Report,
    Row,
    Scope,
    ScopeKind,
    Seconds,
    Stretch,
    Works,
)

BEGIN = datetime(2026, 9, 30, 17, tzinfo=UTC)
END = datetime(2026, 10, 31, 17, tzinfo=UTC)
KNOWN = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
MONTH = int((END - BEGIN).total_seconds())
NAMES = ("Bình Phước", "Đồng Xoài", "An Lộc", "Bù Gia Mập", "Đăk Ơ", "Phú Nghĩa", "Trảng Dầu")
LONG = "Xã Nguyễn Thị Minh Khai và các thôn vùng sâu, vùng xa <Khu kinh tế> & cửa khẩu Hoa Lư"

OCTOBER = Period(
    PeriodKind.MONTH, date(2026, 10, 1), BEGIN, END, Text("Tháng 10/2026", "October 2026")
)
SEPTEMBER = Period(
    PeriodKind.MONTH,
    date(2026, 9, 1),
    datetime(2026, 8, 31, 17, tzinfo=UTC),
    BEGIN,
    Text("Tháng 9/2026", "September 2026"),
)
PROVINCE = Scope(ScopeKind.UNIT, "dong-nai", Text("Tỉnh Đồng Nai", "Đồng Nai Province"), "75")


def at(day: int, hour: int = 0, minute: int = 0, second: int = 0) -> datetime:
    """Return a moment of October 2026, local time."""
    return BEGIN + timedelta(days=day - 1, hours=hour, minutes=minute, seconds=second)


def stretches(spans: Sequence[tuple[datetime, datetime, Bucket]]) -> tuple[Stretch, ...]:
    """Return the whole month: up, but for the spans."""
    found, now = [], BEGIN
    for begin, end, bucket in sorted(spans):
        if begin > now:
            found.append(Stretch(now, begin, Bucket.UP))
        found.append(Stretch(max(begin, now), end, bucket))
        now = end
    if now < END:
        found.append(Stretch(now, END, Bucket.UP))
    return tuple(found)


def counted(timeline: Sequence[Stretch]) -> Seconds:
    """Return the seconds of a timeline."""
    sums = {bucket.value: 0 for bucket in Bucket}
    for one in timeline:
        sums[one.bucket.value] += int((one.end - one.begin).total_seconds())
    return Seconds(**sums)


def site(number: int, name: str, spans: Sequence[tuple[datetime, datetime, Bucket]] = ()) -> Row:
    """Return the line of one site."""
    timeline = stretches(spans)
    seconds = counted(timeline)
    lengths = [int((e - b).total_seconds()) for b, e, bucket in spans if bucket is Bucket.DOWN]
    return Row(
        key=f"ubnd-{number}",
        name=Text(f"UBND {name}", f"People's Committee of {name}"),
        depth=2,
        seconds=seconds,
        kind=TargetKind.SITE,
        detail="",
        outages=len(lengths),
        longest=max(lengths, default=0),
        mttr=Fraction(sum(lengths), len(lengths)) if lengths else None,
        mtbf=Fraction(seconds.numerator, len(lengths)) if lengths else None,
        before=Seconds(up=30 * 86400 - 300, down=300),
        timeline=timeline,
    )


def unit(number: int, name: str, below: Sequence[Row], depth: int = 1) -> Row:
    """Return the line of a unit: the sum of what is below."""
    lengths = [row.longest for row in below]
    return Row(
        key=f"unit-{number}",
        name=Text(name, name),
        depth=depth,
        seconds=sum((row.seconds for row in below), Seconds()),
        targets=sum(row.targets for row in below),
        level="commune" if depth else "province",
        code=f"{25000 + number:05d}" if depth else "75",
        outages=sum(row.outages for row in below),
        longest=max(lengths, default=0),
        mttr=next((row.mttr for row in below if row.mttr), None),
        mtbf=next((row.mtbf for row in below if row.mtbf), None),
        before=sum((row.before for row in below if row.before), Seconds()),
    )


def outages_of(row: Row, owner: Row) -> list[Outage]:
    """Return the spans of a site in which it was down."""
    return [
        Outage(
            target=row.key,
            name=row.name,
            begin=one.begin,
            end=one.end,
            seconds=int((one.end - one.begin).total_seconds()),
            still_open=one.end == END,
            began_before=one.begin == BEGIN,
            root=f"link-{row.key}",
            root_name=Text(f"Kênh TSLCD {owner.name.vi}", f"Leased line {owner.name.en}"),
            cause=Text("đường truyền mất kết nối", "the line is lost"),
            carrier="VNPT",
            circuit=f"TSL-{row.key[-3:]}",
            incident=f"SC-{one.begin:%Y%m%d}-0001",
            unit=owner.key,
            unit_name=owner.name,
        )
        for one in row.timeline
        if one.bucket is Bucket.DOWN
    ]


def works(number: int = 1, *, excluded: bool = True) -> Works:
    """Return announced works on the 18th."""
    return Works(
        Maintenance(
            id=f"BT-20261018-{number:04d}",
            begin=at(18, 22),
            end=at(19, 2),
            reason="Thay tủ phân phối quang tại nút An Lộc",
            announced_at=at(8 if excluded else 17, 9),
            reference="1245/VNPT-ĐN",
            units=("an-loc",),
            carriers=("VNPT",),
            by="lan",
            recorded_at=at(8, 9, 30),
        ),
        seconds=4 * 3600 * 3,
        excluded=excluded,
        why=None
        if excluded
        else Text("báo trước 1 ngày làm việc, cần 7", "announced 1 working day ahead, 7 needed"),
    )


def a_province(communes: int = 7, *, seed: int = 1, outages: int = 2) -> Report:
    """Return a province's October with so many communes, each with one site and its troubles."""
    chance = random.Random(seed)
    rows: list[Row] = []
    found: list[Outage] = []
    links: list[Row] = []
    for number in range(1, communes + 1):
        name = f"{chance.choice(('Xã', 'Phường'))} {NAMES[number % len(NAMES)]} {number}"
        spans = []
        for day in sorted(chance.sample(range(2, 30), k=chance.randint(0, outages))):
            begin = at(day, chance.randint(0, 20), chance.randint(0, 59), chance.randint(0, 59))
            kind = chance.choice((Bucket.DOWN, Bucket.DOWN, Bucket.DEGRADED, Bucket.UNKNOWN))
            spans.append((begin, begin + timedelta(seconds=chance.randint(30, 9000)), kind))
        spans.append((at(30, 18), at(30, 22), Bucket.EXCLUDED))
        one = site(number, name, spans)
        above = unit(number, name, [one])
        rows += [above, one]
        found += outages_of(one, above)
        links.append(
            replace(
                one,
                key=f"link-{number}",
                name=Text(f"Kênh TSLCD {name}", f"Leased line {name}"),
                kind=TargetKind.LINK,
                detail=f"VNPT · TSL-{number:05d}",
                depth=0,
            )
        )
    sites = [row for row in rows if row.kind is not None]
    whole = replace(
        unit(0, "Tỉnh Đồng Nai", sites, 0), key="dong-nai", name=PROVINCE.name, code="75"
    )
    worst = sorted(sites, key=lambda row: (-row.seconds.down, row.key))
    return Report(
        scope=PROVINCE,
        period=OCTOBER,
        previous=SEPTEMBER,
        calendar=Text("24×7", "24×7"),
        as_known_at=KNOWN,
        rows=(whole, *rows),
        outages=tuple(sorted(found, key=lambda one: (one.begin, one.target))),
        worst=tuple(row for row in worst if row.seconds.down)[:10],
        works=(works(), works(2, excluded=False)),
        goal=Fraction(995, 1000),
        links=tuple(links),
        notes=(
            Text(
                "Huyện Hớn Quản kết thúc ngày 30/6/2025; nay là các xã trực thuộc tỉnh.",
                "Hớn Quản district ended on 30 June 2025; its communes are now the province's.",
            ),
        ),
        special_days={date(2026, 10, 5): Text("Làm bù", "Make-up day")},
    )


def nothing() -> Report:
    """Return the report of a scope without any target."""
    whole = Row(key="dong-nai", name=PROVINCE.name, depth=0, seconds=Seconds(), targets=0)
    return Report(PROVINCE, OCTOBER, SEPTEMBER, Text("24×7", "24×7"), KNOWN, (whole,), (), ())


def all_unknown() -> Report:
    """Return the report of sites that nobody looked at."""
    dark = [
        replace(site(number, name, [(BEGIN, END, Bucket.UNKNOWN)]), before=None)
        for number, name in enumerate(NAMES[:3], 1)
    ]
    whole = replace(unit(0, "Tỉnh Đồng Nai", dark, 0), before=None)
    return replace(nothing(), rows=(whole, *dark), goal=Fraction(995, 1000))


def strange() -> Report:
    """Return a report with everything odd: long names, signs, a clock that was off, open ends."""
    evil = '=HYPERLINK("http://x","<b>&\'")'
    odd = site(
        1,
        LONG,
        [
            (BEGIN, at(1, 6), Bucket.DOWN),
            (at(12, 3), at(12, 3, 1), Bucket.DOWN),
            (at(31, 20), END, Bucket.DOWN),
        ],
    )
    evil_site = replace(site(2, NAMES[0]), name=Text(evil, evil), key="evil")
    low = unit(1, LONG, [odd, evil_site], 2)
    odd, evil_site = replace(odd, depth=3), replace(evil_site, depth=3)
    district = replace(
        unit(2, "Huyện Hớn Quản", [odd, evil_site], 1),
        level="district",
        note=Text("đến 30/6/2025, nay là các xã của tỉnh", "until 30/6/2025"),
    )
    whole = unit(0, "Tỉnh Đồng Nai", [odd, evil_site], 0)
    return replace(
        nothing(),
        rows=(whole, district, low, odd, evil_site),
        outages=tuple(outages_of(odd, low)),
        worst=(odd,),
        unsynchronised=((at(12, 2), at(12, 9)),),
        works=(works(excluded=False),),
        goal=Fraction(9995, 10000),
        goal_is_ours=False,
    )
