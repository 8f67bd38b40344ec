"""Which jobs tell how they ended? Their tokens: made, listed, revoked."""

from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.job import Job
    from storage.ledger import Ledger

app = typer.Typer(
    add_completion=False,
    help="Make, list and revoke the tokens with which jobs tell how they ended.",
    no_args_is_help=True,
)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Name = Annotated[str, typer.Argument(help="What the job is called: small letters and digits.")]


@app.command()
def make(name: Name, config: Config = None, *, as_json: Json = False) -> None:
    """Make a job's token and print it: this once. An earlier one ends."""
    from pydantic import ValidationError

    from core.clock import SystemClock
    from core.errors import Invalid, Problem
    from core.job import Job
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, settings_of, with_ledger

    voice, now = Voice(as_json=as_json), SystemClock().now()
    try:
        Job(name=name, by=actor(), created_at=now)
    except ValidationError:
        what = Text(vi=f'"{name}" không phải là một tên', en=f'"{name}" is no name')
        mend = Text(
            vi="Dùng chữ thường không dấu, số, dấu gạch: csdl-ioffice",
            en="Use small letters, digits and dashes: csdl-ioffice",
        )
        voice.refuse(Invalid([Problem("job", what, mend, key="NAME")]))
    token = with_ledger(config, voice, lambda ledger: ledger.jobs.make(name, actor(), now))
    base = settings_of(config, voice).web.address
    url = f"{base}/api/v1/jobs/{name}"
    text = Text(
        vi=f"Mã của công việc {name} (chỉ hiện một lần, mã cũ hết hiệu lực): {token}\n"
        f"Cuối kịch bản sao lưu, ghi:\n{_curl(url, token)}",
        en=f"Token of the job {name} (shown this once, an earlier one has ended): {token}\n"
        f"At the end of the script, write:\n{_curl(url, token)}",
    )
    voice.done(text, job=name, token=token, url=url)


@app.command("list")
def list_(config: Config = None, *, as_json: Json = False) -> None:
    """Print which jobs may speak and what they said last; never the token."""
    from core.text import Text
    from runtime.cli._ledger import Voice, with_ledger

    async def work(ledger: "Ledger") -> "list[Job]":
        return await ledger.jobs.known()

    voice = Voice(as_json=as_json)
    heads = (
        Text(vi="công việc", en="job"),
        Text(vi="báo lần cuối", en="heard last"),
        Text(vi="tốt", en="well"),
        Text(vi="tốt lần cuối", en="last well"),
        Text(vi="byte", en="bytes"),
        Text(vi="giây", en="seconds"),
        Text(vi="ghi chú", en="detail"),
    )
    kept = {"name", "at", "good", "good_at", "size", "duration", "detail"}
    jobs = with_ledger(config, voice, work)
    voice.table(heads, [job.model_dump(include=None if as_json else kept) for job in jobs])


@app.command()
def revoke(name: Name, config: Config = None, *, as_json: Json = False) -> None:
    """End a job's token and forget what it said."""
    from core.clock import SystemClock
    from core.text import Text
    from runtime.cli._ledger import Voice, actor, with_ledger

    voice, now = Voice(as_json=as_json), SystemClock().now()
    with_ledger(config, voice, lambda ledger: ledger.jobs.revoke(name, actor(), now))
    voice.done(
        Text(vi=f"Đã thu hồi mã của công việc {name}.", en=f"The job {name} is revoked."), job=name
    )


def _curl(url: str, token: str) -> str:
    return f"curl -fsS -X POST -H 'Authorization: Bearer {token}' '{url}?ended=well'"
