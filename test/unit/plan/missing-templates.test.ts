import assert from "node:assert/strict";
import type { FileConfig } from "../../../agent/config/config.ts";
import { describeMissing } from "../../../agent/plan/missing-templates.ts";

const FOLDER = "/etc/parbake/templates";
const READY = ["nginx.conf.hbs", "redis.conf.hbs", "secrets/app.env.hbs"];

function adviceFor(...templates: string[]): string | undefined {
  const files = templates.map((template) => ({ template, at: { file: "parbake.yaml", line: 1 } }) as FileConfig);
  return describeMissing(files, ["web.conf.hbs"], FOLDER, () => READY)[0]?.fix;
}

describe("the advice on a missing template", () => {
  for (const [templates, fix] of [
    [["mine.hbs"], "Create it, or correct files[].template."],
    [["wbe.conf.hbs"], "Did you mean 'web.conf.hbs'?"],
    [
      ["nginx.conf.hbs"],
      "parbake carries it: `parbake templates nginx.conf.hbs >/etc/parbake/templates/nginx.conf.hbs`.",
    ],
    [
      ["secrets/app.env.hbs"],
      "parbake carries it: `mkdir -p /etc/parbake/templates/secrets && parbake templates secrets/app.env.hbs >/etc/parbake/templates/secrets/app.env.hbs`.",
    ],
    [
      ["nginx.conf.hbs", "redis.conf.hbs"],
      "parbake carries them: `parbake templates nginx.conf.hbs >/etc/parbake/templates/nginx.conf.hbs && parbake templates redis.conf.hbs >/etc/parbake/templates/redis.conf.hbs`.",
    ],
    [
      ["mine.hbs", "nginx.conf.hbs"],
      "parbake carries nginx.conf.hbs: `parbake templates nginx.conf.hbs >/etc/parbake/templates/nginx.conf.hbs`. Create the rest, or correct files[].template.",
    ],
  ] as const)
    it(`is a command for each that parbake carries: ${templates.join(", ")}`, () =>
      assert.equal(adviceFor(...templates), fix));

  it("is not asked for where none is missing", () => {
    assert.deepEqual(
      describeMissing([], [], FOLDER, () => assert.fail("the executable is read")),
      [],
    );
  });
});
