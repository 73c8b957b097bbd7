import assert from "node:assert/strict";
import { buildHandOff } from "../../../agent/plan/build-hand-off.ts";
import type { SecretStep } from "../../../agent/plan/plan.ts";
import { selectSteps } from "../../../agent/plan/select-steps.ts";
import { fileStep, planOf } from "../support/scratch.ts";

/** A secret with one key, handed over. */
function secretFor(name: string, path: string | null, units: readonly string[]): SecretStep {
  const key = { key: ".", path, owner: "root", group: null, mode: 0o400, credential: { name, units } };
  return { kind: "secret", name, id: name, region: null, keys: [key] };
}

const DB = secretFor("db", "/run/parbake/secrets/db", ["api.service", "worker.service"]);
const TLS = secretFor("tls", "/run/parbake/secrets/100%/tls", ["api.service"]);

describe("the hand-off of secrets to services", () => {
  it("is one drop-in for each unit, with all of its credentials", () => {
    const { files } = buildHandOff([TLS, DB], []);
    assert.deepEqual(
      files.map(({ path, content }) => [path, (typeof content[0] === "string" ? content[0] : "").split("\n").slice(1)]),
      [
        [
          "/etc/systemd/system/api.service.d/60-parbake-credentials.conf",
          [
            "",
            "[Service]",
            "LoadCredential=db:/run/parbake/secrets/db",
            "LoadCredential=tls:/run/parbake/secrets/100%%/tls",
            "",
          ],
        ],
        [
          "/etc/systemd/system/worker.service.d/60-parbake-credentials.conf",
          ["", "[Service]", "LoadCredential=db:/run/parbake/secrets/db", ""],
        ],
      ],
    );
  });

  it("needs their folders, unless the config declares them", () => {
    const own = {
      kind: "folder",
      path: "/etc/systemd/system/api.service.d",
      owner: "x",
      group: null,
      mode: 0o750,
    } as const;
    assert.deepEqual(
      buildHandOff([TLS], [own]).folders.map(({ path }) => path),
      [],
    );
    assert.deepEqual(
      buildHandOff([TLS], []).folders.map(({ path }) => path),
      ["/etc/systemd/system/api.service.d"],
    );
  });

  it("is nothing where no unit is named: the credential store has the secret all the same", () => {
    assert.deepEqual(buildHandOff([secretFor("db", "/run/parbake/secrets/db", [])], []), { folders: [], files: [] });
  });

  it("belongs to the secrets where only they are applied", () => {
    const { folders, files } = buildHandOff([TLS], []);
    const other = { ...folders[0]!, path: "/etc/other" };
    const plan = planOf(...folders, other, TLS, fileStep("/etc/a", "a"), ...files);
    const pathsOf = (part: "secrets" | "tuning") =>
      selectSteps(plan, part).steps.flatMap((step) => (step.kind === "secret" ? [] : [step.path]));
    assert.deepEqual(
      pathsOf("secrets"),
      [...folders, ...files].map(({ path }) => path),
    );
    assert.ok(pathsOf("tuning").every((path) => !path.endsWith(".conf")));
  });
});
