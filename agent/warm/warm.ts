// Runs a boot once while the snapshot is built, on a made-up machine, so that what V8 compiles on the way is in the binary, and
// nothing else that it ever compiled. Nothing of the machine that builds may stay behind in the heap, and no socket.

import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { queryObjects, setFlagsFromString } from "node:v8";
import { findMount, inspectSecretsFolder, nameGuarantee } from "../apply/secrets/memory-guarantee.ts";
import { haveFailed } from "../apply/state/failures.ts";
import { readTakenBack } from "../apply/state/taken-back.ts";
import { forgetTold } from "../apply/state/told.ts";
import { createSecretsSource } from "../aws/secrets-manager/secrets-manager.ts";
import { keepMachine, noteMachine } from "../commands/note-machine.ts";
import { startDeadline } from "../deadline.ts";
import type { Facts } from "../facts/facts.ts";
import { fetchRoleCredentials } from "../facts/fetch-role-credentials.ts";
import { ASSET_TAG, readAssetTag } from "../facts/hardware/asset-tag.ts";
import { createImdsClient } from "../facts/imds/imds-client.ts";
import { UNKNOWN_INSTANCE } from "../facts/unknown-instance.ts";
import { ownGid, ownUid } from "../host/own-ids.ts";
import { DEFAULT_SECRETS_FOLDER } from "../names/own-places.ts";
import type { SecretStep } from "../plan/plan.ts";
import { keepKnown, listEarly } from "../process/environment.ts";
import { Output } from "../process/output.ts";
import { RunRecord } from "../report/run-record.ts";
import { run, type World } from "../run.ts";
import { withStandIns } from "./stand-ins.ts";
import { writeGenerations } from "./warm-generation.ts";
import { LATER_FILES, sampleFiles } from "./warm-sample.ts";

// Long enough for a build on a busy machine; where the build emulates the CPU, it gives more.
const DEADLINE_MS = Number(process.env["PARBAKE_WARM_MS"] ?? 10_000);

