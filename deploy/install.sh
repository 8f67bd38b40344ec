# shellcheck shell=bash
# Installation from a bundle, without any network. Sourced by ./run; upgrade.sh goes with it.

# shellcheck source=deploy/upgrade.sh
. deploy/upgrade.sh

ACCOUNT=thongsuot
UNITS=(thongsuot.service thongsuot-backup.service thongsuot-backup.timer thongsuot-drill.service thongsuot-drill.timer)
VERSIONS_KEPT=3
READY_WITHIN=${THONGSUOT_READY_WITHIN:-90} # seconds

install_usage() {
  case $asked in
    en* | EN*) cat <<'TEXT' ;;
./run install [--from ARCHIVE] [...]   from an archive of ./run bundle, without any network

  --from ARCHIVE|DIR            the archive, or where it was unpacked; default: this folder
  --prefix DIR                  programs (default /opt/thongsuot)
  --etc DIR                     settings and master key (default /etc/thongsuot)
  --data DIR                    ledger, series, backups (default /var/lib/thongsuot)
  --listen ADDRESS:PORT         where pages are served (default 127.0.0.1:8080)
  --admin NAME                  the first administrator (default admin)
  --admin-password-file FILE    whose password; else one is made and shown once
  --no-start                    install, but start nothing
  --dry-run                     check everything, say what would be done, change nothing
  --yes                         do not ask

Run again with a newer archive it upgrades: rehearsed on a copy first, rolled back on failure.
TEXT
    *) cat <<'TEXT' ;;
./run install [--from TỆP] [...]   cài từ gói do ./run bundle tạo, không cần mạng

  --from TỆP|THƯ_MỤC            gói, hoặc thư mục đã bung gói; mặc định: thư mục này
  --prefix THƯ_MỤC              chương trình (mặc định /opt/thongsuot)
  --etc THƯ_MỤC                 cấu hình và khoá chủ (mặc định /etc/thongsuot)
  --data THƯ_MỤC                sổ cái, chuỗi thời gian, bản sao lưu (mặc định /var/lib/thongsuot)
  --listen ĐỊA_CHỈ:CỔNG         nơi mở trang web (mặc định 127.0.0.1:8080)
  --admin TÊN                   quản trị viên đầu tiên (mặc định admin)
  --admin-password-file TỆP     mật khẩu của người đó; không có thì tự tạo và hiện một lần
  --no-start                    cài nhưng không khởi động
  --dry-run                     kiểm tra và nói sẽ làm gì, không thay đổi gì
  --yes                         không hỏi

Chạy lại với gói mới hơn là nâng cấp: diễn tập trên bản sao trước, hỏng thì quay lại bản cũ.
TEXT
  esac
}

install_options() {
  FROM=$PWD PREFIX=/opt/thongsuot ETC=/etc/thongsuot DATA=/var/lib/thongsuot
  LISTEN='' ADMIN=admin PASSWORD_FILE='' START=yes DRY=no
  while [ $# -gt 0 ]; do
    case $1 in
      --help | -h)
        install_usage
        exit 0
        ;;
      --no-start) START=no ;;
      --dry-run) DRY=yes ;;
      --from | --prefix | --etc | --data | --listen | --admin | --admin-password-file)
        [ $# -gt 1 ] || die "Sau $1 phải có giá trị." "A value must follow $1."
        case $1 in
          --from) FROM=$(absolute "$2") ;;
          --prefix) PREFIX=$(absolute "$2") ;;
          --etc) ETC=$(absolute "$2") ;;
          --data) DATA=$(absolute "$2") ;;
          --listen) LISTEN=$2 ;;
          --admin) ADMIN=$2 ;;
          --admin-password-file) PASSWORD_FILE=$(absolute "$2") ;;
        esac
        shift
        ;;
      *)
        say "Không hiểu \"$1\"." "\"$1\" is not understood."
        install_usage >&2
        exit 2
        ;;
    esac
    shift
  done
}

