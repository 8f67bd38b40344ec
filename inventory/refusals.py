"""Every sentence that somebody's list can earn beyond those of its cells (`faults`)."""

from collections.abc import Sequence

from core.text import Text
from inventory.faults import Fault


def _fault(vi: str, en: str, mend_vi: str, mend_en: str) -> Fault:
    return Fault(Text(vi=vi, en=en), Text(vi=mend_vi, en=mend_en))


def _listed(names: Sequence[str]) -> str:
    return "; ".join(names)


def _quotable(heading: str) -> str:
    """Return a heading as it can stand between quotation marks of a command."""
    return heading.replace('"', "").replace("`", "").replace("$", "")[:80]


def too_large(size: int, most: int) -> Fault:
    """Tell of a file that is larger than any list."""
    return _fault(
        f"tệp lớn {size / 2**20:.0f} MB, quá mức {most >> 20} MB",
        f"the file has {size / 2**20:.0f} MB, more than {most >> 20} MB",
        "Xoá ảnh và các trang không liên quan, hoặc chia thành nhiều tệp",
        "Remove pictures and sheets that do not belong, or split the file",
    )


def old_workbook(kind: str) -> Fault:
    """Tell of a format that must be saved as .xlsx first."""
    return _fault(
        f"tệp là {kind}",
        f"the file is {kind}",
        'Mở bằng Excel hoặc LibreOffice, chọn Lưu thành → "Sổ làm việc Excel (.xlsx)"',
        'Open it in Excel or LibreOffice and choose Save As → "Excel Workbook (.xlsx)"',
    )


def encrypted() -> Fault:
    """Tell of a workbook with a password."""
    return _fault(
        "tệp đặt mật khẩu",
        "the workbook has a password",
        "Trong Excel chọn Tệp → Thông tin → Bảo vệ sổ làm việc → bỏ mật khẩu, rồi lưu lại",
        "In Excel choose File → Info → Protect Workbook, remove the password and save",
    )


def not_a_workbook() -> Fault:
    """Tell of a file that is no .xlsx inside."""
    return _fault(
        "nội dung tệp không phải là sổ làm việc Excel",
        "the content is no Excel workbook",
        'Mở tệp, chọn Lưu thành → "Sổ làm việc Excel (.xlsx)"; đổi tên đuôi tệp không đủ',
        'Open it and choose Save As → "Excel Workbook (.xlsx)"; renaming the file is not enough',
    )


def broken_workbook(detail: str) -> Fault:
    """Tell of a damaged file."""
    return _fault(
        f"sổ làm việc bị hỏng ({detail[:80]})",
        f"the workbook is damaged ({detail[:80]})",
        "Mở bằng Excel (chọn Sửa chữa nếu được hỏi) và lưu lại, hoặc tải lại tệp từ nơi gửi",
        "Open it in Excel (let it repair) and save it again, or fetch the file once more",
    )


def suspicious_workbook(detail: str) -> Fault:
    """Tell of a file that is built to harm."""
    return _fault(
        f"sổ làm việc có cấu trúc bất thường nên không đọc ({detail[:80]})",
        f"the workbook is built in a way that is not safe to read ({detail[:80]})",
        "Chép các ô cần nhập sang một tệp mới (dán giá trị) rồi lưu dạng .xlsx",
        "Copy the cells into a new workbook (paste values) and save that as .xlsx",
    )


def too_many_cells(most: int) -> Fault:
    """Tell of a file with more cells than are read."""
    return _fault(
        f"tệp có quá {most} ô có dữ liệu",
        f"the file has more than {most} cells with something in them",
        "Bỏ các cột không cần, hoặc chia thành nhiều tệp",
        "Take out columns that are not needed, or cut it into several files",
    )


def too_many_rows(most: int) -> Fault:
    """Tell of more rows than are read."""
    return _fault(
        f"tệp có hơn {most} dòng",
        f"the file has more than {most} rows",
        "Chia danh sách thành nhiều tệp",
        "Split the list into several files",
    )


def too_many_columns(sheet: str, most: int) -> Fault:
    """Tell of more columns than are read."""
    return _fault(
        f'trang "{sheet}" có dữ liệu ngoài cột thứ {most}',
        f'the sheet "{sheet}" holds data beyond column {most}',
        "Xoá các cột thừa",
        "Delete the columns that do not belong",
    )


