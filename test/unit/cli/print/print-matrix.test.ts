import assert from "node:assert/strict";
import { formatMatrix } from "../../../../agent/cli/print/print-matrix.ts";
import type { TunedMachine } from "../../../../agent/cli/print/print-tuning.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import type { Setting } from "../../../../agent/tuning/profile/profile.ts";
import { GIB } from "../../support/alone.ts";
import { BROKEN } from "../../support/outcomes.ts";

const plain = choosePaint(false);

function setting(text: string): Setting {
  return { value: text, unit: "text", text, formula: "", inputs: {}, source: "", boundBy: null, note: null };
}

interface App {
  readonly name: string;
  readonly gib?: number;
  readonly settings?: Readonly<Record<string, string>>;
  readonly gaveUp?: readonly string[];
}

function machine(
  type: string,
  gib: number,
  apps: readonly App[] | null,
  leftOut: readonly string[] = [],
): TunedMachine {
  const common = { type, vcpus: 2, memoryBytes: gib * GIB };
  if (apps === null) return { ...common, misfit: "memory", problems: [BROKEN], tuning: null };
  const budget = {
    availableBytes: 0,
    reservedBytes: 0,
    unallocatedBytes: 0,
    unallocatedReason: null,
    spare: [],
    gained: [],
    leftOut,
  };
  const tuned = apps.map(({ name, gib: share = 1, settings = {}, gaveUp = [] }) => ({
    name,
    profile: "go",
    optional: false,
    memoryBytes: share * GIB,
    vcpus: 2,
    cores: 1,
    settings: Object.fromEntries(Object.entries(settings).map(([key, text]) => [key, setting(text)])),
    degraded: gaveUp.map((each) => ({ setting: each, wanted: "2", got: "1" })),
    belowUseful: [],
  }));
  return { ...common, misfit: null, problems: [], tuning: { budget, apps: tuned } };
}

const show = (machines: readonly TunedMachine[]) => formatMatrix(machines, new Map(), false, plain);

describe("many machines", () => {
  it("have a line each, and a line for each setting that differs, by the size of the machines", () => {
    const machines = [8, 2, 4].map((gib) =>
      machine(`a.${gib}`, gib, [
        { name: "db", gib: gib / 2, settings: { cache: `${gib}GB`, gc: gib > 2 ? "g1" : "serial", same: "1" } },
      ]),
    );
    const notes = new Map([["a.8", "1 change"]]);
    assert.equal(
      formatMatrix([...machines, machine("a.1", 1, null)], notes, false, plain),
      `ok      a.8  2 vCPUs  8 GiB  1 change   db 4 GiB
ok      a.2  2 vCPUs  2 GiB             db 1 GiB
ok      a.4  2 vCPUs  4 GiB             db 2 GiB
failed  a.1  2 vCPUs  1 GiB  1 problem

settings that differ
  db cache  2GB on a.2, 4GB on a.4, 8GB on a.8
  db gc     serial on a.2, g1 on 2 types
  the same on all: 1 setting
`,
    );
  });

  it("have the first and the last of many values, each cut to fit on the line", () => {
    const machines = [1, 2, 3, 4, 5].map((gib) =>
      machine(`u7in-32tb.${gib}xlarge`, gib, [
        { name: "db", settings: { options: `-Xmx${gib}G ${"-XX:".repeat(50)}` } },
      ]),
    );
    const [, line] = show(machines).split("settings that differ\n");
    assert.equal(
      line,
      "  db options  5 values, from -Xmx1G -XX:-XX:… on u7in-32tb.1xlarge to -Xmx5G -XX:-XX:… on u7in-32tb.5xlarge\n",
    );
  });

  it("have as many apps' shares on their lines as fit, and the number of the others", () => {
    const apps = Array.from({ length: 20 }, (_, index) => ({ name: `application-${index}` }));
    assert.equal(
      show([machine("a.8", 8, apps)]),
      "ok  a.8  2 vCPUs  8 GiB  application-0 1 GiB, application-1 1 GiB and 18 more\n",
    );
    const [long] = [{ name: "a".repeat(80) }];
    assert.match(show([machine("a.8", 8, [long])]), /a{80} 1 GiB\n$/);
  });

  it("have what is left out and given up told once, with where", () => {
    const small = [1, 2, 3, 4, 5].map((gib) =>
      machine(`a.${gib}`, gib, [{ name: "db", gaveUp: ["threads"] }], ["web"]),
    );
    assert.equal(
      show([...small, machine("a.8", 8, [{ name: "db" }])])
        .split("\n")
        .slice(6)
        .join("\n"),
      "web is left out on a.1, a.2, a.3 and 2 more\ndb gave up some threads on a.1, a.2, a.3 and 2 more\n",
    );
  });

  it("are in colour on a terminal alone", () => {
    const text = formatMatrix([machine("a.8", 8, []), machine("a.1", 1, null)], new Map(), false, choosePaint(true));
    assert.ok(text.startsWith("\u001b[32mok\u001b[0m "), text);
    assert.ok(text.includes("\n\u001b[31mfailed\u001b[0m "), text);
    assert.ok(!show([machine("a.8", 8, [])]).includes("\u001b"));
  });
});
