#!/bin/sh
# Brings what the named step needs (npm packages, Go modules, Debian packages) and says in one line what it cannot bring.
# usage: setup.sh build|check|test|demo|bench
set -eu
cd "$(dirname "$0")/.."
step=${1:-build}

missing() { # what, how to get it
	echo "cronium: $1 is missing: $2" >&2
	exit 1
}

# npm packages, Node 24 among them (an optional dependency that puts `node` first on the PATH of every npm script).
if [ ! -f node_modules/.package-lock.json ] || [ package-lock.json -nt node_modules/.package-lock.json ]; then
	echo "Installing npm packages" >&2
	npm ci --loglevel=error
	touch node_modules/.package-lock.json
fi
major=$(node -p 'process.versions.node.split(".")[0]')
[ "$major" -ge 22 ] || missing "Node 22 or later (this is $(node --version))" "install it and start again"

# Go builds the runner; a current Go fetches the toolchain that go.mod names by itself.
command -v go >/dev/null 2>&1 || missing "Go 1.26 or later" "install it from your system's packages or go.dev/dl"

# Debian packages, only where a step uses them.
packages=
need() { command -v "$1" >/dev/null 2>&1 || [ -x "/usr/sbin/$1" ] || packages="$packages $2"; }
case $step in
demo)
	need ssh openssh-client # `ssh -G` reads the SSH configuration
	;;
test)
	need ssh openssh-client
	need sshd openssh-server
	need fish fish
	need tcsh tcsh
	need zsh zsh
	need busybox busybox-static
	need socat socat
	need dropbear dropbear-bin
	need ip iproute2
	need iptables iptables
	need faketime faketime
	need curl curl
	need python3 python3
	need perl perl
	need ruby ruby
	need gcc gcc
	;;
bench)
	need ssh openssh-client
	need sshd openssh-server
	need parallel-ssh pssh
	need pdsh pdsh
	need clush clustershell
	need ansible ansible-core
	[ -d /usr/lib/python3/dist-packages/fabric ] || packages="$packages fabric"
	need cc gcc # the delayed wire
	[ -f /usr/include/stdio.h ] || packages="$packages libc6-dev"
	need ip iproute2
	;;
esac
if [ -n "$packages" ]; then
	if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
		echo "Installing Debian packages:$packages" >&2
		apt-get -o DPkg::Lock::Timeout=600 update -q >/dev/null || true
		# shellcheck disable=SC2086 # one word a package
		DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=600 install -qy --no-install-recommends $packages >/dev/null
	else
		missing "one or more of$packages" "install these packages and start again"
	fi
fi
