import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, linkSync, mkdirSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { walkImage } from "../../../../agent/seal/search/walk-image.ts";
import { IS_ROOT, makeScratch } from "../../support/scratch.ts";
import { listFound, ruleSet, searchHere } from "../../support/search-here.ts";

const list = (root: string): string[] => [...walkImage(root)].map(({ kind, path }) => `${kind} ${path}`).toSorted();

describe("the walk through an image", () => {
  it("comes to each plain file once, and to nothing that a link or a pipe leads to", () => {
    const { root, path, write } = makeScratch();
    write("a/b/one", "x");
    linkSync(path("a/b/one"), path("a/two"));
    symlinkSync("/etc", path("etc"));
    symlinkSync("..", path("a/up"));
    execFileSync("mkfifo", [path("a/pipe")]);
    for (const folder of ["proc", "sys", "dev"]) write(`${folder}/x`, "x");
    write("srv/proc/x", "x");
    assert.equal(list(root).length, 2);
    assert.ok(list(root).includes("file srv/proc/x"));
  });

  it("reads names that are no UTF-8", async () => {
    const { root } = makeScratch();
    const name = Buffer.concat([Buffer.from(`${root}/`), Buffer.from([0xff, 0xfe]), Buffer.from(".pgpass")]);
    mkdirSync(name);
    writeFileSync(Buffer.concat([name, Buffer.from("/.pgpass")]), "db:5432:*:me:correct-horse-9\n");
    assert.deepEqual(listFound(await searchHere(root)), ["pgpass /\ufffd\ufffd.pgpass/.pgpass:1"]);
  });

  it("knows a file whose name has line ends in it by its folder and its ending", async () => {
    const { root, write } = makeScratch();
    write("etc/a\nb\r.yaml", "password: Tr0ub4dor&3x\n");
    assert.deepEqual(listFound(await searchHere(root)), ["password-in-config /etc/a\nb\r.yaml:1"]);
  });

  it("reads a sparse file to its end", async () => {
    const { root, path } = makeScratch();
    writeFileSync(path("sparse"), "");
    truncateSync(path("sparse"), 64 * 1024 * 1024);
    assert.deepEqual(list(root), ["file sparse"]);
    assert.deepEqual(await searchHere(root), []);
  });

  it("tells what it may not read", async () => {
    const { root, path, write } = makeScratch();
    write("closed/x", "x");
    write("shut", "x", 0);
    chmodSync(path("closed"), 0);
    chmodSync(root, 0o755);
    assert.deepEqual(listFound(await asNobody(() => searchHere(root))), ["unreadable /closed", "unreadable /shut"]);
    chmodSync(path("closed"), 0o700);
  });
});

/** To root nothing is closed. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  // Read before: the source may be where nobody gets.
  ruleSet();
  if (IS_ROOT) process.seteuid!(65_534);
  try {
    return await work();
  } finally {
    if (IS_ROOT) process.seteuid!(0);
  }
}
