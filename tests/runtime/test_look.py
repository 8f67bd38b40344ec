"""Does the command show what one run said and brought?"""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from runtime.cli import import_, init
from runtime.cli.look import FAILED, WRONG, app


@pytest.fixture
def port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


def look(*words: str, language: str = "en") -> Result:
    return CliRunner().invoke(app, list(words), env={"THONGSUOT_LANG": language})


def test_an_address_needs_no_settings(port: int) -> None:
    result = look("--address", "127.0.0.1", "tcp", "-p", f"port={port}")
    assert result.exit_code == 0, result.output
    assert "127.0.0.1/tcp  ok" in result.output
    assert f'probe_success{{instance="127.0.0.1",job="look",port="{port}"}} 1' in result.output


def test_json_has_a_line_per_run(port: int) -> None:
    words = ("--address", "127.0.0.1", "tcp", "-p", f"port={port}", "--json", "--count", "2")
    rows = [json.loads(line) for line in look(*words).output.splitlines()]
    assert [row["ok"] for row in rows] == [True, True]
    assert rows[0]["transcript"]
    assert {"name", "labels", "value"} == rows[0]["samples"][0].keys()


def test_a_failed_look_has_its_exit_code() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        words = ("--address", "127.0.0.1", "tcp", "-p", f"port={taken.getsockname()[1]}")
        result = look(*words, language="vi")
    assert result.exit_code == FAILED
    assert "hỏng: từ chối kết nối (refused: " in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("icmp",), "Wanted: look TARGET COLLECTOR, or look --address ADDRESS COLLECTOR"),
        (
            ("--address", "127.0.0.1", "smell"),
            'There is no collector "smell"; there are: ',
        ),
        (("--address", "127.0.0.1", "tcp"), 'tcp needs the parameter "port": TCP port\n'),
        (("--address", "127.0.0.1", "tcp", "-p", "port"), '"port" is not key=value'),
    ],
)
def test_what_is_asked_wrongly_is_said(words: tuple[str, ...], said: str) -> None:
    result = look(*words)
    assert result.exit_code == WRONG
    assert said in result.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("tcp", "-p", "prot=53"),
            'tcp cần tham số "port": Cổng TCP\ntcp không có tham số "prot". Có phải là "port"?\n',
        ),
        (
            ("tcp", "-p", "port=99999"),
            'Tham số "port" của tcp: ngoài khoảng cho phép. Viết số không quá 65535\n'
            "Các tham số: port, refusal_answers. "
            "Ví dụ: thongsuot look --address 127.0.0.1 tcp -p port=443\n",
        ),
        (("http",), "Ví dụ: thongsuot look --address 127.0.0.1 http -p url=http://127.0.0.1/\n"),
    ],
)
def test_a_wrong_parameter_is_told_in_vietnamese_with_names_and_an_example(
    words: tuple[str, ...], said: str
) -> None:
    result = look("--address", "127.0.0.1", *words, language="vi")
    assert result.exit_code == WRONG
    assert said in result.output
    assert "Field" not in result.output


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The settings of a platform that watches this machine, under the name `init` gives it."""
    folder = tmp_path_factory.mktemp("look") / "platform"
    file = folder / "thongsuot.toml"
    for command, words in (
        (init.app, [folder]),
        (import_.app, [folder / "inventory", "-c", file]),
    ):
        done = CliRunner().invoke(command, [str(word) for word in words])
        assert done.exit_code == 0, done.output
    return str(file)


@pytest.mark.lab
def test_a_target_is_looked_at_as_the_platform_would(settings: str) -> None:
    row = json.loads(look("may-giam-sat", "icmp", "-c", settings, "--json").output)
    assert (row["ok"], row["check"]) == (True, "may-giam-sat/icmp")
    assert row["samples"][0]["labels"]["job"] == "thongsuot"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("may-giam-sat", "tcp"), '"may-giam-sat" has no tcp check; it has: icmp\n'),
        (("nobody", "icmp"), 'There is no target "nobody"\n'),
    ],
)
def test_a_target_or_check_that_is_not_there_is_said(
    settings: str, words: tuple[str, str], said: str
) -> None:
    done = look(*words, "-c", settings)
    assert (done.exit_code, done.output) == (WRONG, said)


def test_settings_that_are_not_there_are_named(tmp_path: Path) -> None:
    done = look("may-giam-sat", "icmp", "-c", str(tmp_path / "none.toml"))
    assert done.exit_code == WRONG
    assert "none.toml" in done.output
