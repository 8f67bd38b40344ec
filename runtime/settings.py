"""What may be set, and to what: one strict TOML file, overridden by the environment.

`THONGSUOT_SECTION__KEY` overrides `[section] key`. Every key carries its sentence for people
(`core.text.Text`), from which `docs/settings.md` and the commented file of `init` are made.
Relative paths are relative to the folder of the settings file.
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from pydantic import Field, ValidationError

from core.channel import Channel
from core.collector import Collector
from core.errors import Invalid, Problem
from core.text import Text
from runtime import environment, settings_faults, toml_lines
from runtime.sections.keeping import Backup, Disk, Ledger, Log, Retention, Secrets, Series
from runtime.sections.kinds import Section
from runtime.sections.looking import Discovery, Hearing, Looking
from runtime.sections.meetings import Meetings, Quality
from runtime.sections.reporting import Reports
from runtime.sections.telling import Alertmanager, ChannelSettings, Heartbeat, Incidents, Telling
from runtime.sections.web import Web

FILE = "thongsuot.toml"  # of the current folder, where nothing else is said
CONFIG = f"{environment.PREFIX}CONFIG"  # the variable that names another


class Settings(Section):
    """Every section, complete and checked."""

    web: Web = Field(default_factory=Web)
    ledger: Ledger = Field(default_factory=Ledger)
    series: Series = Field(default_factory=Series)
    secrets: Secrets = Field(default_factory=Secrets)
    looking: Looking = Field(default_factory=Looking)
    hearing: Hearing = Field(default_factory=Hearing)
    discovery: Discovery = Field(default_factory=Discovery)
    telling: Telling = Field(default_factory=Telling)
    alertmanager: Alertmanager = Field(default_factory=Alertmanager)
    log: Log = Field(default_factory=Log)
    backup: Backup = Field(default_factory=Backup)
    disk: Disk = Field(default_factory=Disk)
    retention: Retention = Field(default_factory=Retention)
    reports: Reports = Field(default_factory=Reports)
    heartbeat: Heartbeat = Field(default_factory=Heartbeat)
    meetings: Meetings = Field(default_factory=Meetings)
    quality: Quality = Field(default_factory=Quality)
    incidents: Incidents = Field(default_factory=Incidents)
    channels: Mapping[str, ChannelSettings] = {}


SECTIONS: Mapping[str, type[Section]] = {
    "web": Web,
    "ledger": Ledger,
    "series": Series,
    "secrets": Secrets,
    "looking": Looking,
    "hearing": Hearing,
    "discovery": Discovery,
    "telling": Telling,
    "alertmanager": Alertmanager,
    "log": Log,
    "backup": Backup,
    "disk": Disk,
    "retention": Retention,
    "reports": Reports,
    "heartbeat": Heartbeat,
    "meetings": Meetings,
    "quality": Quality,
    "incidents": Incidents,
}


def chosen(config: Path | None, environ: Mapping[str, str], folder: Path) -> Path | None:
    """Return the settings file that a command works by; None where the environment sets all.

    `-c FILE`, else THONGSUOT_CONFIG, else thongsuot.toml of the folder. Without any of them the
    ledger must be named by the environment; else Invalid, so that nobody makes one unawares.
    """
    usual = folder / FILE
    if config is not None:
        return config
    if environ.get(CONFIG):
        return folder / environ[CONFIG]
    if usual.exists():
        return usual
    if environ.get(environment.name("ledger", "url")):
        return None
    raise Invalid([settings_faults.none_chosen(FILE, CONFIG)])


def load(
    path: Path | None,
    environ: Mapping[str, str],
    channels: Mapping[str, Channel] | None = None,
    collectors: Mapping[str, Collector] | None = None,
) -> Settings:
    """Return the settings of a file (None: defaults) and of the environment.

    The registries are those of `runtime.registries` unless given. Raises Invalid with every
    wrong key and value at once.
    """
    text, file = "", ""
    if path is not None:
        text, file = _read(path), str(path)
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Invalid([settings_faults.syntax(file, error)]) from error
    overlay, strange = environment.overlay(environ, tables, (*SECTIONS, "channels"))
    place = settings_faults.Place(file, toml_lines.lines(text), overlay.names)
    folder = path.resolve().parent if path is not None else Path.cwd()
    return _checked(overlay.tables, folder, place, list(strange), _Registries(channels, collectors))


def build(tables: Mapping[str, object], folder: Path) -> Settings:
    """Return the settings of ready-made tables, as the demo has them; raises Invalid."""
    place = settings_faults.Place("", {}, {})
    return _checked(dict(tables), folder, place, [], _Registries(None, None))


class _Registries:
    """What there is to configure, found only when the settings speak of it."""

    def __init__(
        self,
        channels: Mapping[str, Channel] | None,
        collectors: Mapping[str, Collector] | None,
    ) -> None:
        self._channels = channels
        self._collectors = collectors

    def channels(self) -> Mapping[str, Channel]:
        if self._channels is None:
            from runtime import registries  # noqa: PLC0415  (loads every channel)

            self._channels = registries.channels()
        return self._channels

    def collectors(self) -> Mapping[str, Collector]:
        if self._collectors is None:
            from runtime import registries  # noqa: PLC0415  (loads every collector)

            self._collectors = registries.collectors()
        return self._collectors


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid([settings_faults.unreadable(str(path), error)]) from error


def _checked(
    tables: dict[str, object],
    folder: Path,
    place: settings_faults.Place,
    problems: list[Problem],
    registries: _Registries,
) -> Settings:
    rest = {name: {} for name in SECTIONS} | tables
    ways = _channels(rest.pop("channels", {}), place, problems, registries)
    settings = None
    try:
        settings = Settings.model_validate(rest, context={"folder": folder})
    except ValidationError as error:
        allowed = {*SECTIONS, "channels"}
        problems.extend(settings_faults.problems(error, place, Settings, also=allowed))
    if settings is not None and settings.looking.intervals:
        problems.extend(
            place.unknown(("looking", "intervals", name), registries.collectors())
            for name in settings.looking.intervals
            if name not in registries.collectors()
        )
    if settings is not None:
        problems.extend(_without_a_channel(settings.reports, ways, place))
        problems.extend(_without_ears(settings.telling, ways, place))
    if problems or settings is None:
        raise Invalid(sorted(problems, key=lambda p: (p.line or 0, p.file)))
    return settings.model_copy(update={"channels": ways})


def _without_a_channel(
    reports: Reports, ways: Mapping[str, ChannelSettings], place: settings_faults.Place
) -> Iterator[Problem]:
    """Yield the schedules that no e-mail channel can carry."""
    mail = [name for name, way in ways.items() if way.kind == "email"]
    for name, schedule in reports.schedules.items():
        if schedule.channel in mail or (schedule.channel is None and mail):
            continue
        yield place.problem(
            ("reports", "schedules", name, "channel"),
            Text(
                vi="không có kênh thư điện tử để gửi báo cáo",
                en="there is no e-mail channel to send the report by",
            ),
            Text(
                vi=f"Dùng được: {', '.join(mail)}" if mail else 'Thêm [channels.…] kind = "email"',
                en=f"There are: {', '.join(mail)}" if mail else 'Add [channels.…] kind = "email"',
            ),
        )


def _without_ears(
    telling: Telling, ways: Mapping[str, ChannelSettings], place: settings_faults.Place
) -> Iterator[Problem]:
    """Yield a number for answers that nobody here would read."""
    if telling.reply_to is None or any(way.params.get("answers") for way in ways.values()):
        return
    yield place.problem(
        ("telling", "reply_to"),
        Text(vi="không có kênh nào nhận tin trả lời", en="there is no channel that takes answers"),
        Text(
            vi='Thêm answers = true vào một [channels.…] kind = "gsm_modem"',
            en='Add answers = true to a [channels.…] kind = "gsm_modem"',
        ),
    )


def _channels(
    raw: object,
    place: settings_faults.Place,
    problems: list[Problem],
    registries: _Registries,
) -> Mapping[str, ChannelSettings]:
    if not isinstance(raw, dict):
        problems.append(place.not_a_table(("channels",)))
        return {}
    ways: dict[str, ChannelSettings] = {}
    for name, table in raw.items():
        if not isinstance(table, dict):
            problems.append(place.not_a_table(("channels", name)))
            continue
        params = {key: value for key, value in table.items() if value != ""}  # "": as if absent
        kind = params.pop("kind", None)
        channel = registries.channels().get(kind) if isinstance(kind, str) else None
        if channel is None:
            problems.append(
                place.unknown_kind(("channels", name, "kind"), kind, registries.channels())
            )
            continue
        try:
            channel.params.model_validate(params)
        except ValidationError as error:
            problems.extend(
                settings_faults.problems(error, place, channel.params, ("channels", name), {"kind"})
            )
        ways[name] = ChannelSettings(kind=channel.name, params=params)
    return ways
