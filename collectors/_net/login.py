"""How a check's secret is shown to whom it asks, as parameters of many collectors have it."""

from typing import Annotated, Literal

from pydantic import Field

UserName = Annotated[
    str | None,
    Field(
        max_length=200,
        pattern=r"^[^:\x00-\x1f\x7f]+$",
        description="User name, if the secret is the password alone",
        json_schema_extra={"vi": "Tên đăng nhập, nếu bí mật chỉ là mật khẩu"},
    ),
]
Shown = Annotated[
    Literal["basic", "bearer"],
    Field(
        description="How the check's secret is shown: basic (user:password) or bearer (token)",
        json_schema_extra={"vi": "Cách trình bí mật: basic (tên:mật khẩu) hoặc bearer (mã)"},
    ),
]
