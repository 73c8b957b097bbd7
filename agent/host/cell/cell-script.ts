// The command line that runs an image's program in a cell: the image under a layer of memory that takes every write, in
// namespaces of its own, without network and with few capabilities. All of it ends with the command. Runs nothing itself.

import { existsSync } from "node:fs";

/** What the script says where there is no cell, so that its words are not taken for the program's. */
export const NO_CELL = "parbake: there is no cell";

/**
 * A validator reads what root reads, may change the user (`setpriv`, `runuser`) and opens the ports of its config. Not
 * CAP_DAC_READ_SEARCH, which opens files by handle and so leads out of any root. CAP_SYS_CHROOT is there for `chroot` alone and
 * leads nowhere: the image is the root of the whole namespace by then.
 */
const CAPABILITIES = ["chown", "dac_override", "fowner", "kill", "setgid", "setuid", "net_bind_service", "sys_chroot"];

/**
 * Whoever started parbake may have left it a folder open, which leads out of the image. Node passes high descriptors on, and
 * Debian's sh closes none above 9.
 */
const CLOSING = `
for fd in /proc/self/fd/*; do
  fd=\${fd##*/}
  [ "$fd" -le 2 ] || eval "exec $fd>&-"
done
exec "$@"
`;

/**
 * $1 the root, $2 the layers as folders by number, then `./PATH` of each file system mounted in the image, `--`, and the
 * program with its words; without a program it only tries.
 *
 * 1. Should memory run out, the kernel ends the cell first.
 * 2. /sys, which nothing here reads, becomes the place to build on: the host has that folder for certain, and no image lies there.
 * 3. Each file system of the image gets its layer above it. The names below which something else is mounted are folders of the
 *    layer: what the image has there, a symlink out of it say, is under them. The lower one is `.`, so that no path needs quoting.
 * 4. What cannot have a layer (FAT) is mounted read-only, unless a new file belongs into it.
 * 5. Devices are the machine's own: read-only, so that no `chmod` reaches them, and as the input instead of the machine's /dev/null.
 * 6. A program may bind to an address that only a booted instance has.
 * 7. The image moves over the namespace's root: out of a `chroot` there, `..` leads back into it.
 * 8. The shell stays as the first process: with its end the kernel ends whatever the program left.
 */
const SCRIPT = `
set -e
umask 022
echo 1000 2>/dev/null >/proc/self/oom_score_adj || :
trap 'echo "${NO_CELL}"' EXIT
root=$1 layers=$2
shift 2
setpriv=$(command -v setpriv) chroot=$(command -v chroot)
mount -t tmpfs -o mode=755 tmpfs /sys
mkdir /sys/image
number=0
layer() {
  mkdir -p "/sys/$number/upper" "/sys/$number/work"
  cp -a "$layers/$number/." "/sys/$number/upper/"
  options="lowerdir=.,upperdir=/sys/$number/upper,workdir=/sys/$number/work"
  cd "$root/$1"
  if ! mount -t overlay -o "nosuid,nodev,$options" overlay "/sys/image/$1" 2>/sys/why; then
    if [ "$1" = . ] || [ -n "$(ls -A "/sys/$number/upper")" ]; then cat /sys/why >&2; exit 1; fi
    mount --bind . "/sys/image/$1"
    mount -o remount,bind,ro,nosuid,nodev "/sys/image/$1"
  fi
  number=$((number + 1))
}
layer .
while [ "$1" != -- ]; do layer "$1"; shift; done
shift
cd /sys/image
mount -t proc -o ro,nosuid,nodev,noexec proc proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs sys
mount -t tmpfs -o nosuid,noexec,mode=755,size=64m tmpfs dev
for device in null zero full random urandom; do
  : >"dev/$device"
  mount --bind "/dev/$device" "dev/$device"
  mount -o remount,bind,ro,nosuid,noexec "dev/$device"
done
exec <dev/null
mkdir -m 1777 dev/shm
ln -s /proc/self/fd dev/fd
ln -s fd/0 dev/stdin
ln -s fd/1 dev/stdout
ln -s fd/2 dev/stderr
for family in ipv4 ipv6; do
  { echo 1 >"/proc/sys/net/$family/ip_nonlocal_bind"; } 2>/dev/null || :
done
mount --move . /
trap - EXIT
[ $# -gt 0 ] || exit 0
unset PWD OLDPWD SHLVL _
export PATH="/usr/local/sbin:/usr/local/bin:$PATH"
"$setpriv" --no-new-privs --ambient-caps=-all --inh-caps=-all \\
  --bounding-set=-all${CAPABILITIES.map((name) => `,+${name}`).join("")} "$chroot" . "$@" || exit $?
`;

interface CellPlace {
  readonly root: string;
  /** The folder with the layers: see cell-layers.ts. */
  readonly layers: string;
  /** Where other file systems are mounted in the image, parents first: `/var`. */
  readonly mounts: readonly string[];
}

/** @param argv none: only tries whether there can be a cell */
export function cellCommand({ root, layers, mounts }: CellPlace, argv: readonly string[]): string[] {
  const namespaces = ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"];
  const words = [root, layers, ...mounts.map((path) => `.${path}`), "--", ...argv];
  const closing = [existsSync("/bin/bash") ? "bash" : "sh", "-c", CLOSING, "sh"];
  // Should parbake be killed, all of it goes, too. And one byte is the limit by which the kernel pipes no core dump to the machine's
  // collector, which would store it: with 0 it would (fs/coredump.c).
  const outside = ["setpriv", "--pdeathsig", "KILL", "prlimit", "--core=1", ...closing];
  return [...outside, "unshare", ...namespaces, "sh", "-c", SCRIPT, "sh", ...words];
}
