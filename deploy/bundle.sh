# shellcheck shell=bash
# One archive with everything an installation needs. Sourced by ./run, on a connected machine of
# the same system as the closed one: its packages and its Python decide what goes in.

BUNDLE_CACHE=${THONGSUOT_BUNDLE_CACHE:-.cache/bundle}

bundle_packages() { # the packages of a running platform; a venv needs no pip of the system's
  printf 'python3\nca-certificates\n'
  cut -d'|' -f1 <<<"$RUN_PACKAGES" | grep -v -e '^$' -e '^python3-venv$'
}

os_name() { # such as "debian 12"
  # shellcheck disable=SC1091
  (. /etc/os-release && printf '%s %s' "$ID" "$VERSION_ID")
}

bundle_usage() {
  case $asked in
    en* | EN*) cat <<'TEXT' ;;
./run bundle [-o FILE]   one archive with all that a closed network needs

  -o, --output FILE   ends in .tar.gz, .tgz, .tar.zst or .tar (default thongsuot-VERSION-TIME.tar.gz)

Run it on a connected machine of the same system, with the same Python, as the closed one.
There ./run install --from FILE installs or upgrades; FILE.sha256 holds the checksum.
TEXT
    *) cat <<'TEXT' ;;
./run bundle [-o TỆP]   đóng gói mọi thứ cần cho mạng không có internet

  -o, --output TỆP    kết thúc bằng .tar.gz, .tgz, .tar.zst hoặc .tar (mặc định thongsuot-PHIÊN_BẢN-GIỜ.tar.gz)

Chạy trên máy có mạng, cùng hệ điều hành và cùng bản Python với máy không có mạng.
Ở đó ./run install --from TỆP để cài hoặc nâng cấp; mã kiểm tra nằm trong TỆP.sha256.
TEXT
  esac
}

