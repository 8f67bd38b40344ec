"""What the demo prints is there to be copied."""

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from lab.client import default_socket
from runtime.demo import ADMIN, Demo
from runtime.demo_screen import Screen


def test_commands_stay_on_one_line_where_no_terminal_is(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    file = Path("/a/long/way/to/the/settings/of/a/demo/thongsuot.toml")
    demo = SimpleNamespace(
        notes=[],
        address="http://127.0.0.1:8080",
        password="secret",
        settings_file=file,
        lab=SimpleNamespace(socket=default_socket()),
    )
    Screen("vi", quiet=False).welcome(cast("Demo", demo))
    lines = capsys.readouterr().out.splitlines()
    assert f"Đăng nhập         {ADMIN} / secret" in lines
    (look,) = [line for line in lines if line.startswith("Xem một thiết bị")]
    assert look.endswith(f"look core-1 icmp -c {file}")
