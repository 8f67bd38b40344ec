"""What may be set for a management controller."""

from pydantic import Field

from collectors._vc.params import VcParams


class Params(VcParams):
    """What may be set. The certificate is mostly the controller's own: see `fingerprint`."""

    session: bool = Field(
        default=True,
        description="Begin a session and end it with the look; false: show the login each time",
        json_schema_extra={
            "vi": "Mở một phiên và đóng khi đo xong; sai: trình mật khẩu ở mỗi lần hỏi"
        },
    )
    most: int = Field(
        default=100,
        ge=10,
        le=400,
        description="Resources that are read at most in one look",
        json_schema_extra={"vi": "Số tài nguyên đọc nhiều nhất trong một lần đo"},
    )
