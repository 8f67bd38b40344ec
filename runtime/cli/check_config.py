"""Are the settings right?"""

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from runtime.cli._config import Config

if TYPE_CHECKING:
    from core.errors import Problem

app = typer.Typer(add_completion=False)
_ABROAD = "192.0.2.1"  # of nobody (RFC 5737): the way to it is the way out


@app.command()
def check_config(
    config: Config = None,
    *,
    firewall: Annotated[
        bool, typer.Option("--firewall", help="Print what a firewall must let through, and why.")
    ] = False,
    exact: Annotated[
        bool, typer.Option("--exact", help="With --firewall: every address, no whole networks.")
    ] = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="With --firewall: print CSV.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Check a settings file and the environment, and print every problem."""
    if firewall:
        _firewall(config, exact=exact, as_csv=as_csv, as_json=as_json)
        return
    from core.text import Text
    from runtime.language import of

    language = of(os.environ)
    code, problems = _problems(config)
    if as_json:
        rows = [
            {
                "file": p.file,
                "line": p.line,
                "key": p.key,
                "what": p.what.said(language),
                "mend": p.mend.said(language),
            }
            for p in problems
        ]
        typer.echo(json.dumps({"ok": not rows, "problems": rows}, ensure_ascii=False))
    elif problems:
        for problem in problems:
            typer.echo(problem.said(language), err=True)
    else:
        typer.echo(Text(vi="đúng", en="correct").said(language))
    raise typer.Exit(code)


def _problems(config: Path | None) -> "tuple[int, Sequence[Problem]]":
    """Return the exit code and what is wrong: 2 if there is nothing to check, 1 for faults."""
    from collectors._oidmap.folder import read_all
    from core.errors import Invalid
    from runtime.settings import chosen, load

    try:
        file = chosen(config, os.environ, Path.cwd())
    except Invalid as none:
        return 2, none.problems
    try:
        settings = load(file, os.environ)
    except Invalid as invalid:
        return 1, invalid.problems
    if settings.looking.maps is not None:
        _, faults = read_all(settings.looking.maps)
        return int(bool(faults)), faults
    return 0, ()


def _firewall(config: Path | None, *, exact: bool, as_csv: bool, as_json: bool) -> None:
    """Print the rules that the settings and the inventory of today ask for."""
    import csv
    import sys
    from dataclasses import asdict

    from core.clock import LOCAL, SystemClock
    from core.text import Text
    from inventory.compiled import compile_estate
    from runtime.assembly import looking_defaults
    from runtime.cli._ledger import Voice, settings_of, with_ledger
    from runtime.firewall import rules
    from runtime.sections.kinds import split_listen

    voice = Voice(as_json=as_json)
    settings = settings_of(config, voice)
    today = SystemClock().now().astimezone(LOCAL).date()
    inventory = with_ledger(config, voice, lambda ledger: ledger.inventory.load(on=today))
    estate = compile_estate(inventory, today, looking_defaults(settings.looking, settings.hearing))
    found = rules(settings, estate.checks, _resolvers(), exact=exact, language=voice.language)
    if as_json:
        voice.table((), [{**asdict(rule), "why": rule.why.said(voice.language)} for rule in found])
        return
    directions = {"in": Text(vi="vào", en="in"), "out": Text(vi="ra", en="out")}
    heads = (
        Text(vi="chiều", en="direction"),
        Text(vi="nguồn", en="source"),
        Text(vi="đích", en="destination"),
        Text(vi="giao thức", en="protocol"),
        Text(vi="cổng", en="port"),
        Text(vi="số máy", en="machines"),
        Text(vi="lý do", en="why"),
    )
    listens, _ = split_listen(settings.web.listen)
    rows: list[dict[str, object]] = [
        asdict(rule)
        | {
            "direction": directions[rule.direction].said(voice.language),
            "source": _named(rule.source, own_address(rule.destination)),
            "destination": _named(rule.destination, own_address(rule.source, listens)),
            "why": rule.why.said(voice.language),
        }
        for rule in found
    ]
    if as_csv:
        writer = csv.writer(sys.stdout)
        writer.writerow([head.said(voice.language) for head in heads])
        writer.writerows(row.values() for row in rows)
        return
    voice.table(heads, rows)


def _named(place: str, own: str | None) -> str:
    """Return an end of a rule; our own with its address, which is what a firewall asks for."""
    from runtime.firewall import OURSELVES

    return f"{place} ({own})" if place == OURSELVES and own else place


def own_address(peer: str, listens: str = "") -> str | None:
    """Return our address as a peer sees it, by the routes of this machine; sends nothing.

    It is the one we listen at, if that is one; of a peer without an address, that of the way
    out. None where there is no way.
    """
    import ipaddress
    import socket

    try:
        if not ipaddress.ip_address(listens).is_unspecified:
            return listens
    except ValueError:
        pass
    try:
        target = ipaddress.ip_network(peer, strict=False)[0]
    except ValueError:
        target = ipaddress.ip_address(_ABROAD)
    family = socket.AF_INET if target.version == 4 else socket.AF_INET6  # noqa: PLR2004
    with socket.socket(family, socket.SOCK_DGRAM) as asking:
        try:
            asking.connect((str(target), 9))
        except OSError:
            return None
        return str(asking.getsockname()[0])


def _resolvers() -> list[str]:
    """Return the name servers of this machine."""
    try:
        lines = Path("/etc/resolv.conf").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return []
    return [
        words[1] for line in lines if len(words := line.split()) > 1 and words[0] == "nameserver"
    ]
