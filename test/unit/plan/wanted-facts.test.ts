import assert from "node:assert/strict";
import { parseConfig } from "../../../agent/config/read/parse-config.ts";
import { wantedFacts } from "../../../agent/plan/wanted-facts.ts";

function wanted(template: string | null, secrets = ""): readonly string[] {
  const text = `${secrets}files: [ { template: t, path: /t } ]\n`;
  const parsed = parseConfig([{ file: "parbake.yaml", text }]);
  return parsed.kind === "config" ? wantedFacts(parsed.config, new Map([["t", template]])) : assert.fail();
}

describe("wantedFacts", () => {
  it("wants the instance type only, where no template prints a fact", () => {
    assert.deepEqual(wanted("x={{apps.web.workers}}"), ["instanceType"]);
    assert.deepEqual(wanted(null), ["instanceType"]);
  });

  it("wants each fact that a template names, in whatever place", () => {
    assert.deepEqual(wanted("{{facts.localIpv4}}{{#if facts.tags}}{{/if}}{{upper facts.region}}"), [
      "instanceType",
      "region",
      "localIpv4",
      "tags",
    ]);
  });

  it("wants the region for a secret, unless the secret says its own", () => {
    assert.deepEqual(wanted("", "secrets: { s: { id: i, keys: {} } }\n"), ["instanceType", "region"]);
    assert.deepEqual(wanted("", "secrets: { s: { id: i, region: eu-west-1, keys: {} } }\n"), ["instanceType"]);
  });

  it("wants everything where a template opens the facts as a whole", () => {
    for (const template of [
      "{{#with facts}}{{region}}{{/with}}",
      "{{#each facts}}{{this}}{{/each}}",
      "{{facts.[region]}}",
    ]) {
      assert.equal(wanted(template).length, 14, template);
    }
  });

  it("wants what a partial of a used template names, and nothing of a template that is not used", () => {
    const text = "files: [ { template: in/t.hbs, path: /t } ]\n";
    const parsed = parseConfig([{ file: "parbake.yaml", text }]);
    const templates = new Map([
      ["in/t.hbs", "{{> one}}"],
      ["in/one.hbs", '{{~> "two"}}{{facts.amiId}}'],
      ["in/two.hbs", "{{> one}}{{facts.hostname}}"],
      ["two.hbs", "{{facts.tags.Role}}"],
      ["in/unused.hbs", "{{#each facts}}{{this}}{{/each}}"],
    ]);
    const facts = parsed.kind === "config" ? wantedFacts(parsed.config, templates) : assert.fail();
    assert.deepEqual(facts.toSorted(), ["amiId", "hostname", "instanceType"]);
  });
});
