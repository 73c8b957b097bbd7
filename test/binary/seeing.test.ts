import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { readPrometheusText } from "../unit/support/prometheus-text.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome, type ScratchImage } from "./support/scratch-image.ts";

const CANARY = "hunter2-canary";
const CONFIG = `apps: { web: { profile: nginx } }
secretsGuarantee: swappable
secrets: { db: { id: prod/db, keys: { password: { file: db/password } } } }
files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]
metrics: /var/lib/node/parbake.prom
`;
const IS_ROOT = process.geteuid!() === 0;

interface StatusJson {
  readonly inSync: boolean;
  readonly reasons: readonly string[];
  readonly files: readonly { readonly path: string; readonly state: string }[];
}

interface ReportJson {
  readonly result: string;
  readonly stages: readonly { readonly name: string }[];
  readonly retries: { readonly imds: number; readonly secretsManager: number };
  readonly versions: Readonly<Record<string, string>>;
}

describe("seeing it, in the compiled binary", () => {
  let emulator: Emulator;
  let image: ScratchImage;
  let planFile: string;

  before(async () => {
    const secrets = [{ name: "prod/db", versions: [{ string: `{"password":"${CANARY}"}` }] }];
    emulator = await startEmulator({ world: { secrets } });
  });
  after(() => emulator.close());
  beforeEach(() => {
    image = makeScratchImage(CONFIG);
    mkdirSync(join(image.root, "var/lib/node"), { recursive: true });
    planFile = join(image.root, "plan.json");
  });
  afterEach(() => {
    emulator.setFaults([]);
    image.remove();
    assert.deepEqual(emulator.surprises, []);
  });

  async function savePlan(...parameters: string[]): Promise<void> {
    const { status, stdout, stderr } = await image.run(emulator, "plan", "--json", ...parameters);
    assert.equal(status, 0, stderr);
    writeFileSync(planFile, stdout);
  }

  async function readStatus(): Promise<StatusJson & { readonly exit: number | null }> {
    const { status: exit, stdout } = await image.run(null, "status", "--json");
    return { ...(JSON.parse(stdout) as StatusJson), exit };
  }

  it("performs a saved plan, without the config and exactly, and is in sync then", async () => {
    await savePlan();
    rmSync(join(image.root, "etc/parbake"), { recursive: true });
    const { status: exit, stderr } = await image.run(emulator, "apply", "--plan", planFile);
    assert.equal(exit, 0, stderr);
    assert.equal(image.read("run/parbake/secrets/db/password"), CANARY);
    assert.match(image.read("etc/web/web.txt"), /^workers=\d+\npassword file=/);
    assert.ok(existsSync(join(image.root, "var/lib/node/parbake.prom")));
    assert.deepEqual(await readStatus().then(({ inSync, exit: ended }) => [inSync, ended]), [true, 0]);
  });

  it("refuses a saved plan where a file, the instance or the plan itself is another, and touches nothing", async () => {
    await savePlan();
    const plan = readFileSync(planFile, "utf8");
    image.write("etc/web/web.txt", "by hand\n");
    const cases: readonly (readonly [status: number, says: RegExp, text: string])[] = [
      [73, /\/etc\/web\/web\.txt is no longer as the plan saw it: not there then, a file now/, plan],
      [
        78,
        /made for instanceId i-1, and it is i-[0-9a-f]+ here/,
        plan.replace(/"instanceId": "[^"]*"/, '"instanceId": "i-1"'),
      ],
      [65, /plan\.json: it is not JSON/, plan.slice(0, -20)],
      [
        65,
        /steps\[1\]\.path is a text, and an absolute path/,
        plan.replace('"/etc/web/web.txt",', '"/etc/../etc/shadow",'),
      ],
    ];
    for (const [expected, says, text] of cases) {
      writeFileSync(planFile, text);
      const before = image.snapshot();
      const { status: exit, stderr } = await image.run(emulator, "apply", "--plan", planFile);
      assert.equal(exit, expected, stderr);
      assert.match(stderr, says);
      assert.deepEqual(image.snapshot(), before);
    }
    assert.ok(!existsSync(join(image.root, "run/parbake/report.json")));
  });

  it("says of a mounted image which files no validator was asked about, and why", async () => {
    image.write("etc/parbake/parbake.yaml", CONFIG.replace("web.txt }", "web.txt, validate: [/bin/true, '{}'] }"));
    const { status: exit, stdout, stderr } = await image.run(emulator, "apply", "--no-validators");
    assert.equal(exit, 0, stderr);
    assert.match(stdout, /^ {2}validate +\/etc\/web\/web\.txt +not validated by \/bin\/true: --no-validators$/m);
    const { files } = JSON.parse(image.read("run/parbake/report.json")) as { files: { validation: string | null }[] };
    assert.deepEqual(
      files.map(({ validation }) => validation),
      ["not validated by /bin/true: --no-validators"],
    );
  });

  it("refuses a plan that was made for an instance type", async () => {
    await savePlan("--instance-type", "m7g.large");
    const { status: exit, stderr } = await image.run(emulator, "apply", "--plan", planFile);
    assert.equal(exit, 78);
    assert.match(stderr, /the plan was made for m7g\.large out of the catalogue/);
  });

  it("tells in a plan which secret has a newer version, by asking for no value", async () => {
    await image.run(emulator, "apply");
    const asked = emulator.requests.length;
    const before = await image.run(emulator, "plan");
    assert.match(before.stdout, /db\/password +0\d00 root +unchanged$/m);
    assert.match(before.stdout, /^2 unchanged; 0 to fetch$/m);
    emulator.setSecret("prod/db", { string: '{"password":"other"}' });
    const after = await image.run(emulator, "plan", "--detailed-exitcode");
    assert.match(after.stdout, /db\/password +0\d00 root +update$/m);
    assert.equal(after.status, 2);
    assert.ok(emulator.requests.slice(asked).every(({ operation }) => operation !== "GetSecretValue"));
    emulator.setSecret("prod/db", { string: `{"password":"${CANARY}"}` });
  });

  it("plans all the same where Secrets Manager tells nothing of the versions", async () => {
    await image.run(emulator, "apply");
    const match = { service: "secretsmanager", operation: "DescribeSecret" } as const;
    emulator.setFaults([{ match, do: { kind: "status", status: 400, errorCode: "AccessDeniedException" } }]);
    const { status: exit, stdout, stderr } = await image.run(emulator, "plan");
    assert.equal(exit, 0, stderr);
    assert.match(stdout, /db\/password +0\d00 root +present$/m);
  });

  it("gives the status by itself alone: never ran, in sync, edited, rebooted", async () => {
    const asked = emulator.requests.length;
    assert.deepEqual(await readStatus().then(({ exit, reasons }) => [exit, reasons]), [
      2,
      ["parbake has never run here"],
    ]);
    assert.equal(emulator.requests.length, asked);
    await image.run(emulator, "apply");
    assert.equal((await readStatus()).exit, 0);
    image.write("etc/web/web.txt", "by hand\n");
    const { exit, files } = await readStatus();
    assert.equal(exit, 2);
    assert.deepEqual(
      files.map(({ path, state }) => [path, state]),
      [
        ["/etc/web/web.txt", "drifted"],
        ["/run/parbake/secrets/db/password", "in sync"],
      ],
    );
    const { stdout } = await image.run(null, "status");
    assert.match(stdout, /^not in sync: files were changed by hand$/m);
  });

  it("gives the status to a user that is not root, as far as that may look", async function () {
    if (!IS_ROOT) this.skip();
    await image.run(emulator, "apply");
    chmodSync(image.root, 0o755);
    chmodSync(join(image.root, "run/parbake/secrets"), 0o700);
    const argv = ["--reuid=65534", "--regid=65534", "--clear-groups", BINARY, "status", "--json", "--root", image.root];
    const { status: exit, stdout, stderr } = spawnSync("setpriv", argv, { encoding: "utf8" });
    assert.equal(exit, 0, stderr);
    const { files } = JSON.parse(stdout) as StatusJson;
    assert.deepEqual(
      files.map(({ state }) => state),
      ["in sync", "unknown"],
    );
  });

  it("leaves report and metrics of a good run, with what had to be asked again", async () => {
    emulator.setFaults([
      { match: { service: "imds", method: "GET" }, times: 2, do: { kind: "status", status: 503 } },
      {
        match: { service: "secretsmanager" },
        times: 1,
        do: { kind: "status", status: 500, errorCode: "InternalServiceError" },
      },
    ]);
    const { status: exit, stdout, stderr } = await image.run(emulator, "apply", "--json");
    assert.equal(exit, 0, stderr);
    assert.equal(image.read("run/parbake/report.json").trim(), stdout.trim());
    const report = JSON.parse(stdout) as ReportJson;
    assert.deepEqual(report.retries, { imds: 2, secretsManager: 1 });
    const stages = report.stages.map(({ name }) => name);
    for (const stage of ["config", "facts", "plan", "lock", "fetch", "stage", "swap"])
      assert.ok(stages.includes(stage), stage);
    assert.match(report.versions["catalogue"]!, /^\d{4}-\d\d-\d\d$/);
    const metrics = readMetrics(image);
    assert.equal(metrics.get("parbake_last_run_success"), 1);
    assert.equal(metrics.get("parbake_retries service=imds"), 2);
  });

  it("leaves report and metrics of a run that failed before it had a plan", async () => {
    emulator.setFaults([{ match: { service: "imds" }, do: { kind: "switched-off" } }]);
    const { status: exit } = await image.run(emulator, "apply");
    assert.equal(exit, 69);
    assert.equal((JSON.parse(image.read("run/parbake/report.json")) as ReportJson).result, "failed");
    assert.equal(readMetrics(image).get("parbake_last_run_success"), 0);
    image.write("etc/parbake/templates/web.txt.hbs", "{{unknown}}\n");
    emulator.setFaults([]);
    assert.equal((await image.run(emulator, "apply")).status, 65);
    assert.match(image.read("run/parbake/report.json"), /unknown/);
  });

  it("says on a terminal what it waits for, on one line, and nowhere else", async function () {
    if (spawnSync("script", ["--version"]).status !== 0) this.skip();
    const slow = {
      match: { service: "imds" as const, method: "GET" },
      times: 1,
      do: { kind: "delay" as const, ms: 1_800 },
    };
    const shown = "asking IMDS what this machine is … 1 s";
    for (const [environment, isShown] of [
      [{ TERM: "xterm" }, true],
      [{ TERM: "xterm", NO_COLOR: "1" }, true],
      [{ TERM: "dumb" }, false],
    ] as const) {
      // An answer may take a second only: the try after it is quick.
      emulator.setFaults([{ ...slow, times: 2 }]);
      const terminal = await onTerminal(environment, "plan");
      assert.equal(terminal.status, 0, terminal.stdout);
      assert.equal(terminal.stdout.includes(`\r\u001b[K${shown}`), isShown, JSON.stringify(terminal.stdout));
      // oxlint-disable-next-line no-control-regex -- the escape character is what colours are made of
      assert.equal(/\u001b\[\d+m/.test(terminal.stdout), environment.TERM === "xterm" && !("NO_COLOR" in environment));
    }
    emulator.setFaults([{ ...slow, times: 2 }]);
    const { stdout, stderr } = await image.run(emulator, "plan");
    assert.ok(!`${stdout}${stderr}`.includes("asking IMDS"));
  });

  async function onTerminal(environment: Readonly<Record<string, string>>, command: string): Promise<Outcome> {
    const line = `${BINARY} ${command} --root ${image.root}`;
    return runProgram(emulator, ["script", "--quiet", "--return", "--command", line, "/dev/null"], environment);
  }
});

/** By name, with its labels behind a blank; read by promtool as well where that is installed. */
function readMetrics(image: ScratchImage): ReadonlyMap<string, number> {
  const text = image.read("var/lib/node/parbake.prom");
  const promtool = spawnSync("promtool", ["check", "metrics"], { input: text, encoding: "utf8" });
  if (promtool.error === undefined) assert.equal(promtool.status, 0, promtool.stdout + promtool.stderr);
  return new Map(
    readPrometheusText(text).map(({ name, labels, value }) => [
      [name, ...Object.entries(labels).map(([label, given]) => `${label}=${given}`)].join(" "),
      value,
    ]),
  );
}
