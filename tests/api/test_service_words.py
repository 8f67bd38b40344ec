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


def test_a_line_without_references_that_answer_is_told_with_their_names() -> None:
    detail = "timeout: 0 of 3 references answer; not 8.8.8.8, 1.1.1.1:53, 9.9.9.9"
    assert words.detail(detail, "vi") == (
        "chỉ 0 trong 3 đích mốc trả lời; không trả lời: 8.8.8.8, 1.1.1.1:53, 9.9.9.9"
    )
    detail = "unreachable: 1 of 3 references answer, 2 are needed; not 8.8.8.8, 9.9.9.9"
    assert words.detail(detail, "en") == "only 1 of 3 references answer; silent: 8.8.8.8, 9.9.9.9"
