"""What was noted of a run is read in Vietnamese, whatever real collectors noted of it."""

import socket
from typing import cast

import pytest

from api.transcript_words import told
from core.clock import SystemClock
from core.watching import Check
from runtime.kit import make_kit
from runtime.registries import collectors
from runtime.scheduler import look_once


@pytest.mark.parametrize(
    ("line", "vi"),
    [
        ("reply 1 from 10.0.0.1 after 0.031 ms", "trả lời 1 từ 10.0.0.1 sau 0,031 ms"),
        (
            "raw ICMP socket, receive buffer 212992 bytes",
            "socket ICMP loại raw (thô), bộ đệm nhận 212992 byte",
        ),
        ("no reply to probe 2", "gói 2 không có trả lời"),
        ("10.0.0.1 port 443: connection refused", "10.0.0.1 cổng 443: từ chối kết nối"),
        ("GET http://10.0.0.1/", "GET http://10.0.0.1/"),
    ],
)
def test_a_note_is_read_in_both_languages(line: str, vi: str) -> None:
    assert told(line, "vi") == vi
    assert told(line, "en") == line


@pytest.mark.parametrize("listening", [True, False])
async def test_a_real_look_at_a_port_tells_its_story_in_vietnamese(*, listening: bool) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        port = cast("int", door.getsockname()[1])
        if listening:
            door.listen()
        check = Check(
            slug="x/tcp", target="x", collector="tcp", address="127.0.0.1",
            params={"port": port}, timeout=2.0, labels=(("instance", "x"), ("job", "look")),
        )  # fmt: skip
        kit = make_kit(SystemClock())
        try:
            run, reading = await look_once(collectors()["tcp"], check, kit)
        finally:
            await kit.aclose()
    assert reading.ok is listening
    story = [told(line, "vi") for line in run.lines if f"port {port}" in line]
    assert story
    assert all("cổng" in line for line in story)
