import assert from "node:assert/strict";
import { listMountsIn } from "../../../agent/host/mounts.ts";

const MOUNTINFO = [
  "21 1 259:1 / / rw - ext4 /dev/nvme0n1p1 rw",
  "22 21 259:1 /home/ann /mnt/image/tmp/ann's\\040files rw shared:1 - ext4 /dev/nvme0n1p1 rw",
  "23 21 259:2 / /mnt/image rw - ext4 /dev/nvme1n1p1 rw",
  "24 21 0:5 / /mnt/images rw - tmpfs tmpfs rw",
  "",
].join("\n");

describe("the mounts in an image", () => {
  it("are those below its root, by their names there", () => {
    assert.deepEqual(listMountsIn(MOUNTINFO, "/mnt/image"), ["tmp/ann's files"]);
    assert.deepEqual(listMountsIn(MOUNTINFO, "/"), ["mnt/image/tmp/ann's files", "mnt/image", "mnt/images"]);
  });
});
