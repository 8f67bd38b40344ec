"""Who is told, when and by which channel; what is said of an incident."""

from collections.abc import Callable, Mapping
from datetime import time
from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, model_validator

from core.channel import Channel
from core.finding import Fault
from core.incident import Severity
from core.model import Line, Model, Slug
from core.text import Text
from runtime.quantities import Wrong
from runtime.sections.kinds import (
    EMPTY_IS_NONE,
    Class,
    Duration,
    Hour,
    OptionalBeside,
    Section,
    Weekday,
)
from runtime.settings_faults import SECRET


class Delays(Section):
    """Chờ bao lâu rồi mới báo / How long each class of target waits before anybody is told."""

    center: Annotated[
        Duration, Text(vi="Điểm trung tâm và thiết bị của nó", en="The centre and its devices")
    ] = "0s"  # type: ignore[assignment]
    hub: Annotated[Duration, Text(vi="Điểm đầu mối và thiết bị mạng của nó", en="Hub sites")] = "0s"  # type: ignore[assignment]
    site: Annotated[Duration, Text(vi="Điểm thường", en="Ordinary sites")] = "3m"  # type: ignore[assignment]
    device: Annotated[
        Duration, Text(vi="Thiết bị đầu cuối, máy chủ, UPS", en="Endpoints, servers, UPSes")
    ] = "5m"  # type: ignore[assignment]
    link_center: Annotated[
        Duration, Text(vi="Đường truyền đến trung tâm", en="Links that end at the centre")
    ] = "0s"  # type: ignore[assignment]
    link_hub: Annotated[
        Duration, Text(vi="Đường truyền đến điểm đầu mối", en="Links that end at a hub")
    ] = "0s"  # type: ignore[assignment]
    link_site: Annotated[
        Duration, Text(vi="Đường truyền đến điểm thường", en="Links that end at an ordinary site")
    ] = "3m"  # type: ignore[assignment]


