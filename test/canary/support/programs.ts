// The programs that parbake starts on a test's machine. Each writes down, on the disk, all that it was given: its environment,
// its arguments and its open files.

// A subshell opens the list's file: for `files=$(ls …)` the shell itself has a pipe, and for a moment both of its ends.
const RECORD = `(ls -l /proc/$$/fd >/var/log/files.$$)
{ tr '\\0' '\\n' </proc/$$/environ; tr '\\0' ' ' </proc/$$/cmdline; cat /var/log/files.$$; } >>/var/log/children
rm /var/log/files.$$`;

const PROGRAMS: Readonly<Record<string, string>> = {
  parbake: 'exec parbake.real "$@" $PARBAKE_OPTIONS',
  systemctl: `${RECORD}
case $1 in
show) echo LoadState=loaded; echo ActiveState=active ;;
*) if [ -e /run/refuse-reload ]; then echo "Job for app.service failed." >&2; exit 1; fi ;;
esac`,
  /** Says all that it is given to read, on both of its outputs, and takes it only where /run/ok is. */
  echoes: `${RECORD}
cat "$@"; cat "$@" >&2
[ -e /run/ok ]`,
  hangs: `${RECORD}
cat "$@"; cat "$@" >&2
exec sleep 60`,
  dies: `${RECORD}
cat "$@"; kill -ABRT $$`,
};

export const INSTALL_PROGRAMS = Object.entries(PROGRAMS)
  .map(([name, script]) => {
    const file = `/usr/local/sbin/${name}`;
    return `cat >${file} <<'END'\n#!/bin/sh\n${script}\nEND\nchmod 755 ${file}\n`;
  })
  .join("");
