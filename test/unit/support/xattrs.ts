// Extended attributes for tests, by Python: Node has no call for them.

import { execFileSync } from "node:child_process";

/** Whether it could be set: neither every file system nor every user can. */
export function setXattr(path: string, name: string, value: Buffer): boolean {
  const script = "import os, sys; os.setxattr(sys.argv[1], sys.argv[2], bytes.fromhex(sys.argv[3]))";
  try {
    execFileSync("python3", ["-c", script, path, name, value.toString("hex")], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

/** All that whoever asks may see, each value in hex. */
export function readXattrs(path: string): Record<string, string> {
  const script =
    "import os, sys, json; p = sys.argv[1]; print(json.dumps({n: os.getxattr(p, n).hex() for n in sorted(os.listxattr(p))}))";
  return JSON.parse(execFileSync("python3", ["-c", script, path], { encoding: "utf8" })) as Record<string, string>;
}

/** posix_acl_xattr.h: `user::rw-`, `user:<uid>:r--`, `group::r--`, `mask::<mask>`, `other::---`. */
export function accessList(uid: number, mask: number): Buffer {
  const entries = [
    [0x01, 6, 0xffffffff],
    [0x02, 4, uid],
    [0x04, 4, 0xffffffff],
    [0x10, mask, 0xffffffff],
    [0x20, 0, 0xffffffff],
  ] as const;
  const bytes = Buffer.alloc(4 + entries.length * 8);
  bytes.writeUInt32LE(2, 0);
  for (const [index, [tag, permissions, id]] of entries.entries()) {
    bytes.writeUInt16LE(tag, 4 + index * 8);
    bytes.writeUInt16LE(permissions, 6 + index * 8);
    bytes.writeUInt32LE(id, 8 + index * 8);
  }
  return bytes;
}
