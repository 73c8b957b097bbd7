# Runs a program on a terminal of its own, types keys once it waits for them, and says as JSON what it wrote and how it ended.
# Usage: terminal.py ROWS COLUMNS KEYS PROGRAM [ARGUMENT]…, with KEYS as a JSON list of texts.

import fcntl
import json
import os
import pty
import select
import struct
import sys
import termios
import time

rows, columns, keys, argv = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3]), sys.argv[4:]
QUIET_S = 0.5
DEADLINE_S = 20

master, slave = pty.openpty()
fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
before = termios.tcgetattr(slave)
pid = os.fork()
if pid == 0:
    os.setsid()
    fcntl.ioctl(slave, termios.TIOCSCTTY, 0)
    for fd in (0, 1, 2):
        os.dup2(slave, fd)
    os.closerange(3, 64)
    os.execv(argv[0], argv)

output = b""
status = None
began = time.monotonic()
while status is None and time.monotonic() - began < DEADLINE_S:
    if select.select([master], [], [], QUIET_S)[0]:
        output += os.read(master, 65536)
        continue
    ended, raw = os.waitpid(pid, os.WNOHANG)
    if ended:
        status = raw
    elif keys and output:
        os.write(master, keys.pop(0).encode())
if status is None:
    os.kill(pid, 9)
    status = os.waitpid(pid, 0)[1]
print(
    json.dumps(
        {
            "status": os.waitstatus_to_exitcode(status),
            "output": output.decode("utf-8", "replace").replace("\r\n", "\n"),
            "isSane": termios.tcgetattr(slave) == before,
            "keysLeft": len(keys),
        }
    )
)
