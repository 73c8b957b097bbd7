import assert from "node:assert/strict";
import { limitsOf } from "../../../../agent/cli/machine-limits.ts";
import { formatExplanation } from "../../../../agent/cli/print/print-explanation.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { AppConfig } from "../../../../agent/config/config.ts";
import type { MachineFacts } from "../../../../agent/tuning/allot.ts";
import { computeTuning, tuneImage } from "../../../../agent/tuning/compute-tuning.ts";
import { explainShare, findLevers } from "../../../../agent/tuning/explain.ts";
import { findProfile } from "../../../../agent/tuning/resolve-app.ts";
import { resolveOptions } from "../../../../agent/tuning/resolve-options.ts";
import { GIB, type Given, MIB } from "../../support/alone.ts";
import { app as anApp, cappedImage, image, machine } from "../../support/any-image.ts";

const paint = choosePaint(false);

function memory(weight: number | null, maxBytes: number | null = null): Partial<AppConfig> {
  return { memory: { weight, minBytes: null, maxBytes } };
}

/** The lines on the share of an app, their columns one blank apart. */
function explain(name: string, vcpus: number): string[] {
  const lines = explainOn(machine(16 * GIB, vcpus), name);
  return lines.slice(lines.findIndex((line) => line.startsWith("= for all apps")) + 1, -3);
}

/** All the lines, likewise. */
function explainOn(facts: MachineFacts, name: string): string[] {
  const prepared = cappedImage(
    { floorBytes: 0, perCpuBytes: GIB, change: memory(null) },
    { floorBytes: 0, perCpuBytes: null, change: memory(2) },
    { floorBytes: GIB, perCpuBytes: null, change: memory(1, 2 * GIB) },
  );
  const result = tuneImage(prepared, facts);
  assert.ok(result.kind === "tuned");
  const { budget, demands, apps } = result;
  const app = apps.find((each) => each.name === name)!;
  const share = explainShare(prepared.config, facts, budget, demands, app);
  const where = { machine: "a type", machineVcpus: facts.vcpus, ...limitsOf({ ...facts, cpuBaselinePercent: 20 }) };
  const text = formatExplanation({ kind: "app", ...where, app, share, leftOut: [] }, paint);
  assert.match(text, /^app\d capped on a type, (?:\d+ of )?\d+ vCPUs?.*, burstable: baseline 20 % of each vCPU$/m);
  const lines = text.replace("\n\n", "\n").split("\n");
  return lines.map((line) => line.trim().replaceAll(/ +/g, " "));
}

describe("the explanation of a share for people", () => {
  it("goes from the part that the weight gives to what the app can use, and says who has the rest", () => {
    assert.deepEqual(explain("app0", 2), [
      "its part by weight 3.8 GiB weight 1 of 4, the usual one of capped",
      "- more than it can use 1.8 GiB of 3.6 GiB that app0 and app2 can't use, app1 got 3.6 GiB",
      "its share 2 GiB floor 0 B, cap 2 GiB (all that capped can use with 2 vCPUs and these options), held by its cap",
    ]);
  });
  it("goes on to what others can't use", () => {
    assert.deepEqual(explain("app1", 2), [
      "its part by weight 7.6 GiB weight 2 of 4, as memory.weight says",
      "+ what others can't use 3.6 GiB of 3.6 GiB that app0 and app2 can't use, app1 got 3.6 GiB",
      "its share 11.2 GiB floor 0 B, no cap",
    ]);
  });
  it("names memory.max where that is the cap", () => {
    assert.deepEqual(explain("app2", 64).slice(-1), [
      "its share 2 GiB floor 1 GiB, cap 2 GiB (memory.max), held by its cap",
    ]);
  });
  it("names the machine's own memory and CPUs, and what a cgroup leaves of them", () => {
    const facts = { ...machine(16 * GIB, 4), memLimitBytes: 8 * GIB, cpuQuota: 1.5 };
    assert.deepEqual(explainOn(facts, "app1").slice(0, 3), [
      "app1 capped on a type, 1 of 4 vCPUs (CPU quota of the cgroup 1.5, counts as 1), burstable: baseline 20 % of each vCPU",
      "memory as the OS sees it 16 GiB",
      "limit of the cgroup 8 GiB",
    ]);
  });
});

/** The lines on a setting of an app that has the machine to itself. */
function explainSetting(profileName: string, name: string, memoryBytes: number, options: Given = {}): string[] {
  const facts = machine(memoryBytes, 8);
  const config = image(anApp("it", profileName, { options }));
  const tuning = computeTuning(config, facts);
  assert.ok(tuning.kind === "tuned");
  const [app] = tuning.apps;
  const profile = findProfile(profileName)!;
  const resolved = resolveOptions(profile, options);
  assert.ok(resolved.kind !== "refused");
  const levers = findLevers(profile, tuning.allotments.get("it")!, resolved.options, name);
  const share = explainShare(config, facts, tuning.budget, tuning.demands, app!);
  const common = { machine: "a type", machineVcpus: 8, app: app!, share, leftOut: [] };
  const text = formatExplanation({ kind: "setting", ...common, name, setting: app!.settings[name]!, levers }, paint);
  return text.split("\n").map((line) => line.trim().replaceAll(/ +/g, " "));
}

describe("the explanation of a setting for people", () => {
  it("tells what that setting gave up, and that much more memory would change it", () => {
    const lines = explainSetting("mysql", "table_open_cache", 800 * MIB);
    assert.ok(
      lines.includes("bound by ladder: given up so that the app fits; table_open_cache 4000 → 400"),
      lines.join("\n"),
    );
    assert.match(
      lines.find((line) => line.startsWith("changed by"))!,
      /: with more than twice the share$/,
    );
  });
  it("writes an option that is a size as an amount, and does not repeat it in numbers", () => {
    const lines = explainSetting("cassandra", "threadStack", 4 * GIB, { threadStack: "512KiB" });
    assert.ok(lines.includes("threadStack 512 KiB (524288 bytes)"), lines.join("\n"));
    assert.ok(
      lines.some((line) => line.includes("option threadStack (512 KiB): ")),
      lines.join("\n"),
    );
    assert.equal(
      lines.some((line) => line.startsWith("in numbers")),
      false,
    );
  });
  it("says of a floor and of a cap that they hold the rest of the formula", () => {
    const floor = explainSetting("sysctl", "net_core_rmem_max", 256 * MIB);
    assert.ok(floor.includes("bound by floor: the least that makes sense; all else would give less"), floor.join("\n"));
    const cap = explainSetting("sysctl", "net_core_rmem_max", 64 * GIB);
    assert.ok(cap.includes("bound by cap: the most that does any good; all else would give more"), cap.join("\n"));
  });
});
