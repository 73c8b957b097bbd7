// A run in waves, from the command line to the files: run in this process against an emulator whose answers are late.

import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import type { Fault } from "../../../scripts/emulator/faults.ts";
import { makeFolder } from "../../support/folders.ts";
import { runHere } from "../support/run-command.ts";

const CONFIG = `secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password, onChange: { reload: db.service } } } } }
files:
  - { template: web.txt.hbs, path: /etc/web.txt, onChange: { reload: web.service } }
  - { template: id.txt.hbs, path: /etc/id.txt, onChange: { reload: id.service } }
`;

/** Longer than a wave waits to be joined with the next, whatever the machine. */
const LATE_MS = 1_500;
const AWAY: Fault[] = [{ match: { service: "imds" }, do: { kind: "hang" } }];
const LATE: Fault[] = [{ match: { service: "imds" }, times: 1, do: { kind: "delay", ms: LATE_MS } }];
const SECRETS_LATE: Fault[] = [{ match: { service: "secretsmanager" }, do: { kind: "delay", ms: LATE_MS } }];
const DENIED: Fault[] = [
  { match: { service: "secretsmanager" }, do: { kind: "delay", ms: LATE_MS } },
  {
    match: { service: "secretsmanager" },
    do: { kind: "status", status: 400, errorCode: "AccessDeniedException" },
  },
];

interface Wave {
  readonly name: string;
  readonly result: string;
  readonly tookMs: number | null;
  readonly units: readonly string[];
}

interface Report {
  readonly waves: readonly Wave[];
  readonly files: readonly { readonly path: string; readonly change: string }[];
  readonly problems: readonly { readonly what: string }[];
  readonly changed: boolean;
}

