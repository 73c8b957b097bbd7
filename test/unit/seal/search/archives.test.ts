import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { assertWithin } from "../../../support/slowness.ts";
import { PLANTED_TOKENS } from "../../support/planted.ts";
import { makeScratch } from "../../support/scratch.ts";
import { listFound, searchHere } from "../../support/search-here.ts";

const TOKEN = PLANTED_TOKENS.find(({ kind }) => kind === "gitlab-pat")!.secret;

describe("an archive", () => {
  it("that is a bomb ends, and is told", async () => {
    const { root, path } = makeScratch();
    let bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024));
    for (let depth = 0; depth < 7; depth++) bomb = gzipSync(bomb);
    writeFileSync(path("bomb.gz"), bomb);
    const startMs = performance.now();
    assert.deepEqual(listFound(await searchHere(root)), ["not-searched /bomb.gz"]);
    assertWithin(5_000, performance.now() - startMs);
  });

  it("that unpacks to more than anybody packs is searched so far, and told", async () => {
    const { root, path } = makeScratch();
    writeFileSync(
      path("large.gz"),
      gzipSync(Buffer.concat([Buffer.from(`${TOKEN}\n`), Buffer.alloc(64 * 1024 * 1024), Buffer.from(TOKEN)])),
    );
    assert.deepEqual(listFound(await searchHere(root)), ["gitlab-pat /large.gz", "not-searched /large.gz"]);
  });

  it("that is damaged gives what was found until there, and is told", async () => {
    const { root, path } = makeScratch();
    mkdirSync(path("in"));
    writeFileSync(path("in/token"), TOKEN);
    const noise = Buffer.from(Array.from({ length: 200_000 }, (_, at) => (at * at * 7919) % 251));
    writeFileSync(path("in/zzz"), noise);
    const bytes = execFileSync("tar", ["-C", path("in"), "-cz", "token", "zzz"]);
    execFileSync("rm", ["-r", path("in")]);
    writeFileSync(path("a.tar.gz"), bytes.subarray(0, bytes.length / 2));
    assert.deepEqual(listFound(await searchHere(root)), ["gitlab-pat /a.tar.gz!token:1", "not-searched /a.tar.gz"]);
  });

  it("in a form that Node cannot undo is told by its name", async () => {
    const { root, path } = makeScratch();
    writeFileSync(path("a.tar.xz"), Buffer.from("fd377a585a000004e6d6b446", "hex"));
    const [finding] = await searchHere(root);
    assert.equal(finding!.kind, "not-searched");
    assert.equal(finding!.severity, "warn");
    assert.match(finding!.what, /compressed by xz/);
  });

  it("has the places of a machine in it: a backup of /etc is as good as /etc", async () => {
    const { root, path } = makeScratch();
    mkdirSync(path("in/etc/ssh"), { recursive: true });
    writeFileSync(path("in/etc/shadow"), "root::1:0:::::\n");
    execFileSync("tar", ["-C", path("in"), "-czf", path("backup.tgz"), "./etc"]);
    execFileSync("rm", ["-r", path("in")]);
    assert.deepEqual(listFound(await searchHere(root)), ["empty-password /backup.tgz!./etc/shadow:1"]);
  });

  it("whose members have long names, or whose directory lies, does no harm", async () => {
    const { root, path } = makeScratch();
    const long = `${"d".repeat(120)}/${"n".repeat(150)}`;
    mkdirSync(path(`in/${"d".repeat(120)}`), { recursive: true });
    writeFileSync(path(`in/${long}`), TOKEN);
    for (const format of ["gnu", "pax"])
      execFileSync("tar", ["-C", path("in"), `--format=${format}`, "-cf", path(`${format}.tar`), long]);
    execFileSync("rm", ["-r", path("in")]);
    const lying = Buffer.alloc(100);
    lying.write("PK\u0003\u0004");
    lying.writeUInt32LE(0x06054b50, 60);
    lying.writeUInt32LE(0xfffffff0, 72);
    writeFileSync(path("lying.zip"), lying);
    assert.deepEqual(listFound(await searchHere(root)), [
      `gitlab-pat /gnu.tar!${long}:1`,
      `gitlab-pat /pax.tar!${long}:1`,
      "not-searched /lying.zip",
    ]);
  });
});
