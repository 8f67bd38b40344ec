"""Meetings, and what counts as a good call."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from core.model import Slug
from core.text import Text
from runtime.quantities import Wrong
from runtime.sections.kinds import EMPTY_IS_NONE, Duration, OptionalBeside, Section


def _three(value: object) -> object:
    if not isinstance(value, list | tuple) or len(value) != 3:  # noqa: PLR2004
        raise Wrong(
            Text(vi="cần đúng ba số", en="three numbers are needed"),
            Text(vi="Viết như [0.5, 1, 3]", en="Write it like [0.5, 1, 3]"),
        )
    return tuple(value)


def _in_order(value: tuple[float, float, float]) -> tuple[float, float, float]:
    good, fair, poor = value
    rising, falling = good <= fair <= poor, good >= fair >= poor
    if min(value) < 0 or not (rising or falling):
        raise Wrong(
            Text(
                vi="ba mức phải từ 0 trở lên và tăng dần, hoặc giảm dần",
                en="the limits must be 0 or more and rise, or fall",
            ),
            Text(vi="Viết như [0.5, 1, 3]", en="Write it like [0.5, 1, 3]"),
        )
    return value


class Feed(Section):
    """Lịch họp lấy từ một địa chỉ iCalendar / A calendar of meetings that somebody keeps."""

    url: Annotated[
        str,
        Field(pattern=r"^(https?://[^\s/]+|secret:.)", max_length=2000),
        Text(
            vi='Địa chỉ tệp .ics; nếu là bí mật thì viết "secret:TÊN"',
            en='Address of the .ics file; if that is a secret write "secret:NAME"',
        ),
    ]
    every: Annotated[
        Duration,
        Field(ge=60, le=86400),
        Text(vi="Bao lâu đọc lại một lần", en="How often it is read"),
    ] = "10m"  # type: ignore[assignment]
    ca_file: Annotated[
        OptionalBeside,
        Text(
            vi="Tệp CA, nếu chứng thư không do CA công cộng cấp",
            en="A CA file, if no public CA signed its certificate",
        ),
    ] = None


class Travel(Section):
    """Đi lại tiết kiệm được nhờ họp trực tuyến, chỉ để ước tính; đơn giá do cơ quan đặt / Travel that meetings save, an estimate: the office sets its prices."""  # noqa: E501

    per_km: Annotated[
        int | None,
        Field(ge=0),
        EMPTY_IS_NONE,
        Text(vi="Đồng mỗi km đường đi; để trống: không tính tiền", en="Đồng for a km; empty: none"),
    ] = None
    per_day: Annotated[
        int | None,
        Field(ge=0),
        EMPTY_IS_NONE,
        Text(vi="Đồng công tác phí mỗi người", en="Đồng for each delegate's day"),
    ] = None
    lodging: Annotated[
        int | None,
        Field(ge=0),
        EMPTY_IS_NONE,
        Text(vi="Đồng lưu trú mỗi người, nếu ở xa", en="Đồng for each delegate's night, if far"),
    ] = None
    lodging_beyond: Annotated[
        float, Field(ge=0), Text(vi="Xa hơn bao nhiêu km thì lưu trú", en="How far is far, in km")
    ] = 100.0
    winding: Annotated[
        float,
        Field(ge=1, le=5),
        Text(
            vi="Một km đường thẳng là bao nhiêu km đường đi (đề xuất)",
            en="Kilometres of road for each as the crow flies (a proposal)",
        ),
    ] = 1.3
    speed: Annotated[
        float, Field(gt=0, le=200), Text(vi="Tốc độ đi lại, km/h (đề xuất)", en="km/h (a proposal)")
    ] = 40.0


class Meetings(Section):
    """Cuộc họp / Meetings."""

    stages: Annotated[
        tuple[Annotated[Duration, Field(ge=60, le=7 * 86400)], ...],
        Field(min_length=1, max_length=10),
        Text(
            vi="Trước giờ họp bao lâu thì kiểm tra từng điểm cầu; lần cuối luôn gửi tóm tắt",
            en="How long before a meeting its rooms are looked over; the last is always told",
        ),
    ] = ("24h", "60m", "30m", "10m")  # type: ignore[assignment]
    lead: Annotated[
        Duration,
        Field(ge=0, le=86400),
        Text(
            vi="Từ bao lâu trước giờ họp thì đo dày hơn và báo sự cố ngay cho người trực",
            en="From how long before it what it depends on is probed faster and told at once",
        ),
    ] = "1h"  # type: ignore[assignment]
    unbooked: Annotated[
        Literal["wait", "usual"],
        Text(
            vi="Từ 15 phút trước đến hết cuộc họp, sự cố ở nơi không dự: wait, họp xong mới báo "
            "(trung tâm, đầu mối và đường truyền của chúng vẫn báo ngay; lâu nhất 4 giờ); usual, "
            "báo như mọi khi",
            en="From 15 min before a meeting to its end, what fails elsewhere: wait, it is "
            "told when the meeting is over (a centre, hubs and their lines still at once; 4 h at "
            "the most); usual, as always",
        ),
    ] = "wait"
    travel: Travel = Field(default_factory=Travel)
    feeds: Annotated[
        dict[Slug, Feed],
        Text(
            vi="Lịch họp lấy từ nơi khác, mỗi bảng [meetings.feeds.TÊN] một lịch iCalendar",
            en="Calendars kept elsewhere, one table [meetings.feeds.NAME] for each",
        ),
    ] = Field(default_factory=dict)


Limits = Annotated[
    tuple[float, float, float],
    BeforeValidator(_three),
    AfterValidator(_in_order),
]


class Quality(Section):
    """Ngưỡng chất lượng cuộc gọi: tốt, tạm được, kém; quá nữa là rất kém. Không phải ngưỡng của pháp luật / Limits of a call's quality: good, fair, poor; beyond that it is bad. No law names any."""  # noqa: E501

    loss_video: Annotated[
        Limits,
        Text(vi="Mất gói của hình, %, ba mức", en="Loss of pictures, %, three limits"),
    ] = (0.5, 1.0, 3.0)
    loss_audio: Annotated[
        Limits,
        Text(vi="Mất gói của tiếng, %, ba mức", en="Loss of sound, %, three limits"),
    ] = (1.0, 2.0, 5.0)
    jitter: Annotated[
        Limits, Text(vi="Biến thiên trễ, ms, ba mức", en="Jitter, ms, three limits")
    ] = (15.0, 30.0, 50.0)
    round_trip: Annotated[
        Limits, Text(vi="Thời gian đi về, ms, ba mức", en="Round trip, ms, three limits")
    ] = (150.0, 300.0, 400.0)
    bandwidth: Annotated[
        Limits,
        Text(
            vi="Phần tốc độ đã thoả thuận mà hình đang dùng, %, ba mức giảm dần; một mình nó không "
            "bao giờ là kém",
            en="Share of the negotiated rate that the picture uses, %, three falling limits; by "
            "itself it is never poor",
        ),
    ] = (80.0, 50.0, 25.0)
