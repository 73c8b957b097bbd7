import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { readConfig } from "../../../agent/config/read/read-config.ts";
import { formatSandbox } from "../../../agent/sandbox/drop-in.ts";
import { findSandbox, type Sandbox } from "../../../agent/sandbox/sandbox.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";
import { trustingInputs } from "../support/trusting.ts";

describe("the sandbox of a config", () => {
  let scratch: Scratch;
  const find = (config: string): Sandbox => {
    scratch.write("etc/parbake/parbake.yaml", config);
    scratch.write("etc/parbake/templates/a.hbs", "x\n");
    const file = scratch.path("etc/parbake/parbake.yaml");
    return findSandbox(readConfig(file, scratch.root, trustingInputs(scratch.root)).config, scratch.root);
  };
  const fileAt = (path: string, more = ""): string =>
    `files: [{ template: a.hbs, path: ${path}, format: text${more} }]\n`;

  beforeEach(() => {
    scratch = makeScratch();
    for (const folder of ["etc/nginx/conf.d", "srv", "var/lib"]) mkdirSync(scratch.path(folder), { recursive: true });
  });

  it("lets a run write to its own state alone where the config has no file", () => {
    assert.deepEqual(find("apps: { a: { profile: node } }\n"), { writable: ["/run/parbake"], startsPrograms: false });
  });

  it("lets it write systemd's drop-ins where an app is kept to its share", () => {
    mkdirSync(scratch.path("etc/systemd/system"), { recursive: true });
    const { writable } = find("apps: { a: { profile: node, enforce: a.service } }\n");
    assert.deepEqual(writable, ["/etc/systemd/system", "/run/parbake"]);
  });

  it("lets it write to the folders of files, folders, metrics and secrets, of which one is within another only once", () => {
    mkdirSync(scratch.path("srv/metrics"));
    const config = `metrics: /srv/metrics/parbake.prom
secretsFolder: /run/vault
folders: [{ path: /var/lib/app }]
files:
  - { template: a.hbs, path: /etc/nginx/nginx.conf, format: text }
  - { template: a.hbs, path: /etc/nginx/conf.d/a.conf, format: text }
`;
    assert.deepEqual(find(config).writable, ["/etc/nginx", "/run", "/srv/metrics", "/var/lib"]);
  });

  for (const [title, path, writable] of [
    ["a missing folder: by what is there of the way to it", "/srv/app/conf/a", "/srv"],
    ["the rest of /run, which a boot begins without", "/run/app/a", "/run"],
    ["a way that is missing from its beginning", "/data/app/a", "/"],
    ["a name that a unit's file would need quotes for", "/srv/it's/a", "/srv"],
  ] as const)
    it(`names ${title}`, () => {
      mkdirSync(scratch.path("srv/it's"));
      if (path.startsWith("/run")) mkdirSync(scratch.path("run/app"), { recursive: true });
      assert.ok(find(fileAt(path)).writable.includes(writable), String(find(fileAt(path)).writable));
    });

  it("follows a symlink within the image", () => {
    mkdirSync(scratch.path("srv/real"));
    symlinkSync("/srv/real", scratch.path("etc/link"));
    assert.deepEqual(find(fileAt("/etc/link/a")).writable, ["/run/parbake", "/srv/real"]);
  });

  it("lets the config's programs write their logs, locks and caches", () => {
    mkdirSync(scratch.path("var/log"));
    for (const more of [", validate: [/bin/true]", ", healthCheck: [/bin/true]"]) {
      const { writable, startsPrograms } = find(fileAt("/srv/a", more));
      assert.equal(startsPrograms, true);
      // /var/cache is not there.
      assert.deepEqual(writable, ["/run", "/srv", "/var"]);
    }
  });

  it("lets a run hand secrets over: a drop-in for each unit, and links in /run", () => {
    mkdirSync(scratch.path("etc/systemd/system"), { recursive: true });
    const config = "secrets: { db: { id: db, keys: { p: { file: p, units: [api.service] } } } }\n";
    assert.deepEqual(find(config).writable, ["/etc/systemd/system", "/run"]);
  });

  it("lets it take away what an earlier config had", () => {
    mkdirSync(scratch.path("srv/old"));
    const entry = {
      kind: "file",
      path: "/srv/old/a",
      uid: 0,
      gid: 0,
      mode: 0o644,
      sha256: "0".repeat(64),
      sizeBytes: 1,
      writtenAt: "2026-11-29T00:00:00.000Z",
      runId: "1",
      created: true,
      keepsEdits: false,
      onChange: [],
      plainSinceNs: null,
    };
    scratch.write("var/lib/parbake/managed.json", JSON.stringify({ schema: 1, runId: "1", files: [entry] }));
    assert.deepEqual(find("apps: { a: { profile: node } }\n").writable, ["/run/parbake", "/srv/old"]);
  });

  it("is a drop-in that says it to systemd", () => {
    assert.deepEqual(linesOf({ writable: ["/etc/nginx", "/run"], startsPrograms: true }), [
      "[Service]",
      "ProtectSystem=strict",
      "ProtectHome=read-only",
      "ReadWritePaths=-/etc/nginx",
      "ReadWritePaths=-/run",
    ]);
    // Who starts no programs needs none of their rights.
    assert.deepEqual(linesOf({ writable: ["/"], startsPrograms: false }), [
      "[Service]",
      "CapabilityBoundingSet=~CAP_AUDIT_WRITE CAP_KILL CAP_NET_BIND_SERVICE CAP_SETGID CAP_SETUID",
      "SystemCallFilter=~setpriority",
    ]);
  });
});

function linesOf(sandbox: Sandbox): string[] {
  return formatSandbox(sandbox)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}
