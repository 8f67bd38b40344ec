"""What a collector noted of a run, in Vietnamese: the story is written once, in English.

Notes that quote the device, and those of rarer protocols, stay as they are.
"""

import re

from core.quantity import number
from core.text import Language

_DIGITS = 3  # of milliseconds
_SAID = tuple(
    (re.compile(pattern), said)
    for pattern, said in (
        (r"(?P<kind>raw|datagram) ICMP socket, receive buffer (\d+) bytes",
         "socket ICMP loại {kind}, bộ đệm nhận {1} byte"),
        (r"no ICMP socket: (.*)", "không mở được socket ICMP: {0}"),
        (r"reply (\d+) from (\S+) after (?P<ms>[\d.]+) ms", "trả lời {0} từ {1} sau {ms} ms"),
        (r"no reply to probe (\d+)", "gói {0} không có trả lời"),
        (r"probe (\d+) to (\S+) did not leave: (.*)", "gói {0} đến {1} không gửi đi được: {2}"),
        (r"the name (\S+) cannot be resolved", "không tra được địa chỉ của tên {0}"),
        (r"(\S+) is ([\d.:a-f, ]+)", "{0} có địa chỉ {1}"),
        (r"(\S+) port (\d+): connection refused", "{0} cổng {1}: từ chối kết nối"),
        (r"(\S+) port (\d+): no answer", "{0} cổng {1}: không trả lời"),
        (r"(\S+) port (\d+) after (?P<ms>[\d.]+) ms", "{0} cổng {1} mở sau {ms} ms"),
        (r"connected to (\S+) port (\d+) after (?P<ms>[\d.]+) ms",
         "nối được {0} cổng {1} sau {ms} ms"),
        (r"(\d+) bytes to (\S+) port (\d+) by UDP", "gửi {0} byte đến {1} cổng {2} bằng UDP"),
        (r"answer after (?P<ms>[\d.]+) ms", "trả lời sau {ms} ms"),
        (r"(\d+) bytes that answer nothing we asked", "{0} byte không trả lời điều đã hỏi"),
        (r"the answer is cut, asking again by TCP", "câu trả lời bị cắt, hỏi lại bằng TCP"),
        (r"(\w+), (\d+) records", "{0}, {1} bản ghi"),
        (r"(.*) until (\S+ \S+) UTC, by (.*)", "{0} có hạn đến {1} UTC, do {2} cấp"),
        (r"the chain could not be looked at: (.*)", "không xem được chuỗi chứng thư: {0}"),
        (r"HTTP (\d+), (\d+) bytes", "HTTP {0}, {1} byte"),
        (r"to (https?://\S+)", "chuyển hướng đến {0}"),
        (r"the body is longer than what is read of it, (\d+) bytes",
         "trang dài hơn phần đọc, {0} byte"),
        (r"ended by the deadline of ([\d.]+) s", "dừng vì quá {0} giây"),
        (r"(\d+) interfaces: (.*)", "{0} cổng: {1}"),
        (r"the table is learned anew: (.*)", "đọc lại cả bảng: {0}"),
        (r"walk of (\S+) ended early: (.*)", "đọc {0} dừng sớm: {1}"),
        (r"more than (\d+) values: the rest is left out", "hơn {0} giá trị: bỏ phần còn lại"),
    )
)  # fmt: skip
_KINDS = {"raw": "raw (thô)", "datagram": "datagram"}


def told(line: str, language: Language) -> str:
    """Return a line of a transcript in the reader's language, as it stands where it has no words.

    >>> told("reply 1 from 10.0.0.1 after 0.031 ms", "vi")
    'trả lời 1 từ 10.0.0.1 sau 0,031 ms'
    """
    if language == "en":
        return line
    for pattern, said in _SAID:
        if found := pattern.fullmatch(line):
            named = found.groupdict()
            if "ms" in named:
                named["ms"] = number(float(named["ms"]), language, _DIGITS)
            if "kind" in named:
                named["kind"] = _KINDS[named["kind"]]
            return said.format(*found.groups(), **named)
    return line
