"""What the series of conference equipment are called: once, for every family.

`direction` is as the asked device sees it: `rx` what it receives, `tx` what it sends and hears
from the far end how it came. `remote` is the far end of a leg of a bridge.
"""

from core.collector import Emit
from core.text import Text

SUCCESS = "probe_success"
DURATION = "probe_duration_seconds"

INFO = "vc_device_info"
REGISTERED = "vc_registered"
IN_CALL = "vc_in_call"
CALLS = "vc_calls"
STANDBY = "vc_standby"
DO_NOT_DISTURB = "vc_do_not_disturb"
MICROPHONE_MUTED = "vc_microphone_muted"
VIDEO_MUTED = "vc_video_muted"
PERIPHERAL = "vc_peripheral_connected"
FAULT = "vc_fault_info"
FAULTS = "vc_faults"
UPTIME = "vc_uptime_seconds"
TOO_HOT = "vc_temperature_alarm"
CLOCK = "vc_clock_synchronised"
REBOOT = "vc_reboot_needed"

CALL = "vc_call_info"
CALL_DURATION = "vc_call_duration_seconds"
CALL_BITS = "vc_call_bits_per_second"
RECEIVED = "vc_media_packets_received_total"
LOST = "vc_media_packets_lost_total"
LOSS = "vc_media_loss_ratio"
JITTER = "vc_media_jitter_seconds"
ROUND_TRIP = "vc_media_round_trip_seconds"
BITS = "vc_media_bits_per_second"
USED = "vc_media_bandwidth_used_ratio"
FRAMES = "vc_media_frames_per_second"
WIDTH = "vc_media_width_pixels"
HEIGHT = "vc_media_height_pixels"
MOS = "vc_media_estimated_mos"
DISCARDED = "vc_media_discarded_ratio"
REPORTED_MOS = "vc_media_reported_mos"
REPORTS = "vc_quality_reports_total"

CONFERENCES = "vc_bridge_conferences"
LEGS = "vc_bridge_legs"
LEGS_LIMIT = "vc_bridge_legs_limit"
LOAD = "vc_bridge_load_ratio"
CONFERENCE_LEGS = "vc_conference_legs"
BRIDGE_BITS = "vc_bridge_bits_per_second"
BRIDGE_LOSS = "vc_bridge_loss_ratio"
BRIDGE_TRIP = "vc_bridge_round_trip_seconds"
REGISTRATIONS = "vc_registrations"

_OWN = "collector"
DEVICE = (  # what says how the device itself is
    Emit(SUCCESS, Text("1 nếu thiết bị trả lời đúng", "1 if the device answers as it should")),
    Emit(DURATION, Text("Cả lần hỏi mất bao lâu", "The whole look")),
    Emit(
        INFO,
        Text("Thiết bị tự giới thiệu, luôn bằng 1", "What the device says it is, always 1"),
        labels=("product", "software", "serial"),
    ),
    Emit(UPTIME, Text("Chạy liên tục từ bao lâu", "Time since the device started")),
    Emit(
        FAULTS,
        Text("Số lỗi thiết bị đang tự báo", "Faults that the device reports of itself"),
        labels=("level",),
    ),
    Emit(
        FAULT,
        Text("Một lỗi thiết bị đang tự báo, luôn bằng 1", "A fault it reports, always 1"),
        labels=("level", "fault"),
    ),
    Emit(
        REGISTERED,
        Text(
            "1 nếu đã đăng ký với tổng đài, 0 nếu chưa; không có nếu không dùng giao thức này",
            "1 if registered, 0 if not; absent where the protocol is not in use",
        ),
        labels=("protocol",),
    ),
)
ENDPOINT = (
    Emit(IN_CALL, Text("1 nếu đang trong cuộc họp", "1 while in a call")),
    Emit(CALLS, Text("Số cuộc gọi đang nối", "Connected calls")),
    Emit(STANDBY, Text("1 nếu đang ngủ (không phải lỗi)", "1 while asleep, which is no fault")),
    Emit(DO_NOT_DISTURB, Text("1 nếu đang từ chối cuộc gọi đến", "1 if it rejects calls")),
    Emit(MICROPHONE_MUTED, Text("1 nếu micrô đang tắt tiếng", "1 if its microphones are muted")),
    Emit(VIDEO_MUTED, Text("1 nếu camera đang tắt hình", "1 if its own picture is muted")),
    Emit(
        PERIPHERAL,
        Text("1 nếu phụ kiện đang nối, 0 nếu thiếu", "1 if a peripheral is there, 0 if missing"),
        labels=("kind", "peripheral"),
    ),
    Emit(TOO_HOT, Text("1 nếu thiết bị báo quá nóng", "1 if it reports to be too hot")),
    Emit(CLOCK, Text("1 nếu đồng hồ theo máy chủ giờ", "1 if its clock follows a time server")),
    Emit(REBOOT, Text("1 nếu cần khởi động lại", "1 if it wants to be restarted")),
    Emit(
        CALL,
        Text("Cuộc gọi đang nối, luôn bằng 1", "A connected call, always 1"),
        labels=("remote", "protocol", "origin", "encrypted"),
    ),
    Emit(CALL_DURATION, Text("Cuộc gọi lâu nhất đã kéo dài", "How long the longest call lasts")),
    Emit(
        CALL_BITS,
        Text("Tốc độ đã thoả thuận của các cuộc gọi", "Negotiated rate of the calls"),
        labels=("direction",),
    ),
    Emit(
        USED,
        Text("Phần tốc độ thoả thuận đang dùng", "Share of the negotiated rate in use"),
        labels=("direction",),
    ),
)
_STREAM = (
    (RECEIVED, "counter", "Số gói đã nhận", "Packets received"),
    (LOST, "counter", "Số gói bị mất", "Packets lost"),
    (LOSS, "gauge", "Tỷ lệ mất gói từ lần hỏi trước", "Share of packets lost since the last look"),
    (JITTER, "gauge", "Độ biến thiên trễ (RFC 3550)", "Interarrival jitter (RFC 3550)"),
    (ROUND_TRIP, "gauge", "Thời gian đi và về", "Round trip time"),
    (BITS, "gauge", "Tốc độ đang dùng", "Rate in use"),
    (FRAMES, "gauge", "Số hình mỗi giây", "Pictures per second"),
    (WIDTH, "gauge", "Chiều ngang hình", "Width of the picture"),
    (HEIGHT, "gauge", "Chiều cao hình", "Height of the picture"),
)
_ESTIMATE = Text(
    "Ước tính đường truyền: điểm MOS theo E-model (G.107), không phải đo được",
    "An estimate of the path: MOS by the E-model (G.107), not measured",
)