bundle() { # bundle [-o FILE]
  local output='' stage name version build
  while [ $# -gt 0 ]; do
    case $1 in
      -o | --output)
        [ $# -gt 1 ] || die 'Sau -o phải có tên tệp.' 'A file name must follow -o.'
        output=$2
        shift
        ;;
      -h | --help)
        bundle_usage
        return
        ;;
      *) die "Không hiểu \"$1\"; dùng: ./run bundle [-o TỆP.tar.gz]" \
        "\"$1\" is not understood; use: ./run bundle [-o FILE.tar.gz]" ;;
    esac
    shift
  done
  command -v apt-get >/dev/null ||
    die 'Đóng gói cần apt-get (Debian hoặc Ubuntu).' 'Bundling needs apt-get (Debian or Ubuntu).'
  bundle_python
  version=$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml | head -1)
  build=$(date -u +%Y%m%dT%H%M%SZ)
  name="thongsuot-$version-$build"
  [ -n "$output" ] || output="$name.tar.gz"
  case $output in /*) ;; *) output="$CALLER/$output" ;; esac
  case $output in
    *.tar.gz | *.tgz | *.tar) ;;
    *.tar.zst) command -v zstd >/dev/null || die 'Máy này không có zstd.' 'There is no zstd here.' ;;
    *) die 'Tên tệp phải kết thúc bằng .tar.gz, .tar.zst hoặc .tar.' \
      'The file must end in .tar.gz, .tar.zst or .tar.' ;;
  esac
  mkdir -p "$BUNDLE_CACHE"
  BUNDLE_CACHE=$(cd "$BUNDLE_CACHE" && pwd)
  stage=$(mktemp -d "$BUNDLE_CACHE/stage.XXXXXX")
  at_exit "rm -rf '$stage'"
  mkdir "$stage/$name"
  bundle_tree "$stage/$name"
  bundle_wheels "$stage/$name"
  bundle_debs "$stage/$name"
  bundle_manifest "$stage/$name" "$version" "$build"
  say 'Đang nén…' 'Packing…'
  bundle_pack "$stage" "$name" "$output"
  say "Xong: $output ($(du -h "$output" | cut -f1)), mã kiểm tra trong $output.sha256" \
    "Done: $output ($(du -h "$output" | cut -f1)), its checksum in $output.sha256"
  printf '%s\n' "$output"
}

bundle_python() { # the system's own Python is the one that the closed machine will have
  PYTHON=/usr/bin/python3
  [ -x "$PYTHON" ] && "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || find_python
  "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null ||
    die 'Thiếu python3-venv: apt-get install python3-venv' 'python3-venv is missing: apt-get install python3-venv'
}

bundle_tree() { # bundle_tree FOLDER: the last commit; where git is not, everything but caches
  say 'Chép mã nguồn và tài liệu…' 'Copying the tree…'
  if [ "$(git rev-parse --show-toplevel 2>/dev/null)" = "$PWD" ] && git rev-parse -q --verify HEAD >/dev/null; then
    git diff --quiet HEAD || say 'Chú ý: thay đổi chưa commit không có trong gói.' 'Mind: what is not committed is not in the bundle.'
    git archive HEAD | tar -x -C "$1"
  else
    tar -c --exclude='./.*' --exclude=__pycache__ --exclude=./var --exclude=./dist \
      --exclude=./build --exclude='*.egg-info' --exclude='./*.tar*' . | tar -x -C "$1"
  fi
  rm -rf "$1/tests" "$1/benchmarks" "$1/.ci" "$1/wheels" "$1/tools" "$1/debs" "$1/BUNDLE" "$1/Packages"
}

bundle_wheels() { # bundle_wheels FOLDER
  local key wheels log total
  key=$({ cat requirements/run.txt && "$PYTHON" --version; } | sha256sum | cut -c1-16)
  wheels="$BUNDLE_CACHE/wheels-$key" log="$BUNDLE_CACHE/wheels.log"
  if [ ! -e "$wheels/.whole" ]; then
    total=$(grep -c '==' requirements/run.txt)
    say "Đang tải $total thư viện Python…" "Fetching $total Python libraries…"
    mkdir -p "$wheels"
    : >"$log"
    [ -x "$BUNDLE_CACHE/venv/bin/pip" ] || "$PYTHON" -m venv "$BUNDLE_CACHE/venv"
    if ! "$BUNDLE_CACHE/venv/bin/pip" wheel --no-input --disable-pip-version-check --require-hashes \
      --no-deps --progress-bar off -w "$wheels" -r requirements/run.txt 2>&1 |
      progress "$total" "$EACH_LIBRARY" "$log" ||
      ! "$BUNDLE_CACHE/venv/bin/pip" download --no-input --disable-pip-version-check --no-deps \
        --progress-bar off -q -d "$wheels/tools" pip >>"$log" 2>&1 ||
      ! "$BUNDLE_CACHE/venv/bin/pip" install --no-input --disable-pip-version-check -q --no-index \
        --find-links "$wheels" hatchling >>"$log" 2>&1; then
      tail -n 15 "$log" >&2
      die "Không tải được thư viện; xem $log. Chạy lại sẽ tải tiếp." \
        "The libraries could not be fetched; see $log. Running again goes on from there."
    fi
    : >"$wheels/.whole"
  fi
  mkdir "$1/wheels" "$1/tools"
  cp "$wheels"/*.whl "$1/wheels/"
  cp "$wheels"/tools/*.whl "$1/tools/"
  "$BUNDLE_CACHE/venv/bin/python" -c 'import hatchling' 2>/dev/null ||
    "$BUNDLE_CACHE/venv/bin/pip" install --no-input --disable-pip-version-check -q --no-index \
      --find-links "$wheels" hatchling
  (cd "$1" && "$BUNDLE_CACHE/venv/bin/python" -m hatchling build -t wheel -d wheels) \
    >>"$log" 2>&1 || { tail -n 15 "$log" >&2 && die 'Không đóng gói được chính mình.' 'Our own wheel cannot be built.'; }
}

bundle_debs() { # bundle_debs FOLDER: every package down to the C library, for a bare machine
  local packages total empty="$BUNDLE_CACHE/no-packages" debs="$BUNDLE_CACHE/debs" options wanted log
  log="$BUNDLE_CACHE/debs.log"
  mapfile -t packages < <(bundle_packages)
  mkdir -p "$debs/partial"
  : >"$empty"
  options=(-o "Dir::State::status=$empty" -o "Dir::State::extended_states=$empty"
    -o "Dir::Cache::archives=$debs" -o Debug::NoLocking=1 -o APT::Sandbox::User=root
    -y -q --no-install-recommends)
  if ! apt-cache show "${packages[@]}" &>/dev/null; then
    say 'Đang cập nhật danh mục gói của hệ điều hành…' 'Updating the package lists…'
    as_root apt-get update -qq >"$log" 2>&1 || true
  fi
  wanted=$(apt-get "${options[@]}" --print-uris install "${packages[@]}" 2>"$log" | sed -n "s/^'[^']*' \([^ ]*\) .*/\1/p")
  total=$(wc -l <<<"$wanted")
  say "Đang tải các gói của hệ điều hành (còn thiếu: ${total})…" "Fetching packages of the system (missing: ${total})…"
  if ! apt-get "${options[@]}" --download-only install "${packages[@]}" 2>&1 | progress "$total" 'Get:' "$log"; then
    tail -n 15 "$log" >&2
    die 'Không tải được các gói của hệ điều hành. Chạy lại sẽ tải tiếp.' \
      'The packages of the system could not be fetched. Running again goes on from there.'
  fi
  mkdir "$1/debs"
  bundle_closure "${options[@]}" -- "${packages[@]}" | while IFS= read -r file; do
    cp "$debs/$file" "$1/debs/"
  done
  (cd "$1" && for file in debs/*.deb; do
    dpkg-deb -f "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" \
      "$(sha256sum "$file" | cut -d' ' -f1)"
  done >Packages)
}

bundle_closure() { # the files of this very closure: the cache may hold older ones too
  local options=()
  while [ "$1" != -- ]; do
    options+=("$1")
    shift
  done
  shift
  local nowhere="$BUNDLE_CACHE/nowhere"
  mkdir -p "$nowhere/partial"
  apt-get "${options[@]}" -o "Dir::Cache::archives=$nowhere" --print-uris install "$@" 2>/dev/null |
    sed -n "s/^'[^']*' \([^ ]*\) .*/\1/p"
}

