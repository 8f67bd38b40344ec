"""Kinds of value that a setting may have, and what a table of them is."""

import ipaddress
from datetime import time
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, ValidationInfo

from core.model import Model
from core.text import Text
from runtime.quantities import Wrong, hour, seconds, size

Duration = Annotated[float, BeforeValidator(seconds)]
Size = Annotated[int, BeforeValidator(size)]
Class = Literal["center", "hub", "site", "device", "link_center", "link_hub", "link_site"]
Hour = Annotated[time, BeforeValidator(hour)]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Port = Annotated[int, Field(ge=1, le=65535)]


def _beside(path: Path, info: ValidationInfo) -> Path:
    return folder_of(info) / path.expanduser()


def folder_of(info: ValidationInfo) -> Path:
    """Return the folder of the settings file, to which relative paths belong."""
    folder: Path = (info.context or {}).get("folder", Path.cwd())
    return folder


def _nothing(value: object) -> object:
    return None if value == "" else value


def _listen(value: str) -> str:
    split_listen(value)
    return value


def _heard(value: str) -> str:
    return _listen(value) if value else value


def _engine_id(value: str) -> str:
    try:
        octets = bytes.fromhex(value)
    except ValueError:
        octets = b""
    if not 5 <= len(octets) <= 32:  # noqa: PLR2004  (RFC 3411, SnmpEngineID)
        raise Wrong(
            Text(vi=f'"{value}" không phải là engine ID', en=f'"{value}" is not an engine id'),
            Text(
                vi="Viết từ 5 đến 32 byte ở hệ 16, ví dụ 800000000474686f6e6773756f74",
                en="Write 5 to 32 octets in hexadecimal, such as 800000000474686f6e6773756f74",
            ),
        )
    return octets.hex()


EngineId = Annotated[str, AfterValidator(_engine_id)]


def _network(value: str) -> str:
    try:
        ipaddress.ip_network(value)
    except ValueError as error:
        raise Wrong(
            Text(vi=f'"{value}" không phải là địa chỉ', en=f'"{value}" is not an address'),
            Text(
                vi='Viết địa chỉ hoặc mạng, ví dụ "127.0.0.1", "10.1.0.0/24"',
                en='Write an address or a network, such as "127.0.0.1", "10.1.0.0/24"',
            ),
        ) from error
    return value


def _web_address(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise Wrong(
            Text(vi="không phải là địa chỉ web", en="not a web address"),
            Text(
                vi="Bắt đầu bằng http:// hoặc https://",
                en="Begin with http:// or https://",
            ),
        )
    return value.rstrip("/")


EMPTY_IS_NONE = BeforeValidator(_nothing)  # a key that is set to "" is as if it stood not there
Listen = Annotated[str, AfterValidator(_listen)]
OptionalListen = Annotated[str, AfterValidator(_heard)]
Network = Annotated[str, AfterValidator(_network)]
Beside = Annotated[Path, AfterValidator(_beside)]
OptionalBeside = Annotated[Beside | None, EMPTY_IS_NONE]
WebAddress = Annotated[str, AfterValidator(_web_address)]
OptionalWebAddress = Annotated[WebAddress | None, EMPTY_IS_NONE]


class Section(Model):
    """A table of the settings file. Defaults are validated too: paths become absolute."""

    model_config = ConfigDict(validate_default=True)


def split_listen(value: str) -> tuple[str, int]:
    """Return host and port of `127.0.0.1:8080` or `[::1]:8080`; raise Wrong if it is neither."""
    host, colon, port = value.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    fits = bool(colon and bare) and port.isdigit() and int(port) <= 65535  # noqa: PLR2004
    if not fits or (":" in bare and bare == host):
        raise Wrong(
            Text(
                vi=f'"{value}" không phải là địa chỉ và cổng',
                en=f'"{value}" is not an address and a port',
            ),
            Text(
                vi='Viết như "127.0.0.1:8080" hoặc "[::1]:8080"',
                en='Write it like "127.0.0.1:8080" or "[::1]:8080"',
            ),
        )
    return bare, int(port)


def is_loopback(listen: str) -> bool:
    """Say whether only this machine can reach the address."""
    host, _ = split_listen(listen)
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