describe("a run in waves, from the command line", function () {
  this.timeout(60_000);
  let emulator: Emulator;
  let root: string;

  beforeEach(async function () {
    // What holds secrets must be memory.
    if (!existsSync("/dev/shm")) return this.skip();
    root = makeFolder("/dev/shm", "test", "test");
    write("etc/passwd", `root:x:${process.getuid!()}:${process.getgid!()}::/:/bin/false\n`);
    write("etc/group", `root:x:${process.getgid!()}:\n`);
    write("etc/parbake/parbake.yaml", CONFIG);
    write("etc/parbake/templates/web.txt.hbs", "{{facts.vcpus}}\n");
    write("etc/parbake/templates/id.txt.hbs", "{{facts.instanceId}}\n");
    mkdirSync(join(root, "run/parbake/secrets"), { recursive: true });
  });
  afterEach(() => emulator?.close());

  function write(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }

  const isThere = (path: string) => existsSync(join(root, path));
  const isMarked = (unit: string) => isThere(`run/parbake/ready/${unit}`);
  async function untilMarked(unit: string): Promise<void> {
    for (let waitedMs = 0; !isMarked(unit) && waitedMs < 10_000; waitedMs += 5) await sleep(5);
    assert.ok(isMarked(unit), unit);
  }
  const report = () => JSON.parse(readFileSync(join(root, "run/parbake/report.json"), "utf8")) as Report;
  const results = () => report().waves.map(({ name, result, units }) => [name, result, ...units].join(" "));
  const changes = () => report().files.map(({ path, change }) => `${change} ${path}`);

  async function apply(faults: readonly Fault[], deadline = "20s", stop?: AbortSignal) {
    emulator = await startEmulator({
      world: { secrets: [{ name: "prod/db", versions: [{ string: `{"password":"x"}` }] }] },
    });
    emulator.setFaults(faults);
    return runHere(["apply", "--root", root, "--deadline", deadline], {
      environment: {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint,
        AWS_ENDPOINT_URL: emulator.endpoint,
      },
      ...(stop && { stop }),
    });
  }

  it("is one transaction where nothing makes it wait", async () => {
    const { status, err } = await apply([]);
    assert.equal(status, 0, err);
    assert.deepEqual(results(), ["hardware done web.service", "instance done id.service", "secrets done db.service"]);
    assert.ok(isMarked("all"));
  });

  it("writes what the hardware decides while IMDS is away, and releases its units", async () => {
    const running = apply(LATE);
    await untilMarked("web.service");
    assert.deepEqual([isThere("etc/web.txt"), isThere("etc/id.txt"), isMarked("id.service")], [true, false, false]);
    const { status, err } = await running;
    assert.equal(status, 0, err);
    assert.ok(isMarked("all"));
    assert.deepEqual(changes(), ["create /etc/web.txt", "create /etc/id.txt"]);
    assert.deepEqual(results(), ["hardware done web.service", "instance done id.service", "secrets done db.service"]);
    const [hardware, instance] = report().waves;
    assert.ok(hardware!.tookMs! < instance!.tookMs!, JSON.stringify(report().waves));
  });

  it("writes what the hardware decides where IMDS refuses at once, and fails for that", async () => {
    const { status, err } = await apply([{ match: { service: "imds" }, do: { kind: "switched-off" } }]);
    assert.equal(status, 69);
    assert.match(err, /it is switched off for this instance/);
    assert.deepEqual([isThere("etc/web.txt"), isMarked("web.service")], [true, true]);
    assert.deepEqual([isThere("etc/id.txt"), isMarked("id.service")], [false, false]);
  });

  for (const [file, failed, others] of [
    ["web", "hardware", ["instance done id.service", "secrets done db.service"]],
    ["id", "instance", ["hardware done web.service", "secrets done db.service"]],
  ] as const)
    it(`takes back the wave alone whose file is refused, also where nothing makes it wait: ${failed}`, async () => {
      const own = `path: /etc/${file}.txt`;
      write("etc/parbake/parbake.yaml", CONFIG.replace(own, `${own}, validate: [/bin/false]`));
      const { status, err } = await apply([]);
      assert.equal(status, 65, err);
      assert.equal(err.split("/bin/false").length, 2, err);
      assert.equal(isThere(`etc/${file}.txt`), false);
      assert.equal(isMarked(`${file}.service`), false);
      assert.deepEqual(
        results().filter((result) => !result.startsWith(failed)),
        others,
      );
      assert.ok(results().includes(`${failed} failed`), results().join());
    });

  it("writes what IMDS decides while Secrets Manager is away, and releases its units", async () => {
    const running = apply(SECRETS_LATE);
    await untilMarked("id.service");
    assert.deepEqual([isMarked("web.service"), isMarked("db.service"), isMarked("all")], [true, false, false]);
    assert.equal(isThere("run/parbake/secrets/db/password"), false);
    const { status, err } = await running;
    assert.equal(status, 0, err);
    assert.ok(isMarked("all"));
    assert.ok(isThere("run/parbake/secrets/db/password"));
  });

  it("ends with the problem of IMDS where it stays away, and keeps what needs none", async () => {
    const { status, err } = await apply(AWAY, "3s");
    assert.equal(status, 69);
    assert.match(err, /IMDS/);
    assert.deepEqual(results(), ["hardware done web.service", "instance failed", "secrets failed"]);
    assert.deepEqual(changes(), ["create /etc/web.txt"]);
    assert.equal(report().changed, true);
    assert.deepEqual(
      [isMarked("web.service"), isMarked("id.service"), isMarked("db.service"), isMarked("all")],
      [true, false, false, false],
    );
    assert.equal(err.match(/gave no answer/g)?.length, 1, err);
  });

  it("fails with the secret that is denied, and keeps the other waves", async () => {
    const { status, err } = await apply(DENIED);
    assert.equal(status, 77, err);
    assert.deepEqual(results(), ["hardware done web.service", "instance done id.service", "secrets failed"]);
    assert.deepEqual([isMarked("id.service"), isMarked("db.service"), isMarked("all")], [true, false, false]);
  });

  it("says once why no secret can be had, however many there are, and names each that is held", async () => {
    const more = `more: { id: prod/more, keys: { password: { file: more/password, onChange: { reload: more.service } } } }`;
    write("etc/parbake/parbake.yaml", CONFIG.replace("} } } } }", `} } } }, ${more} }`));
    const { status, err } = await apply(
      [
        {
          match: { service: "imds", path: "/latest/meta-data/iam/security-credentials*" },
          do: { kind: "status", status: 404 },
        },
      ],
      "3s",
    );
    assert.equal(status, 69, err);
    assert.equal(err.split("this instance has no role").length, 2, err);
    assert.doesNotMatch(err, /parbake\.yaml:\d+:\d+: this instance/);
    for (const unit of ["db", "more"])
      assert.match(err, new RegExp(`${unit}\\.service is held back: it needs secret ${unit}`));
  });

  it("says once, with their names, what keeps several secrets away", async () => {
    const more = `more: { id: prod/more, keys: { password: { file: more/password, onChange: { reload: more.service } } } }`;
    write("etc/parbake/parbake.yaml", CONFIG.replace("} } } } }", `} } } }, ${more} }`));
    const { status, err } = await apply(
      [{ match: { service: "secretsmanager" }, do: { kind: "status", status: 503 } }],
      "3s",
    );
    assert.equal(status, 69, err);
    const told = err
      .split("\n")
      .filter((line) => line.includes("until the deadline") || line.includes("secrets db, more"));
    assert.equal(told.length, 1, err);
    assert.match(told[0]!, /^parbake: secrets db, more: /);
  });

  it("says at its own place what is about one secret, though several are alike", async () => {
    const more = `more: { id: prod/more, keys: { password: { file: more/password, onChange: { reload: more.service } } } }`;
    write(
      "etc/parbake/parbake.yaml",
      CONFIG.replace("id: prod/db,", "id: prod/none,").replace("} } } } }", `} } } }, ${more} }`),
    );
    const { err } = await apply([], "3s");
    for (const id of ["prod/none", "prod/more"])
      assert.match(
        err,
        new RegExp(
          `^parbake: \\S+/parbake\\.yaml:\\d+:\\d+: secret \\w+ \\(${id} in \\S+\\): there is no such secret`,
          "m",
        ),
      );
  });

  it("refuses everything before the first write where the config is refused, whoever is away", async () => {
    write("etc/parbake/templates/id.txt.hbs", "{{facts.instanceIdd}}\n");
    const { status, err } = await apply(LATE);
    assert.equal(status, 65, err);
    assert.equal(isThere("etc/web.txt"), false);
  });

  it("says what is in place where it is asked to stop while it waits", async () => {
    const stopping = new AbortController();
    const running = apply(AWAY, "20s", stopping.signal);
    await untilMarked("web.service");
    const { StopRequest } = await import("../../../agent/stop.ts");
    stopping.abort(new StopRequest("SIGTERM"));
    const { err } = await running;
    assert.match(err, /stopped by SIGTERM: the wave hardware is in place, and nothing else was changed/);
    assert.ok(isThere("etc/web.txt"));
  });
});
