"""The manual's page of the inventory, made from the tables themselves."""

from inventory.profiles import BY_KIND, PROFILES, Profile
from inventory.tables import TABLES, Table

_HEAD = """\
# Danh mục / Inventory

Trang này sinh từ mã nguồn (`docs/generate.py`). *This page is made from the code.*

Danh mục là một thư mục tệp CSV. *An inventory is a folder of CSV files.*

```
thongsuot import THƯ-MỤC -c TỆP --dry-run    # in kế hoạch / print the plan
thongsuot import THƯ-MỤC -c TỆP              # áp dụng trong một giao dịch / apply it in one transaction
thongsuot export THƯ-MỤC -c TỆP              # ghi lại đúng các tệp ấy / write the same files back
```

`TỆP` là `thongsuot.toml` mà `thongsuot init` tạo ra. *It is the settings file that `thongsuot init` makes.*

- **Tệp.** UTF-8 (có hay không có BOM), ngăn cách bằng dấu phẩy, chấm phẩy hoặc TAB; dòng trống và dòng bắt đầu bằng `#` được bỏ qua; cột viết theo thứ tự nào cũng được, cột không bắt buộc có thể bỏ.
  *UTF-8 with or without BOM; comma, semicolon or tab; empty lines and lines that begin with `#` are skipped; columns in any order, optional ones may be left out.*
- **Không có tệp thì bảng giữ nguyên; tệp chỉ có tiêu đề thì ngừng mọi dòng của bảng.** Dòng không còn trong tệp thì ngừng từ hôm nay (`valid_to`).
  *No file leaves its table as it is; a file with a header alone retires all of it. A row that is no longer in its file is retired as of today (`valid_to`).*
- **Ngừng quá 10 % số dòng đang hiệu lực của một bảng bị từ chối**, trừ khi thêm `--allow-retire`.
  *A plan that retires more than 10 % of a table's live rows is refused without `--allow-retire`.*
- **Lịch sử.** Mỗi dòng có hiệu lực từ `valid_from` đến trước `valid_to`. Sửa một ô là đính chính dòng ấy; muốn ghi nhận thay đổi từ một ngày thì kết thúc dòng cũ bằng `valid_to` và thêm dòng mới cùng `slug` với `valid_from`. `valid_from` để trống là dòng đang hiệu lực. Dòng quá khứ không có trong tệp được giữ nguyên. Dòng đã ngừng mà xuất hiện lại thì mở khoảng hiệu lực mới từ hôm nay.
  *A row holds from `valid_from` up to, not including, `valid_to`. Editing a cell corrects that row; to record a change as of a day, end the old row by `valid_to` and add one with the same `slug` and a `valid_from`. An empty `valid_from` means the row that holds now. Rows of the past that the file does not mention stay. A retired row that comes back opens a new span today.*
- **Tham chiếu.** Dòng được trỏ tới phải có hiệu lực suốt thời gian còn lại của dòng trỏ tới: đóng một điểm từ một ngày thì ghi `valid_to` cả cho thiết bị và đường truyền ở đó.
  *A row that is referred to must hold for as long as the row that refers to it does: closing a site on a day means `valid_to` for its devices and links too.*
- **Lỗi.** Mọi lỗi được báo một lần, mỗi lỗi có tệp, dòng, cột, nội dung và cách sửa; còn lỗi thì chưa thay đổi gì. Mã thoát: 0 xong hoặc không có gì đổi, 1 bị từ chối, 2 dữ liệu sai.
  *All faults are told at once with file, line, column and mend; nothing is applied while there is one. Exit codes: 0 done or no change, 1 refused, 2 bad input.*
- **Cảnh báo.** Hai thiết bị cùng địa chỉ, hai dịch vụ cùng địa chỉ, hai phòng họp chung một thiết bị vẫn được nhập, kèm một dòng cảnh báo (`warnings` của `--json`).
  *Two devices or two services with one address, two rooms with one endpoint are imported, with a line of warning (`warnings` of `--json`).*
- **Cách viết.** Ngày `2025-07-01` hoặc `01/07/2025`; giờ `07:30` hoặc `7h30`; số thập phân dùng dấu chấm hoặc dấu phẩy, không dấu ngăn hàng nghìn; danh sách cách nhau bằng dấu cách. Chữ được chuẩn hoá NFC, khoảng trắng thừa được bỏ.
  *Days `2025-07-01` or `01/07/2025`; times `07:30` or `7h30`; decimals with point or comma and no marks between thousands; lists with blanks between. Text becomes NFC, surplus blanks go.*
- **Bảng tính.** Mã có số 0 ở đầu phải để cột dạng Văn bản; `="00070"` cũng đọc được. Khi xuất, ô bắt đầu bằng `=`, `+`, `-`, `@` được thêm dấu `'` ở trước để bảng tính không coi là công thức; khi nhập dấu ấy được bỏ.
  *Format columns of codes as Text; `="00070"` is read too. On export a cell that begins with `=`, `+`, `-` or `@` gets a `'` in front, so that no spreadsheet takes it for a formula; import takes it off.*
- **Chuỗi mật không nằm trong tệp.** Cột `secret` chỉ ghi tên; giá trị đặt bằng `thongsuot secret set TÊN`.
  *Credentials are not in the files. `secret` holds a name; `thongsuot secret set NAME` sets its value.*
- Cột **đậm** là bắt buộc. *Columns in **bold** are required.*
- **`slug` của điểm, thiết bị, đường truyền, phòng họp và dịch vụ không được trùng nhau**, vì mỗi `slug` là một đối tượng giám sát.
  *Sites, devices, links, rooms and services must not share slugs: each is one target.*
"""  # noqa: E501
_WAYS = """\
## Đường lên / What stands above what

Từ đây hệ thống biết sự cố nào gây ra sự cố nào. *From this the platform knows what broke what.*

1. `uplinks` của thiết bị, nếu ghi, là các đường lên thay thế nhau, theo thứ tự.
   *A device's `uplinks`, where given, are its alternatives in order.*
2. Cổng kết nối (`gateway`, `router`) lên theo các đường truyền có `far` là nó, theo `order`.
   *A gateway or router hangs on the links whose `far` it is, by `order`.*
3. Thiết bị khác lên theo cổng kết nối của điểm: `gateway` hoặc `router` có đường truyền từ điểm khác tới, nếu không thì cái đầu tiên theo `slug`.
   *Everything else hangs on its site's gateway: the `gateway` or `router` with a line from another site, else the first by `slug`.*
4. Không có gì ở trên thì đứng cạnh máy giám sát: bộ định tuyến của điểm `center`.
   *What has nothing above it stands beside the platform: the routers of the site with role `center`.*

Đường lên không được lặp vòng. *Uplinks must not run in a circle.*

## Phòng họp và dịch vụ / Rooms and services

- Phòng họp không được đo riêng: nó như thiết bị ở cột `device`; để trống thì như điểm của nó.
  *A room is not looked at by itself: it is as its `device` is, or as its site where it has none.*
- Dịch vụ được đo theo `url` mỗi phút, ba lần hỏng liền nhau là ngừng phục vụ. Máy chủ ở cột `device` hỏng, hoặc cổng kết nối của `site` mất, thì dịch vụ mất theo, không báo riêng. Không ghi cả hai là dịch vụ ở ngoài mạng của ta.
  *A service is looked at by its `url` every minute, three failures in a row are an outage. When the server in `device` fails, or the gateway of `site` is lost, the service is lost with it and not told apart. With neither it stands outside our networks.*

| `url` | bộ thu thập / collector | đạt khi / good when |
|---|---|---|
| `https://…`, `http://…` | `http` | trả trang, có chữ ở `keyword` nếu ghi, chứng thư còn hạn / *the page comes, holds `keyword` where given, the certificate is valid* |
| `tls://máy[:443]` | `tls` | bắt tay TLS, chứng thư còn hạn / *handshake, valid certificate* |
| `tcp://máy:cổng` | `tcp` | nhận kết nối / *takes the connection* |
| `dns://máy-chủ[:53]/tên?type=A` | `dns` | trả bản ghi / *answers with a record* |
| `ntp://máy[:123]` | `ntp` | trả giờ đã đồng bộ / *answers, synchronised* |
| `sip:máy[:5060][;transport=tcp]`, `…;transport=tls` | `sip_options` | trả lời OPTIONS / *answers OPTIONS* |
| `any:8.8.8.8,1.1.1.1:53[?need=1&source=IP]` | `any_of` | ít nhất một (hay `need`) đích mốc trả lời ping, hoặc nhận kết nối ở cổng đã ghi: một máy chủ công cộng chết không phải là đường Internet chết / *at least one (or `need`) of the references answers a ping, or takes a connection at the port given: one dead public server is no dead Internet line* |

## Ngày đặc biệt / Special days

Ngày nghỉ lễ (`holiday`) và nghỉ bù, hoán đổi (`substitute`) thì mọi lịch đều nghỉ; ngày làm bù (`working`) làm như thứ ghi ở `like` (1 là Thứ Hai). Khung giờ có `open_on_holidays` thì không theo.
*On a `holiday` or `substitute` every calendar is closed; a `working` day is worked like the day of the week `like` (1 = Monday). Spans with `open_on_holidays` follow neither.*
"""  # noqa: E501


