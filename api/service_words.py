"""What checks of web applications, zones, mail, directories and signatures find, in words."""

import re

from core.text import Text

SERVICE_FAULTS: tuple[tuple[re.Pattern[str], Text], ...] = (
    (
        re.compile(r"^(\d+%) of the page has changed(.*); if this is right: accepted=([0-9a-f]+)$"),
        Text(
            "trang đã đổi {0}{1}; nếu đúng là trang mới của đơn vị, ghi accepted={2} vào phép kiểm "
            "tra",
            "{0} of the page has changed{1}; if it is yours, write accepted={2} into the check",
        ),
    ),
    (
        re.compile(r'^the page says "(.*)", as defaced pages do$'),
        Text(
            'trang có chữ "{0}" như trang bị tấn công: kiểm tra ngay',
            'the page says "{0}", as defaced pages do: look at once',
        ),
    ),
    (
        re.compile(r"^the newest date on the page is ([\d.]+) days old, more than (.+)$"),
        Text(
            "tin mới nhất trên trang đã {0} ngày, quá {1} ngày",
            "the newest date on the page is {0} days old, more than {1}",
        ),
    ),
    (
        re.compile(r"^no date is found on the page$"),
        Text(
            "không thấy ngày nào trên trang: ghi chỗ có ngày vào age_pattern",
            "no date is found on the page: say by age_pattern where dates stand",
        ),
    ),
    (
        re.compile(r"^step (.+?) took ([\d.]+) s, more than ([\d.]+) s$"),
        Text("bước {0} mất {1} giây, quá {2} giây", "step {0} took {1} s, more than {2} s"),
    ),
    (re.compile(r"^step (.+?): (.+)$"), Text("bước {0} hỏng: {1}", "step {0} fails: {1}")),
    (
        re.compile(r"^the servers do not agree: (.+)$"),
        Text(
            "các máy chủ tên miền không khớp nhau: {0}",
            "the name servers do not agree: {0}",
        ),
    ),
    (re.compile(r"^DNSSEC: (.+)$"), Text("DNSSEC không đúng: {0}", "DNSSEC: {0}")),
    (
        re.compile(r"^the letter was sent, but was not in the mailbox within (\S+) s$"),
        Text(
            "thư đã gửi nhưng sau {0} giây chưa đến hộp thư",
            "the letter was sent, but was not in the mailbox within {0} s",
        ),
    ),
    (
        re.compile(r"^(\d+) of our letters lay in the mailbox"),
        Text(
            "{0} thư thử còn trong hộp: thư có thể đang chạy vòng; đã xoá, không gửi thêm",
            "{0} of our letters lay in the mailbox: mail may run in circles; they were deleted, "
            "none was sent",
        ),
    ),
    (
        re.compile(r"^(\S+) is taken: the server passes on strangers' mail$"),
        Text(
            "máy chủ thư chuyển tiếp cho người ngoài (open relay): nhận cả {0}",
            "the mail server is an open relay: it takes {0}",
        ),
    ),
    (
        re.compile(r"^the mailbox is (\d+%) full"),
        Text("hộp thư đã đầy {0}", "the mailbox is {0} full"),
    ),
    (
        re.compile(r"^the login is refused: (.+)$"),
        Text(
            "tài khoản robot bị từ chối ({0}): kiểm tra mật khẩu",
            "the robot's login is refused ({0}): check its password",
        ),
    ),
    (
        re.compile(r"^the certificate is revoked since (.+?)(?:, not good)?$"),
        Text("chứng thư đã bị thu hồi từ {0}", "the certificate is revoked since {0}"),
    ),
    (
        re.compile(r"^the answer has been out of date since (.+)$"),
        Text("trả lời OCSP quá hạn từ {0}", "the OCSP answer has been out of date since {0}"),
    ),
    (
        re.compile(r"^the list has been out of date since (.+)$"),
        Text("danh sách thu hồi quá hạn từ {0}", "the list has been out of date since {0}"),
    ),
    (
        re.compile(r"^the domain controller is not in step with the others"),
        Text(
            "máy chủ miền chưa đồng bộ với các máy khác (isSynchronized)",
            "the domain controller is not in step with the others (isSynchronized)",
        ),
    ),
)
