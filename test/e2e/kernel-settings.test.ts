import assert from "node:assert/strict";
import { tuneAlone } from "../../agent/tuning/compute-tuning.ts";
import type { Settings } from "../../agent/tuning/profile/profile.ts";
import { allot, numberOf } from "../unit/support/alone.ts";
import { bootOldKernel, findKernel } from "./support/old-kernel.ts";
import { describeWhere, skipSuite } from "./support/requirements.ts";

/** No more than the emulated machine has of its GiB. */
const MEMORY_BYTES = 960 * 2 ** 20;

/** What the kernel has in them, by key or path. */
type Values = ReadonlyMap<string, string>;

function tune(memoryBytes: number, ...profiles: readonly string[]): Settings {
  const neighbours = profiles.map((profile) => ({ name: profile, profile, options: {}, memoryBytes: 0 }));
  const result = tuneAlone("sysctl", allot(memoryBytes, 1, { neighbours }), {});
  assert.ok(result.kind === "tuned");
  return result.settings;
}

/** The keys of a file of sysctl.d, with their values; those that may be missing left out. */
function assignmentsOf({ text }: { readonly text: string }): readonly (readonly [key: string, value: string])[] {
  const lines = text.split("\n").filter((line) => !line.startsWith("-"));
  return lines.map((line) => line.split(" = ", 2) as [string, string]);
}

/** The paths of a file of tmpfiles.d, with what is written there. */
function writesOf({ text }: { readonly text: string }): readonly (readonly [path: string, value: string])[] {
  return text.split("\n").map((line) => {
    const [, path, , , , , value] = line.split(" ");
    return [path!, value!] as const;
  });
}

describeWhere(
  { debian: true, programs: ["qemu-system-x86_64", "cpio", "apt-get", "dpkg", "ldd", "systemd-tmpfiles"] },
  "the kernel's settings, by systemd-sysctl and systemd-tmpfiles (Debian 12's 6.1)",
  function () {
    this.timeout(120_000);
    const [alone, beside] = [tune(MEMORY_BYTES), tune(16 * 2 ** 30, "kafka", "postgresql", "redis")];
    const keys = assignmentsOf(beside["conf"]!).map(([key]) => key);
    const paths = writesOf(beside["tmpfiles"]!).map(([path]) => path);
    let said = "";

    before(async function () {
      this.timeout(240_000);
      const kernel = await findKernel();
      if (kernel.kind === "unavailable") skipSuite(this, kernel.reason);
      const show = (title: string) =>
        [
          ...keys.map((key) => `echo "${title} ${key} = $(cat /proc/sys/${key.replaceAll(".", "/")})"`),
          ...paths.map((path) => `echo "${title} ${path} = $(cat ${path})"`),
        ].join("\n");
      const script = [
        "mount -t sysfs sys /sys",
        show("before"),
        "systemd-sysctl /etc/alone.conf; echo status $?",
        show("alone"),
        "systemd-sysctl /etc/beside.conf; echo status $?",
        "systemd-tmpfiles --create /etc/thp.conf; echo status $?",
        show("beside"),
      ].join("\n");
      const files = { alone: alone["conf"]!, beside: beside["conf"]!, thp: beside["tmpfiles"]! };
      const texts = Object.entries(files).map(([name, { text }]) => [`etc/${name}.conf`, `${text}\n`] as const);
      const accounts = { "etc/passwd": "root:x:0:0::/:/bin/sh\n", "etc/group": "root:x:0:\n" };
      said = await bootOldKernel(kernel, script, { ...accounts, ...Object.fromEntries(texts) }, [
        "/usr/lib/systemd/systemd-sysctl",
        "/usr/bin/systemd-tmpfiles",
      ]);
    });

    function valuesOf(title: string): Values {
      const found = said.matchAll(new RegExp(`^${title} (\\S+) = (.*?)\\r?$`, "gm"));
      return new Map([...found].map(([, name, value]) => [name!, value!.replaceAll(/\s+/g, " ")]));
    }

    it("are all taken without a complaint", () => {
      assert.deepEqual(said.match(/^status \d+/gm), ["status 0", "status 0", "status 0"], said);
      assert.doesNotMatch(said, /Couldn't write|Failed to/);
    });
    it("are what parbake says", () => {
      const values = valuesOf("beside");
      for (const [key, value] of assignmentsOf(beside["conf"]!)) assert.deepEqual([key, values.get(key)], [key, value]);
      for (const [path, value] of writesOf(beside["tmpfiles"]!)) {
        const has = values.get(path)!;
        assert.ok(has === value || has.includes(`[${value}]`), `${path} is ${has}`);
      }
    });
    it("never fall below the kernel's own where no app asks, but for swappiness", () => {
      const [before, after] = [valuesOf("before"), valuesOf("alone")];
      for (const [key] of assignmentsOf(alone["conf"]!)) {
        if (key === "vm.swappiness") continue;
        const [own, ours] = [before, after].map((values) => values.get(key)!.split(" ").map(Number)) as [
          number[],
          number[],
        ];
        assert.ok(
          ours.every((number, index) => number >= own[index]!),
          `${key}: ${own.join(" ")} to ${ours.join(" ")}`,
        );
      }
    });
    it("are taken for the kernel's own where no app asks", () => {
      const before = valuesOf("before");
      for (const key of ["vm.overcommit_memory", "vm.dirty_background_bytes", "vm.dirty_bytes"])
        assert.equal(alone[key.replaceAll(".", "_")]!.text, before.get(key));
      assert.ok(numberOf(alone, "vm_min_free_kbytes") >= Number(before.get("vm.min_free_kbytes")));
    });
  },
);