def page() -> str:
    """Return the page as markdown, Vietnamese first."""
    return "\n".join([_HEAD, *map(_table, TABLES), _WAYS, _profiles()])


def _table(table: Table) -> str:
    rows = [
        f"## `{table.file}`",
        "",
        f"{table.title.vi} / *{table.title.en}*",
        "",
        "| cột / column | ý nghĩa / meaning | ví dụ / example |",
        "|---|---|---|",
    ]
    for column in table.columns:
        name = f"**`{column.name}`**" if column.name in table.required else f"`{column.name}`"
        example = f"`{column.example}`" if column.example else ""
        rows.append(f"| {name} | {column.vi}<br>*{column.en}* | {example} |")
    return "\n".join(
        [*rows, "", "Cột **đậm** là bắt buộc. *Columns in **bold** are required.*", ""]
    )


def _profiles() -> str:
    rows = [
        "## Hồ sơ kiểm tra / Profiles",
        "",
        "Một dòng trong `devices.csv` là đủ để được theo dõi: `kind` và `vendor` chọn hồ sơ; cột "
        "`profile` thì chọn hẳn một hồ sơ.",
        "*One row of `devices.csv` is enough to be watched: `kind` and `vendor` choose the "
        "profile; the column `profile` names one outright.*",
        "",
        "| hồ sơ / profile | kiểm tra / checks | dùng cho / used for |",
        "|---|---|---|",
    ]
    for profile in PROFILES.values():
        users = [
            f"`{kind}`" + (f" ({vendor})" if vendor else "")
            for (kind, vendor), name in BY_KIND.items()
            if name == profile.name
        ]
        rows.append(f"| `{profile.name}` | {_checks(profile)} | {', '.join(users)} |")
    return "\n".join(
        [
            *rows,
            "",
            "¹ Chỉ khi thiết bị có `secret`. *Only where the device names a `secret`.*",
            "",
        ]
    )


def _checks(profile: Profile) -> str:
    said = []
    for check in profile.checks:
        port = f" {check.params['port']}" if "port" in check.params else ""
        said.append(f"`{check.collector}`{port}" + ("¹" if check.needs_secret else ""))
    return ", ".join(said)
