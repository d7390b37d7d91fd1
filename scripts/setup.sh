#!/usr/bin/env bash
# Brings what the project needs to this machine: `setup.sh runtime` or `setup.sh test`.
# As root from Debian's packages; as another user into .tools/ beside the project. Quick when all is there.
set -euo pipefail
cd "$(dirname "$0")/.."
what="${1:-runtime}"
tools="$PWD/.tools"
mkdir -p "$tools/bin"
export PATH="$tools/bin:$PATH" UV_PYTHON_DOWNLOADS=never
uv_version="0.13.9"

fail() { echo "setup: $1" >&2; exit 1; }

refresh_lists() {
  [ -n "${lists_fresh:-}" ] && return 0
  apt-get -qq update || fail "Debian's package lists can't be had: check the network and /etc/apt"
  lists_fresh=1
}

private_apt() {
  mkdir -p "$tools/apt/lists/partial" "$tools/apt/cache/archives/partial"
  apt-get -qq -o Dir::State::lists="$tools/apt/lists" -o Dir::Cache="$tools/apt/cache" -o Debug::NoLocking=1 \
    -o APT::Sandbox::User= "$@"
}

# Downloads a package and what it needs and unpacks both under .tools/debs, for users who may not install.
unpack_packages() {
  private_apt update || fail "Debian's package lists can't be had: check the network and /etc/apt"
  private_apt -y --no-install-recommends --download-only install "$@" || fail "the packages $* can't be had: ask an administrator to install them"
  mkdir -p "$tools/debs"
  for deb in "$tools"/apt/cache/archives/*.deb; do dpkg-deb -x "$deb" "$tools/debs"; done
}

need_python() {
  python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
    || fail "Python 3.11 or newer is needed as python3: install it (Debian: apt-get install python3)"
}

need_uv() {
  command -v uv >/dev/null && return 0
  need_python
  if ! python3 -m venv "$tools/uv" >/dev/null 2>&1 || [ ! -x "$tools/uv/bin/pip" ]; then
    rm -rf "$tools/uv"
    if [ "$(id -u)" = 0 ]; then
      refresh_lists
      apt-get -qq -y --no-install-recommends install python3-venv >/dev/null || fail "python3-venv can't be installed: check /etc/apt"
      python3 -m venv "$tools/uv"
    else
      unpack_packages python3-pip-whl
      wheel=$(find "$tools/debs/usr/share/python-wheels" -name 'pip-*.whl' | head -n 1)
      [ -n "$wheel" ] || fail "pip can't be had: ask an administrator to install python3-venv"
      python3 "$wheel/pip" install -q --target "$tools/uv/lib" "uv==$uv_version" || fail "uv can't be had from the package index: check the network"
      ln -sf "$tools/uv/lib/bin/uv" "$tools/bin/uv"
      return 0
    fi
  fi
  "$tools/uv/bin/pip" install -q --disable-pip-version-check "uv==$uv_version" || fail "uv can't be had from the package index: check the network"
  ln -sf "$tools/uv/bin/uv" "$tools/bin/uv"
}

wrapper() { # file, program: the file runs an unpacked program with the unpacked libraries
  local libraries
  libraries=$(find "$tools/debs/usr/lib" "$tools/debs/lib" -name '*.so*' -printf '%h\n' 2>/dev/null | sort -u | tr '\n' ':')
  printf '#!/bin/sh\nFONTCONFIG_FILE="%s" LD_LIBRARY_PATH="%s$LD_LIBRARY_PATH" exec "%s" "$@"\n' \
    "$tools/fonts.conf" "$libraries" "$2" > "$1"
  chmod +x "$1"
}

need_chromium() {
  command -v chromium >/dev/null && return 0
  if [ "$(id -u)" = 0 ]; then
    refresh_lists
    apt-get -qq -y --no-install-recommends install chromium >/dev/null || fail "chromium can't be installed: check /etc/apt"
  else
    unpack_packages chromium
    echo "<fontconfig><dir>$tools/debs/usr/share/fonts</dir><dir>/usr/share/fonts</dir><cachedir>$tools/fonts</cachedir></fontconfig>" \
      > "$tools/fonts.conf"
    wrapper "$tools/bin/chromium" "$tools/debs/usr/lib/chromium/chromium"
  fi
}

initdb_in() { find "$1" -maxdepth 3 -name initdb -printf '%h\n' 2>/dev/null | sort | tail -n 1; }

postgres_bin() {
  local system
  system=$(initdb_in /usr/lib/postgresql)
  echo "${system:-$(initdb_in "$tools/postgresql")}"
}

need_postgres() {
  [ -n "$(postgres_bin)" ] && return 0
  if [ "$(id -u)" = 0 ]; then
    refresh_lists
    mkdir -p /etc/postgresql-common
    [ -e /etc/postgresql-common/createcluster.conf ] || echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.conf
    apt-get -qq -y --no-install-recommends install postgresql >/dev/null || fail "postgresql can't be installed: check /etc/apt"
  else
    unpack_packages postgresql
    unpacked=$(initdb_in "$tools/debs/usr/lib/postgresql")
    [ -n "$unpacked" ] || fail "postgresql can't be had: ask an administrator to install it"
    mkdir -p "$tools/postgresql"
    for program in initdb postgres; do wrapper "$tools/postgresql/$program" "$unpacked/$program"; done
  fi
}

# Playwright brings a node of its own, which wants one library that a bare Debian lacks.
need_browser_driver() {
  local node
  node=$(echo "$PWD"/.venv/lib/python3*/site-packages/playwright/driver/node)
  "$node" --version >/dev/null 2>&1 && return 0
  if [ "$(id -u)" = 0 ]; then
    refresh_lists
    apt-get -qq -y --no-install-recommends install libatomic1 >/dev/null || fail "libatomic1 can't be installed: check /etc/apt"
  else
    unpack_packages libatomic1
    wrapper "$tools/bin/playwright-node" "$node"
  fi
}

need_uv
# Libraries and our own modules are compiled here, once: where Python may not write its caches, each start would compile
# everything anew.
case "$what" in
  runtime) uv sync --quiet --frozen --no-dev --inexact --compile-bytecode ;;
  test)
    need_chromium
    need_postgres
    uv sync --quiet --frozen --all-extras --compile-bytecode
    need_browser_driver
    ;;
  *) fail "say runtime or test" ;;
esac
.venv/bin/python -m compileall -q src
{
  echo "export ASIARADAR_CHROMIUM='$(command -v chromium || true)'"
  echo "export ASIARADAR_PG_BIN='$(postgres_bin)'"
  [ ! -x "$tools/bin/playwright-node" ] || echo "export PLAYWRIGHT_NODEJS_PATH='$tools/bin/playwright-node'"
} > "$tools/env"
