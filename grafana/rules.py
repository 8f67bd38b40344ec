"""Recording and alert rules for those who already run Prometheus; ours do not depend on them."""

from collections.abc import Iterator
from typing import Any

import yaml

from alerts.judge import LOSSY_FROM, SUMMARY_PATIENCE
from collectors._host.params import DISK
from core.status import Status
from core.text import Text
from core.watching import TargetKind
from grafana.expressions import LOST, code, holds, identity, metric
from grafana.links import at_far_end, use
from grafana.servers import OLD
from inventory.expiry import STAGES
from runtime import surroundings, tally
from runtime.sections.telling import Delays

_HEAD = """\
# Quy tắc cho người đã có Prometheus / rules for those who already run Prometheus.
# Sinh bởi `python -m grafana`, đừng sửa tay / generated, do not edit (promtool check rules).
# Các cảnh báo này không thay cảnh báo của Thông Suốt: chúng không biết nguyên nhân gốc, giờ làm
# việc hay ca trực / these do not replace our own alerts: they know no root cause, hours or rota.
"""
_RANGE = "5m"
ENDING = STAGES[2]  # days
_KINDS = (TargetKind.SITE, TargetKind.LINK, TargetKind.DEVICE)


def document() -> str:
    """Return the rules file."""
    groups = [
        {"name": "thongsuot-recording", "interval": "30s", "rules": list(_recorded())},
        {"name": "thongsuot-targets", "rules": list(_of_targets())},
        {"name": "thongsuot-servers-services", "rules": list(_of_measurements())},
        {"name": "thongsuot-platform", "rules": list(_of_platform())},
    ]
    text: str = yaml.safe_dump(
        {"groups": groups}, sort_keys=False, allow_unicode=True, width=10_000
    )
    return _HEAD + text


def _recorded() -> Iterator[dict[str, Any]]:
    for kind in _KINDS:
        yield {"record": f"{identity(kind)}:{kind.value}_status:badness", "expr": code(kind)}
        yield {
            "record": f"status:{kind.value}_status:count",
            "expr": f"sum by (status) ({metric(f'{kind.value}_status')})",
        }
    yield {"record": "link:probe_loss:ratio", "expr": at_far_end("probe_loss_ratio")}
    yield {"record": f"link:use:ratio_rate{_RANGE}", "expr": use(_RANGE)}
    readings = f"sum by (collector) (rate({metric(tally.READINGS)}[{_RANGE}]))"
    failures = f"sum by (collector) (rate({metric(tally.FAILURES)}[{_RANGE}]))"
    yield {
        "record": f"collector:failures:ratio_rate{_RANGE}",
        "expr": f"{failures} / ({readings} > 0)",
    }


def told(kind: TargetKind, condition: str) -> str:
    """Return a condition by target, told by name and place, the newest of each counting."""
    one = identity(kind)
    info = f"(topk by ({one}) (1, timestamp({metric(f'{kind.value}_info')})) > bool 0)"
    return f"({condition}) * on ({one}) group_left (name, unit, province) {info}"


def _of_targets() -> Iterator[dict[str, Any]]:
    delays = Delays()
    site, link, device = TargetKind.SITE, TargetKind.LINK, TargetKind.DEVICE
    yield _alert(
        "ThongSuotSiteLost",
        told(site, f"{holds(site, LOST)} == 1"),
        delays.site,
        "critical",
        Text("Điểm cầu {{ $labels.name }} mất liên lạc", "Site {{ $labels.name }} is out of reach"),
    )
    yield _alert(
        "ThongSuotLinkDown",
        told(link, f"{holds(link, Status.DOWN)} == 1"),
        delays.link_site,
        "critical",
        Text("Đường truyền {{ $labels.name }} mất", "Link {{ $labels.name }} is down"),
    )
    yield _alert(
        "ThongSuotLinkLossy",
        told(link, f"{at_far_end('probe_loss_ratio')} >= {LOSSY_FROM:g}")
        + f" unless on (link) {holds(link, LOST)} == 1",
        300.0,
        "warning",
        Text(
            "Đường truyền {{ $labels.name }} mất {{ $value | humanizePercentage }} gói",
            "Link {{ $labels.name }} loses {{ $value | humanizePercentage }} of its packets",
        ),
    )
    yield _alert(
        "ThongSuotDeviceDown",
        told(device, f"{holds(device, Status.DOWN)} == 1"),
        delays.device,
        "warning",
        Text("Thiết bị {{ $labels.name }} hỏng", "Device {{ $labels.name }} is down"),
    )
    yield _alert(
        "ThongSuotIncidentOpen",
        metric(surroundings.INCIDENT),
        0.0,
        "info",
        Text(
            "Sự cố {{ $labels.incident }}: {{ $labels.name }}",
            "Incident {{ $labels.incident }}: {{ $labels.name }}",
        ),
    )


