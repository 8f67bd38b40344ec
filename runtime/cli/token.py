"""Which programs may ask the API? Tokens: made, listed, revoked."""

from typing import TYPE_CHECKING, Annotated

import typer

from core.people import Role
from runtime.cli._config import Config

if TYPE_CHECKING:
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False, help="Make, list and revoke API tokens.", no_args_is_help=True
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="The token's name: which program uses it.")]


@app.command()
def create(
    name: Name,
    role: Annotated[Role, typer.Option(help="What the token allows.")] = Role.VIEWER,
    owner: Annotated[
        str | None, typer.Option(help="The account answering for it; disabled, it ends.")
    ] = None,
    config: Config = None,
    *,
    as_json: Json = False,
) -> None:
    """Make a token and print it: this once."""
    from core.clock import SystemClock
    from core.errors import NotFound
    from core.people import AuditRow
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()

    async def work(ledger: "Ledger") -> str:
        if owner is not None and await ledger.people.user(owner) is None:
            raise NotFound(
                Text(vi=f"Không có tài khoản {owner}", en=f"There is no account {owner}")
            )
        plain = await ledger.people.create_token(name, role, owner or actor(), now)
        await ledger.people.audit(
            AuditRow(at=now, actor=actor(), action="token.create", subject=name, detail=role)
        )
        return plain

    plain = with_ledger(config, voice, work)
    text = Text(
        vi=f"Mã truy cập API {name} (chỉ hiện một lần): {plain}",
        en=f"API token {name} (shown this once): {plain}",
    )
    voice.done(text, name=name, role=role, token=plain)


@app.command("list")
def list_(config: Config = None, *, as_json: Json = False) -> None:
    """Print what is known of every token; never the token."""
    from dataclasses import asdict

    from api.words import ROLE
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    voice = Voice(as_json=as_json)
    tokens = with_ledger(config, voice, lambda ledger: ledger.people.tokens())
    heads = (
        Text(vi="tên", en="name"),
        Text(vi="vai trò", en="role"),
        Text(vi="chủ", en="owner"),
        Text(vi="tạo lúc", en="created"),
        Text(vi="thu hồi lúc", en="revoked"),
    )
    voice.table(
        heads,
        [
            asdict(token) | ({} if as_json else {"role": ROLE[token.role].said(voice.language)})
            for token in tokens
        ],
    )


@app.command()
def revoke(name: Name, config: Config = None, *, as_json: Json = False) -> None:
    """End a token for good."""
    from core.clock import SystemClock
    from core.people import AuditRow
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice = Voice(as_json=as_json)
    now = SystemClock().now()

    async def work(ledger: "Ledger") -> None:
        await ledger.people.revoke_token(name, now)
        await ledger.people.audit(
            AuditRow(at=now, actor=actor(), action="token.revoke", subject=name)
        )

    with_ledger(config, voice, work)
    voice.done(
        Text(vi=f"Đã thu hồi mã truy cập API {name}.", en=f"API token {name} is revoked."),
        name=name,
    )