absolute() { # a path as the caller meant it
  case $1 in /*) printf '%s' "$1" ;; *) printf '%s/%s' "$CALLER" "$1" ;; esac
}

install_platform() {
  umask 022 # programs are for everybody to read; what is not says so itself
  install_options "$@"
  [ "$(id -u)" = 0 ] || [ $DRY = yes ] || die 'Cài đặt cần quyền root: sudo ./run install …' 'Installing needs root: sudo ./run install …'
  [ -z "$PASSWORD_FILE" ] || [ -r "$PASSWORD_FILE" ] || die "Không đọc được $PASSWORD_FILE." "$PASSWORD_FILE cannot be read."
  open_bundle
  check_system
  NEW="$PREFIX/versions/$VERSION-$BUILD"
  OLD=$(readlink -f "$PREFIX/current" 2>/dev/null || true)
  tell_plan
  if [ $DRY = yes ]; then return; fi
  agreed || exit 0
  install_debs
  make_account
  make_version
  if [ -z "$OLD" ] || [ "$OLD" = "$NEW" ] || [ ! -e "$ETC/thongsuot.toml" ]; then
    first_time # which leaves alone what is there
  else
    upgrade
  fi
}


open_bundle() { # sets BUNDLE, VERSION, BUILD; refuses what is not whole
  if [ -d "$FROM" ]; then
    BUNDLE=$FROM
    [ -e "$BUNDLE/BUNDLE" ] || die "$FROM không phải là gói cài đặt; dùng --from TỆP do ./run bundle tạo." \
      "$FROM is no bundle; name the archive that ./run bundle made by --from."
  else
    [ -r "$FROM" ] || die "Không đọc được $FROM." "$FROM cannot be read."
    unpack_bundle
  fi
  say 'Đang kiểm tra từng tệp của gói…' 'Checking every file of the bundle…'
  local report
  report=$(cd "$BUNDLE" && { sha256sum --quiet --strict -c SHA256SUMS && strangers; } 2>&1) ||
    damaged_bundle "$(head -3 <<<"$report")"
  VERSION=$(fact version) BUILD=$(fact build)
  [ "$(fact name)" = thongsuot ] && [ -n "$VERSION" ] && [ -n "$BUILD" ] || damaged_bundle BUNDLE
}

unpack_bundle() {
  local given="$FROM.sha256" scratch
  if [ -e "$given" ]; then
    say 'Đang kiểm tra mã của gói…' "Checking the archive's checksum…"
    [ "$(sha256sum <"$FROM" | cut -d' ' -f1)" = "$(cut -d' ' -f1 <"$given")" ] ||
      damaged_bundle "$(basename "$FROM")"
  fi
  scratch=$(mktemp -d "${TMPDIR:-/var/tmp}/thongsuot-install.XXXXXX")
  at_exit "rm -rf '$scratch'"
  say 'Đang bung gói…' 'Unpacking…'
  case $FROM in
    *.zst) command -v zstd >/dev/null || die 'Máy này không có zstd; hãy đóng gói thành .tar.gz.' 'There is no zstd here; make the bundle a .tar.gz.' ;;
  esac
  tar -C "$scratch" --no-same-owner -xf "$FROM" 2>"$scratch/.log" || damaged_bundle "$(head -1 "$scratch/.log")"
  BUNDLE=$(compgen -G "$scratch/thongsuot-*" | head -1)
  [ -n "$BUNDLE" ] && [ -e "$BUNDLE/SHA256SUMS" ] || damaged_bundle "$(basename "$FROM")"
}

strangers() { # a file that the list does not know
  local unknown
  unknown=$(comm -13 <(cut -c67- SHA256SUMS | LC_ALL=C sort) \
    <(find . -type f ! -name SHA256SUMS ! -path './.venv/*' ! -path './.cache/*' | LC_ALL=C sort) | head -3)
  [ -z "$unknown" ] || { printf '%s\n' "$unknown" && return 1; }
}

damaged_bundle() { # damaged_bundle WHAT
  say "Gói không nguyên vẹn: $1" "The bundle is not whole: $1"
  die 'Chưa thay đổi gì. Hãy chép lại gói rồi thử lại.' 'Nothing was changed. Copy the archive again and retry.'
}

fact() { sed -n "s/^$1=//p" "$BUNDLE/BUNDLE"; }

check_system() {
  local here
  # shellcheck disable=SC1091
  here=$(. /etc/os-release && printf '%s %s' "$ID" "${VERSION_ID:-}")
  [ "$here" = "$(fact os)" ] || die "Gói dành cho $(fact os), máy này là $here; hãy đóng gói trên máy cùng hệ điều hành." \
    "The bundle is for $(fact os), this is $here; make it on a machine of the same system."
  [ "$(dpkg --print-architecture)" = "$(fact arch)" ] ||
    die "Gói dành cho $(fact arch), máy này là $(dpkg --print-architecture)." \
      "The bundle is for $(fact arch), this is $(dpkg --print-architecture)."
}

tell_plan() {
  local missing
  mapfile -t missing < <(debs_wanted)
  say "Thông Suốt $VERSION ($BUILD):" "Thông Suốt $VERSION ($BUILD):"
  say "  gói hệ điều hành cần cài: ${#missing[@]}" "  packages of the system to install: ${#missing[@]}"
  say "  chương trình: $NEW" "  programs: $NEW"
  say "  cấu hình: $ETC/thongsuot.toml, dữ liệu: $DATA, tài khoản: $ACCOUNT" \
    "  settings: $ETC/thongsuot.toml, data: $DATA, account: $ACCOUNT"
  if [ "$OLD" = "$NEW" ]; then
    say '  bản này đã được cài: chỉ bổ sung những gì còn thiếu' '  this very build is installed: only what is missing is added'
  elif [ -n "$OLD" ] && [ -e "$ETC/thongsuot.toml" ]; then
    say "  nâng cấp từ $(basename "$OLD"): sao lưu, diễn tập trên bản sao, chuyển sổ cái, kiểm tra; hỏng thì quay lại" \
      "  upgrade from $(basename "$OLD"): backup, rehearsal on a copy, migration, check; rolled back on failure"
  else
    say "  cài mới; quản trị viên đầu tiên: $ADMIN" "  new; first administrator: $ADMIN"
  fi
}


offline_apt() { # apt that knows the bundle alone; what is installed decides what is missing
  local scratch=$APT_SCRATCH
  apt-get -o "Dir::Etc::SourceList=$scratch/list" -o Dir::Etc::SourceParts=/dev/null \
    -o "Dir::State::Lists=$scratch/lists" -o "Dir::Cache=$scratch/cache" \
    -o APT::Sandbox::User=root -o Acquire::Languages=none -o APT::Get::List-Cleanup=0 \
    -q "$@"
}

prepare_apt() {
  APT_SCRATCH=$(mktemp -d "${TMPDIR:-/var/tmp}/thongsuot-apt.XXXXXX")
  mkdir -p "$APT_SCRATCH/lists/partial" "$APT_SCRATCH/cache/archives/partial"
  ln -s "$BUNDLE" "$APT_SCRATCH/bundle" # no strange letters in the address
  printf 'deb [trusted=yes] file:%s/bundle ./\n' "$APT_SCRATCH" >"$APT_SCRATCH/list"
  offline_apt update >"$APT_SCRATCH/log" 2>&1
}

debs_wanted() { # names of the packages that an installation would bring
  local packages
  prepare_apt || return 0
  read -ra packages <<<"$(fact packages)"
  offline_apt install -s --no-install-recommends "${packages[@]}" 2>/dev/null | sed -n 's/^Inst \([^ ]*\).*/\1/p'
  rm -rf "$APT_SCRATCH"
}