def told_by_instance(condition: str) -> str:
    """Return a condition by instance, told by the name and place of the device or service."""
    stamps = " or ".join(
        f"timestamp({metric(f'{kind.value}_info')})"
        for kind in (TargetKind.DEVICE, TargetKind.SERVICE)
    )
    info = f"(topk by (instance) (1, {stamps}) > bool 0)"
    return f"({condition}) * on (instance) group_left (name, unit, province) {info}"


def _of_measurements() -> Iterator[dict[str, Any]]:
    delays, service = Delays(), TargetKind.SERVICE
    yield _alert(
        "ThongSuotServiceDown",
        told(service, f"{holds(service, Status.DOWN)} == 1"),
        delays.device,
        "critical",
        Text("Dịch vụ {{ $labels.name }} hỏng", "Service {{ $labels.name }} is down"),
    )
    # The chain that was verified, where one was: a server may show others that have ended.
    expiry = " or ".join(
        metric(f"probe_ssl_{name}")
        for name in ("last_chain_expiry_timestamp_seconds", "earliest_cert_expiry")
    )
    yield _alert(
        "ThongSuotCertificateEnding",
        told_by_instance(f"(min by (instance) ({expiry}) - time()) / 86400 < {ENDING}"),
        3600.0,
        "warning",
        Text(
            "Chứng thư của {{ $labels.name }} còn {{ $value | humanize }} ngày",
            "The certificate of {{ $labels.name }} ends in {{ $value | humanize }} days",
        ),
    )
    yield _alert(
        "ThongSuotOnBattery",
        told_by_instance(f"max by (instance) ({metric('device_on_battery_seconds')}) > 0"),
        60.0,
        "critical",
        Text(
            "{{ $labels.name }} chạy bằng ắc quy {{ $value | humanizeDuration }}",
            "{{ $labels.name }} has been on battery for {{ $value | humanizeDuration }}",
        ),
    )
    yield _alert(
        "ThongSuotBackupOld",
        told_by_instance(f"max by (instance) ({metric('probe_backup_age_seconds')}) > {OLD:g}"),
        3600.0,
        "warning",
        Text(
            "Bản sao lưu mới nhất của {{ $labels.name }} đã {{ $value | humanizeDuration }}",
            "The newest backup of {{ $labels.name }} is {{ $value | humanizeDuration }} old",
        ),
    )
    full = f"max by (instance, storage) ({metric('device_storage_used_ratio')})"
    yield _alert(
        "ThongSuotDiskFull",
        told_by_instance(f"{full} > {DISK:g}"),
        900.0,
        "warning",
        Text(
            "Ổ {{ $labels.storage }} của {{ $labels.name }} đầy {{ $value | humanizePercentage }}",
            "Disk {{ $labels.storage }} of {{ $labels.name }} is "
            "{{ $value | humanizePercentage }} full",
        ),
    )


def _of_platform() -> Iterator[dict[str, Any]]:
    alive = metric("thongsuot_readings_total")
    yield _alert(
        "ThongSuotSilent",
        f"absent({alive}) or time() - max(timestamp({alive})) > {SUMMARY_PATIENCE:g}",
        60.0,
        "critical",
        Text("Thông Suốt không ghi số liệu nữa", "Thông Suốt writes no more"),
    )
    yield _alert(
        "ThongSuotIdle",
        f"sum(rate({alive}[{_RANGE}])) == 0",
        300.0,
        "critical",
        Text("Thông Suốt không đo nữa", "Thông Suốt looks at nothing"),
    )
    lost = (
        ("Readings", "thongsuot_readings_dropped_total", Text("kết quả đo", "readings")),
        ("Samples", "thongsuot_samples_refused_total", Text("mẫu", "samples")),
        ("Messages", "thongsuot_messages_failed_total", Text("tin báo", "messages")),
    )
    for what, name, words in lost:
        yield _alert(
            f"ThongSuot{what}Lost",
            f"increase({metric(name)}[{_RANGE}]) > 0",
            0.0,
            "warning",
            Text(f"Thông Suốt làm mất {words.vi}", f"Thông Suốt loses {words.en}"),
        )
    yield _alert(
        "ThongSuotMessagesLate",
        f"{metric('thongsuot_messages_late')} > 0",
        60.0,
        "critical",
        Text("Có tin báo chờ quá lâu", "Messages wait for too long"),
    )
    yield _alert(
        "ThongSuotChannelBroken",
        f"{metric('thongsuot_channels_broken')} > 0",
        0.0,
        "warning",
        Text("Có kênh báo tin bị tắt", "A channel is disabled"),
    )


def _alert(
    name: str, expression: str, delay: float, severity: str, summary: Text
) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expression,
        "for": f"{delay:g}s",
        "labels": {"severity": severity},
        "annotations": {"summary": summary.vi, "summary_en": summary.en},
    }
