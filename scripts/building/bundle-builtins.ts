// An esbuild plugin: how Node's own modules enter the bundle. It decides which are loaded only when first used, and keeps their
// stand-ins small in the snapshot; it never changes what a module exports.

import { createRequire } from "node:module";
import type { Plugin } from "esbuild";

/**
 * Modules that Node's own snapshot does not have. Loading one while V8's start-up snapshot is built leaves in the heap what V8 can't
 * serialize ("global handle not serialized: HTTPParser", tls's "unknown external reference"), or costs boot time in commands that
 * don't need it. Not net, which Node's has: parbake speaks HTTP over it by agent/http.
 */
const LAZY = new Set([
  "child_process",
  "cluster",
  "dgram",
  "dns",
  "dns/promises",
  "fs/promises",
  "http",
  "http2",
  "https",
  "inspector",
  // Reads the kernel's release when it is loaded: the snapshot would report the build machine's.
  "os",
  "perf_hooks",
  "readline",
  "tls",
  "worker_threads",
  "zlib",
]);

const requireHere = createRequire(import.meta.url);

export function shapeBuiltins(): Plugin {
  return {
    name: "builtins",
    setup(build) {
      build.onResolve({ filter: /^(?:node:)?[a-z0-9_/]+$/ }, ({ path, namespace, kind }) => {
        const name = path.replace(/^node:/, "");
        if (!isBuiltin(name)) return null;
        const isOurs = namespace === "lazy-builtin" || namespace === "eager-builtin";
        if (isOurs || (kind !== "import-statement" && !LAZY.has(name))) return { path: `node:${name}`, external: true };
        return { path: name, namespace: LAZY.has(name) ? "lazy-builtin" : "eager-builtin", sideEffects: false };
      });
      build.onLoad({ filter: /.*/, namespace: "lazy-builtin" }, ({ path }) => ({ contents: writeLazyModule(path) }));
      build.onLoad({ filter: /.*/, namespace: "eager-builtin" }, ({ path }) => ({ contents: writeEagerModule(path) }));
    },
  };
}

function isBuiltin(name: string): boolean {
  return requireHere("node:module").isBuiltin(`node:${name}`);
}

function exportedNames(name: string): string[] {
  return Object.keys(requireHere(`node:${name}`) as object).filter((key) => key !== "default");
}

/**
 * The getters sit on a prototype because esbuild copies a module's own names, one closure each, at every import of it. A
 * function that nobody calls while the snapshot is built is passed on by its name. For those that are called then, see
 * agent/warm/stand-ins.ts.
 */
function writeLazyModule(name: string): string {
  const loaded = requireHere(`node:${name}`) as Readonly<Record<string, unknown>>;
  const functions = exportedNames(name).filter((key) => /^[a-z]/.test(key) && typeof loaded[key] === "function");
  return `
    const { startupSnapshot } = require("node:v8");
    let loaded;
    function load(key) {
      return startupSnapshot.isBuildingSnapshot() ? standIn(key) : (loaded ??= require("node:${name}"));
    }
    function standIn(key) {
      const found = globalThis[Symbol.for("parbake.stand-ins")]?.["node:${name}"];
      if (found && key in found) return found;
      throw new Error("node:${name} is used while the snapshot is built, for its " + key + ": load it where it is needed");
    }
    const functions = new Set(${JSON.stringify(functions)});
    function read(key) {
      if (functions.has(key) && startupSnapshot.isBuildingSnapshot()) return (...values) => load(key)[key](...values);
      return load(key)[key];
    }
    const getters = {};
    for (const key of ${JSON.stringify(exportedNames(name))})
      Object.defineProperty(getters, key, { enumerable: true, get: () => read(key) });
    module.exports = Object.create(getters);
  `;
}

/**
 * As an ES module, so that esbuild drops the names that nobody imports instead of copying them all. A class behind a getter
 * (fs.ReadStream) is one that Node itself loads late, and so does its stand-in here.
 */
function writeEagerModule(name: string): string {
  const loaded = requireHere(`node:${name}`) as Readonly<Record<string, unknown>>;
  const isLate = (key: string): boolean =>
    Object.getOwnPropertyDescriptor(loaded, key)?.get !== undefined && typeof loaded[key] === "function";
  const picks = exportedNames(name).map(
    (key) =>
      `const $${key} = /* @__PURE__ */ ${isLate(key) ? "late" : "pick"}("${key}"); export { $${key} as ${key} };`,
  );
  return `
    const module = require("node:${name}");
    const pick = (key) => module[key];
    const late = (key) => new Proxy(function () {}, {
      apply: (_, self, values) => Reflect.apply(module[key], self, values),
      construct: (_, values, target) => Reflect.construct(module[key], values, target),
      get: (_, property) => module[key][property],
    });
    export default module;
    ${picks.join("\n")}
  `;
}
