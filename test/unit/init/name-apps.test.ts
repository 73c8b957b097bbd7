import assert from "node:assert/strict";
import { foundApp } from "../../../agent/init/found.ts";
import { nameApps } from "../../../agent/init/name-apps.ts";
import { isConfigName } from "../../../agent/names/config-name.ts";

const app = (profile: string, stem: string, isOwn = false) =>
  foundApp({ profile, unit: `${stem}.service`, stem, evidence: [] }, { isOwn });

function namesOf(...apps: readonly ReturnType<typeof app>[]): readonly string[] {
  return nameApps(apps).map(({ name }) => name);
}

describe("the name of an app", () => {
  it("is its profile's, with what tells it from others where there are others", () => {
    assert.deepEqual(namesOf(app("redis", "redis-server")), ["redis"]);
    assert.deepEqual(namesOf(app("php-fpm", "8.3"), app("php-fpm", "8.4"), app("nginx", "nginx")), [
      "php-fpm-8-3",
      "php-fpm-8-4",
      "nginx",
    ]);
  });

  it("is its unit's where it is the operator's own", () => {
    assert.deepEqual(namesOf(app("jvm", "orders", true)), ["orders"]);
  });

  it("is one that a config may have, and no two are the same, whatever the units are called", () => {
    const stems = [
      "a.b",
      "a-b",
      "a:b",
      "1st",
      "constructor",
      "prototype",
      "nginx",
      String.raw`x\x2dy`,
      "é",
      "z".repeat(200),
    ];
    const names = namesOf(app("nginx", "nginx"), ...stems.map((stem) => app("jvm", stem, true)));
    assert.equal(new Set(names).size, names.length);
    assert.deepEqual(
      names.filter((name) => !isConfigName(name)),
      [],
    );
    assert.deepEqual(names.slice(0, 5), ["nginx", "a-b", "a-b-2", "a-b-3", "app-1st"]);
  });
});
