import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { readAccounts, resolveOwner } from "../../../agent/host/resolve-owner.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { makeScratch } from "../support/scratch.ts";

const PASSWD = "root:x:0:0:root:/root:/bin/bash\npostgres:x:114:120:PostgreSQL:/:/bin/sh\n\nbroken line\n+nis::::::\n";
const GROUP = "root:x:0:\npostgres:x:120:\nssl-cert:x:119:postgres\n";

function accounts() {
  const scratch = makeScratch();
  scratch.write("etc/passwd", PASSWD);
  scratch.write("etc/group", GROUP);
  return readAccounts(scratch.root);
}

describe("resolveOwner", () => {
  it("takes the user's primary group where no group is given", () => {
    assert.deepEqual(resolveOwner(accounts(), { owner: "postgres", group: null, mode: 0 }, "/x"), {
      uid: 114,
      gid: 120,
    });
  });

  it("refuses a list that is no plain file, without waiting for it", () => {
    const { root, path } = makeScratch();
    mkdirSync(path("etc"), { recursive: true });
    assert.equal(spawnSync("mkfifo", [path("etc/group")]).status, 0);
    assert.throws(
      () => readAccounts(root),
      (error) => error instanceof Refusal && /etc\/group: the list of accounts is a FIFO/.test(error.message),
    );
  });

  it("takes names and numbers, mixed", () => {
    const ids = resolveOwner(accounts(), { owner: "114", group: "ssl-cert", mode: 0 }, "/x");
    assert.deepEqual(ids, { uid: 114, gid: 119 });
  });

  it("knows the primary group of a user that is given by its number", () => {
    assert.deepEqual(resolveOwner(accounts(), { owner: "114", group: null, mode: 0 }, "/x"), { uid: 114, gid: 120 });
  });

  it("names every unknown name, with the nearest known", () => {
    assert.throws(
      () => resolveOwner(accounts(), { owner: "postgers", group: "ssl-certs", mode: 0 }, "/etc/x"),
      new Refusal("config", [
        { what: "/etc/x: there is no user 'postgers' in /etc/passwd", fix: "Did you mean 'postgres'?" },
        { what: "/etc/x: there is no group 'ssl-certs' in /etc/group", fix: "Did you mean 'ssl-cert'?" },
      ]),
    );
  });

  it("asks for the group of a number that no user has", () => {
    assert.throws(
      () => resolveOwner(accounts(), { owner: "4711", group: null, mode: 0 }, "/etc/x"),
      /the user 4711 is not in \/etc\/passwd, so its group is unknown\. Give `group:` too\./,
    );
  });

  it("knows root in a root that has no accounts at all", () => {
    const none = readAccounts(makeScratch().root);
    assert.deepEqual(resolveOwner(none, { owner: "root", group: null, mode: 0 }, "/x"), { uid: 0, gid: 0 });
  });
});