def too_many_sheets(count: int, most: int) -> Fault:
    """Tell of more sheets than are read."""
    return _fault(
        f"tệp có {count} trang, quá mức {most}",
        f"the workbook has {count} sheets, more than {most}",
        "Chỉ giữ các trang cần nhập",
        "Keep only the sheets that matter",
    )


def wrong_extension(suffix: str) -> Fault:
    """Tell of a kind of file that is no list."""
    return _fault(
        f'không nhập được tệp "{suffix}"',
        f'files of the kind "{suffix}" are not read',
        "Lưu danh sách thành .xlsx, .csv hoặc .yaml, hoặc chỉ ra thư mục các tệp CSV",
        "Save the list as .xlsx, .csv or .yaml, or name a folder of CSV files",
    )


def no_list() -> Fault:
    """Tell of a file in which no sheet could be understood."""
    return _fault(
        "không tìm thấy bảng danh mục nào trong tệp",
        "no list was found in the file",
        "Đặt tên cột như trong tệp mẫu (thongsuot template), hoặc chỉ ra bằng "
        '--table và --map "Tên cột=sites.name"',
        "Name the columns as in the template (thongsuot template), or say what they are by "
        '--table and --map "Heading=sites.name"',
    )


def no_table_sheet(names: Sequence[str]) -> Fault:
    """Tell of a sheet that the user named and that is not there."""
    return _fault(
        "không có trang nào tên như vậy",
        "there is no sheet of that name",
        f"Chọn một trong: {_listed(names)}",
        f"Choose one of: {_listed(names)}",
    )


def missing_heading(target: str, heading: str) -> Fault:
    """Tell of a column that must be there."""
    return _fault(
        f'thiếu cột "{heading}" ({target})',
        f'the column "{heading}" ({target}) is missing',
        f'Thêm cột đó, hoặc chỉ ra cột tương ứng: --map "Tên cột={target}"',
        f'Add it, or say which column it is: --map "Heading={target}"',
    )


def unknown_heading(heading: str, near: str | None) -> Fault:
    """Tell of a column that is not read; only a doubt."""
    heading = _quotable(heading)
    hint = near or "bảng.cột"
    hint_en = near or "table.column"
    return _fault(
        "không rõ cột này là gì nên bỏ qua",
        "what this column means is not known: it was passed over",
        f'Nếu cần, chỉ ra bằng --map "{heading}={hint}"; nếu không, --map "{heading}=-"',
        f'If it matters say --map "{heading}={hint_en}", if not --map "{heading}=-"',
    )


def repeated_heading(heading: str) -> Fault:
    """Tell of a second column with the same meaning; only a doubt."""
    heading = _quotable(heading)
    return _fault(
        "đã có cột khác cùng ý nghĩa nên bỏ qua cột này",
        "another column means the same: this one was passed over",
        f'Chỉ ra ý nghĩa bằng --map "{heading}=bảng.cột" hoặc bỏ cột thừa',
        f'Say what it means by --map "{heading}=table.column", or remove one',
    )


def error_cell(text: str) -> Fault:
    """Tell of #N/A and its like."""
    return _fault(
        f'ô báo lỗi "{text}" của bảng tính',
        f'the cell shows the error "{text}"',
        "Sửa công thức, hoặc ghi thẳng giá trị vào ô",
        "Mend the formula, or write the value itself",
    )


def no_result() -> Fault:
    """Tell of a formula without a saved result."""
    return _fault(
        "ô có công thức nhưng tệp không lưu kết quả",
        "the cell holds a formula whose result was not saved",
        "Mở bằng Excel rồi lưu lại, hoặc chép và dán giá trị; công thức không được tính ở đây",
        "Open it in Excel and save, or paste as values; formulas are not computed here",
    )


def unit_not_found(text: str, candidates: Sequence[str]) -> Fault:
    """Tell of a name that no unit has."""
    mend_vi = f"Có phải là: {_listed(candidates)}? " if candidates else ""
    mend_en = f"Is it: {_listed(candidates)}? " if candidates else ""
    return _fault(
        f'không có đơn vị hành chính nào tên "{text}"',
        f'no administrative unit is called "{text}"',
        f"{mend_vi}Ghi đúng tên hoặc mã đơn vị, hoặc thêm đơn vị vào danh mục trước",
        f"{mend_en}Write its name or code, or add the unit to the inventory first",
    )


