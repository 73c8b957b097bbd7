import assert from "node:assert/strict";
import { globSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compileFunction } from "node:vm";
import { build, type Plugin } from "esbuild";
import { describe, it } from "mocha";
import type systeminformation from "systeminformation";
import * as refusal from "../../../agent/refusal.ts";
import { shapeBuiltins } from "../../../scripts/building/bundle-builtins.ts";
import { bundleCommands, bundleOnDemand, loadOnDemand, SHARED } from "../../../scripts/building/bundle-on-demand.ts";
import { replaceUnused } from "../../../scripts/building/bundle-replacements.ts";
import { makeFolder } from "../../support/folders.ts";

const TOP = join(import.meta.dirname, "../../..");

async function bundle(contents: string, plugin: Plugin): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname, sourcefile: "entry.mjs" },
    bundle: true,
    platform: "node",
    format: "cjs",
    write: false,
    logLevel: "silent",
    plugins: [plugin],
  });
  return outputFiles[0]!.text;
}

/** Runs a bundle and gives what it exports, and what it required on the way, in order. */
function load(code: string): { exports: Record<string, unknown>; required: string[] } {
  const required: string[] = [];
  const requireHere = createRequire(import.meta.url);
  const module = { exports: {} as Record<string, unknown> };
  const tracing = (id: string): unknown => {
    required.push(id);
    return requireHere(id);
  };
  compileFunction(code, ["module", "exports", "require"])(module, module.exports, tracing);
  return { exports: module.exports, required };
}

describe("shapeBuiltins", () => {
  it("loads a network module when something of it is used, not when it is imported", async () => {
    const code = await bundle(
      `import { request, STATUS_CODES } from "node:http"; import https from "https";
       export const status = () => [STATUS_CODES[404], typeof request, typeof https.Agent];`,
      shapeBuiltins(),
    );
    const { exports, required } = load(code);
    assert.deepEqual(
      required.filter((id) => id.includes("http")),
      [],
    );
    assert.deepEqual((exports["status"] as () => unknown)(), ["Not Found", "function", "function"]);
    assert.deepEqual(
      required.filter((id) => id.includes("http")),
      ["node:http", "node:https"],
    );
  });

  it("gives CommonJS code that requires a network module the same laziness", async () => {
    const { exports, required } = load(
      await bundle(
        `const tls = require("tls"); exports.test = () => typeof tls.connect === "function";`,
        shapeBuiltins(),
      ),
    );
    assert.deepEqual(
      required.filter((id) => id === "node:tls"),
      [],
    );
    assert.equal((exports["test"] as () => unknown)(), true);
  });

  it("gives other modules whole: default, names, and a class to extend", async () => {
    const code = await bundle(
      `import path, { join } from "node:path"; import { EventEmitter } from "events"; import * as fs from "fs";
       class Mine extends EventEmitter {}
       export const all = [path.join === join, join("a", "b"), new Mine() instanceof EventEmitter, typeof fs.readFileSync];`,
      shapeBuiltins(),
    );
    assert.deepEqual(load(code).exports["all"], [true, "a/b", true, "function"]);
  });

  it("gives a class that Node loads late as a class: to make, to extend and to test with", async () => {
    const code = await bundle(
      `import fs, { ReadStream } from "node:fs";
       class Mine extends ReadStream {}
       const [mine, theirs] = [new Mine("/dev/null"), new ReadStream("/dev/null")];
       export const all = [mine instanceof Mine, mine instanceof fs.ReadStream, theirs instanceof ReadStream, {} instanceof ReadStream];`,
      shapeBuiltins(),
    );
    assert.deepEqual(load(code).exports["all"], [true, true, true, false]);
  });
});

