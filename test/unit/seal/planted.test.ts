import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { sarifDocument } from "../../../agent/cli/print/print-sarif.ts";
import { formatSeal, sealDocument } from "../../../agent/cli/print/print-seal.ts";
import { choosePaint } from "../../../agent/cli/text.ts";
import { PLANTED_PLACES, PLANTED_TOKENS, type Planted } from "../support/planted.ts";
import { makeScratch, type Scratch } from "../support/scratch.ts";
import { kindsOf, listFound, scan, searchHere } from "../support/search-here.ts";

const PLANTED = [...PLANTED_TOKENS, ...PLANTED_PLACES];

function plant({ path }: Scratch, planted: Planted, bytes: Buffer | string = planted.text): void {
  mkdirSync(dirname(path(planted.path)), { recursive: true });
  writeFileSync(path(planted.path), bytes);
}

describe("a planted credential", () => {
  it("is of a hundred kinds and places", () => {
    assert.ok(PLANTED.length >= 100, `${PLANTED.length}`);
    assert.ok(new Set(PLANTED.map(({ kind }) => kind)).size >= 90);
  });

  for (const planted of PLANTED)
    it(`is found: ${planted.kind} in ${planted.path}`, async () => {
      const scratch = makeScratch();
      plant(scratch, planted);
      const found = await searchHere(scratch.root);
      assert.ok(
        found.some(({ kind, place }) => kind === planted.kind && place?.file === `/${planted.path}`),
        listFound(found).join("\n"),
      );
      assertSilent(found, [planted]);
    });

  it("is found once, where a place and a rule both know it", async () => {
    const scratch = makeScratch();
    const known = [
      "account-password",
      "ssh-host-key",
      "aws-credentials-file",
      "git-config-password",
      "npm-token",
      "docker-auth",
    ];
    for (const planted of PLANTED_PLACES.filter(({ kind }) => known.includes(kind))) plant(scratch, planted);
    assert.deepEqual(listFound(await searchHere(scratch.root)), [
      "account-password /etc/shadow:2",
      "aws-credentials-file /root/.aws/credentials",
      "docker-auth /root/.docker/config.json",
      "git-config-password /srv/app/.git/config:2",
      "npm-token /root/.npmrc:1",
      "ssh-host-key /etc/ssh/ssh_host_ed25519_key",
    ]);
  });
});

describe("what parbake remembers", () => {
  it("is no finding if it is of the installation, which every image has", async () => {
    const scratch = makeScratch();
    for (const name of ["install.json", "managed.json"])
      plant(scratch, { kind: "parbake-state", path: `var/lib/parbake/${name}`, text: "{}", secret: "" });
    assert.deepEqual(listFound(await searchHere(scratch.root)), ["parbake-state /var/lib/parbake/managed.json"]);
  });
});