class Night(Section):
    """Đêm và ngày nghỉ: mức nào chờ đến sáng / Nights and days off: what waits for the morning."""

    begin: Annotated[
        Hour, Text(vi="Đêm bắt đầu lúc (giờ địa phương)", en="When the night begins, local time")
    ] = "21:00"  # type: ignore[assignment]
    morning: Annotated[
        Hour,
        Text(
            vi="Sáng bắt đầu lúc; tin chờ sẽ gửi lúc này của ngày làm việc tới",
            en="When the morning begins: what waits goes out then, on the next working day",
        ),
    ] = "07:30"  # type: ignore[assignment]
    days_off: Annotated[
        bool,
        Text(
            vi="Thứ Bảy, Chủ nhật và ngày nghỉ lễ cũng như đêm (ngày làm bù thì không)",
            en="Weekends and holidays are as nights are (make-up days are not)",
        ),
    ] = True
    waiting: Annotated[
        tuple[Severity, ...],
        Text(
            vi='Những mức chờ đến sáng: "critical", "major", "warning", "info"; [] là báo cả đêm',
            en='Severities that wait: "critical", "major", "warning", "info"; [] is: none does',
        ),
    ] = (Severity.WARNING, Severity.INFO)
    classes: Annotated[
        dict[Class, tuple[Severity, ...]],
        Text(
            vi='Mức chờ riêng của từng loại đối tượng, ví dụ link_site = ["major", "warning"]',
            en='The same for one class of target, such as link_site = ["major", "warning"]',
        ),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _evening_after_morning(self) -> Self:
        if time.min < self.begin <= self.morning:
            raise Wrong(
                Text(
                    vi="đêm phải bắt đầu sau buổi sáng", en="the night must begin after the morning"
                ),
                Text(vi='Viết như begin = "21:00"', en='Write it like begin = "21:00"'),
            )
        return self


class Digest(Section):
    """Bản tin qua thư điện tử: mỗi sáng, và mỗi tuần về những gì đã tạm dừng báo / Letters: every morning, and every week on what silences hid."""  # noqa: E501

    at: Annotated[
        Hour, Text(vi="Gửi lúc (giờ địa phương)", en="When they are sent, local time")
    ] = "07:30"  # type: ignore[assignment]
    daily: Annotated[
        bool,
        Text(
            vi="Mỗi sáng: đêm qua có gì, đã báo hay chưa, đang có gì, đang tạm dừng gì",
            en="Every morning: what happened, who was told, what is open, what is silenced",
        ),
    ] = True
    weekly: Annotated[
        bool,
        Text(
            vi="Mỗi thứ Hai: mỗi đợt tạm dừng đã che gì, gửi chủ đợt và những người dưới đây",
            en="Every Monday: what each silence hid, to its owner and to these",
        ),
    ] = True
    to: Annotated[
        tuple[str, ...],
        Text(
            vi="Người trong danh bạ hoặc địa chỉ; để trống: các quản trị viên có thư điện tử",
            en="Contacts or addresses; none: the administrators that have an e-mail address",
        ),
    ] = ()


class Telling(Section):
    """Báo cho người / Telling people."""

    delays: Delays = Field(default_factory=Delays)
    night: Night = Field(default_factory=Night)
    digest: Digest = Field(default_factory=Digest)
    deadline: Annotated[
        Duration,
        Text(
            vi="Sau bao lâu thì thôi gửi lại một tin không gửi được; sự cố đang mở mà chưa ai hay "
            "thì gửi lại mãi",
            en="After how long a message that cannot be delivered is given up; an open problem of "
            "which nobody has heard is told on and on",
        ),
    ] = "4h"  # type: ignore[assignment]
    coming_back: Annotated[
        Duration,
        Text(
            vi="Nguyên nhân đã hết mà cái mất theo nó chưa lên lại: chờ nó khởi động thêm bao lâu "
            "rồi mới báo; cái mà cuộc họp cần thì báo ngay, 0 là không chờ",
            en="When a cause is over and what was lost with it is still down: how long that gets "
            "to come back before anybody is told; what a meeting needs is told at once. 0: none",
        ),
    ] = "15s"  # type: ignore[assignment]
    together: Annotated[
        int,
        Field(ge=0, le=1000),
        Text(
            vi="Từ bao nhiêu sự cố cùng lúc đến một người thì gộp thành một tin; sau tin đầu, tin "
            "tiếp theo chờ 15 giây để gộp, giữa cơn bão sự cố thì tin đầu cũng chờ đến khi rõ các "
            "nguyên nhân, nhiều nhất 15 giây; 0 là không gộp",
            en="From how many outages at once to one person they become one message; after a first "
            "one, those that follow wait 15 s for each other; in a storm the first waits, too, "
            "until the causes are known, 15 s at most. 0: never",
        ),
    ] = 2
    ack_lifetime: Annotated[
        Duration,
        Text(
            vi="Đường dẫn xác nhận và mã trả lời trong tin nhắn có hiệu lực bao lâu",
            en="How long the acknowledgement link and the answer's code of a message stay valid",
        ),
    ] = "24h"  # type: ignore[assignment]
    reply_to: Annotated[
        Annotated[str, Field(pattern=r"^\+?\d{3,15}$")] | None,
        EMPTY_IS_NONE,
        Text(
            vi="Số điện thoại nhận tin trả lời (SIM của kênh gsm_modem có answers = true), để tin "
            "từ cổng SMS nêu số ấy; tin do chính modem gửi thì trả lời thẳng",
            en="The number that takes answers (the SIM of a gsm_modem with answers = true), which "
            "messages by SMS gateways then name; the modem's own are answered directly",
        ),
    ] = None


class Alertmanager(Section):
    """Cảnh báo từ Alertmanager khác / Alerts of an Alertmanager."""

    labels: Annotated[
        tuple[str, ...],
        Text(
            vi="Nhãn nêu đối tượng của ta, thử lần lượt: giá trị là mã định danh, hoặc địa chỉ "
            "thiết bị (có thể kèm cổng); không khớp thì sự cố chỉ mang nhãn",
            en="Labels that name a target of ours, tried in order: its slug, or a device's address "
            "(perhaps with a port); where none fits the incident has the labels alone",
        ),
    ] = ("target", "device", "site", "link", "service", "room", "instance")
    patience: Annotated[
        Duration,
        Text(
            vi="Sau bao lâu không ai nhắc lại thì thôi theo dõi cảnh báo ấy; phải dài hơn "
            "repeat_interval của Alertmanager",
            en="After how long without a word an alert is let go; longer than Alertmanager's "
            "repeat_interval",
        ),
    ] = "24h"  # type: ignore[assignment]


class Drill(Section):
    """Diễn tập hằng tuần: ngừng nhịp tim thật để thử nơi canh ở ngoài / The weekly drill: the heartbeat really stops, to prove the watcher outside."""  # noqa: E501

    on: Annotated[
        Weekday | None,
        EMPTY_IS_NONE,
        Text(
            vi="Ngày trong tuần: mon, tue, wed, thu, fri, sat, sun; để trống: không diễn tập",
            en="The day of the week: mon, tue, wed, thu, fri, sat, sun; empty: no drill",
        ),
    ] = None
    at: Annotated[
        Hour, Text(vi="Bắt đầu lúc (giờ địa phương)", en="When it begins, local time")
    ] = "09:00"  # type: ignore[assignment]
    lasts: Annotated[
        Duration,
        Field(ge=60, le=6 * 3600),
        Text(
            vi="Ngừng bao lâu; phải dài hơn thời gian nơi canh chờ trước khi báo động",
            en="How long it stops; longer than the watcher waits before it raises the alarm",
        ),
    ] = "15m"  # type: ignore[assignment]


class Heartbeat(Section):
    """Nhịp tim ra ngoài: chỉ gửi khi mọi lời hứa báo tin đều được giữ / The heartbeat to a watcher outside, sent only while every promise is kept."""  # noqa: E501

    url: Annotated[
        Annotated[str, Field(pattern=r"^(https?://[^\s/]+|secret:.)", max_length=2000)] | None,
        EMPTY_IS_NONE,
        Text(
            vi="Địa chỉ của nơi canh ở ngoài, ví dụ healthchecks trên máy khác; địa chỉ thường là "
            'bí mật: viết "secret:TÊN"; để trống: không gửi',
            en="Address of the watcher outside, as a healthchecks on another machine; it is mostly "
            'a secret: write "secret:NAME"; empty: nothing is sent',
        ),
    ] = None
    interval: Annotated[
        Duration,
        Field(ge=10, le=3600),
        Text(vi="Bao lâu gửi một lần", en="How often it is sent"),
    ] = "60s"  # type: ignore[assignment]
    method: Annotated[
        Literal["GET", "POST", "HEAD"],
        Text(
            vi="Cách gọi; POST gửi kèm thời điểm dạng JSON",
            en="How it is called; POST carries the time as JSON",
        ),
    ] = "GET"
    secret: Annotated[
        str | None,
        EMPTY_IS_NONE,
        Text(
            vi='Khoá ký HMAC-SHA256 của POST, như kênh webhook; nên viết "secret:TÊN"',
            en='HMAC-SHA256 key that signs a POST, as webhooks are; better "secret:NAME"',
        ),
    ] = None
    proxy: Annotated[
        str | None,
        EMPTY_IS_NONE,
        Text(
            vi='Proxy HTTP; có mật khẩu thì viết "secret:TÊN"',
            en='An HTTP proxy; with a password write "secret:NAME"',
        ),
    ] = None
    verify: Annotated[
        bool, Text(vi="Kiểm tra chứng thư của nơi canh", en="Check the watcher's certificate")
    ] = True
    ca_file: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp CA, nếu chứng thư không do CA công cộng cấp",
            en="A CA file, if no public CA signed its certificate",
        ),
    ] = None
    drill: Drill = Field(default_factory=Drill)


