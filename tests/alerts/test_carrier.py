"""The text for the carrier holds what a carrier asks for, and nothing made up."""

from datetime import timedelta

from alerts.carrier import Caller, carriers, report
from alerts.topology import Topology
from core.incident import THRESHOLD, Incident, Member, Severity
from inventory.template import BEGINNING
from tests.alerts.province import estate
from tests.factories import DAWN

TOPOLOGY = Topology(estate(hubs=1, communes=9))
HA = Caller("Lê Thu Hà", "0912345678", "ha@example.vn")


def trouble(root: str, cause: str, *members: str) -> Incident:
    return Incident(
        id="SC-20261122-0001",
        root=root,
        severity=Severity.CRITICAL,
        began_at=DAWN + timedelta(seconds=7),
        decided_at=DAWN,
        cause=cause,
        members=tuple(Member(target=slug, joined_at=DAWN) for slug in (root, *members)),
    )


def test_a_lost_line_is_told_with_circuit_time_sign_sites_and_contact() -> None:
    lost = trouble("line1", "port_up_silent", "hub1", *(f"c1{n}" for n in range(1, 10)))
    assert report(lost, "VNPT", TOPOLOGY, HA, "vi").splitlines() == [
        "Kính gửi VNPT, đề nghị kiểm tra và khắc phục:",
        "- Mã kênh: VNPT-line1",
        "- Đường truyền: Kênh VNPT đi hub1 (VNPT-line1)",
        "- Mất từ: 09:00:07 22/11/2026",
        "- Hiện tượng: cổng phía Thiết bị core vẫn báo hoạt động nhưng đầu xa im lặng",
        "- Điểm cầu bị ảnh hưởng: UBND c11, UBND c12, UBND c13, UBND c14, UBND c15, UBND c16, "
        "UBND c17, UBND c18 và 2 điểm khác",
        "- Mã theo dõi của chúng tôi: SC-20261122-0001",
        "- Liên hệ: Lê Thu Hà, 0912345678, ha@example.vn",
    ]


def test_a_crowded_line_is_told_as_a_line_that_carries_too_much() -> None:
    rule = next(one for one in BEGINNING.rules if one.slug == "bang-thong-p95")
    topology = Topology(estate(hubs=1, communes=9).model_copy(update={"rules": (rule,)}))
    full = trouble("line1", rule.slug).model_copy(
        update={"kind": THRESHOLD, "detail": "93.2 > 90", "severity": Severity.INFO}
    )
    lines = report(full, "VNPT", topology, HA, "vi").splitlines()
    assert lines[0] == "Kính gửi VNPT, đề nghị xem xét, nâng cấp hoặc khắc phục:"
    assert "- Từ lúc: 09:00:07 22/11/2026" in lines
    assert "- Hiện tượng: vượt ngưỡng “90 % băng thông (P95, 7 ngày)”: đo được 93.2 > 90" in lines
    assert not any("Mất từ" in line for line in lines)


def test_what_is_over_says_when_it_came_back() -> None:
    over = trouble("line-c11", "port_down").model_copy(
        update={"recovered_at": DAWN + timedelta(hours=1)}
    )
    text = report(over, "VNPT", TOPOLOGY, Caller("Lan"), "en")
    assert "- Back at: 10:00:00 22/11/2026" in text
    assert "- Contact: Lan" in text
    assert "Sites affected" not in text


def test_a_silent_device_is_told_by_the_line_that_it_hangs_on() -> None:
    silent = trouble("c11-gw", "silence", "c11")
    assert carriers(silent, TOPOLOGY.targets) == ["VNPT"]
    assert "- Circuit: VNPT-line-c11" in report(silent, "VNPT", TOPOLOGY, HA, "en")


def test_what_no_carrier_has_to_do_with_names_none() -> None:
    assert carriers(trouble("core", "silence"), TOPOLOGY.targets) == []
    assert carriers(trouble("gone", "silence"), TOPOLOGY.targets) == []
    assert "Circuit" not in report(trouble("gone", "silence"), "FPT", TOPOLOGY, HA, "en")
