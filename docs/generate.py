"""Write the pages of the manual that follow from the code; `--check` only compares.

Run from the project's environment: `.venv/bin/python docs/generate.py [--check]`.
"""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperArgument, TyperGroup

from collectors._snmp import handbook as devices
from inventory import handbook
from runtime import coverage_page, figures_page, looking_page, settings_page
from runtime.boards import board_titles
from runtime.cli import Commands

FOLDER = Path(__file__).parent
_EVERYWHERE = {"help", "install_completion", "show_completion"}
SETTINGS_HEAD = """\
# Cấu hình / Settings

Trang này sinh từ mã nguồn (`docs/generate.py`); tệp mẫu có chú thích do `thongsuot init` tạo ra.
*This page is made from the code by `docs/generate.py`; `thongsuot init` writes a commented file.*

- Một tệp TOML. Khoá lạ hay giá trị sai đều bị từ chối, kèm số dòng và cách sửa: `thongsuot check-config -c TỆP`.
  *One TOML file. Unknown keys and wrong values are refused, with the line and the mend.*
- Mọi lệnh tìm tệp theo một cách: `-c TỆP`, không thì biến `THONGSUOT_CONFIG`, không thì `./thongsuot.toml`; không có cả ba
  thì từ chối, trừ khi `THONGSUOT_LEDGER__URL` đã cho biết sổ cái.
  *Every command finds it alike: `-c FILE`, else `THONGSUOT_CONFIG`, else `./thongsuot.toml`; without any it refuses, unless
  `THONGSUOT_LEDGER__URL` names the ledger.*
- Biến môi trường `THONGSUOT_MỤC__KHOÁ` thắng tệp, ví dụ `THONGSUOT_WEB__LISTEN=127.0.0.1:9090`.
  *The environment wins over the file.*
- Thời gian viết `"30s"`, `"5m"`, `"1h"`; dung lượng viết `"512MB"`. Đường dẫn tương đối tính từ thư mục của tệp.
  *Durations and sizes carry their unit. Relative paths begin at the file's folder.*
- Mật khẩu không viết vào tệp: đặt bằng `thongsuot secret set TÊN` rồi viết `"secret:TÊN"`.
  *Secrets stay out of the file: set them with `thongsuot secret set NAME` and write `"secret:NAME"`.*

"""  # noqa: E501
CHANNELS_HEAD = """
## `[channels.TÊN]` / `[channels.NAME]`

Mỗi kênh báo tin là một bảng có tên tuỳ chọn, `kind` là loại kênh, còn lại là tham số của loại đó.
*Every way of telling is a table of its own name; `kind` is what it is, the rest its own keys.*
"""
CLI_HEAD = """\
# Dòng lệnh / The command line

Trang này sinh từ mã nguồn (`docs/generate.py`). Sau `./run setup`, lệnh là `.venv/bin/thongsuot`.
*Made from the code by `docs/generate.py`. After `./run setup` it is `.venv/bin/thongsuot`.*
Tiếng của kết quả in ra và của `--help`: `THONGSUOT_LANG=vi` hoặc `en`.
*The language of what is printed, help included.*
"""


BOARDS_BEGIN = "<!-- docs/generate.py: boards -->"
BOARDS_END = "<!-- end -->"


def pages() -> dict[str, str]:
    """Return every generated page by file name."""
    return {
        "settings.md": settings(),
        "cli.md": command_line(),
        "inventory.md": handbook.page(),
        "devices.md": devices.page(),
        "collectors.md": looking_page.markdown(),
        "coverage.md": coverage_page.markdown(),
        "grafana.md": grafana(),
        "figures.md": figures_page.markdown(),
    }


def settings() -> str:
    """Return the page of all settings, those of the channels included."""
    return SETTINGS_HEAD + settings_page.markdown() + CHANNELS_HEAD + settings_page.channels()


def command_line() -> str:
    """Return the page of all commands."""
    group = Commands(name="thongsuot")
    context = typer.Context(group, info_name="thongsuot")
    blocks = [CLI_HEAD]
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None:
            blocks += _told(command, f"thongsuot {name}", context)
    return "\n".join(blocks)


def grafana() -> str:
    """Return the page of Grafana with the boards that there are."""
    text = (FOLDER / "grafana.md").read_text(encoding="utf-8")
    before, _, rest = text.partition(BOARDS_BEGIN)
    _, _, after = rest.partition(BOARDS_END)
    english = {one.slug: one for one in board_titles("en")}
    rows = "".join(
        f"| {one.title} / *{english[one.slug].title}* "
        f"| {one.question} *{english[one.slug].question}* |\n"
        for one in board_titles("vi")
    )
    head = "| Bảng / board | Câu hỏi / question |\n|---|---|\n"
    return f"{before}{BOARDS_BEGIN}\n\n{head}{rows}\n{BOARDS_END}{after}"


def _told(command: Any, path: str, parent: typer.Context) -> Iterator[str]:
    context = typer.Context(command, info_name=path.rpartition(" ")[2], parent=parent)
    usage = " ".join(command.collect_usage_pieces(context))
    yield f"## `{path}`\n"
    yield f"{(command.help or '').strip()}\n"
    yield f"```\n{path} {usage}\n```\n"
    rows = [_row(p) for p in command.params if p.name not in _EVERYWHERE]
    if rows:
        yield "\n".join(rows) + "\n"
    if isinstance(command, TyperGroup):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None:
                yield from _told(below, f"{path} {name}", context)


def _row(parameter: Any) -> str:
    names = ", ".join(f"`{o}`" for o in (*parameter.opts, *parameter.secondary_opts))
    if isinstance(parameter, TyperArgument):
        names = f"`{parameter.metavar or parameter.name.upper()}`"
    said = getattr(parameter, "help", None) or ""
    return f"- {names}: {said}".rstrip(": ")


def main() -> None:
    """Write the pages, or with `--check` end with 1 if one is not current."""
    stale = [
        name
        for name, text in pages().items()
        if not (FOLDER / name).exists() or (FOLDER / name).read_text(encoding="utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        sys.stdout.writelines(f"docs/{name} is stale: run docs/generate.py\n" for name in stale)
        sys.exit(1 if stale else 0)
    for name in stale:
        (FOLDER / name).write_text(pages()[name], encoding="utf-8")


if __name__ == "__main__":
    main()
