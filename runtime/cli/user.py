"""Who may come in? Local accounts: add, list, change the password, disable, enable."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from core.people import Role
from core.text import Text
from runtime.cli._config import Config

if TYPE_CHECKING:
    from runtime.cli._ledger import Voice
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, help="Add, list and change local accounts.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="The account's name.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Read the password from standard input.")
]
Generate = Annotated[bool, typer.Option("--generate", help="Make a password and print it once.")]

SHORTEST = 10  # characters
LISTED = 10  # contacts that are named to somebody who named none


@app.command()
def add(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the account may do.")] = Role.VIEWER,
    full_name: Annotated[str, typer.Option(help="The person's name.")] = "",
    contact: Annotated[str | None, typer.Option(help="The contact that this person is.")] = None,
    config: Config = None,
    *,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    as_json: Json = False,
) -> None:
    """Add an account."""
    from pydantic import ValidationError

    from core.clock import SystemClock
    from core.errors import DomainError
    from core.people import AuditRow, User
    from runtime.cli._ledger import Voice, actor, settings_of, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()
    try:
        user = User(
            name=name, full_name=full_name or name, role=role, contact=contact, created_at=now
        )
    except ValidationError:
        voice.refuse(
            DomainError(
                Text(
                    vi="Tên tài khoản chỉ gồm chữ thường không dấu, số, dấu chấm, gạch nối, "
                    "gạch dưới; họ tên dài không quá 200 ký tự",
                    en="An account's name has lower-case letters, digits, dots, hyphens, "
                    "underscores; the person's name has 200 characters at the most",
                )
            )
        )
    settings_of(config, voice)  # before anything is typed
    password, made = _password(voice, from_stdin=password_stdin, generate=generate)

    async def work(ledger: "Ledger") -> None:
        await _known(ledger, user.contact)
        await ledger.people.create_user(
            user.name, user.full_name, role, _hash(password), now, contact=user.contact
        )
        await ledger.people.audit(
            AuditRow(at=now, actor=actor(), action="user.add", subject=name, detail=role)
        )

    with_ledger(config, voice, work)
    _tell(voice, Text(vi=f"Đã thêm tài khoản {name}", en=f"Account {name} is added"), name, made)


async def _known(ledger: "Ledger", contact: str | None) -> None:
    """NotFound for a contact that is not in the inventory: no letter would reach the person."""
    from core.errors import NotFound

    if contact is None:
        return
    contacts = {row.slug for row in (await ledger.inventory.load()).contacts}
    if contact not in contacts:
        listed = ", ".join(sorted(contacts)[:LISTED])
        raise NotFound(
            Text(
                vi=f'Không có đầu mối "{contact}" trong danh mục; có: {listed or "chưa có ai"}',
                en=f'There is no contact "{contact}" in the inventory; there are: '
                f"{listed or 'none yet'}",
            )
        )


@app.command("list")
def list_(config: Config = None, *, as_json: Json = False) -> None:
    """Print every account."""
    from api.words import ROLE
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    users = with_ledger(config, voice, lambda ledger: ledger.people.users())
    heads = (
        Text(vi="tên", en="name"),
        Text(vi="họ tên", en="full name"),
        Text(vi="vai trò", en="role"),
        Text(vi="đầu mối", en="contact"),
        Text(vi="đã khoá", en="disabled"),
        Text(vi="tạo lúc", en="created"),
    )
    voice.table(
        heads,
        [
            user.model_dump() | ({} if as_json else {"role": ROLE[user.role].said(voice.language)})
            for user in users
        ],
    )


@app.command()
def passwd(
    name: Name,
    config: Config = None,
    *,
    password_stdin: FromStdin = False,
    generate: Generate = False,
    as_json: Json = False,
) -> None:
    """Change a password; the account's sessions end."""
    from core.clock import SystemClock
    from core.people import AuditRow
    from runtime.cli._ledger import Voice, actor, settings_of, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()
    settings_of(config, voice)  # before anything is typed
    password, made = _password(voice, from_stdin=password_stdin, generate=generate)

    async def work(ledger: "Ledger") -> None:
        await ledger.people.set_password(name, _hash(password))
        await ledger.people.audit(
            AuditRow(at=now, actor=actor(), action="user.password", subject=name)
        )

    with_ledger(config, voice, work)
    said = Text(vi=f"Đã đổi mật khẩu của {name}", en=f"The password of {name} is changed")
    _tell(voice, said, name, made)


@app.command()
def disable(name: Name, config: Config = None, *, as_json: Json = False) -> None:
    """Close an account; its sessions and API tokens end."""
    _switch(name, config, as_json=as_json, on=False)


@app.command()
def enable(name: Name, config: Config = None, *, as_json: Json = False) -> None:
    """Open a closed account again."""
    _switch(name, config, as_json=as_json, on=True)


def _switch(name: str, config: Path | None, *, as_json: bool, on: bool) -> None:
    from core.clock import SystemClock
    from core.people import AuditRow
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()
    action = "user.enable" if on else "user.disable"

    async def work(ledger: "Ledger") -> None:
        await (ledger.people.enable if on else ledger.people.disable)(name)
        await ledger.people.audit(AuditRow(at=now, actor=actor(), action=action, subject=name))

    with_ledger(config, voice, work)
    text = (
        Text(vi=f"Đã mở lại tài khoản {name}.", en=f"Account {name} is open again.")
        if on
        else Text(vi=f"Đã khoá tài khoản {name}.", en=f"Account {name} is disabled.")
    )
    voice.done(text, name=name)


def _password(voice: "Voice", *, from_stdin: bool, generate: bool) -> tuple[str, str | None]:
    """Return the password, and once more if we made it."""
    import secrets
    import sys

    from core.errors import DomainError
    from runtime.cli._ledger import hidden

    if generate:
        made = secrets.token_urlsafe(12)
        return made, made
    if not from_stdin and not sys.stdin.isatty():
        voice.refuse(
            DomainError(
                Text(
                    vi="Không có thiết bị đầu cuối để nhập mật khẩu: dùng --password-stdin hoặc "
                    "--generate",
                    en="There is no terminal to type a password at: use --password-stdin or "
                    "--generate",
                )
            )
        )
    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = hidden(Text(vi="Mật khẩu", en="Password"), voice, twice=True)
    if len(password) < SHORTEST:
        voice.refuse(
            DomainError(
                Text(
                    vi=f"Mật khẩu phải có ít nhất {SHORTEST} ký tự",
                    en=f"A password needs {SHORTEST} characters at the least",
                )
            )
        )
    return password, None


def _hash(password: str) -> str:
    from argon2 import PasswordHasher

    return PasswordHasher().hash(password)


def _tell(voice: "Voice", said: Text, name: str, made: str | None) -> None:
    if made is None:
        voice.done(Text(vi=f"{said.vi}.", en=f"{said.en}."), name=name)
        return
    shown = Text(
        vi=f"{said.vi}. Mật khẩu (chỉ hiện một lần): {made}",
        en=f"{said.en}. Password (shown this once): {made}",
    )
    voice.done(shown, name=name, password=made)
