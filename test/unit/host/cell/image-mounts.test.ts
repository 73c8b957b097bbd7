import assert from "node:assert/strict";
import { listImageMounts } from "../../../../agent/host/cell/image-mounts.ts";

const line = (device: string, point: string, type: string) =>
  `36 35 ${device} / ${point} rw,relatime shared:1 - ${type} source rw\n`;

const HOST = [
  line("0:21", "/proc", "proc"),
  line("259:1", "/", "ext4"),
  line("259:2", "/var", "xfs"),
  line("259:3", "/var/log", "xfs"),
  line("0:30", "/run", "tmpfs"),
  line("0:31", "/run/user/0", "tmpfs"),
  line("0:32", "/tmp", "tmpfs"),
  line("0:33", "/misc", "autofs"),
  line("0:34", "/dev/shm", "tmpfs"),
  line("0:35", "/sys/fs/cgroup", "cgroup2"),
  line("259:4", "/mnt/image", "ext4"),
  line("259:5", "/mnt/image/boot\\040efi", "vfat"),
  line("0:21", "/mnt/image/proc", "proc"),
  line("0:21", "/mnt/image/srv/chroot/proc", "proc"),
  line("0:30", "/mnt/image/run", "tmpfs"),
  line("259:1", "/mnt/image/usr/src", "ext4"),
  line("259:1", "/mnt/image2", "ext4"),
].join("");

describe("listImageMounts", () => {
  it("names what is mounted in an image, without the kernel's own and without what its builder put on /run", () => {
    assert.deepEqual(listImageMounts(HOST, "/mnt/image"), ["/usr/src", "/boot efi"]);
  });

  it("names parents first, /run too where the image is the running machine, and nothing that mounts by itself", () => {
    const paths = listImageMounts(HOST, "/");
    assert.deepEqual(paths.slice(0, 3), ["/var", "/run", "/tmp"]);
    assert.ok(paths.indexOf("/var") < paths.indexOf("/var/log"));
    assert.deepEqual(
      paths.filter((path) => /misc|proc|sys|dev|user/.test(path)),
      [],
    );
  });

  it("names no mount below one that is not shown, where a cell has no folder for it, unless another covers that one", () => {
    const below = line("0:40", "/misc/data", "nfs4") + line("259:6", "/misc/data/deep", "ext4");
    assert.ok(!listImageMounts(HOST + below, "/").some((path) => path.startsWith("/misc")));
    const covered = line("0:33", "/efs", "autofs") + line("0:41", "/efs", "nfs4") + line("259:6", "/efs/deep", "ext4");
    assert.deepEqual(
      listImageMounts(HOST + covered, "/").filter((path) => path.startsWith("/efs")),
      ["/efs", "/efs/deep"],
    );
  });

  it("names the overlays that extend a system: they have its programs", () => {
    assert.ok(listImageMounts(HOST + line("0:42", "/usr", "overlay"), "/").includes("/usr"));
  });

  it("names nothing of an image in which nothing is mounted", () => {
    assert.deepEqual(listImageMounts(HOST, "/srv/image"), []);
  });
});