describe("a planted token", () => {
  for (const { kind, text } of PLANTED_TOKENS) {
    it(`is found in UTF-16, little- and big-endian: ${kind}`, () => {
      const little = Buffer.from(`\ufeff${text}`, "utf16le");
      assert.deepEqual(kindsOf(scan(little)), [kind]);
      assert.deepEqual(kindsOf(scan(Buffer.from(little).swap16())), [kind]);
    });

    it(`is found once at every place around the end of a block, with its line: ${kind}`, () => {
      const blockBytes = 1024 * 1024;
      for (const before of [2_000, 1_089, 1_088, 1_025, 700, 64, 33, 1, 0, -1, -500]) {
        const filler = Buffer.alloc(blockBytes - before, "a line of text with nothing in it\n");
        const matches = scan(
          Buffer.concat([filler, Buffer.from(`\n${text}`), Buffer.alloc(5_000, " x\n")]),
          "opt/x",
          100_003,
        );
        assert.deepEqual(kindsOf(matches), [kind], `${before}`);
        const lines = filler.toString("latin1").split("\n").length + (text.includes("connect(\n") ? 4 : 3);
        assert.deepEqual(
          matches.map(({ line }) => line),
          [lines],
          `${before}`,
        );
      }
    });
  }

  it("is found in every kind of archive, and in archives of archives", async () => {
    const tree = makeScratch();
    for (const planted of PLANTED_TOKENS) plant(tree, planted);
    const { root, path } = makeScratch();
    mkdirSync(path("srv"));
    const names = readdirSync(join(tree.root, "opt/app/lib")).map((name) => `opt/app/lib/${name}`);
    const tar = (file: string, ...flags: string[]) =>
      execFileSync("tar", ["-C", tree.root, ...flags, "-cf", path(file), ...names]);
    tar("srv/plain.tar");
    tar("srv/gzip.tar.gz", "-z");
    tar("srv/pax.tar", "--format=pax");
    zip(tree.root, path("srv/app.zip"), names);
    execFileSync("tar", ["-C", path("srv"), "-czf", path("srv/nested.tgz"), "gzip.tar.gz", "app.zip"]);
    const tarBytes = execFileSync("tar", ["-C", tree.root, "-c", ...names]);
    writeFileSync(path("srv/zstd.tar.zst"), zstdCompressSync(tarBytes));
    writeFileSync(path("srv/one.log.gz"), gzipSync(PLANTED_TOKENS.map(({ text }) => text).join("\n")));
    const found = await searchHere(root);
    const kinds = PLANTED_TOKENS.map(({ kind }) => kind).toSorted();
    const files: [string, number][] = [
      ["plain.tar", 1],
      ["gzip.tar.gz", 1],
      ["pax.tar", 1],
      ["app.zip", 1],
      ["nested.tgz", 2],
      ["zstd.tar.zst", 1],
      ["one.log.gz", 1],
    ];
    for (const [file, times] of files) {
      const here = found.filter(({ place }) => place?.file === `/srv/${file}`).map(({ kind }) => kind);
      assert.deepEqual(
        here.toSorted(),
        Array.from({ length: times }, () => kinds)
          .flat()
          .toSorted(),
        file,
      );
    }
    assert.ok(found.some(({ place }) => place?.member === "app.zip!opt/app/lib/module-0.txt" && place.line === 3));
    assertSilent(found, PLANTED_TOKENS);
  });

  it("is found in a database, in a row of many pages too, and where its row was deleted", async () => {
    const { root, path } = makeScratch();
    const database = new DatabaseSync(path("app.db"));
    database.exec("PRAGMA page_size = 1024; CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT, more TEXT)");
    const insert = database.prepare("INSERT INTO t (text, more) VALUES (?, ?)");
    // The value moves across the ends of pages.
    const [token] = PLANTED_TOKENS.filter(({ kind }) => kind === "digitalocean-pat");
    for (let fill = 900; fill < 2_100; fill += 16)
      insert.run("x".repeat(fill), token!.secret.slice(0, -4) + String(fill).padStart(4, "0"));
    for (const { text } of PLANTED_TOKENS.filter(({ kind }) => kind !== "digitalocean-pat")) insert.run("", text);
    insert.run("", ["gl", "pat-", "Zz09".repeat(5)].join(""));
    database.exec("DELETE FROM t WHERE more LIKE 'glpat-Zz09%'");
    database.close();
    const found = await searchHere(root);
    const digests = new Set(found.filter(({ kind }) => kind === "digitalocean-pat").map(({ digest }) => digest));
    assert.equal(digests.size, 75);
    const kinds = new Set(found.map(({ kind }) => kind));
    assert.deepEqual([...kinds].toSorted(), [...new Set(PLANTED_TOKENS.map(({ kind }) => kind))].toSorted());
  });
});

function zip(folder: string, file: string, names: readonly string[]): void {
  const script =
    "import sys, zipfile\nwith zipfile.ZipFile(sys.argv[1], 'w', zipfile.ZIP_DEFLATED) as z:\n  for n in sys.argv[2:]: z.write(n)";
  execFileSync("python3", ["-c", script, file, ...names], { cwd: folder });
}

/** No value, and no eight characters of its last, in anything that seal prints: what is in front says only whose it is. */
function assertSilent(findings: Awaited<ReturnType<typeof searchHere>>, planted: readonly Planted[]): void {
  const sealed = {
    root: "/",
    findings,
    allowed: findings.map((finding) => ({ finding, reason: "r", owner: "o" })),
    actions: [],
  };
  const printed = [
    formatSeal(sealed, choosePaint(false)),
    JSON.stringify(sealDocument(sealed)),
    JSON.stringify(sarifDocument(sealed, "1")),
  ].join("\n");
  for (const { secret } of planted)
    for (let at = Math.max(0, secret.length - 24); at + 8 <= secret.length; at++)
      assert.ok(!printed.includes(secret.slice(at, at + 8)), "a value was printed");
}
