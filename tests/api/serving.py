"""The small province with rooms and services, and what their checks brought."""

from dataclasses import replace
from datetime import datetime, timedelta

from core.labels import Series
from core.reading import Failure, FailureKind, Reading
from core.watching import Check, Estate, Target, TargetKind
from tests.api.world import PROVINCE, estate

DAY = 86_400.0


def _service(slug: str, name: str, role: str, *uplinks: str, site: str | None = None) -> Target:
    return Target(
        slug=slug,
        kind=TargetKind.SERVICE,
        name=name,
        role=role,
        site=site,
        unit=PROVINCE,
        unit_path=(PROVINCE,),
        address="10.75.0.80",
        uplinks=uplinks,
    )


def serving() -> Estate:
    """Return the estate with two rooms and four services."""
    what = estate()
    by_slug = {t.slug: t for t in what.targets}
    rooms = tuple(
        Target(
            slug=f"phong-{commune}",
            kind=TargetKind.ROOM,
            name=f"Phòng họp {by_slug[site].name}",
            role="room",
            site=site,
            unit=commune,
            unit_path=(PROVINCE, commune),
            members=(member,),
        )
        for commune, site, member in (
            ("dong-xoai", "ubnd-dong-xoai", "vc-dong-xoai"),
            ("dak-o", "ubnd-dak-o", "ubnd-dak-o"),
        )
    )
    services = (
        _service("cong", "Cổng dịch vụ công", "portal", "core-1", site="center"),
        _service("ioffice", "Văn bản điều hành (iOffice)", "application", "core-1", site="center"),
        _service("dns", "Máy chủ tên miền", "dns", "core-1", site="center"),
        _service("ngoai", "Dịch vụ ngoài", "other").model_copy(
            update={"unit_path": ("don-vi-khong-co-diem",)}
        ),
    )
    checks = (
        _check("cong", "http", {"url": "https://dichvucong.dongnai.example/"}),
        _check("ioffice", "http", {"url": "https://ioffice.dongnai.example/dang-nhap"}),
        _check("dns", "dns", {"port": 53, "name": "dongnai.example", "type": "A"}),
        _check("ngoai", "tcp", {"port": 25}),
    )
    return Estate(targets=(*what.targets, *rooms, *services), checks=(*what.checks, *checks))


def _check(target: str, collector: str, params: dict[str, object]) -> Check:
    return Check(
        slug=f"{target}/{collector}",
        target=target,
        collector=collector,
        address="10.75.0.80",
        params=params,
        reach=True,
        labels=(("instance", target), ("job", "thongsuot")),
    )


def read(now: datetime) -> list[Reading]:
    """Return what the newest looks brought: one certificate ends in five days, one in a year.

    The server of the latter also shows one that has ended, which its verified chain does not need.
    """
    ends = {"cong": 5.5, "ioffice": -40.0}
    readings = []
    for target, days in ends.items():
        base = (("instance", target),)
        samples = [
            (Series.of("probe_duration_seconds", base), 0.142),
            (Series.of("probe_ssl_earliest_cert_expiry", base), now.timestamp() + days * DAY),
        ]
        if target == "ioffice":
            name = "probe_ssl_last_chain_expiry_timestamp_seconds"
            samples.append((Series.of(name, base), now.timestamp() + 365.5 * DAY))
        readings.append(Reading(f"{target}/http", "center", now, samples))
    refused = Failure(FailureKind.REFUSED, "connection refused")
    readings.append(Reading("ngoai/tcp", "center", now - timedelta(seconds=5), failure=refused))
    return [replace(one) for one in readings]
