// Writes two generations of a made-up secret while the snapshot is built. The secrets folder of a run must be memory, which a
// build can't count on: here it need not be.

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { makeAll, settleAll } from "../apply/change/make-all.ts";
import { chooseSecrets } from "../apply/secrets/choose-secrets.ts";
import { listCandidates } from "../apply/secrets/list-candidates.ts";
import { stageGeneration } from "../apply/secrets/stage-generation.ts";
import { readStored } from "../apply/secrets/stored-generation.ts";
import type { Target } from "../apply/targets/target.ts";
import { SecretValue } from "../aws/secret-value.ts";
import type { Plan, SecretStep } from "../plan/plan.ts";

const FOLDER = "/run/secrets";
const STEP: SecretStep = {
  kind: "secret",
  name: "db",
  id: "warm/db",
  region: null,
  keys: [{ key: "password", path: `${FOLDER}/db/password`, owner: "root", group: null, mode: 0o400 }],
};

export async function writeGenerations(root: string, uid: number, gid: number): Promise<void> {
  mkdirSync(join(root, FOLDER), { recursive: true });
  const targets: Target[] = [
    {
      path: `${FOLDER}/db/password`,
      uid,
      gid,
      mode: 0o400,
      isSecret: true,
      source: { kind: "secret", step: STEP, key: "password" },
    },
  ];
  const place = { root, secretsFolder: FOLDER };
  const plan = { steps: [STEP], part: null, secretsFolder: FOLDER, secretsSizeBytes: 65_536 } as unknown as Plan;
  for (const versionId of ["1", "2"]) {
    const stored = readStored(root, FOLDER);
    const fetchSecret = async () => ({
      versionId,
      values: new Map([["password", new SecretValue("warm", Buffer.from(versionId))]]),
    });
    const found = { stored, candidates: listCandidates(place, targets, stored) };
    const selection = await chooseSecrets(plan, found, new Map(), { fetchSecret, log() {} });
    const wish = { ...place, plan, targets, selection, stored, managed: new Map(), fetchedAt: "" };
    const { flip, written } = stageGeneration(wish);
    if (flip === null) throw new Error("the warm run wrote no generation");
    makeAll(root, [flip], new Map([[flip.path, written]]), () => {});
    settleAll(root, [flip]);
  }
}
