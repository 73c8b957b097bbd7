import assert from "node:assert/strict";
import { takeLock } from "../../../agent/apply/state/lock.ts";
import type { FetchedSecret } from "../../../agent/aws/fetched-secret.ts";
import type { What } from "../../../agent/cli/progress.ts";
import type { Session } from "../../../agent/commands/session.ts";
import { beginStage, showingCommands, showingSecrets } from "../../../agent/commands/show-waits.ts";
import type { SecretStep } from "../../../agent/plan/plan.ts";
import { makeScratch } from "../support/scratch.ts";

/** Notes what begins and ends. */
function watch() {
  const waits: { what: What; limitMs: number | undefined; isOver: boolean }[] = [];
  const progress = {
    begin: (what: What, limitMs?: number) => {
      const wait = { what, limitMs, isOver: false };
      waits.push(wait);
      return () => void (wait.isOver = true);
    },
    clear: () => {},
  };
  return { waits, progress };
}

const textOf = (what: What): string => (typeof what === "string" ? what : what());
const after = (remainingMs: number) => ({ remainingMs: () => remainingMs, signal: new AbortController().signal });

function sessionOf(progress: Session["progress"], root = "/nowhere"): Session {
  return { progress, deadline: after(40_000), options: { root } } as unknown as Session;
}

describe("what a run waits for", () => {
  it("is a stage, which lasts as long as the network may, or the machine itself", () => {
    const { waits, progress } = watch();
    for (const stage of ["facts", "units"]) beginStage(stage, sessionOf(progress), after(50_000))();
    assert.deepEqual(
      waits.map(({ what, limitMs, isOver }) => [textOf(what), limitMs, isOver]),
      [
        ["asking IMDS what this machine is", 40_000, true],
        ["reloading and restarting units", 50_000, true],
      ],
    );
  });

  it("is another run, by its process", async () => {
    const { root } = makeScratch();
    const { waits, progress } = watch();
    beginStage("lock", sessionOf(progress, root), after(0));
    assert.equal(textOf(waits[0]!.what), "waiting for another run to end");
    const lock = await takeLock(root, 0);
    assert.equal(textOf(waits[0]!.what), `waiting for another run to end (process ${process.pid})`);
    lock.release();
  });

  it("is Secrets Manager, for each secret that it has not answered", async () => {
    const { waits, progress } = watch();
    const answers = new Map<string, () => void>();
    const answer = ({ name }: SecretStep) =>
      new Promise<FetchedSecret>((resolve) => answers.set(name, () => resolve({ versionId: "1", values: new Map() })));
    const source = { fetchSecret: answer, describeSecret: () => Promise.reject(new Error("denied")), close: () => {} };
    const shown = showingSecrets(source, sessionOf(progress));
    const asked = ["db", "api"].map((name) => shown.fetchSecret({ name } as SecretStep));
    assert.equal(textOf(waits[1]!.what), "asking Secrets Manager for api and db");
    answers.get("api")!();
    await asked[1];
    assert.equal(textOf(waits[0]!.what), "asking Secrets Manager for db");
    answers.get("db")!();
    await asked[0];
    await assert.rejects(shown.describeSecret({ name: "db" } as SecretStep), { message: "denied" });
    assert.deepEqual(
      waits.map(({ isOver }) => isOver),
      [true, true, true],
    );
  });

  it("is a program, as it is called", async () => {
    const { waits, progress } = watch();
    const run = showingCommands(() => Promise.resolve({ kind: "absent" }), progress);
    await run(["/usr/sbin/nginx", "-t"], 5_000);
    await run(["/usr/bin/java", "x".repeat(500)], 5_000);
    const [short, long] = waits.map(({ what, limitMs, isOver }) => [textOf(what), limitMs, isOver] as const);
    assert.deepEqual(short, ["waiting for /usr/sbin/nginx -t", 5_000, true]);
    assert.equal(long![0].length, "waiting for ".length + 121);
  });
});
