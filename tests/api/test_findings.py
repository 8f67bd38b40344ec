"""What collectors find wanting is said in Vietnamese too, as they really say it."""

import pytest

from api import words
from api.findings import found
from collectors._backup.files import File
from collectors._backup.files import findings as of_backups
from collectors._backup.params import Params as BackupParams
from collectors._host.facts import Disk, Facts
from collectors._host.facts import findings as of_host
from collectors._host.params import HostLimits
from collectors._sql.params import Params as SqlParams
from collectors.sql import _beyond


def test_what_is_wrong_with_a_server_is_said_in_vietnamese() -> None:
    facts = Facts(0.99, 100, 98, [Disk("C:", 100, 95, 5)], {"a": False}, ["x.service"])
    detail = "; ".join(of_host(facts, HostLimits(services=("a", "b"))))
    assert found(detail, "vi") == (
        "ổ đĩa C: đã đầy 95%; dịch vụ a không chạy; không có dịch vụ b; "
        "dịch vụ x.service bị lỗi; bộ nhớ đã dùng 98%; bộ xử lý bận 99%"
    )
    assert found(detail, "en") == detail


def test_what_a_query_gives_is_said_in_vietnamese() -> None:
    params = SqlParams.model_validate(
        {"engine": "mysql", "queries": "ton: SELECT 1", "above": "ton: 5", "below": "ton: 1"}
    )
    said = [found(_beyond(params, "ton", value)[0], "vi") for value in (9.0, 0.0, None)]
    assert said == ["ton là 9, cao hơn 5", "ton là 0, thấp hơn 1", "ton: không có số liệu"]


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ([], "không có tệp nào tên *"),
        ([File("a", 0, 9)], "bản sao lưu mới nhất a đã cũ 6 ngày"),
        ([File("a", 4.8e5, 9), File("b", 0, 90)], "a chỉ bằng 10% bản trước đó"),
        ([File("a", 4.8e5, 0)], "a chỉ có 0 byte, ít hơn 1"),
    ],
)
def test_what_is_wrong_with_backups_is_said_in_vietnamese(files: list[File], said: str) -> None:
    params = BackupParams(url="sftp://a/b", max_age=1440)
    assert found("; ".join(of_backups(files, params, 4.32e5 + 6e4)), "vi") == said


def test_it_stands_on_the_page_where_a_failure_does() -> None:
    kind, detail = "protocol", "drive Disk 3: Critical; disk / is 96% full"
    assert words.failure(kind, detail, "redfish", "vi") == (
        "ổ đĩa Disk 3: hỏng (Critical); ổ đĩa / đã đầy 96%"
    )
    assert words.detail(f"prometheus: {kind}: disk / is 96% full", "vi") == (
        "Máy chủ (trang số liệu): ổ đĩa / đã đầy 96%"
    )


def test_what_is_not_known_is_said_as_before() -> None:
    assert found("the answer is no JSON", "vi") is None
    assert words.failure("protocol", "the answer is no JSON", "jitsi", "vi") == (
        words.FAILURE["protocol"].vi  # type: ignore[index]
    )
