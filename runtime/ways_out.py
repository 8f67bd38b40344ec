"""The configured channels as people see them on the pages."""

from collections.abc import Mapping

from api.context import Outlet
from core.channel import Channel
from runtime.assembly import place
from runtime.settings import Settings


def ways_out(
    settings: Settings, channels: Mapping[str, Channel], broken: Mapping[str, str]
) -> list[Outlet]:
    """Return every configured channel for people; `broken` tells which are disabled, and why."""
    return [
        Outlet(
            name=name,
            kind=channels[way.kind].help,
            to=channels[way.kind].to,
            address=place(str(way.params.get("url", ""))),
            broken=broken.get(name),
        )
        for name, way in settings.channels.items()
    ]
