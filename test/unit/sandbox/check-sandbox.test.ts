import assert from "node:assert/strict";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import type { Config } from "../../../agent/config/config.ts";
import { readConfig } from "../../../agent/config/read/read-config.ts";
import { checkSandbox } from "../../../agent/sandbox/check-sandbox.ts";
import { writeSandboxes } from "../../../agent/sandbox/write-sandbox.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";
import { trustingInputs } from "../support/trusting.ts";

const FILES = ["parbake", "parbake-refresh"].map(
  (unit) => `/etc/systemd/system/${unit}.service.d/20-parbake-sandbox.conf`,
);

describe("the units' sandbox in an image", () => {
  let scratch: Scratch;
  const configOf = (path: string, more = ""): Config => {
    const file = `{ template: a.hbs, path: ${path}, format: text${more} }`;
    scratch.write("etc/parbake/parbake.yaml", `files: [${file}]\n`);
    return readConfig(scratch.path("etc/parbake/parbake.yaml"), scratch.root, trustingInputs(scratch.root)).config;
  };
  const write = (config: Config): string[] => writeSandboxes(config, scratch.root).map(({ path }) => path);
  const check = (config: Config): string[] => checkSandbox(config, scratch.root).map(({ what }) => what);

  beforeEach(() => {
    scratch = makeScratch();
    for (const folder of ["srv/app", "srv/other"]) mkdirSync(scratch.path(folder), { recursive: true });
    scratch.write("etc/parbake/templates/a.hbs", "x\n");
    for (const unit of ["parbake", "parbake-refresh"])
      scratch.write(`usr/lib/systemd/system/${unit}.service`, "[Service]\n");
  });

  it("is written once for each of the two units that run, and not where there is none", () => {
    assert.deepEqual(write(configOf("/srv/app/a")), FILES);
    assert.deepEqual(write(configOf("/srv/app/a")), []);
    rmSync(scratch.path("usr/lib/systemd"), { recursive: true });
    assert.deepEqual(write(configOf("/srv/other/a")), []);
  });

  it("leaves a file alone that has a person's lines", () => {
    scratch.write(FILES[0]!, "[Service]\nProtectSystem=full\n");
    assert.deepEqual(write(configOf("/srv/app/a")), [FILES[1]]);
  });

  it("takes the place of an earlier version's, which has another name, and which is judged as long as it is there", () => {
    const former = FILES.map((path) => path.replace("20-parbake-sandbox.conf", "sandbox.conf"));
    const text = "# Made by parbake from its config: x\n[Service]\nProtectSystem=strict\n";
    for (const path of former) scratch.write(path, text);
    assert.match(check(configOf("/srv/app/a")).join("\n"), /service\.d\/sandbox\.conf is of another config/);
    assert.deepEqual(write(configOf("/srv/app/a")), [...FILES, ...former]);
    assert.deepEqual(check(configOf("/srv/app/a")), []);
    scratch.write(former[0]!, `${text}Nice=5\n`);
    assert.deepEqual(write(configOf("/srv/app/a")), []);
  });

  it("is no problem where it is wide enough, or where there is none", () => {
    assert.deepEqual(check(configOf("/srv/app/a")), []);
    write(configOf("/srv/app/a"));
    assert.deepEqual(check(configOf("/srv/app/b")), []);
    mkdirSync(scratch.path("srv/app/new"));
    assert.deepEqual(check(configOf("/srv/app/new/b")), []);
  });

  it("opens what is in /usr and /boot even where all else is open, and is a problem where it does not", () => {
    mkdirSync(scratch.path("usr/share/app"), { recursive: true });
    const both = (folder: string): Config => {
      const more = `}, { template: a.hbs, path: ${folder}/b, format: text`;
      return configOf("/data/app/a", more);
    };
    mkdirSync(scratch.path("srv/it"), { recursive: true });
    const usr = both("/usr/share/app");
    assert.deepEqual(check(both("/srv/it")), []);
    write(both("/srv/it"));
    assert.equal(check(usr).length, 2);
    assert.match(check(usr)[0]!, /may not write below \/usr\/share\/app, which/);
    write(usr);
    assert.deepEqual(check(usr), []);
    assert.match(readFileSync(scratch.path(FILES[0]!.slice(1)), "utf8"), /^ReadWritePaths=-\/usr\/share\/app$/m);
  });

  it("is one where the config has a file elsewhere by now, or starts programs", () => {
    write(configOf("/srv/app/a"));
    const at = (unit: string): string => `${scratch.root}/etc/systemd/system/${unit}.service.d/20-parbake-sandbox.conf`;
    assert.deepEqual(
      check(configOf("/srv/other/a")),
      ["parbake", "parbake-refresh"].map(
        (unit) =>
          `${at(unit)} is of another config: ${unit}.service may not write below /srv/other, which this one needs`,
      ),
    );
    for (const folder of ["run", "var/cache", "var/lib", "var/log"])
      mkdirSync(scratch.path(folder), { recursive: true });
    assert.equal(
      check(configOf("/srv/app/a", ", validate: [/bin/true]"))[0],
      `${at("parbake")} is of another config: parbake.service may not write below /run, nor write below /var/cache, ` +
        "nor write below /var/lib, nor write below /var/log, nor start programs as another user, which this one needs",
    );
  });
});
