"""What the SNMP collectors share: their settings, the engine of the kit, the agent of a check."""

from functools import lru_cache

from pydantic import Field

from collectors._snmp.agent import Agent, Patience, Trouble
from collectors._snmp.engine import Engine
from collectors._snmp.usm import NoLogin, User, is_login, user_of
from core.collector import Kit
from core.model import Model
from core.reading import FailureKind
from core.watching import Check

ENGINE = "snmp"


class Params(Model):
    """What may be set for every SNMP check."""

    port: int = Field(
        default=161,
        ge=1,
        le=65535,
        description="UDP port of the agent",
        json_schema_extra={"vi": "Cổng UDP của tác nhân SNMP"},
    )
    community: str | None = Field(
        default=None,
        max_length=255,
        description="Community or SNMPv3 login (v3 user=… auth=… priv=…), where it is no secret; "
        "the check's secret comes first",
        json_schema_extra={
            "vi": "Chuỗi community hoặc tài khoản SNMPv3 (v3 user=… auth=… priv=…) khi không cần "
            "giữ kín; mật khẩu của kiểm tra được ưu tiên"
        },
    )
    wait: float = Field(
        default=2.0,
        gt=0,
        le=60,
        description="Seconds until a request is repeated",
        json_schema_extra={"vi": "Số giây chờ trước khi gửi lại yêu cầu"},
    )
    retries: int = Field(
        default=2,
        ge=0,
        le=10,
        description="How often a request is repeated before the look fails",
        json_schema_extra={"vi": "Số lần gửi lại trước khi coi là thất bại"},
    )

    @property
    def patience(self) -> Patience:
        """Return how long to wait and how often to repeat."""
        return Patience(self.wait, self.retries)


def engine_of(kit: Kit) -> Engine:
    """Return the kit's one SNMP engine."""
    engine = kit.engine(ENGINE, lambda kit: Engine(kit.sockets, record=kit.record))
    if not isinstance(engine, Engine):
        raise TypeError(f"the kit's engine {ENGINE!r} is something else")
    return engine


async def agent_of(check: Check, kit: Kit, params: Params) -> Agent:
    """Return the agent a check asks; Trouble if its login or address is unknown."""
    return await engine_of(kit).agent(check.address, params.port, _access(check, kit, params))


def _access(check: Check, kit: Kit, params: Params) -> str | User:
    """Return the community, or the user of version 3, that a check gets in by."""
    if check.secret is not None:
        secret = kit.secrets.reveal(check.secret)
        if secret is None:
            raise Trouble(FailureKind.LOCAL, f"the secret {check.secret} is not set")
        return _read(secret, f"the secret {check.secret}")
    if params.community is None:
        raise Trouble(FailureKind.LOCAL, "neither a secret nor a community is set for the device")
    return _read(params.community, "the parameter community")


def _read(secret: str, where: str) -> str | User:
    if not is_login(secret):
        return secret
    try:
        return _user(secret)
    except NoLogin as fault:
        raise Trouble(FailureKind.LOCAL, f"{where} is no SNMPv3 login: {fault}") from None


_user = lru_cache(maxsize=1024)(user_of)
