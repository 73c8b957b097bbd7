import assert from "node:assert/strict";
import { findProfile } from "../../../agent/tuning/resolve-app.ts";
import { resolveOptions } from "../../../agent/tuning/resolve-options.ts";
import { alone, type Given, MIB, written } from "../support/alone.ts";

/** The settings that fall short of what is useful, but for those that the operator gave. */
function shortOf(name: string, memoryMib: number, given: Given = {}): readonly string[] {
  const profile = findProfile(name)!;
  const resolved = resolveOptions(profile, written(name, given));
  assert.ok(resolved.kind === "resolved");
  const settings = alone(name, memoryMib * MIB, 2, given);
  const isShort = ([setting, { least }]: [string, { least: number }]): boolean =>
    settings[setting]!.boundBy !== "user" && Number(settings[setting]!.value) < least;
  return Object.entries(profile.useful(resolved.options))
    .filter(isShort)
    .map(([setting]) => setting);
}

describe("what is of little use in a database", () => {
  for (const name of ["postgresql", "mysql", "mariadb"])
    it(`is nothing of ${name} alone on a machine of 1 GiB, by its defaults`, () => {
      // About what a t3.micro leaves to its only app.
      assert.deepEqual(shortOf(name, 700), []);
    });
  it("is the pool, the connections and the temporary tables beside a site on so small a machine", () => {
    assert.deepEqual(shortOf("mysql", 320), ["innodb_buffer_pool_size", "max_connections", "temptable_max_ram"]);
    assert.deepEqual(shortOf("mariadb", 210), ["innodb_buffer_pool_size", "max_connections", "tmp_table_size"]);
    assert.deepEqual(shortOf("postgresql", 200), ["work_mem", "shared_buffers"]);
  });
  it("is what connections that were asked for leave to each of them", () => {
    assert.deepEqual(shortOf("postgresql", 1024, { connections: 200 }), ["work_mem"]);
    assert.deepEqual(shortOf("mariadb", 1024, { connections: 200 }), ["tmp_table_size"]);
  });
});
