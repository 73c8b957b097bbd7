import assert from "node:assert/strict";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DOCUMENTS } from "../../agent/commands/run-templates.ts";
import { makeFolder } from "../support/folders.ts";
import { BINARY, runProgram, type Outcome } from "./support/scratch-image.ts";

const TREE = join(import.meta.dirname, "../..");
const TEMPLATES = join(TREE, "templates");

describe("a bake that has the binary and nothing else", function () {
  this.timeout(120_000);
  let root: string;

  beforeEach(() => {
    root = makeFolder(tmpdir(), "bake", "test");
    for (const folder of ["usr/lib/systemd/system", "var/lib"]) mkdirSync(join(root, folder), { recursive: true });
    writeFileSync(join(root, "usr/lib/systemd/system/nginx.service"), "[Service]\n");
  });

  const run = (...words: string[]): Promise<Outcome> => runProgram(null, [BINARY, ...words, "--root", root]);
  const install = () => run("install", "--unit", "nginx.service");

  it("gets itself installed, and the installed one finds nothing more to do, keeps every inode and says so", async () => {
    const { status, stderr } = await install();
    assert.equal(status, 0, stderr);
    const installed = join(root, "usr/bin/parbake");
    assert.ok(readFileSync(installed).equals(readFileSync(BINARY)));
    assert.equal(statSync(installed).mode & 0o7777, 0o755);
    const before = snapshot(root, true);
    const again = await runProgram(null, [installed, "install", "--root", root, "--unit", "nginx.service"]);
    assert.deepEqual(again, { status: 0, stdout: "nothing to do\n", stderr: "" });
    assert.deepEqual(snapshot(root, true), before);
  });

  it("is as before once that one uninstalls itself", async () => {
    const before = snapshot(root);
    await install();
    const { status, stderr } = await runProgram(null, [join(root, "usr/bin/parbake"), "uninstall", "--root", root]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(snapshot(root), before);
  });

  it("passes its first check with the command that the refusal names", async () => {
    await install();
    const file = "{ template: nginx.conf.hbs, path: /etc/nginx/nginx.conf, onChange: { reload: nginx.service } }";
    writeFileSync(join(root, "etc/parbake/parbake.yaml"), `apps: { web: { profile: nginx } }\nfiles: [ ${file} ]\n`);
    mkdirSync(join(root, "etc/nginx"));
    const refused = await run("check");
    assert.equal(refused.status, 78);
    const target = join(root, "etc/parbake/templates/nginx.conf.hbs");
    assert.match(refused.stderr, new RegExp(`: \`parbake templates nginx\\.conf\\.hbs >${target}\`\\.$`, "m"));
    writeFileSync(target, (await runProgram(null, [BINARY, "templates", "nginx.conf.hbs"])).stdout);
    const valid = await run("check");
    assert.equal(valid.status, 0, valid.stderr);
  });

  it("prints each of its templates and documents, byte for byte", async () => {
    const { stdout } = await runProgram(null, [BINARY, "templates", "--json"]);
    const { templates } = JSON.parse(stdout) as { templates: { name: string; about: string }[] };
    const all = readdirSync(TEMPLATES, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".hbs"));
    assert.deepEqual(
      templates.map(({ name }) => name).toSorted(),
      [...all, ...DOCUMENTS.map(({ name }) => name)].toSorted(),
    );
    assert.deepEqual(
      templates.filter(({ about }) => about === ""),
      [],
    );
    const templatesSeen = {
      nginx: "nginx.conf.hbs",
      "php-fpm.ini.hbs": "php-fpm.ini.hbs",
      "secrets/tls.pem": "secrets/tls.pem.hbs",
    };
    const paths = Object.entries(templatesSeen).map(([name, file]) => [name, `templates/${file}`] as const);
    for (const [name, path] of [...paths, ...DOCUMENTS.map((each) => [each.name, each.path] as const)]) {
      const printed = await runProgram(null, [BINARY, "templates", name]);
      assert.deepEqual(printed, { status: 0, stdout: readFileSync(join(TREE, path), "utf8"), stderr: "" });
    }
  });
});

/** What there is, whose it is and what it says; with `touched`, whether it is still the same file. */
function snapshot(root: string, touched = false): string[] {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  return paths.map((path) => {
    const { mode, uid, gid, size, ino, ctimeNs } = lstatSync(join(root, path), { bigint: true });
    const [isLink, isFile] = [(mode & 0o170000n) === 0o120000n, (mode & 0o170000n) === 0o100000n];
    const text = isLink ? readlinkSync(join(root, path)) : isFile ? size : "";
    return [path, mode.toString(8), uid, gid, text, ...(touched ? [ino, ctimeNs] : [])].join(" ");
  });
}
