import assert from "node:assert/strict";
import { countGpus } from "../../../../agent/facts/hardware/gpus.ts";
import { openKernelFiles } from "../../../../agent/facts/hardware/kernel-files.ts";
import { type KernelTree, makeKernelTree } from "../../support/kernel-tree.ts";

const NVME = "pci:v00001D0Fd0000CD01sv00000000sd00000000bc01sc08i02\n";
const AMAZON_VGA = "pci:v00001D0Fd00001111sv00000000sd00000000bc03sc00i00\n";
// As lspci tells them: 3D controller [0302], VGA compatible controller [0300], Display controller [0380], Bridge [0680].
const TESLA_T4 = "pci:v000010DEd00001EB8sv000010DEsd000012A2bc03sc02i00\n";
const TESLA_M60 = "pci:v000010DEd000013F2sv000010DEsd0000113Abc03sc00i00\n";
const RADEON_V520 = "pci:v00001002d00007362sv00001002sd00000A34bc03sc80i00\n";
const NVSWITCH = "pci:v000010DEd00001AF1sv000010DEsd00001298bc06sc80i00\n";

describe("the GPUs", () => {
  let tree: KernelTree | null = null;
  afterEach(() => tree?.remove());

  function count(devices: readonly string[], list: string | null): number {
    const files = devices.map((modalias, at) => [`sys/bus/pci/devices/0000:00:${at}.0/modalias`, modalias] as const);
    tree = makeKernelTree({
      ...Object.fromEntries(files),
      ...(list === null ? {} : { "proc/bus/pci/devices": list }),
    });
    return countGpus(openKernelFiles(tree.root));
  }

  it("are not counted where no device is NVIDIA's or AMD's, and no other file is read", () => {
    const list = "0000\t80861237\t0\n0018\t1d0f1111\t0\t      fe000008\n0020\t1d0fcd01\tb\t10de10021\tnvme\n";
    // The folder would say otherwise.
    assert.equal(count([TESLA_T4], list), 0);
  });

  for (const [name, device] of Object.entries({ TESLA_T4, TESLA_M60, RADEON_V520 })) {
    it(`are each ${name}, beside Amazon's VGA and a disk`, () => {
      const list = `0018\t1d0f1111\t0\n00f0\t${device === RADEON_V520 ? "10027362" : "10de1eb8"}\tb\n`;
      assert.equal(count([AMAZON_VGA, NVME, device, device], list), 2);
    });
  }

  it("are not the switches between them", () => {
    const list = "0018\t10de1af1\t0\n";
    assert.equal(count([NVSWITCH, NVSWITCH, TESLA_T4], list), 1);
  });

  it("are found where /proc shows no devices", () => {
    assert.equal(count([NVME, TESLA_T4], null), 1);
  });

  it("are not counted on a machine without a PCI bus", () => {
    assert.equal(count([], null), 0);
  });
});
