import assert from "node:assert/strict";
import { findReadOnlyMount, isHeldReadOnly } from "../../../agent/host/mountinfo.ts";

// As a unit with ProtectSystem=strict and ReadWritePaths=/etc/nginx sees it.
const MOUNTINFO = [
  "21 1 259:1 / / ro,relatime - ext4 /dev/nvme0n1p1 rw,discard",
  "22 21 259:1 /etc/nginx /etc/nginx rw,relatime - ext4 /dev/nvme0n1p1 rw,discard",
  "23 21 259:2 / /mnt/frozen ro,relatime shared:4 - squashfs /dev/loop0 ro",
  "24 21 259:3 / /srv/a\\040b ro,relatime shared:5 master:2 - ext4 /dev/nvme2n1 rw",
  "25 24 0:40 / /srv/a\\040b rw,relatime - tmpfs tmpfs rw",
  "",
].join("\n");

describe("a mount that takes no write", () => {
  for (const [path, isHeld] of [
    ["/etc/app/app.env", true],
    ["/etc/nginx", false],
    ["/etc/nginx/nginx.conf", false],
    ["/etc/nginxed/nginx.conf", true],
    ["/mnt/frozen/a", false],
    // Covered by the later mount.
    ["/srv/a b/c", false],
    ["relative", false],
  ] as const)
    it(`${isHeld ? "holds writes off though its file system takes them" : "is no such thing"}: ${path}`, () => {
      assert.equal(isHeldReadOnly(MOUNTINFO, path), isHeld);
    });

  it("is no such thing where the folder that the unit may write to takes none either: a container's root is read-only", () => {
    const container = [
      "30 1 0:50 / / ro,relatime - overlay overlay rw",
      "31 30 0:50 /etc /etc ro,relatime - overlay overlay rw",
      "32 30 0:60 /@/srv /srv ro,relatime - btrfs /dev/vda rw",
    ].join("\n");
    assert.deepEqual(
      ["/etc/web.conf", "/srv/web", "/opt/web"].map((path) => isHeldReadOnly(container, path)),
      [false, false, true],
    );
  });

  it("is named as all of the machine knows it, not by a folder that systemd has mounted upon itself for one unit", () => {
    const disks = [
      "30 1 259:1 / / ro,relatime - ext4 /dev/vda ro",
      "31 30 259:1 /etc /etc ro,relatime - ext4 /dev/vda ro",
      "32 30 259:2 /@ /srv/a\\040b ro,relatime - btrfs /dev/vdb ro",
      "33 32 259:2 /@/www /srv/a\\040b/www ro,relatime - btrfs /dev/vdb ro",
      "34 30 259:1 /var/data /data ro,relatime - ext4 /dev/vda ro",
      "35 30 0:40 / /run rw - tmpfs tmpfs rw",
      "36 35 0:40 / /run/frozen ro - tmpfs tmpfs rw",
    ].join("\n");
    for (const [path, point] of [
      ["/etc/web.conf", "/"],
      ["/srv/a b/www/index.html", "/srv/a b"],
      ["/srv/a b", "/srv/a b"],
      ["/data/x", "/data"],
      ["/run/x", null],
      ["/run/frozen/x", "/run/frozen"],
      ["relative", null],
    ] as const)
      assert.equal(findReadOnlyMount(disks, path), point, path);
    assert.equal(findReadOnlyMount("", "/etc/web.conf"), null);
  });
});
