"""How settings become the parts that every process is made of."""

from collections.abc import Callable, Mapping
from functools import partial
from urllib.parse import urlsplit

from alerts.night import Night
from alerts.quality import Band, Bands
from alerts.telling import TellingPolicy, Way
from core.channel import Channel
from core.clock import Clock
from core.finding import CATEGORIES, Category
from core.text import Text
from inventory.compiled import LookingDefaults
from reports.render.letterhead import Letterhead
from runtime.outlet import Outlet
from runtime.precaution import save_before_migration
from runtime.registries import collectors
from runtime.sections.looking import Hearing, Looking
from runtime.sections.meetings import Quality
from runtime.sections.reporting import Reports
from runtime.sections.telling import ChannelSettings, Incidents
from runtime.settings import Settings
from storage import migrations
from storage.ledger import Ledger, open_ledger
from storage.vault import Vault


async def open_books(settings: Settings, clock: Clock) -> Ledger:
    """Return the ledger of the settings, brought to this version; saved before it moves."""
    vault = Vault.open(settings.secrets.key_file)
    await save_before_migration(settings, clock.now())
    await migrations.upgrade(settings.ledger.url)
    return await open_ledger(settings.ledger.url, vault, clock)


def looking_defaults(looking: Looking, hearing: Hearing | None = None) -> LookingDefaults:
    """Return what compiling an estate needs to know of the settings."""
    return LookingDefaults(
        vantage=looking.vantage,
        vantages=dict(looking.vantages),
        reach_interval=looking.reach_interval,
        icmp_blocked=looking.icmp_blocked,
        reach_port=looking.reach_port,
        snmp_port=looking.snmp_port,
        snmp_secret=looking.snmp_secret,
        snmp_community=looking.snmp_community or None,
        intervals=dict(looking.intervals),
        pauses={one.name: one.pause for one in collectors().values() if one.pause},
        maps=str(looking.maps) if looking.maps else None,
        authorities=str(looking.authorities) if looking.authorities else None,
        published=bool(hearing and hearing.publications),
        cli_secret=looking.cli_secret or None,
        cli_port=looking.cli_port,
        cli_secrets=dict(looking.cli_secrets),
    )


def letterhead(reports: Reports) -> Letterhead:
    """Return whose reports they are, and who gets them."""
    return Letterhead(
        reports.authority, reports.office, reports.place, reports.symbol, reports.recipients
    )


def telling_policy(settings: Settings, channels: Mapping[str, Channel]) -> TellingPolicy:
    """Return delays, ways and the address of links, as the brain wants them."""
    return TellingPolicy(
        delays=settings.telling.delays.model_dump(),
        night=Night.model_validate(settings.telling.night.model_dump()),
        ways=tuple(
            Way(name=name, to=channels[way.kind].to, address=place(str(way.params.get("url", ""))))
            for name, way in settings.channels.items()
        ),
        base_url=settings.web.address,
        language=settings.web.language,
        coming_back=settings.telling.coming_back,
        unbooked=settings.meetings.unbooked,
    )


def place(url: str) -> str:
    """Return where a URL leads, without what may be a secret: login, path and query.

    The address of a notification is kept and shown to everybody who may look.
    """
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""


def outlets_of(
    settings: Settings,
    channels: Mapping[str, Channel],
    reveal: Callable[[str], str | None],
) -> dict[str, Outlet]:
    """Return every configured channel; secrets are filled in when it speaks."""
    return {
        name: _outlet(channels[way.kind], way, reveal, settings.telling.reply_to)
        for name, way in settings.channels.items()
    }


def _outlet(
    channel: Channel,
    way: ChannelSettings,
    reveal: Callable[[str], str | None],
    number: str | None,
) -> Outlet:
    """Return a channel, and where what it says is answered: there, or to a number of ours."""
    back = channel.back(channel.params.model_validate(way.params))
    elsewhere = number if channel.to == "phone" else None
    return Outlet(channel, partial(way.filled, channel, reveal), back, "" if back else elsewhere)


def places_of(settings: Settings) -> dict[str, str]:
    """Return where each channel with an address of its own leads, without what is secret."""
    return {name: place(str(way.params.get("url", ""))) for name, way in settings.channels.items()}


def categories(incidents: Incidents) -> Mapping[str, Category]:
    """Return the kinds of cause that people choose from: ours, as the settings change them."""
    found = dict(CATEGORIES)
    for slug, row in incidents.causes.items():
        found.pop(slug, None)
        if row.offered:
            found[slug] = Category(slug, Text(row.name, row.name_en or row.name), row.fault)
    return found


def bands(quality: Quality) -> Bands:
    """Return the limits of a call's quality, as shares and seconds."""
    return Bands(
        loss_video=_band(quality.loss_video, 100),
        loss_audio=_band(quality.loss_audio, 100),
        jitter=_band(quality.jitter, 1000),
        round_trip=_band(quality.round_trip, 1000),
        bandwidth=_band(quality.bandwidth, 100),
    )


def _band(limits: tuple[float, float, float], whole: float) -> Band:
    good, fair, poor = (limit / whole for limit in limits)
    return Band(good=good, fair=fair, poor=poor)