def unit_ambiguous(text: str, candidates: Sequence[str]) -> Fault:
    """Tell of a name that several units have, or of one that was divided."""
    return _fault(
        f'"{text}" có thể là nhiều đơn vị: {_listed(candidates)}',
        f'"{text}" may be several units: {_listed(candidates)}',
        "Ghi mã đơn vị, hoặc thêm cột Huyện (cũ) hay Tỉnh",
        "Write the code, or add a column with the former district or the province",
    )


def unit_outside(text: str, place: str, candidates: Sequence[str]) -> Fault:
    """Tell of a unit that is not known to lie, or to have lain, in the district beside it."""
    return _fault(
        f'không rõ "{text}" có thuộc "{place}" không: danh mục có {_listed(candidates)}',
        f'"{text}" is not known to lie in "{place}": the inventory has {_listed(candidates)}',
        f'Ghi mã đơn vị, hoặc sửa "{place}", hoặc khai các xã cũ của nơi đó trong bảng '
        '"Đơn vị cũ - mới"',
        f'Write its code, or mend "{place}", or add its former communes to the table '
        '"Former and new units"',
    )


def unit_without_successor(text: str) -> Fault:
    """Tell of a former unit that nothing is known to have come after."""
    return _fault(
        f'"{text}" là đơn vị cũ, danh mục chưa có đơn vị mới thay cho nó',
        f'"{text}" is a former unit, and the inventory does not say what came after it',
        'Ghi tên hoặc mã đơn vị mới, hoặc thêm một dòng vào bảng "Đơn vị cũ - mới"',
        'Write the name or code of the new unit, or add a row to the table "Former and new units"',
    )


def no_unit() -> Fault:
    """Tell of a place in no unit."""
    return _fault(
        "không rõ thuộc đơn vị hành chính nào",
        "the administrative unit is not known",
        "Thêm cột Xã/Phường, hoặc ghi tên đơn vị trong tên điểm (UBND xã …)",
        "Add a column with the commune, or name it in the place's name (UBND xã …)",
    )


def not_found(text: str, what: str, candidates: Sequence[str]) -> Fault:
    """Tell of a name that no row of a table has."""
    mend_vi = f"Có phải là: {_listed(candidates)}? " if candidates else ""
    mend_en = f"Is it: {_listed(candidates)}? " if candidates else ""
    return _fault(
        f'không có "{text}" trong bảng {what}',
        f'there is no "{text}" in the table {what}',
        f"{mend_vi}Sửa tên, hoặc thêm dòng đó vào bảng {what}",
        f"{mend_en}Mend the name, or add that row to the table {what}",
    )


def ambiguous(text: str, what: str, candidates: Sequence[str]) -> Fault:
    """Tell of a name that several rows of a table have."""
    return _fault(
        f'"{text}" có thể là nhiều dòng trong bảng {what}: {_listed(candidates)}',
        f'"{text}" may be several rows of the table {what}: {_listed(candidates)}',
        "Ghi mã định danh (trong ngoặc) thay cho tên",
        "Write the identifier (in brackets) instead of the name",
    )


def no_near(candidates: Sequence[str]) -> Fault:
    """Tell of lines whose end at the centre is not known."""
    choice = f" ({_listed(candidates)})" if candidates else ""
    return _fault(
        f"không rõ đầu phía trung tâm của các đường truyền{choice}",
        f"the end of the lines at the centre is not known{choice}",
        'Thêm cột "Thiết bị trung tâm", hoặc ghi mã thiết bị trung tâm khi nhập (--near MÃ)',
        'Add a column "Thiết bị trung tâm", or name that device when importing (--near SLUG)',
    )


def unknown_near(text: str, candidates: Sequence[str]) -> Fault:
    """Tell of an end at the centre that was asked for, and is no device."""
    mend_vi = f"Chọn một trong: {_listed(candidates)}. " if candidates else ""
    mend_en = f"Choose one of: {_listed(candidates)}. " if candidates else ""
    return _fault(
        f'thiết bị trung tâm "{text}" (--near) không có trong danh mục',
        f'the device "{text}" of the centre (--near) is not in the inventory',
        f"{mend_vi}Ghi mã định danh của thiết bị tại trung tâm, hoặc để trống",
        f"{mend_en}Write the identifier of the device at the centre, or leave it empty",
    )


