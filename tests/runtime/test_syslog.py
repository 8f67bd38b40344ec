"""Lines of syslog as devices send them, and where they begin and end on a connection."""

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runtime.framing import FAR_TOO_LONG, LARGEST, Frames
from runtime.syslog import LONGEST, Line, NotSyslog, read

LINES = [
    (
        "<34>1 2026-11-30T22:14:15.003Z gw-1.tinh.vn su 77 ID47 - 'su root' failed for lan",
        Line(2, "su", "'su root' failed for lan"),
    ),
    (
        '<165>1 2026-11-30T22:14:15+07:00 gw evntslog - ID47 [ex@32473 iut="3" a="x\\"]y"] '
        "\ufeffMất điện lưới",
        Line(5, "evntslog", "Mất điện lưới"),
    ),
    (
        '<165>1 - - - - - [ex@32473 iut="3"][two@1 a="b"]',
        Line(5, "", '[ex@32473 iut="3"][two@1 a="b"]'),
    ),
    ("<13>1 - - - - - -", Line(5, "", "")),
    (
        "<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
        Line(2, "su", "'su root' failed for lonvick on /dev/pts/8"),
    ),
    (
        "<30>Nov 30 10:00:01 may-chu sshd[4711]: Failed password for lan",
        Line(6, "sshd", "Failed password for lan"),
    ),
    (
        "<189>123: *Mar  1 00:01:02.345: %LINK-3-UPDOWN: Interface Gi0/1, changed state to down",
        Line(5, "LINK-3-UPDOWN", "%LINK-3-UPDOWN: Interface Gi0/1, changed state to down"),
    ),
    (
        "<187>Nov 30 2026 10:00:00 AR-HUB %%01IFNET/4/IF_STATE(l)[5]:Interface GE0/0/1 is DOWN.",
        Line(
            3,
            "IFNET/4/IF_STATE",
            "%%01IFNET/4/IF_STATE(l)[5]:Interface GE0/0/1 is DOWN.",
        ),
    ),
    (
        "<30>Nov 30 10:00:00 MikroTik system,info,account user admin logged in",
        Line(6, "", "MikroTik system,info,account user admin logged in"),
    ),
    ("<0>", Line(0, "", "")),
    ("<7>chỉ có chữ", Line(7, "", "chỉ có chữ")),
]


@pytest.mark.parametrize(("line", "said"), LINES)
def test_a_line_says_who_what_and_how_grave(line: str, said: Line) -> None:
    assert read(line.encode()) == said


@pytest.mark.parametrize("line", [b"", b"hello", b"<192>x", b"<>x", b"<1234>x", b"34>x"])
def test_what_has_no_priority_is_no_syslog(line: bytes) -> None:
    with pytest.raises(NotSyslog):
        read(line)


def test_old_encodings_control_characters_and_long_lines_are_met() -> None:
    assert read(b"<13>r\xe9seau\x00\x1b[31m").text == "réseau  [31m"
    assert len(read(b"<13>" + b"x" * 8000).text) == LONGEST


@pytest.mark.parametrize("within", range(4))
@pytest.mark.parametrize("priority", ["<1>", "<189>"])
def test_a_line_that_is_cut_within_a_letter_keeps_its_letters(priority: str, within: int) -> None:
    said = "Lỗi cổng mạng " * 600
    sent = f"{priority}{'x' * within}{said}".encode()[:LARGEST]  # as the doors cut it
    assert read(sent).text == f"{'x' * within}{said}"[:LONGEST]


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_be_no_syslog(data: bytes) -> None:
    for begin in (b"", b"<34>1 ", b"<34>1 a b c d e [", b"<189>1: *Mar  1 "):
        with suppress(NotSyslog):
            assert len(read(begin + data).text) <= LONGEST


def cut(data: bytes, sizes: list[int]) -> list[bytes]:
    parts, at = [], 0
    for size in sizes:
        parts.append(data[at : at + size])
        at += size
    return [*parts, data[at:]]


def counted(line: bytes) -> bytes:
    return str(len(line)).encode() + b" " + line


texts = st.lists(
    st.binary(min_size=1, max_size=40).filter(
        lambda one: not set(b"\n\x00\r") & set(one) and not one[:1].isdigit()
    ),
    max_size=6,
)


@given(texts, st.lists(st.integers(0, 12), max_size=20))
def test_counted_lines_come_out_whole_however_they_are_cut(
    lines: list[bytes], sizes: list[int]
) -> None:
    frames = Frames()
    data = b"".join(counted(line) for line in lines)
    assert [one for part in cut(data, sizes) for one in frames.feed(part)] == lines


@given(texts, st.lists(st.integers(0, 12), max_size=20), st.sampled_from([b"\n", b"\0", b"\r\n"]))
def test_ended_lines_come_out_whole_however_they_are_cut(
    lines: list[bytes], sizes: list[int], end: bytes
) -> None:
    frames = Frames()
    data = b"".join(line + end for line in lines)
    assert [one for part in cut(data, sizes) for one in frames.feed(part)] == lines


def test_the_line_in_which_a_connection_ends_is_a_line_but_half_a_counted_one_is_none() -> None:
    for data, last in (
        (b"<11>truoc\n<11>sau", b"<11>sau"),
        (b"<11>sau\r", b"<11>sau"),
        (b"<11>truoc\n", b""),
        (b"9 <11>truoc12 <11>nua", b""),
        (b"20", b""),
        (b"<11>" + b"x" * 10_000, b""),
    ):
        frames = Frames()
        frames.feed(data)
        assert frames.last() == last
        assert frames.last() == b""


def test_a_line_too_long_is_cut_and_the_next_one_is_whole() -> None:
    for data in (
        counted(b"<13>" + b"x" * 20_000) + counted(b"<13>sau"),
        b"<13>" + b"x" * 20_000 + b"\n<13>sau\n",
    ):
        for size in (1000, 30_000):
            frames = Frames()
            parts = cut(data, [size] * (len(data) // size))
            found = [one for part in parts for one in frames.feed(part)]
            assert [len(found[0]), found[1]] == [LARGEST, b"<13>sau"]
            assert frames.cut == 1


@pytest.mark.parametrize(
    "data", [b"0 x", b"12x", b"99999999999 x", str(FAR_TOO_LONG + 1).encode() + b" x"]
)
def test_what_is_framed_in_no_way_breaks_it_and_what_came_before_is_kept(data: bytes) -> None:
    frames = Frames()
    assert frames.feed(b"9 <11>truoc" + data) == [b"<11>truoc"]
    assert frames.broken


@pytest.mark.parametrize("size", [1, 3, 1000])
def test_the_second_line_of_a_message_may_begin_with_a_number(size: int) -> None:
    said = ["<11>loi:", "2026-12-01 10:00:00 x", "12", "3 phut", "0", "<11>sau"]
    data = "".join(f"{line}\n" for line in said).encode() + b"9 <11>truoc<11>cuoi\n"
    frames = Frames()
    found = [one for part in cut(data, [size] * (len(data) // size)) for one in frames.feed(part)]
    assert [one.decode() for one in found] == [*said, "<11>truoc", "<11>cuoi"]
    assert not frames.broken


@settings(max_examples=500)
@given(st.lists(st.binary(max_size=100), max_size=20))
def test_no_bytes_make_a_connection_hold_more_than_a_line(parts: list[bytes]) -> None:
    frames = Frames()
    for part in parts:
        assert all(len(line) <= LARGEST for line in frames.feed(part))
        assert len(frames._held) <= LARGEST + 200
