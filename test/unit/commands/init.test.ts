import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { runCommand } from "../support/run-command.ts";
import type { Scratch } from "../support/scratch.ts";
import { makeSmallImage, makeTree } from "../support/small-image.ts";

const CONFIG = "/etc/parbake/parbake.yaml";

function snapshot({ root, path }: Scratch): string {
  const names = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  return [readFileSync(path(CONFIG), "utf8"), ...names].join("\n");
}

describe("init", () => {
  it("writes config and templates, and says what it found and which commands come next, below the same root", async () => {
    const image = makeSmallImage("debian-12");
    const { status, out } = await runCommand(image, "init");
    assert.equal(status, 0);
    assert.match(out, /^system {2}Debian GNU\/Linux 12 \(bookworm\)$/m);
    assert.match(out, /^ {2}postgresql {2}postgresql@15-main\.service {2}\/etc\/postgresql\/15\/main$/m);
    assert.match(out, /^ {2}\/etc\/parbake\/templates\/nginx\.conf\.hbs$/m);
    const next = out.slice(out.indexOf("next\n"));
    assert.equal(
      next.replaceAll(image.root, "ROOT"),
      `next
  parbake check --root ROOT
  parbake install --root ROOT --unit haproxy.service --unit mariadb.service --unit memcached.service --unit nginx.service --unit php8.2-fpm.service --unit postgresql@.service --unit redis-server.service --unit api.service
  parbake apply --dry-run --instance-type m7g.large,r7g.4xlarge --root ROOT
`,
    );
  });

  it("copies the templates as they are, or, for one of several apps of a profile, with its name in place of the profile", async () => {
    const image = makeSmallImage("several-of-a-kind");
    await runCommand(image, "init");
    const read = (name: string) => readFileSync(image.path(`/etc/parbake/templates/${name}`), "utf8");
    const ready = (name: string) => readFileSync(new URL(`../../../templates/${name}`, import.meta.url), "utf8");
    assert.equal(read("sysctl.conf.hbs"), ready("sysctl.conf.hbs"));
    assert.match(read("jvm-api.env.hbs"), /^JAVA_TOOL_OPTIONS=\{\{apps\.api\.options\}\}$/m);
    assert.match(read("postgresql-17-archive.conf.hbs"), /^\{\{#each apps\.postgresql-17-archive\}\}$/m);
  });

  it("refuses with 73 where there is a config, and touches nothing", async () => {
    const image = makeSmallImage("debian-12");
    image.write(CONFIG, "apps: {}\n");
    const before = snapshot(image);
    const { status, err } = await runCommand(image, "init");
    assert.equal(status, 73);
    assert.match(err, /parbake\.yaml is there already, and init replaces nothing\. Edit it, or move it away; /);
    assert.equal(snapshot(image), before);
  });

  it("leaves templates that are there, says so, and reckons with what they say", async () => {
    const image = makeSmallImage("incomplete");
    const { out } = await runCommand(image, "init");
    assert.match(out, /^left as they are\n {2}\/etc\/parbake\/templates\/nginx\.conf\.hbs$/m);
    assert.match(readFileSync(image.path("/etc/parbake/templates/nginx.conf.hbs"), "utf8"), /^# of ours/);
    const broken = makeSmallImage("incomplete");
    broken.write("/etc/parbake/templates/nginx.conf.hbs", "{{nothing.of.this}}\n");
    await runCommand(broken, "init");
    assert.match(readFileSync(broken.path(CONFIG), "utf8"), /^ {2}# nginx: \{ profile: nginx \}$/m);
  });

  it("with --dry-run prints the config, warns on stderr and writes nothing, even where there is a config", async () => {
    const image = makeSmallImage("debian-12");
    image.write(CONFIG, "apps: {}\n");
    const before = snapshot(image);
    const { status, out, err } = await runCommand(image, "init", "--dry-run");
    assert.equal(status, 0);
    assert.equal(out, readFileSync(new URL("../../images/debian-12/expected.yaml", import.meta.url), "utf8"));
    assert.match(err, /\/etc\/redis\/redis\.conf does not include \/etc\/redis\/parbake\.conf/);
    assert.equal(snapshot(image), before);
  });

  it("does not warn of files that parbake wrote itself", async () => {
    const image = makeTree({
      "/etc/passwd": `root:x:${process.getuid!()}:${process.getgid!()}::/:/bin/false\n`,
      "/usr/lib/systemd/system/nginx.service": "[Service]\nExecStart=/usr/sbin/nginx\n",
      "/usr/sbin/nginx": "program",
      "/etc/nginx/nginx.conf": "user www-data;\n",
    });
    const before = await runCommand(image, "init", "--dry-run");
    assert.match(before.err, /apply will replace the whole of \/etc\/nginx\/nginx\.conf/);
    await runCommand(image, "init");
    image.write("/etc/parbake/parbake.d/offline.yaml", "imds: optional\n");
    // Its nginx is no program that could validate anything.
    const applied = await runCommand(image, "apply", "--no-validators");
    assert.equal(applied.status, 0, applied.err);
    const { err } = await runCommand(image, "init", "--dry-run");
    assert.doesNotMatch(err, /will replace/);
  });

  it("with --config writes there, the templates beside it, and names it in the commands", async () => {
    const image = makeSmallImage("debian-12");
    const { out } = await runCommand(image, "init", "--config", join(image.root, "srv/p/a.yaml"));
    assert.ok(existsSync(image.path("/srv/p/a.yaml")) && existsSync(image.path("/srv/p/templates/nginx.conf.hbs")));
    assert.ok(out.includes(`parbake check --config ${image.root}/srv/p/a.yaml --root ${image.root}\n`), out);
    const outside = await runCommand(image, "init", "--config", "/nowhere/a.yaml");
    assert.equal(outside.status, 64);
    assert.match(outside.err, /--config \/nowhere\/a\.yaml is not below --root/);
  });

  it("writes a config for the bare beginnings of an image, and says that check wants something in it", async () => {
    const image = makeSmallImage("empty");
    const { status, out } = await runCommand(image, "init");
    assert.equal(status, 0);
    assert.match(out, /no app that parbake has a profile for/);
    assert.match(out, /the config declares no app, no secret and no file/);
    assert.equal((await runCommand(image, "check")).status, 78);
  });
});
