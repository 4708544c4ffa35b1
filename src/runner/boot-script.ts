import type { Runner } from './pin.ts';

/**
 * The command that starts the runner on a server, or installs it first. It means the same to bash, dash, zsh, fish, tcsh and
 * busybox as login shell because it is one line without `'`, `!`, backslash: single quotes keep all else as it is. Only the
 * nonce and two numbers vary, so no user data is ever in a command.
 */
export function bootCommand(
  runners: readonly Runner[],
  options: { readonly nonce: string; readonly aheadBytes: number; readonly trust: BootTrust },
): string {
  const script = bootScript(runners);
  return `exec /bin/sh -c '${script}' cronium ${options.nonce} ${options.aheadBytes} ${TRUST[options.trust]}`;
}

/**
 * What the script takes as it finds it: a runner where one is kept usually, by who owns it, and the runner looks at its directory
 * itself (`place`); a runner in a directory that the script has looked at (`checked`); none, so that it is installed (`nothing`).
 */
export type BootTrust = 'place' | 'checked' | 'nothing';

const TRUST: Readonly<Record<BootTrust, number>> = { place: 0, nothing: 1, checked: 2 };

/** Where a base directory is usually, the first choice first. */
const HOMES = '"${XDG_STATE_HOME:-$HOME/.local/state}/cronium" "$HOME/.cronium"';

/**
 * The script itself, joined to one line. What it knows: which runner (by hash) belongs to which `uname -s -m`. What it does:
 * starts a runner of ours where it is kept usually; else finds a base directory that is ours, private and really executable;
 * starts the runner that is there; else says `need`, reads exactly as many bytes as it is told, checks them, renames them into
 * place and starts that.
 */
export function bootScript(runners: readonly Runner[]): string {
  const platforms = [...Map.groupBy(runners, ({ sha256 }) => sha256)].map(
    ([sha256, rows]) => `${rows.map(({ uname }) => `"${uname}"`).join('|')}) sha=${sha256};;`,
  );
  const lines = [
    'nonce=$1; skip=$2; trust=$3; sha=;',
    `pick() { case $1 in ${platforms.join(' ')} *) return 1;; esac; };`,
    // Starts no process: on a server that has the runner those would be most of what the script costs. Where the kernel does not
    // tell its architecture (Linux before 6.1), or the shell does not know `-O`, what follows finds the same.
    'mine() { if [ -L "$1" ]; then return 1; fi; [ -O "$1" ]; };',
    'known() {',
    'read -r system < /proc/sys/kernel/ostype && read -r arch < /proc/sys/kernel/arch && pick "$system $arch" || return 1;',
    `for d in ${HOMES}; do`,
    'runner=$d/bin/$sha/cronium-runner;',
    'if [ -s "$runner" ] && [ -x "$runner" ] && mine "$runner" && mine "${runner%/*}" && mine "$d/bin" && mine "$d"; then return 0; fi;',
    'done;',
    'return 1;',
    '};',
    'if [ "$trust" = 0 ] && known 2>/dev/null; then exec "$runner" serve "$nonce" "$d"; fi;',
    // The script must get the session's own umask and PATH back: `start` restores both.
    'mask=$(umask); umask 077; path=$PATH; PATH=$PATH:/usr/local/bin:/usr/bin:/bin;',
    'fail() { echo "CRN1 $nonce fail $*"; exit 70; };',
    // Ours: a directory of this user, mode 0700, no link. A directory below /var/tmp is never made here: an unmatched glob
    // would name it. Behind the mode may stand that there is a context (SELinux) or an attribute (macOS), never an ACL.
    'ours() {',
    'case $1 in /var/tmp/*) [ -d "$1" ] || return 1;; esac;',
    '[ -d "$1" ] || mkdir -p "$1" 2>/dev/null || return 1;',
    'if [ -L "$1" ]; then return 1; fi;',
    'set -- $(LC_ALL=C ls -ldn "$1" 2>/dev/null);',
    '[ "$3" = "$uid" ] || return 1;',
    'case $1 in drwx------|drwx------.|drwx------@) return 0;; esac;',
    'return 1;',
    '};',
    // `[ -x ]` says yes on a noexec mount in some shells, so a file is run.
    'executes() { probe=$1/.probe-$$-$nonce; echo "exit 0" > "$probe" 2>/dev/null && chmod 500 "$probe" && "$probe" 2>/dev/null; result=$?; rm -f "$probe"; return $result; };',
    'begin() { PATH=$path; umask "$mask"; exec "$2" serve "$nonce" "$1"; };',
    'drop() { rm -f "$up"; };',
    'main() {',
    'uid=$(id -u); system=$(uname -s -m); sha=; base=; tried=;',
    'if pick "$system"; then',
    `for d in ${HOMES} /var/tmp/.cronium-$uid-*; do`,
    'if ours "$d"; then',
    'runner=$d/bin/$sha/cronium-runner;',
    'if [ "$trust" = 1 ]; then :; elif [ -s "$runner" ] && [ -x "$runner" ]; then begin "$d" "$runner"; fi;',
    'if [ -z "$base" ] && executes "$d"; then base=$d; continue; fi;',
    'fi;',
    'tried="$tried $d";',
    'done;',
    'if [ -z "$base" ]; then for p in /var/tmp /tmp; do',
    'd=$p/.cronium-$uid-$nonce;',
    'if mkdir -m 700 "$d" 2>/dev/null; then if executes "$d"; then base=$d; break; fi; rmdir "$d"; fi;',
    'tried="$tried $d";',
    'done; fi;',
    'fi;',
    // What the client sent ahead was meant for a warm runner: it is thrown away here and sent again after the hello.
    'if [ "$skip" -gt 0 ]; then head -c "$skip" >/dev/null || fail skip; fi;',
    '[ -n "$sha" ] || fail platform "$system";',
    '[ -n "$base" ] || fail base "$tried";',
    'gz=0; command -v gzip >/dev/null 2>&1 && gz=1;',
    // macOS has the other one. Without either, and where it says nothing, the hello tells whose hash it is.
    'sum=0; hash=; for h in "sha256sum" "shasum -a 256"; do if [ $sum = 0 ] && command -v ${h%% *} >/dev/null 2>&1; then sum=1; hash=$h; fi; done;',
    'free=$(df -Pk "$base" 2>/dev/null | { read -r a; read -r a b c d e; echo "$d"; });',
    'echo "CRN1 $nonce need $sha gzip=$gz sum=$sum free=$free $system $base";',
    'read -r n size || exit 71;',
    'mkdir -p "$base/bin/$sha" || fail mkdir "$base/bin/$sha";',
    'up=$base/bin/$sha/.up-$$-$nonce; trap drop EXIT;',
    'if [ $gz = 1 ]; then head -c "$n" | gzip -dc > "$up"; else head -c "$n" > "$up"; fi;',
    'got=$(($(wc -c < "$up"))); [ "$got" = "$size" ] || fail size "$got" "$free" "$base";',
    'if [ $sum = 1 ]; then case $($hash < "$up" 2>/dev/null) in ""|"$sha "*) ;; *) fail hash;; esac; fi;',
    // Into a directory of that name, or one that a link of that name leads to, it would be moved.
    'runner=$base/bin/$sha/cronium-runner; if [ -d "$runner" ]; then rm -rf "$runner"; fi;',
    'chmod 500 "$up" && mv -f "$up" "$runner" || fail install "$base";',
    'trap - EXIT; begin "$base" "$runner";',
    '};',
    'main',
  ];
  return lines.join(' ');
}
