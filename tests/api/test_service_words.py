"""What checks of services find is said in Vietnamese, with the numbers that they found."""

import pytest

from api import words
from core.reading import FailureKind


@pytest.mark.parametrize(
    ("detail", "vi"),
    [
        (
            '64% of the page has changed; new: "x"; gone: "y"; if this is right: accepted=00ff',
            'trang đã đổi 64%; new: "x"; gone: "y"; nếu đúng là trang mới của đơn vị, ghi '
            "accepted=00ff vào phép kiểm tra",
        ),
        (
            "the newest date on the page is 9.0 days old, more than 7",
            "tin mới nhất trên trang đã 9.0 ngày, quá 7 ngày",
        ),
        ("step đăng nhập: HTTP 419", "bước đăng nhập hỏng: HTTP 419"),
        ("step 2 took 3.1 s, more than 2 s", "bước 2 mất 3.1 giây, quá 2 giây"),
        (
            "the certificate is revoked since 2026-11-01 00:00 UTC, not good",
            "chứng thư đã bị thu hồi từ 2026-11-01 00:00 UTC",
        ),
        ("the mailbox is 96% full, more than 90%", "hộp thư đã đầy 96%"),
    ],
)
def test_a_finding_is_said_in_vietnamese(detail: str, vi: str) -> None:
    assert words.failure(FailureKind.PROTOCOL, detail, "http_flow", "vi") == vi
    assert words.failure(FailureKind.PROTOCOL, detail, "http_flow", "en") != vi
