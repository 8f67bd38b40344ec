# shellcheck shell=bash
# From one version to the next: rehearsed on a copy, and rolled back if it does not work.

upgrade() {
  local was_running=no
  if ! systemd_runs && as_account "$OLD/venv/bin/thongsuot" ready &>/dev/null; then
    die 'Thông Suốt đang chạy; dừng nó rồi nâng cấp.' 'The platform is running; stop it, then upgrade.'
  fi
  rehearse
  ! systemd_runs || ! systemctl is-active --quiet thongsuot.service || was_running=yes
  say 'Đang dừng bản cũ và sao lưu lần cuối…' 'Stopping the old version, and a last backup…'
  [ $was_running = no ] || systemctl stop thongsuot.service
  SAVED="$DATA/backups/before-$(basename "$NEW").tar"
  rm -f "$SAVED"
  if ! as_account "$OLD/venv/bin/thongsuot" backup --no-series -o "$SAVED" >/dev/null; then
    [ $was_running = no ] || systemctl start thongsuot.service
    die 'Không sao lưu được; bản cũ vẫn được dùng.' 'No backup could be made; the old version stays in use.'
  fi
  cp -p "$ETC/thongsuot.toml" "$ETC/thongsuot.toml.before-upgrade"
  use_version "$NEW"
  write_units
  if ! move_on $was_running; then
    roll_back $was_running
    exit 1
  fi
  write_command
  clear_old_versions
  say "Đã nâng cấp lên $(basename "$NEW"). Bản sao lưu trước khi nâng cấp: $SAVED" \
    "Upgraded to $(basename "$NEW"). The backup from before: $SAVED"
  if ! systemd_runs; then by_hand_start; fi
}

rehearse() { # the whole move on a copy, while the old version runs on
  local copy="$DATA/.rehearsal" file="$DATA/.rehearsal.tar"
  say 'Đang diễn tập nâng cấp trên bản sao…' 'Rehearsing the upgrade on a copy…'
  rm -rf "$copy" "$file"
  if ! as_account "$NEW/venv/bin/thongsuot" check-config >/dev/null ||
    ! as_account "$OLD/venv/bin/thongsuot" backup --no-series -o "$file" >/dev/null 2>"$DATA/.rehearsal.log" ||
    ! as_account "$NEW/venv/bin/thongsuot" restore "$file" --to "$copy" >/dev/null 2>"$DATA/.rehearsal.log"; then
    tail -n 5 "$DATA/.rehearsal.log" >&2 || true
    rm -rf "$copy" "$file" "$DATA/.rehearsal.log" "$NEW"
    die 'Diễn tập không thành: chưa thay đổi gì, bản cũ vẫn chạy.' \
      'The rehearsal failed: nothing was changed, the old version runs on.'
  fi
  rm -rf "$copy" "$file" "$DATA/.rehearsal.log"
}

move_on() { # move_on WAS_RUNNING: migrate, start, see that it works
  as_account "$NEW/venv/bin/thongsuot" migrate >&2 || return 1
  if [ $START = no ]; then return 0; fi
  if [ "$1" = yes ]; then
    systemctl start thongsuot.service && ready_now
  elif ! systemd_runs; then
    ready_in_a_trial "$NEW"
  fi
}

roll_back() { # roll_back WAS_RUNNING
  say 'Bản mới không chạy được; đang quay lại bản cũ…' 'The new version does not work; going back to the old one…'
  [ "$1" = no ] || systemctl stop thongsuot.service || true
  use_version "$OLD"
  cp -p "$ETC/thongsuot.toml.before-upgrade" "$ETC/thongsuot.toml"
  local kept=$NEW
  NEW=$OLD write_units
  NEW=$kept
  # A platform that has only just stopped still counts as running on PostgreSQL.
  local tries=0
  until as_account "$OLD/venv/bin/thongsuot" restore "$SAVED" --force --json >"$DATA/restore.log" 2>&1; do
    tries=$((tries + 1))
    if [ $tries = 5 ]; then
      cat "$DATA/restore.log" >&2
      die "Không khôi phục được sổ cái; bản sao lưu còn nguyên ở $SAVED. Chạy: thongsuot restore $SAVED --force" \
        "The ledger could not be restored; the backup is safe at $SAVED. Run: thongsuot restore $SAVED --force"
    fi
    sleep 10
  done
  rm -f "$DATA/restore.log"
  [ "$1" = no ] || systemctl start thongsuot.service
  rm -rf "$NEW"
  say "Đã quay lại $(basename "$OLD"): chương trình, sổ cái và cấu hình như trước khi nâng cấp." \
    "Back at $(basename "$OLD"): programs, ledger and settings are as before the upgrade."
}

clear_old_versions() {
  local folder
  compgen -G "$PREFIX/versions/*" | sort -V | head -n -$VERSIONS_KEPT | while IFS= read -r folder; do
    [ "$folder" = "$NEW" ] || [ "$folder" = "$OLD" ] || rm -rf "$folder"
  done
  # shellcheck disable=SC2012  (names of our own, by age)
  ls -t "$DATA"/backups/before-*.tar | tail -n +$((VERSIONS_KEPT + 1)) | xargs -r rm --
}