bundle_manifest() { # bundle_manifest FOLDER VERSION BUILD: what it is, and what every file must be
  {
    printf 'name=thongsuot\nversion=%s\nbuild=%s\n' "$2" "$3"
    printf 'os=%s\narch=%s\n' "$(os_name)" "$(dpkg --print-architecture)"
    printf 'python=%s\n' "$("$PYTHON" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
    printf 'packages=%s\n' "$(bundle_packages | tr '\n' ' ')"
    printf 'wheels=%s\ndebs=%s\n' "$(find "$1/wheels" -name '*.whl' | wc -l)" "$(find "$1/debs" -name '*.deb' | wc -l)"
  } >"$1/BUNDLE"
  (cd "$1" && find . -type f ! -name SHA256SUMS -print0 | LC_ALL=C sort -z | xargs -0 sha256sum >SHA256SUMS)
}

bundle_pack() { # bundle_pack STAGE NAME OUTPUT
  local draft="$3.part" how=(-z)
  case $3 in *.tar.zst) how=(--zstd) ;; *.tar) how=() ;; esac
  tar -C "$1" --owner=0 --group=0 --sort=name "${how[@]}" -cf "$draft" "$2"
  (cd "$(dirname "$3")" && mv "$(basename "$draft")" "$(basename "$3")" &&
    sha256sum "$(basename "$3")" >"$(basename "$3").sha256")
}
