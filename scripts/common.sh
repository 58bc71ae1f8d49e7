# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# What the scripts share: packages, builds, words. To be sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

# What building the modules takes; for the scripts that source this.
# shellcheck disable=SC2034
build_packages=(gcc libc6-dev meson ninja-build pkg-config binutils python3
                libglib2.0-dev libglib2.0-dev-bin libpixman-1-dev libdrm-dev
                libepoxy-dev libgbm-dev libvirglrenderer-dev libvulkan-dev python3-docutils
                libgtk-3-dev libvte-2.91-dev libx11-dev libxfixes-dev libxi-dev
                libwayland-dev libwayland-bin wayland-protocols
                qemu-system-x86 qemu-system-gui)

progress() {
    printf '== %s\n' "$*" >&2
}

fail() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# need_packages NAME...: installs the Debian packages that are missing.
need_packages() {
    local missing=() sudo=() name
    for name in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || fail "missing packages, and no apt-get to install them: ${missing[*]}"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || fail "as root, run: apt-get install ${missing[*]}"
        sudo=(sudo)
    fi
    progress "installing ${missing[*]}"
    local apt=("${sudo[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq)
    "${apt[@]}" update || progress "package lists could not be brought up to date, trying what there is"
    "${apt[@]}" install -y --no-install-recommends "${missing[@]}" >/dev/null ||
        fail "could not install ${missing[*]}"
}

# build_modules: builds what QEMU loads, in build/gcc, quietly unless it fails.
build_modules() {
    local folder=$root/build/gcc log
    log=$(mktemp)
    if [ ! -f "$folder/build.ninja" ] && ! CC=gcc meson setup "$folder" "$root" >"$log" 2>&1 ||
            ! ninja -C "$folder" qemu-modules >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        fail "the modules do not build"
    fi
    rm -f "$log"
}
