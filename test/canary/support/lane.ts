// One machine and the cloud that it sees, on which cases are played one after the other; everything that a case leaves behind is
// looked through for the values of its secrets.

import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import { ROLE_CREDENTIALS } from "../../../scripts/emulator/world.ts";
import { Canary, find, formsOf, type Trace } from "./canary.ts";
import { type Case, password } from "./case.ts";
import { Machine, type Run, type RunOptions } from "./machine.ts";
import { INSTALL_PROGRAMS } from "./programs.ts";

export interface Variant {
  readonly level: string;
  readonly format: string;
}

/** The role's, which parbake holds as well. */
const CREDENTIALS = [ROLE_CREDENTIALS.secretAccessKey, ROLE_CREDENTIALS.token].flatMap(formsOf);

const RESET = `
rm -rf /etc/app /etc/parbake /var/lib/parbake /var/lib/node /var/log/children /var/plan.json /var/tmp/core* /run/ok /run/refuse-reload
find /run/parbake -mindepth 1 -not -path /run/parbake/secrets -delete
mkdir -p /etc/app /etc/parbake/templates /var/lib/node /var/log /var/tmp`;

export class Lane {
  readonly machine: Machine;
  readonly emulator: Emulator;
  readonly canaries: readonly [first: Canary, second: Canary] = [new Canary(), new Canary()];

  private constructor(machine: Machine, emulator: Emulator) {
    this.machine = machine;
    this.emulator = emulator;
  }

  static async open(binary: string): Promise<Lane> {
    const machine = await Machine.make(binary);
    const lane = new Lane(machine, await startEmulator());
    const { status, stderr } = await machine.shell(INSTALL_PROGRAMS);
    assert.equal(status, 0, stderr);
    return lane;
  }

  /** Every trace, with where it is. Throws where a step does not end as it must. */
  async play(one: Case, variant: Variant): Promise<string[]> {
    const traces: string[] = [];
    await this.prepare(one);
    const asked = this.emulator.requests.length;
    try {
      for (const step of one.does) traces.push(...(await this.#take(step, one, variant)));
    } finally {
      if (one.after !== undefined) await this.machine.shell(one.after);
    }
    const isFetched = this.emulator.requests.slice(asked).some(({ operation }) => /^(Batch)?Get/.test(operation ?? ""));
    assert.equal(isFetched, one.isEarly !== true, `${one.what}: whether a value was asked for`);
    return traces;
  }

  async prepare(one: Partial<Case>): Promise<void> {
    const [first] = this.canaries;
    const value = one.secret?.(first.text) ?? password(first.text);
    this.emulator.setWorld({
      secrets: [{ name: "prod/db", versions: [value] }],
      faults: one.faults?.(first.text) ?? [],
    });
    const files = Object.entries(filesOf(one)).map(([path, text]) => `cat >${path} <<'END'\n${text}END\n`);
    const { status, stderr } = await this.machine.shell(`${RESET}\n${files.join("")}${one.before ?? ""}`);
    assert.equal(status, 0, stderr);
  }

  rotate(): void {
    this.emulator.setSecret("prod/db", password(this.canaries[1].text));
  }

  async parbake(command: string, options: RunOptions = {}): Promise<Run> {
    return this.machine.shell(command.startsWith("parbake") ? `exec ${command}` : command, {
      ...options,
      env: {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: this.emulator.endpoint,
        AWS_ENDPOINT_URL: this.emulator.endpoint,
        ...options.env,
      },
    });
  }

  async #take(step: string, one: Case, { level, format }: Variant): Promise<string[]> {
    if (step === "rotate") {
      this.rotate();
      return [];
    }
    const [, status, command] = /^(\d+): (.*)$/s.exec(step)!;
    const PARBAKE_OPTIONS = `--log-level ${level} --log-format ${format} ${one.options ?? ""}`;
    const run = await this.parbake(command!, { env: { PARBAKE_OPTIONS } });
    const said = `${one.what}: ${command}\n${run.stdout}${run.stderr}`;
    assert.equal(run.status, Number(status), said);
    if (run.status !== 0 && one.says !== undefined) assert.ok(run.stderr.includes(one.says), said);
    return this.search(run, `${one.what}, ${level}, ${format}: ${command}`);
  }

  /** In what a run said, what could be seen of it, and every file that is there now. */
  search(run: Run, what: string): string[] {
    const files = this.machine.files();
    const places: [place: string, content: string | Buffer][] = [
      ["stdout", run.stdout],
      ["stderr", run.stderr],
      ["/proc/<pid>/cmdline", [...run.cmdlines].join("\n")],
      ["/proc/<pid>/environ", [...run.environs].join("\n")],
      ["the name of a file", [...files.keys()].join("\n")],
      ...files,
    ];
    // In one go, for there is nothing as a rule.
    if (this.#find(Buffer.concat(places.map(([, content]) => Buffer.from(content)))).length === 0) return [];
    return places.flatMap(([place, content]) =>
      this.#find(Buffer.from(content))
        .slice(0, 1)
        .map(tell(`${what}: in ${place}`)),
    );
  }

  #find(bytes: Buffer): Trace[] {
    return [...this.canaries.flatMap((canary) => canary.findInText(bytes)), ...find(bytes, CREDENTIALS)];
  }

  /** Ends it; every trace that is on its disk. */
  async close(): Promise<string[]> {
    await this.emulator.close();
    const traces: Trace[] = [];
    await this.machine.remove((disk) => {
      traces.push(...this.canaries.flatMap((canary) => canary.findInDisk(disk)), ...find(disk, CREDENTIALS));
    });
    return traces.map(tell("in the blocks of the disk"));
  }
}

function tell(where: string): (trace: Trace) => string {
  return ({ form, around }) => `${where}, ${form}: ${around}`;
}

function filesOf({ template, keys, app, plain, config }: Partial<Case>): Readonly<Record<string, string>> {
  const [name, text] = template ?? ["app.json.hbs", '{"a": {{secrets.db.password.value}} }\n'];
  const target = name.replace(/\.hbs$/, "");
  const more = (given: string | undefined) => (given === undefined ? "" : `, ${given}`);
  return {
    "/etc/passwd": "root:x:0:0::/:/bin/false\n",
    "/etc/group": "root:x:0:\n",
    [`/etc/parbake/templates/${name}`]: text,
    "/etc/parbake/templates/plain.conf.hbs": "plain\n",
    "/etc/parbake/parbake.yaml": `metrics: /var/lib/node/parbake.prom
apps: { web: { profile: nginx } }
${config ?? ""}
secrets: { db: { id: prod/db, keys: { ${keys ?? "password: { file: db/password }"} } } }
files:
  - { template: ${name}, path: /run/parbake/secrets/app/${target}, mode: "0400"${more(app)} }
  - { template: plain.conf.hbs, path: /etc/app/plain.conf${more(plain)} }
`,
  };
}
