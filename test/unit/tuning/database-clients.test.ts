import assert from "node:assert/strict";
import type { AppConfig } from "../../../agent/config/config.ts";
import { computeTuning } from "../../../agent/tuning/compute-tuning.ts";
import type { BelowUseful } from "../../../agent/tuning/profile/profile.ts";
import { GIB } from "../support/alone.ts";
import { app, image, machine } from "../support/any-image.ts";

/** What is told of the app `db`, beside what its memory is too little for. */
function warnings(gib: number, vcpus: number, ...apps: readonly AppConfig[]): readonly BelowUseful[] {
  const result = computeTuning(image(...apps), machine(gib * GIB, vcpus));
  assert.ok(result.kind === "tuned");
  return result.apps.find(({ name }) => name === "db")!.belowUseful;
}

describe("the connections of a database", () => {
  const php = app("php", "php-fpm");
  const many = app("php", "php-fpm", { options: { maxChildren: 200 } });

  // MySQL's own 151 connections.
  it("are told to be fewer than the children of PHP-FPM beside it, each of which may have one", () => {
    assert.deepEqual(warnings(64, 16, many, app("db", "mysql")), [
      {
        setting: "max_connections",
        got: "151",
        least: 200,
        because: "the children of php may open more, one each",
        fix: "Raise the option connections of db, or lower the option maxChildren of php.",
        at: { file: "parbake.yaml", line: 3 },
      },
    ]);
  });
  it("are enough for the children of a small machine, and where an option says how many", () => {
    assert.deepEqual(warnings(8, 2, php, app("db", "mariadb")), []);
    assert.deepEqual(warnings(64, 16, many, app("db", "mysql", { options: { connections: 180 } })), []);
  });
  // rails/rails, config/database.yml: a pool of RAILS_MAX_THREADS in each process.
  it("are counted for the threads of Puma and Python, together", () => {
    const clients = [app("app", "puma"), app("jobs", "python", { options: { workers: 8, threads: 10 } })];
    const [warning] = warnings(256, 64, ...clients, app("db", "postgresql"));
    assert.deepEqual(
      [warning!.least, warning!.because],
      [400, "the threads of app and the threads of jobs may open more, one each"],
    );
    assert.match(warning!.fix, /or lower the option workers of app or workers of jobs\.$/);
  });
  it("are those of PgBouncer's pools where the image has it, whatever its apps open to it", () => {
    const pooler = (options: Readonly<Record<string, number>>) => app("pool", "pgbouncer", { options });
    assert.deepEqual(warnings(64, 16, many, pooler({}), app("db", "postgresql")), []);
    const [warning] = warnings(64, 16, many, pooler({ pools: 50 }), app("db", "postgresql"));
    assert.deepEqual(
      [warning!.least, warning!.because],
      [1000, "the server connections of pool may open more, one each"],
    );
    assert.equal(warnings(64, 16, many, pooler({}), app("db", "mysql"))[0]!.least, 200);
  });
  it("belong to no database where the image has two", () => {
    assert.deepEqual(warnings(128, 32, many, app("db", "mysql"), app("other", "postgresql")), []);
  });
});
