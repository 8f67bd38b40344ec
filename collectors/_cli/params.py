"""What may be set for collectors that ask a command line."""

from pydantic import Field, field_validator

from collectors._cli.platform import PLATFORMS, Platform
from core.model import Model


class CliParams(Model):
    """Where a command line is, and which it is."""

    platform: str = Field(
        default="cisco_ios",
        description="The command line: " + ", ".join(PLATFORMS),
        json_schema_extra={"vi": "Loại dòng lệnh: " + ", ".join(PLATFORMS)},
    )
    port: int = Field(
        default=22,
        ge=1,
        le=65535,
        description="TCP port of SSH",
        json_schema_extra={"vi": "Cổng TCP của SSH"},
    )

    @field_validator("platform")
    @classmethod
    def _is_known(cls, value: str) -> str:
        if value not in PLATFORMS:
            raise ValueError(f"platform must be one of {', '.join(PLATFORMS)}")
        return value

    @property
    def row(self) -> Platform:
        """Return the platform."""
        return PLATFORMS[self.platform]
