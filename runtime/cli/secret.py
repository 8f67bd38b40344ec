"""Which credentials are there? Set and removed here, shown to nobody."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.text import Text
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, help="Set, list and remove credentials.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="The name that inventory rows and settings use.")]


@app.command("set")
def set_(name: Name, config: Config = None, *, as_json: Json = False) -> None:
    """Set a credential: typed without echo, or one line of standard input. Never an argument."""
    from pydantic import TypeAdapter, ValidationError

    from core.clock import SystemClock
    from core.errors import DomainError
    from core.model import Slug
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, hidden, settings_of, with_ledger

    voice = Voice(as_json=as_json)
    try:
        TypeAdapter(Slug).validate_python(name)
    except ValidationError:
        voice.refuse(
            DomainError(
                Text(
                    vi="Tên bí mật chỉ gồm chữ thường không dấu, số, dấu chấm, gạch nối, gạch dưới",
                    en="A secret's name has lower-case letters, digits, dots, hyphens, underscores",
                )
            )
        )
    settings_of(config, voice)  # before anything is typed
    plain = hidden(Text(vi=f"Giá trị của {name}", en=f"Value of {name}"), voice, twice=True)
    if not plain:
        voice.refuse(
            DomainError(Text(vi="Giá trị trống, không lưu", en="The value is empty; not kept"))
        )
    fault = _fault(plain)
    if fault is not None:
        voice.refuse(DomainError(fault))

    async def work(ledger: "Ledger") -> None:
        await ledger.secrets.set_secret(name, plain, actor(), SystemClock().now())

    with_ledger(config, voice, work, needs_key=True)
    voice.done(Text(vi=f"Đã lưu bí mật {name}.", en=f"Secret {name} is kept."), name=name)


def _fault(plain: str) -> "Text | None":
    """Return what is wrong with a login of SNMPv3, None if it is good or something else."""
    from collectors._snmp.usm import FORM, NoLogin, is_login, user_of
    from core.text import Text

    if not is_login(plain):
        return None
    try:
        user_of(plain)
    except NoLogin as fault:
        return Text(
            vi=f"Không phải tài khoản SNMPv3 hợp lệ, không lưu ({fault}). Viết theo mẫu: {FORM}",
            en=f"Not a login of SNMPv3, not kept: {fault}. Write it like: {FORM}",
        )
    return None


@app.command("list")
def list_(config: Config = None, *, as_json: Json = False) -> None:
    """Print the names of all credentials."""
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    names = with_ledger(config, voice, lambda ledger: ledger.secrets.names())
    voice.table((Text(vi="tên", en="name"),), [{"name": name} for name in names])


@app.command()
def remove(name: Name, config: Config = None, *, as_json: Json = False) -> None:
    """Forget a credential."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()
    with_ledger(config, voice, lambda ledger: ledger.secrets.remove(name, actor(), now))
    voice.done(Text(vi=f"Đã xoá bí mật {name}.", en=f"Secret {name} is forgotten."), name=name)