class CauseSettings(Model):
    """One kind of cause, added to those there are or in the place of one."""

    name: Line
    name_en: Line | None = None
    fault: Fault = Fault.UNKNOWN
    offered: bool = True


class Incidents(Section):
    """Sự cố / Incidents."""

    causes: Annotated[
        dict[Slug, CauseSettings],
        Text(
            vi="Loại nguyên nhân thêm vào (hoặc thay) danh sách có sẵn, mỗi bảng "
            "[incidents.causes.TÊN] một loại: name, name_en, fault (carrier, power, own, unit, "
            "supplier, nobody, unknown), offered = false để không chọn nữa; xem "
            "docs/vi/xu-ly-su-co.md",
            en="Kinds of cause beside (or in the place of) those there are, one table "
            "[incidents.causes.NAME] each: name, name_en, fault (carrier, power, own, unit, "
            "supplier, nobody, unknown), offered = false to offer it no more; see "
            "docs/en/incidents.md",
        ),
    ] = Field(default_factory=dict)


class ChannelSettings(Model):
    """One configured way of telling; secrets in `params` are still references."""

    kind: str
    params: Mapping[str, object] = Field(default={}, repr=False)

    def filled(self, channel: Channel, reveal: Callable[[str], str | None]) -> BaseModel:
        """Return the channel's own parameters with every `secret:NAME` revealed.

        Raises LookupError with the name of a secret that is not set.
        """
        return channel.params.model_validate(
            {key: revealed(value, reveal) for key, value in self.params.items()}
        )


def revealed(value: object, reveal: Callable[[str], str | None]) -> object:
    """Return a value, or the secret it refers to; LookupError names one that is not set."""
    if isinstance(value, dict):
        return {key: revealed(below, reveal) for key, below in value.items()}
    if not isinstance(value, str) or not value.startswith(SECRET):
        return value
    name = value.removeprefix(SECRET)
    plain = reveal(name)
    if plain is None:
        raise LookupError(name)
    return plain
