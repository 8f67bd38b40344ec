"""Which collectors and channels are there? Found by scanning their folders."""

import importlib
import pkgutil
from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeVar

from core.channel import Channel
from core.collector import Collector
from core.errors import DomainError
from core.text import Text

T = TypeVar("T", Collector, Channel)


class Unregistered(DomainError):
    """A public module of a registry's folder does not hold what the folder is for."""


def collectors() -> Mapping[str, Collector]:
    """Return every way of looking by name; raise Unregistered at the first that is not one."""
    return scan("collectors", "COLLECTOR", Collector)


def channels() -> Mapping[str, Channel]:
    """Return every way of telling by name; raise Unregistered at the first that is not one."""
    return scan("alerts.channels", "CHANNEL", Channel)


def scan(package: str, attribute: str, kind: type[T]) -> Mapping[str, T]:
    """Return the `attribute` of every public module of a package, by the module's name."""
    found: dict[str, T] = {}
    for module in pkgutil.iter_modules(importlib.import_module(package).__path__):
        if module.name.startswith("_"):
            continue
        path = f"{package}.{module.name}"
        value = getattr(importlib.import_module(path), attribute, None)
        if not isinstance(value, kind) or value.name != module.name:
            raise Unregistered(
                Text(
                    vi=f'{path} phải có một {attribute} tên "{module.name}"; '
                    "mô-đun nội bộ thì đặt tên bắt đầu bằng dấu gạch dưới",
                    en=f'{path} must hold a {attribute} named "{module.name}"; '
                    "a module that is not meant to be one begins with an underscore",
                )
            )
        found[module.name] = value
    return MappingProxyType(found)