def line_without_address() -> Fault:
    """Tell of a line to a place without any device."""
    return _fault(
        "có đường truyền nhưng không có địa chỉ IP của thiết bị đầu xa",
        "there is a line but no IP address of the device at its far end",
        "Ghi địa chỉ IP của cổng kết nối tại điểm này",
        "Write the IP address of the gateway at this place",
    )


def two_addresses(first: int, second: int) -> Fault:
    """Tell of two rows of one place with different addresses."""
    return _fault(
        f"dòng {first} và dòng {second} cùng một điểm cầu nhưng ghi hai địa chỉ IP khác nhau",
        f"rows {first} and {second} are one site, yet have different IP addresses",
        "Sửa dòng sai; địa chỉ của đường dự phòng ghi ở cột IP của kênh dự phòng; nếu đúng là hai "
        'thiết bị thì khai ở bảng "Thiết bị"',
        "Mend the wrong row; a reserve line's address has a column under the reserve line; two "
        'devices are declared in the table "Devices"',
    )


def bad_target(text: str, near: str | None) -> Fault:
    """Tell of a mapping to something that is no column."""
    hint = f' Có phải là "{near}"?' if near else ""
    hint_en = f' Did you mean "{near}"?' if near else ""
    return _fault(
        f'"{text}" không phải là một cột của danh mục',
        f'"{text}" is no column of the inventory',
        f"Ghi như sites.name, devices.address, links.circuit, hoặc - để bỏ qua cột.{hint}",
        f"Write it like sites.name, devices.address, links.circuit, or - to skip it.{hint_en}",
    )


def bad_yaml(detail: str) -> Fault:
    """Tell of YAML that cannot be read."""
    return _fault(
        f"không đọc được YAML: {detail[:120]}",
        f"this is no YAML that can be read: {detail[:120]}",
        "Sửa tại dòng đó; mỗi bảng là một danh sách các mục, ví dụ của thongsuot export",
        "Mend that line; each table is a list of entries, as thongsuot export writes them",
    )


def forbidden_yaml(what: str) -> Fault:
    """Tell of YAML features that are not accepted."""
    return _fault(
        f"không nhận {what} trong YAML",
        f"{what} is not accepted in YAML",
        "Ghi giá trị thẳng vào chỗ dùng",
        "Write the value itself where it is used",
    )


def unknown_key(known: Sequence[str], near: str | None) -> Fault:
    """Tell of a name that is no table or column."""
    hint = f'Có phải là "{near}"? ' if near else ""
    hint_en = f'Did you mean "{near}"? ' if near else ""
    return _fault(
        "không có bảng hay cột tên như vậy",
        "there is no table or column of that name",
        f"{hint}Dùng một trong: {', '.join(known)}",
        f"{hint_en}Use one of: {', '.join(known)}",
    )


def repeated_key() -> Fault:
    """Tell of a key that stands twice."""
    return _fault(
        "khoá này đã có ở trên",
        "this key stands above already",
        "Bỏ một trong hai",
        "Remove one of the two",
    )


def legacy_bytes(encoding: str) -> Fault:
    """Tell of a file whose old encoding was converted; only a doubt."""
    return _fault(
        f"tệp viết bằng {encoding}, đã chuyển sang Unicode",
        f"the file was in {encoding} and was converted to Unicode",
        "Xem lại vài dòng; lần sau lưu CSV UTF-8 hoặc .xlsx",
        "Look at some rows; save it as CSV UTF-8 or .xlsx next time",
    )


def cannot_partly() -> Fault:
    """Tell of problems that leaving rows out does not solve."""
    return _fault(
        "còn lỗi không thuộc dòng nào của tệp nên không nhập một phần được",
        "there are problems of no row of the file: it cannot be applied in part",
        "Sửa các lỗi đó trước",
        "Mend those first",
    )


def refers_to_left_out(slug: str) -> Fault:
    """A row whose reference is to a row that is left out of a partial import."""
    return _fault(
        f'"{slug}" ở một dòng bị bỏ lại nên dòng này cũng bị bỏ lại',
        f'"{slug}" stands on a row that is left out, so this row is left out too',
        "Sửa dòng kia trước",
        "Mend that row first",
    )


def one_more() -> Fault:
    """Beyond the thousands of problems that are explained: there is one more."""
    return _fault(
        "ô này cũng có lỗi",
        "this cell has a problem too",
        "Sửa các lỗi đã nêu rồi nhập lại để biết rõ",
        "Mend the problems above and import again to learn which",
    )
