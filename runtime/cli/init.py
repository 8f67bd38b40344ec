"""From nothing to one's own first device: a settings file and an inventory to fill in."""

import shlex
import shutil
import sys
from pathlib import Path
from typing import Annotated

import typer

from core.text import Language, Text

app = typer.Typer(add_completion=False)
_HEAD = Text(
    vi="# Cấu hình Thông Suốt. Bỏ dấu # ở đầu dòng để thay giá trị mặc định.\n"
    "# Kiểm tra tệp: thongsuot check-config -c thongsuot.toml",
    en="# Settings of Thông Suốt. Take the # off a line to change a default.\n"
    "# Check the file: thongsuot check-config -c thongsuot.toml",
)


@app.command()
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to make.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write a commented settings file and inventory templates; never overwrite."""
    from core.errors import Conflict
    from runtime.cli._inventory import Speaker

    speaker = Speaker(as_json=as_json)
    contents = _contents(folder, speaker.language)
    taken = [str(path) for path in contents if path.exists()]
    if taken:
        names = ", ".join(taken)
        speaker.refuse(
            Conflict(
                Text(
                    vi=f"Đã có {names}; chưa ghi gì. Chọn thư mục khác",
                    en=f"{names} exist already; nothing was written. Choose another folder",
                )
            )
        )
    for path, content in contents.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    settings, inventory = folder / "thongsuot.toml", folder / "inventory"
    program = "thongsuot" if shutil.which("thongsuot") else sys.argv[0]
    config = ("-c", str(settings))
    commands = [
        shlex.join([program, "import", str(inventory), *config]),
        shlex.join([program, "user", "add", "admin", "--role", "admin", *config]),
        shlex.join([program, "run", *config]),
    ]
    speaker.object({"ok": True, "files": [str(path) for path in contents], "next": commands})
    speaker.say(f"Đã tạo {settings} và {inventory}/*.csv.", f"Made {settings}, {inventory}/*.csv.")
    speaker.say(
        "Sửa các tệp CSV (mỗi thiết bị một dòng là đủ), rồi chạy:",
        "Edit the CSV files (one row per device is enough), then run:",
    )
    for command in commands:
        speaker.say(f"  {command}", f"  {command}")


def _contents(folder: Path, language: Language) -> dict[Path, bytes]:
    from inventory import template
    from runtime import settings_page

    head = _HEAD.said(language)
    contents = {
        folder / "thongsuot.toml": f"{head}\n\n{settings_page.commented(language)}".encode()
    }
    for name, content in template.files(language).items():
        contents[folder / "inventory" / name] = content
    return contents