export async function warm(): Promise<void> {
  await dropCode();
  // Of scripts/build, and of scripts/building/build-warm-server.ts.
  const [folder, endpoint] = [process.env["PARBAKE_WARM_FOLDER"], process.env["PARBAKE_WARM_ENDPOINT"]];
  if (folder === undefined || endpoint === undefined)
    throw new Error("the build has no folder or no server for the warm run");
  const root = mkdtempSync(join(folder, "parbake-warm-"));
  try {
    const [uid, gid] = [ownUid(), ownGid()];
    for (const [path, text] of Object.entries(sampleFiles(uid, gid))) write(root, path, text);
    await withStandIns(() => withoutRandomIds(() => boot(root, endpoint)));
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
  // The deadlines' own timers must have fired, the last one's too: a snapshot holds none.
  await sleep(DEADLINE_MS + 100);
  forget();
  await collectSignals();
}

/**
 * What ran while the modules were loaded never runs again, and is half of the code that the heap holds. What a boot calls after all
 * is compiled anew below; the little of Node's own start that no run here can reach, at each start.
 */
async function dropCode(): Promise<void> {
  // Until the modules' own code has returned.
  await sleep(0);
  setFlagsFromString("--stress-flush-code");
  collectGarbage();
  setFlagsFromString("--no-stress-flush-code");
}

/** As counting all objects of a kind does first. */
function collectGarbage(): void {
  queryObjects(AbortSignal, { format: "count" });
}

/** What Node and V8 remember of the files that were read, which are this machine's. */
function forget(): void {
  // The text that a regular expression matched last.
  /x/.exec("x");
  // The slab that small buffers are cut from; a slice is at most half of it.
  for (let slice = 0; slice < 4; slice++) Buffer.allocUnsafe((Buffer.poolSize >>> 1) - 1).fill(0);
}

/** Node registers finalizers for abort signals, and a snapshot can't hold one that is due: so they run now. */
async function collectSignals(): Promise<void> {
  collectGarbage();
  await sleep(10);
}

/** Twice, because a later boot finds its files as they should be, or as parbake wrote them. */
async function boot(root: string, endpoint: string): Promise<void> {
  for (let time = 1; time <= 2; time++) {
    await apply(root, endpoint);
    await fetchSecret(endpoint);
    for (const [path, text] of Object.entries(LATER_FILES)) write(root, path, text);
  }
  actAsUnit(root);
  noteMachines(root);
  const [uid, gid] = [ownUid(), ownGid()];
  await writeGenerations(root, uid, gid);
  const { superBlock } = findMount("24 1 0:22 / /run rw - tmpfs tmpfs rw,noswap", "24");
  nameGuarantee("tmpfs", superBlock, { onMachine: false, inCgroup: false });
  listEarly(keepKnown({ NO_COLOR: "1" }));
}

async function apply(root: string, endpoint: string): Promise<void> {
  const fd = openSync("/dev/null", "w");
  const output = new Output(fd);
  let told = "";
  const say = (text: string) => {
    told += text;
    output.write(text);
  };
  const { signal } = new AbortController();
  const world: World = {
    environment: { AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint, AWS_ENDPOINT_URL: endpoint },
    writeOut: say,
    writeError: say,
    rewrite: () => {},
    isTerminalOut: output.isTerminal,
    isTerminalError: output.isTerminal,
    // What is compiled must not depend on how busy the machine is that builds.
    joiningMs: DEADLINE_MS,
    setEnd: () => {},
  };
  // In a build without memory for secrets, what writes them is not compiled here but at each boot.
  const part = inspectSecretsFolder(root, DEFAULT_SECRETS_FOLDER).kind === "memory" ? [] : ["--only", "files"];
  const status = await run(["apply", ...part, "--root", root, "--deadline", `${DEADLINE_MS}ms`], world);
  if (status !== 0) throw new Error(`the warm run ended with ${status}: ${told}`);
  await output.finish(null, signal);
  if (output.isLost) throw new Error("the warm run's words were lost");
  output.giveBack();
  closeSync(fd);
}

/** What only a run does that systemd has started. */
function actAsUnit(root: string): void {
  haveFailed(root);
  readTakenBack(root);
  forgetTold(root);
}

/** What a run does on the root itself alone: at the first boot there is no record, at the next it says the same. */
function noteMachines(root: string): void {
  write(root, ASSET_TAG, "i-0123456789abcdef0\n");
  const facts = { ...UNKNOWN_INSTANCE, instanceType: "m7g.large", memTotalBytes: 2 ** 33, vcpus: 2 } as Facts;
  for (let time = 1; time <= 2; time++) {
    const record = new RunRecord({ parbake: "", commit: "", node: "", catalogue: "" });
    noteMachine(record, facts, readAssetTag(root), root, () => {});
    keepMachine(record, root, () => {});
  }
}

async function fetchSecret(endpoint: string): Promise<void> {
  const deadline = startDeadline(DEADLINE_MS);
  const imds = createImdsClient({ endpoints: [new URL(endpoint)], deadline, log: () => {} });
  const source = createSecretsSource({
    region: { region: "us-east-1", variable: null },
    deadline,
    log: () => {},
    settings: { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false },
    fetchCredentials: () => fetchRoleCredentials(imds),
  });
  const key = { key: "password", path: null, owner: "root", group: null, mode: 0o400 };
  const step: SecretStep = { kind: "secret", name: "db", id: "warm/db", region: null, keys: [key] };
  await source.fetchSecret(step);
  source.close();
  imds.close();
}

/**
 * Node draws the bytes of the next 128 UUIDs at the first call of randomUUID: drawn here they would be in the snapshot, and
 * every run on every machine would give its requests the same ids.
 */
async function withoutRandomIds(work: () => Promise<void>): Promise<void> {
  crypto.randomUUID = () => "00000000-0000-4000-8000-000000000000";
  try {
    await work();
  } finally {
    Reflect.deleteProperty(crypto, "randomUUID");
  }
}

function write(root: string, path: string, text: string): void {
  mkdirSync(join(root, dirname(path)), { recursive: true });
  writeFileSync(join(root, path), text);
}