describe("loadOnDemand", () => {
  it("refuses a static import of a package that costs more than a boot", async () => {
    await assert.rejects(
      bundle(`import { EC2Client } from "@aws-sdk/client-ec2"; console.log(EC2Client)`, loadOnDemand()),
      {
        message: /@aws-sdk\/client-ec2 is loaded at start: use await import\("@aws-sdk\/client-ec2"\)/,
      },
    );
    await assert.rejects(bundle(`import { cpu } from "systeminformation"; console.log(cpu)`, loadOnDemand()), {
      message: /systeminformation is loaded at start: use await import\("systeminformation"\)/,
    });
  });

  it("keeps a dynamically imported one out of the bundle", async () => {
    const code = await bundle(`export const load = () => import("systeminformation");`, loadOnDemand());
    assert.ok(code.length < 10_000);
    assert.match(code, /"on-demand\/systeminformation\.cjs"/);
  });

  it("keeps a dynamically imported module of the project out of the bundle, and names it", async () => {
    const commands = new Set<string>();
    const code = await bundle(
      `export const load = () => import("../../../agent/commands/run-facts.ts");`,
      loadOnDemand(commands),
    );
    assert.deepEqual([...commands], ["agent/commands/run-facts.ts"]);
    assert.match(code, /\["agent\/commands\/run-facts\.ts"\]\(\)/);
    assert.ok(!code.includes("runFacts"));
  });

  it("compiles the script that has these modules once, however many of them are imported", async () => {
    const code = await bundle(
      `export const all = () => [import("../../../agent/size.ts"), import("../../../agent/took.ts")];`,
      loadOnDemand(),
    );
    assert.match(code, /\["agent\/size\.ts"\]\(\)[^]*\["agent\/took\.ts"\]\(\)/);
    assert.equal(code.split("compileFunction(").length - 1, 1);
  });
});

describe("bundleCommands", () => {
  it("gives a module by its path, with the bundle's own refusals", async () => {
    const path = join(makeFolder(tmpdir(), "bundle", "test"), "commands.cjs");
    await bundleCommands(new Set(["agent/size.ts", "agent/collect-refusals.ts"]), path, {});
    const module = { exports: {} as Record<string, () => Record<string, (...values: unknown[]) => unknown>> };
    const words = ["exports", "require", "module", "shared"];
    const shared = { "agent/refusal.ts": () => refusal };
    compileFunction(readFileSync(path, "utf8"), words)(module.exports, createRequire(path), module, shared);
    assert.equal(module.exports["agent/size.ts"]!()["formatBytes"]!(1024 ** 3), "1 GiB");
    const { forEachGathering } = module.exports["agent/collect-refusals.ts"]!();
    assert.throws(
      () =>
        forEachGathering!([1], () => {
          throw new refusal.Refusal("config", { what: "it is wrong", fix: "Mend it." });
        }),
      refusal.Refusal,
    );
  });
});

describe("bundleOnDemand", () => {
  it("has of EC2's client what a fleet is asked for with, and little else", async () => {
    const path = join(makeFolder(tmpdir(), "bundle", "test"), "client-ec2.cjs");
    await bundleOnDemand("@aws-sdk/client-ec2", path);
    const made = createRequire(path)(path) as Record<string, unknown>;
    const names = ["DescribeImagesCommand", "DescribeInstancesCommand", "EC2Client"];
    assert.deepEqual(Object.keys(made).toSorted(), names);
    // With all of its calls it would be 1.6 MB.
    assert.ok(statSync(path).size < 1_000_000);
  });

  it("has of systeminformation what facts asks it, whole", async () => {
    const path = join(makeFolder(tmpdir(), "bundle", "test"), "systeminformation.cjs");
    await bundleOnDemand("systeminformation", path);
    const made = createRequire(path)(path) as typeof systeminformation;
    for (const name of ["cpu", "networkInterfaces", "osInfo", "system"] as const)
      assert.equal(typeof made[name], "function", name);
    assert.equal((await made.osInfo()).platform, "linux");
    // Of all parts it would be 326 kB.
    assert.ok(statSync(path).size < 200_000);
  });
});

describe("SHARED", () => {
  it("has each class that `instanceof` asks for, or a value of the one bundle is none of the other's", () => {
    const files = globSync("agent/**/*.ts", { cwd: TOP }).map((path) => ({
      path,
      text: readFileSync(join(TOP, path), "utf8"),
    }));
    const asked = new Set(
      files.flatMap(({ text }) => [...text.matchAll(/instanceof (\w+)/g)].map(([, name]) => name!)),
    );
    const homes = files.filter(({ text }) =>
      [...text.matchAll(/^export class (\w+)/gm)].some(([, name]) => asked.has(name!)),
    );
    assert.ok(homes.length > 10);
    assert.deepEqual(
      homes.map(({ path }) => path).filter((path) => !SHARED.includes(path)),
      [],
    );
  });
});

describe("replaceUnused", () => {
  it("fails the build when nothing imports any more what it replaces", async () => {
    await assert.rejects(bundle(`export const nothing = 1;`, replaceUnused()), {
      message: /nothing imports readable-stream any more: take it out of bundle-replacements\.ts/,
    });
  });
});
