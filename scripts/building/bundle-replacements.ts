// An esbuild plugin: replaces packages that our packages import and a boot never uses. It decides what stays out of the
// snapshot, where every object costs start-up time; it never changes what parbake does.

import type { Plugin } from "esbuild";

interface Replacement {
  readonly path: string;
  /** Replaced only in imports from this package. */
  readonly importer?: string;
  readonly contents: string;
}

const REPLACEMENTS: readonly Replacement[] = [
  // winston's copy of Node's own streams.
  { path: "readable-stream", contents: `module.exports = require("node:stream");` },
  { path: "readable-stream/lib/_stream_writable.js", contents: `module.exports = require("node:stream").Writable;` },
  // Colours for winston's levels: parbake's log has none.
  { path: "@colors/colors/safe", importer: "logform", contents: `module.exports = {};` },
  // The SDK's own search for credentials (SSO, profiles, STS): parbake always hands its client the instance's.
  {
    path: "@aws-sdk/credential-provider-node",
    importer: "@aws-sdk/client-secrets-manager",
    contents: `
      export const defaultProvider = () => async () => { throw new Error("the client was given no credentials"); };
    `,
  },
  // The SDK's own way to the network: parbake always hands its client agent/aws/route/request-handler.ts, which gives whole bodies.
  {
    path: "@smithy/node-http-handler",
    importer: "@aws-sdk/client-secrets-manager",
    contents: `
      export const NodeHttpHandler = { create: (handler) => handler };
      export const streamCollector = async () => { throw new Error("a body is no stream"); };
    `,
  },
];

/** @throws in the build, if a package no longer imports what is replaced: then the entry is stale */
export function replaceUnused(): Plugin {
  return {
    name: "replacements",
    setup(build) {
      const stale = new Set(REPLACEMENTS);
      build.onResolve({ filter: /./ }, ({ path, importer }) => {
        const found = REPLACEMENTS.find((entry) => entry.path === path && importer.includes(entry.importer ?? ""));
        if (!found) return null;
        stale.delete(found);
        return { path: found.path, namespace: "replacement" };
      });
      build.onLoad({ filter: /./, namespace: "replacement" }, ({ path }) => ({
        contents: REPLACEMENTS.find((entry) => entry.path === path)?.contents ?? "",
        resolveDir: import.meta.dirname,
      }));
      build.onEnd(() => ({
        errors: [...stale].map(({ path }) => ({
          text: `nothing imports ${path} any more: take it out of bundle-replacements.ts`,
        })),
      }));
    },
  };
}