def _media(*labels: str) -> tuple[Emit, ...]:
    streams = tuple(
        Emit(name, Text(vi, en), kind, labels=(*labels, "media", "direction"))
        for name, kind, vi, en in _STREAM
    )
    return (*streams, Emit(MOS, _ESTIMATE, labels=(*labels, "direction")))


MEDIA = _media()
BRIDGE = (
    Emit(CONFERENCES, Text("Số cuộc họp đang diễn ra", "Conferences in progress")),
    Emit(LEGS, Text("Số điểm cầu đang nối", "Connected participants")),
    Emit(LEGS_LIMIT, Text("Số điểm cầu nhiều nhất", "Participants that it can take")),
    Emit(LOAD, Text("Mức tải xử lý", "Load of its media processing")),
    Emit(
        BRIDGE_BITS,
        Text("Tốc độ cả cầu", "Rate of the whole bridge"),
        labels=("media", "direction"),
    ),
    Emit(
        BRIDGE_LOSS,
        Text("Tỷ lệ mất gói của cả cầu", "Share of packets lost by the whole bridge"),
        labels=("direction",),
    ),
    Emit(BRIDGE_TRIP, Text("Thời gian đi và về, cả cầu", "Round trip time, of the whole bridge")),
    Emit(REGISTRATIONS, Text("Số thiết bị đang đăng ký", "Devices registered with it")),
    Emit(
        CONFERENCE_LEGS,
        Text("Số điểm cầu trong một cuộc họp", "Participants of a conference"),
        labels=("conference",),
    ),
    Emit(
        CALL,
        Text("Một điểm cầu đang nối, luôn bằng 1", "A connected participant, always 1"),
        labels=("remote", "protocol", "origin", "encrypted", "conference"),
    ),
    *_media("remote"),
)
_PUBLISHED = (  # what a room says itself of its calls; `remote` is the far end
    *(one for one in DEVICE if one.name in {SUCCESS, DURATION}),
    *(one for one in BRIDGE if one.name == CALL),
    *_media("remote"),
    Emit(
        DISCARDED,
        Text("Tỷ lệ gói đến quá muộn, bị bỏ", "Share of packets that came too late to be played"),
        labels=("remote", "media", "direction"),
    ),
    Emit(
        REPORTED_MOS,
        Text(
            "Điểm MOS do thiết bị nhận tự ước tính rồi báo (rx: phòng, tx: đầu bên kia); "
            "kind: nghe (lq) hay đối thoại (cq)",
            "MOS as the receiving equipment estimates and reports it (rx: the room, tx: its far "
            "end); kind: listening (lq) or conversational (cq)",
        ),
        labels=("remote", "media", "direction", "kind", "algorithm"),
    ),
    Emit(
        REPORTS,
        Text("Số báo cáo chất lượng đã nhận", "Reports of quality received"),
        "counter",
    ),
)


def own(*emits: Emit) -> tuple[Emit, ...]:
    """Return the metrics as a collector declares them: each bears the collector's name too."""
    return tuple(Emit(emit.name, emit.help, emit.kind, (_OWN, *emit.labels)) for emit in emits)


LEVELS = ("critical", "error", "warning", "info")
EQUIPMENT = own(*DEVICE, *ENDPOINT, *MEDIA)
BRIDGES = own(*DEVICE, *BRIDGE)
PUBLISHED = own(*_PUBLISHED)
