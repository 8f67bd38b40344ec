"""Whoever asks a command wrongly is told so in the language of the terminal, and what was meant."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer import Context, rich_utils
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

from runtime.cli import Commands, _help
from tests.runtime.test_help import helped

ENGLISH = re.compile(
    r"\b(No such|Missing|Option|option|requires|Invalid|Input|Usage|Try|Got|should|unable|valid"
    r"|value|does not|is not|argument|Choose|There|Perhaps|Error|must)\b"
)


def commands(
    command: TyperCommand | TyperGroup, path: tuple[str, ...] = ()
) -> Iterator[tuple[tuple[str, ...], TyperCommand | TyperGroup]]:
    """Yield every command with its name."""
    yield path, command
    if isinstance(command, TyperGroup):
        context = Context(command)
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert isinstance(below, TyperCommand | TyperGroup)
            yield from commands(below, (*path, name))


def mistakes(path: tuple[str, ...], command: TyperCommand | TyperGroup) -> Iterator[list[str]]:
    """Yield ways to ask for a command wrongly, none of which lets it run."""
    yield [*path, "--no-such-option"]
    if isinstance(command, TyperGroup):
        yield [*path, "frobnicate"]
        return
    arguments = [one for one in command.params if isinstance(one, TyperArgument)]
    options = [one for one in command.params if isinstance(one, TyperOption)]
    if not any(one.nargs == -1 for one in arguments):
        yield [*path, *("x" for _ in arguments), "one", "too", "many"]
    if any(one.required for one in command.params):
        yield [*path]
    for one in options:
        if one.is_flag:
            yield [*path, f"{one.opts[0]}=x"]
        else:
            yield [*path, one.opts[0]]
        if one.type_descriptor.annotation in {int, float}:
            yield [*path, one.opts[0], "x"]


@pytest.fixture
def vietnamese(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sit at a Vietnamese terminal; what Typer's frame says is given back afterwards."""
    monkeypatch.setenv("THONGSUOT_LANG", "vi")
    for name in _help._FRAME:
        monkeypatch.setattr(rich_utils, name, getattr(rich_utils, name))


@pytest.mark.usefixtures("vietnamese")
def test_no_command_answers_a_mistake_in_english() -> None:
    asked, english = 0, []
    for path, command in list(commands(Commands(name="thongsuot"))):
        for words in mistakes(path, command):
            asked += 1
            with pytest.raises(Exception) as refused:  # noqa: PT011  (Typer exports no type)
                Commands(name="thongsuot").main(words, "thongsuot", standalone_mode=False)
            said = refused.value.format_message()  # type: ignore[attr-defined]
            bare = re.sub(r"'[^']*'|--?[\w-]+|Dùng được: .*", "", said)
            if ENGLISH.search(bare):
                english.append((words, said))
    assert asked > 400
    assert not english


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["frobnicate"], "Không có lệnh 'frobnicate'."),
        (["rota", "gap"], "Không có lệnh 'gap'. Có phải là \"gaps\"?"),
        (["report", "make"], "Dùng được: links, optics, set, uptime"),
        (["uplinks", "-c", "x"], "Viết sau lệnh: thongsuot uplinks LỆNH -c thongsuot.toml"),
        (["-c", "x", "rota", "show"], "Viết sau lệnh: thongsuot LỆNH -c thongsuot.toml"),
        (["rota", "show", "--days", "x"], "'--days': không phải số nguyên. Viết một số."),
        (["rota", "show", "--days", "0"], "'--days': ngoài khoảng cho phép. Viết số từ 1."),
        (["maintenance", "add"], "Thiếu tuỳ chọn '--begin'."),
        (["run", "-c"], "Tuỳ chọn '-c' cần một giá trị."),
    ],
)
@pytest.mark.usefixtures("vietnamese")
def test_a_mistake_is_named_with_what_was_meant(words: list[str], said: str) -> None:
    with pytest.raises(Exception) as refused:  # noqa: PT011  (Typer exports no type)
        Commands(name="thongsuot").main(words, "thongsuot", standalone_mode=False)
    assert said in refused.value.format_message()  # type: ignore[attr-defined]


def test_what_is_printed_is_vietnamese_from_head_to_foot(tmp_path: Path) -> None:
    text = helped(tmp_path, "vi", "rota", "show", "--end")
    assert "Cách dùng: thongsuot rota show" in text
    assert "Không có tuỳ chọn --end." in text
    assert not re.search("Usage|Try|Error|No such", text)


def test_whoever_reads_english_is_told_in_english(tmp_path: Path) -> None:
    text = helped(tmp_path, "en", "uplinks", "-c", "x")
    assert "No such option: -c It goes after the command: thongsuot uplinks COMMAND -c" in text