install_debs() {
  local packages missing status=0
  mapfile -t missing < <(debs_wanted)
  [ ${#missing[@]} -gt 0 ] || return 0
  say "Đang cài ${#missing[@]} gói của hệ điều hành…" "Installing ${#missing[@]} packages of the system…"
  prepare_apt || { cat "$APT_SCRATCH/log" >&2 && die 'apt không đọc được gói.' 'apt cannot read the bundle.'; }
  read -ra packages <<<"$(fact packages)"
  keep_services_down
  DEBIAN_FRONTEND=noninteractive offline_apt install -y --no-install-recommends "${packages[@]}" </dev/null 2>&1 |
    progress "${#missing[@]}" 'Setting up' "$APT_SCRATCH/log" || status=$?
  let_services_be
  if [ $status != 0 ]; then
    tail -n 15 "$APT_SCRATCH/log" >&2
    rm -rf "$APT_SCRATCH"
    die 'Không cài được các gói của hệ điều hành; Thông Suốt chưa được cài.' \
      'The packages of the system could not be installed; the platform was not.'
  fi
  rm -rf "$APT_SCRATCH"
  leave_services_off "${missing[@]}"
}


make_account() {
  getent passwd "$ACCOUNT" >/dev/null || useradd --system --user-group --no-create-home \
    --home-dir "$DATA" --shell /usr/sbin/nologin "$ACCOUNT"
  install -d -m 0750 -o root -g "$ACCOUNT" "$ETC"
  install -d -m 0700 -o "$ACCOUNT" -g "$ACCOUNT" "$DATA" "$DATA/backups"
}

make_version() { # the programs of this bundle, beside those of others
  local log="$NEW/install.log" pip
  if [ -e "$NEW/.whole" ]; then return; fi
  say "Đang cài chương trình vào $NEW…" "Installing the programs into $NEW…"
  rm -rf "$NEW"
  install -d -m 0755 "$PREFIX" "$PREFIX/versions" "$NEW"
  tar -C "$BUNDLE" --exclude=./debs --exclude=./wheels --exclude=./tools --exclude=./Packages \
    --exclude=./.venv --exclude=./.cache -c . | tar -C "$NEW" --no-same-owner -x
  chmod -R u=rwX,go=rX "$NEW"
  /usr/bin/python3 -m venv --without-pip "$NEW/venv" >"$log" 2>&1 || broken_version "$log"
  pip=$(compgen -G "$BUNDLE/tools/pip-*.whl" | head -1)
  (umask 022 && PYTHONPATH=$pip PIP_CONFIG_FILE=/dev/null "$NEW/venv/bin/python" -m pip install --no-input \
    --disable-pip-version-check --no-index --no-deps --no-cache-dir --progress-bar off "$BUNDLE"/wheels/*.whl) \
    2>&1 | progress "$(fact wheels)" Processing "$log" || broken_version "$log"
  "$NEW/venv/bin/thongsuot" version >>"$log" 2>&1 || broken_version "$log"
  : >"$NEW/.whole"
}

broken_version() {
  tail -n 15 "$1" >&2
  rm -rf "$NEW"
  die 'Không cài được chương trình; bản đang dùng (nếu có) không bị đụng tới.' \
    'The programs could not be installed; the version in use (if any) was not touched.'
}

use_version() { # use_version FOLDER: in one step
  ln -sfn "$1" "$PREFIX/.current.new"
  mv -T "$PREFIX/.current.new" "$PREFIX/current"
}

as_account() (become "$@") # as_account PROGRAM [...]: as the platform itself runs

become() { # become PROGRAM [...]: does not return
  cd "$DATA"
  local own line
  own=(PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin "HOME=$DATA" "LANG=C.UTF-8"
    "THONGSUOT_LANG=$asked" "THONGSUOT_CONFIG=$ETC/thongsuot.toml")
  if [ -r "$ETC/environment" ]; then
    while IFS= read -r line; do
      case $line in [A-Z]*=*) own+=("$(sed -E "s/^([A-Z0-9_]+=)[\"']?(.*[^\"'])[\"']?$/\1\2/" <<<"$line")") ;; esac
    done <"$ETC/environment"
  fi
  umask 077
  exec setpriv --reuid "$ACCOUNT" --regid "$ACCOUNT" --init-groups env -i "${own[@]}" "$@"
}

write_command() { # `thongsuot` for administrators: root's files would shut the platform out
  cat >/usr/local/bin/thongsuot <<TEXT
#!/bin/sh
# Runs the command line as the account of the platform. Written by its installation.
export THONGSUOT_CONFIG="\${THONGSUOT_CONFIG:-$ETC/thongsuot.toml}"
program="$PREFIX/current/venv/bin/thongsuot"
[ "\$(id -u)" = 0 ] || exec "\$program" "\$@"
[ ! -r "$ETC/environment" ] || { set -a; . "$ETC/environment"; set +a; }
cd "$DATA" || exit
umask 077
caps='--inh-caps +net_raw --ambient-caps +net_raw'
# shellcheck disable=SC2086
setpriv \$caps true 2>/dev/null || caps=
# shellcheck disable=SC2086
exec setpriv --reuid $ACCOUNT --regid $ACCOUNT --init-groups \$caps -- "\$program" "\$@"
TEXT
  chmod 0755 /usr/local/bin/thongsuot
}

write_units() {
  [ -d /etc/systemd/system ] || return 0
  local unit
  for unit in "${UNITS[@]}"; do
    sed -e "s|/opt/thongsuot|$PREFIX|g; s|/etc/thongsuot|$ETC|g; s|/var/lib/thongsuot|$DATA|g" \
      "$NEW/deploy/$unit" >"/etc/systemd/system/$unit"
  done
  ! systemd_runs || systemctl daemon-reload
}

systemd_runs() { [ -d /run/systemd/system ]; }


first_time() {
  write_settings
  if [ ! -e "$ETC/master.key" ]; then
    (umask 077 && head -c 32 /dev/urandom >"$ETC/master.key")
    chown "$ACCOUNT:" "$ETC/master.key"
  fi
  as_account "$NEW/venv/bin/thongsuot" check-config >/dev/null || die 'Cấu hình chưa đúng.' 'The settings are not right.'
  as_account "$NEW/venv/bin/thongsuot" migrate >/dev/null || die 'Không tạo được sổ cái.' 'The ledger could not be made.'
  first_admin
  use_version "$NEW"
  write_command
  write_units
  begin_or_tell
}

write_settings() {
  local scratch sets=()
  if [ -e "$ETC/thongsuot.toml" ]; then return; fi
  scratch=$(mktemp -d "$DATA/.init.XXXXXX")
  chown "$ACCOUNT:" "$scratch"
  as_account "$NEW/venv/bin/thongsuot" init "$scratch/new" --json >/dev/null
  sets=(ledger.url "sqlite:///$DATA/thongsuot.db" secrets.key_file "$ETC/master.key"
    series.directory "$DATA/series" series.spool "$DATA/spool.db" backup.directory "$DATA/backups")
  [ -z "$LISTEN" ] || sets+=(web.listen "$LISTEN")
  "$NEW/venv/bin/python" -m runtime.settings_edit "$scratch/new/thongsuot.toml" "${sets[@]}"
  install -m 0640 -o root -g "$ACCOUNT" "$scratch/new/thongsuot.toml" "$ETC/thongsuot.toml"
  if [ ! -e "$ETC/inventory" ]; then
    cp -r "$scratch/new/inventory" "$ETC/inventory"
    chown -R "root:$ACCOUNT" "$ETC/inventory"
    chmod -R u=rwX,g=rX,o= "$ETC/inventory"
  fi
  rm -rf "$scratch"
}

first_admin() {
  local program="$NEW/venv/bin/thongsuot" said
  if [ "$(as_account "$program" user list --json)" != '[]' ]; then return; fi
  if [ -n "$PASSWORD_FILE" ]; then
    head -n 1 "$PASSWORD_FILE" | as_account "$program" user add "$ADMIN" --role admin --password-stdin >&2 ||
      die 'Không tạo được quản trị viên.' 'The administrator could not be made.'
  elif [ "$YES" = no ] && [ -t 0 ]; then
    as_account "$program" user add "$ADMIN" --role admin >&2 || die 'Không tạo được quản trị viên.' 'The administrator could not be made.'
  else
    said=$(as_account "$program" user add "$ADMIN" --role admin --generate) ||
      die 'Không tạo được quản trị viên.' 'The administrator could not be made.'
    printf '%s\n' "$said"
  fi
}

begin_or_tell() {
  if [ $START = no ]; then
    say 'Đã cài, chưa khởi động.' 'Installed, not started.'
  elif systemd_runs; then
    systemctl enable --quiet --now thongsuot.service thongsuot-backup.timer thongsuot-drill.timer
    ready_now || die 'Đã cài nhưng chưa sẵn sàng; xem: journalctl -u thongsuot' 'Installed but not ready; see: journalctl -u thongsuot'
    say 'Thông Suốt đang chạy.' 'The platform is running.'
  else
    as_account "$NEW/venv/bin/thongsuot" ready >/dev/null 2>&1 || ready_in_a_trial "$NEW" || die 'Đã cài nhưng chạy thử không sẵn sàng.' 'Installed, but a trial run did not become ready.'
    by_hand_start
  fi
  say "Lệnh quản trị: thongsuot (chạy dưới tài khoản $ACCOUNT). Danh sách cho tường lửa: thongsuot check-config --firewall" \
    "The command line: thongsuot (runs as $ACCOUNT). The list for the firewall: thongsuot check-config --firewall"
}

by_hand_start() {
  say 'Máy này không chạy systemd; chạy bằng tay:' 'No systemd runs here; start it by hand:'
  say '  thongsuot run' '  thongsuot run'
}

ready_now() { as_account "$PREFIX/current/venv/bin/thongsuot" ready --wait "$READY_WITHIN" >&2; }

ready_in_a_trial() { # ready_in_a_trial FOLDER: run it for a moment where nothing starts services
  local pid status=0
  become "$1/venv/bin/thongsuot" run >"$DATA/trial.log" 2>&1 &
  pid=$!
  wait_ready "$1" "$pid" || status=1
  kill "$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  if [ $status != 0 ]; then tail -n 5 "$DATA/trial.log" >&2; fi
  rm -f "$DATA/trial.log"
  return $status
}

wait_ready() { # wait_ready FOLDER PID: no longer than it lives
  local waited=0
  while [ $waited -lt "$READY_WITHIN" ]; do
    as_account "$1/venv/bin/thongsuot" ready --wait 3 >/dev/null 2>&1 && return 0
    kill -0 "$2" 2>/dev/null || return 1
    waited=$((waited + 3))
  done
  return 1
}
