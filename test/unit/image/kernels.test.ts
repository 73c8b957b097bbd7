import assert from "node:assert/strict";
import { listKernels } from "../../../agent/image/kernels.ts";
import { makeScratch } from "../support/scratch.ts";

describe("listKernels", () => {
  it("gives Debian's in the order of their versions, and the first of grub.cfg as the one that boots", () => {
    const { root, write } = makeScratch();
    for (const release of ["6.1.0-40-cloud-amd64", "6.1.0-9-cloud-amd64"]) write(`boot/vmlinuz-${release}`, "");
    write(
      "boot/grub/grub.cfg",
      "menuentry 'Debian GNU/Linux' {\n\tlinux\t/boot/vmlinuz-6.1.0-9-cloud-amd64 root=UUID=1 ro\n}\nlinux /boot/vmlinuz-6.1.0-40-cloud-amd64\n",
    );
    assert.deepEqual(listKernels(root), {
      installed: ["6.1.0-9-cloud-amd64", "6.1.0-40-cloud-amd64"],
      boots: "6.1.0-9-cloud-amd64",
    });
  });

  it("gives Amazon Linux's by the entry that grubenv has saved", () => {
    const { root, write } = makeScratch();
    const releases = ["6.1.155-176.282.amzn2023.x86_64", "6.12.55-74.119.amzn2023.x86_64"];
    for (const release of releases) write(`usr/lib/modules/${release}/vmlinuz`, "");
    write(
      "boot/grub2/grubenv",
      `# GRUB Environment Block\nsaved_entry=${"0".repeat(32)}-${releases[0]}\nboot_success=0\n`,
    );
    assert.deepEqual(listKernels(root), { installed: releases, boots: releases[0] });
  });

  it("gives none of an image that has none, as a container's", () => {
    assert.deepEqual(listKernels(makeScratch().root), { installed: [], boots: null });
  });
});
