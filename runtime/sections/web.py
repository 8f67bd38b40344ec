"""The page: where it listens and whom it lets in."""

from typing import Annotated, Self

from pydantic import model_validator

from core.text import Language, Text
from runtime.quantities import Wrong
from runtime.sections.kinds import Listen, Network, OptionalBeside, OptionalWebAddress, Section


class Web(Section):
    """Trang web và API / The web pages and the API."""

    listen: Annotated[
        Listen,
        Text(
            vi="Địa chỉ và cổng lắng nghe; ngoài 127.0.0.1 thì phải có người dùng trước",
            en="Address and port to listen on; beyond 127.0.0.1 users must exist first",
        ),
    ] = "127.0.0.1:8080"
    base_url: Annotated[
        OptionalWebAddress,
        Text(
            vi="Địa chỉ mà người dùng gõ vào trình duyệt, dùng trong các đường dẫn của tin nhắn",
            en="The address people type into a browser, used in the links of messages",
        ),
    ] = None
    grafana: Annotated[
        OptionalWebAddress,
        Text(
            vi="Địa chỉ Grafana có các bảng của ta, để trang của thiết bị, dịch vụ dẫn tới bảng",
            en="The address of a Grafana with our boards, so that pages of targets lead to them",
        ),
    ] = None
    certificate: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp chứng thư HTTPS (PEM, kèm chuỗi trung gian)",
            en="The HTTPS certificate (PEM, with its chain)",
        ),
    ] = None
    key: Annotated[
        OptionalBeside,
        Text(vi="Tệp khoá riêng của chứng thư (PEM)", en="The certificate's private key (PEM)"),
    ] = None
    proxies: Annotated[
        tuple[Network, ...],
        Text(
            vi="Địa chỉ các proxy ngược được tin X-Forwarded-For",
            en="Addresses of reverse proxies whose X-Forwarded-For is believed",
        ),
    ] = ()
    names: Annotated[
        tuple[str, ...],
        Text(
            vi="Những tên khác mà máy khác (như Grafana) dùng để gọi tới, ngoài tên trong base_url",
            en="Other names by which machines (a Grafana) reach us, beside that of base_url",
        ),
    ] = ()
    language: Annotated[
        Language,
        Text(vi='Ngôn ngữ mặc định, "vi" hoặc "en"', en='The default language, "vi" or "en"'),
    ] = "vi"
    metrics_open: Annotated[
        bool,
        Text(
            vi="Cho đọc /metrics và /sd/prometheus mà không cần đăng nhập hay thẻ API",
            en="Let /metrics and /sd/prometheus be read without login or API token",
        ),
    ] = False

    @model_validator(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise Wrong(
                Text(
                    vi="certificate và key phải đi đôi",
                    en="certificate and key belong together",
                ),
                Text(vi="Đặt cả hai hoặc bỏ cả hai", en="Set both or neither"),
            )
        return self

    @property
    def address(self) -> str:
        """Return the address for links: `base_url`, else what `listen` amounts to."""
        scheme = "https" if self.certificate else "http"
        return self.base_url or f"{scheme}://{self.listen}"
