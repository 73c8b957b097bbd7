import assert from "node:assert/strict";
import { parseOsRelease, readOsRelease } from "../../../agent/image/os-release.ts";
import { readImageText } from "../../../agent/image/read-image-text.ts";
import { makeTree } from "../support/small-image.ts";

describe("os-release", () => {
  it("says which distribution it is, with and without quotes", () => {
    const text = `NAME="Amazon Linux"\nVERSION_ID='2023'\nID=amzn\nID_LIKE="fedora rhel"\nPRETTY_NAME="Amazon Linux 2023.9"\n`;
    assert.deepEqual(parseOsRelease(text), {
      id: "amzn",
      like: ["fedora", "rhel"],
      version: "2023",
      name: "Amazon Linux 2023.9",
    });
  });

  it("takes what is missing or empty for unknown, as os-release(5) has it, and knows escapes", () => {
    assert.deepEqual(parseOsRelease('# a comment\nVERSION_ID=\nPRETTY_NAME="The \\"new\\" one"\nexport X=1\n'), {
      id: "linux",
      like: [],
      version: null,
      name: 'The "new" one',
    });
    assert.equal(parseOsRelease("ID=alpine\n").name, "alpine");
  });

  it("is /usr/lib's where /etc has none, and a symlink of the image's is followed within the image", () => {
    const usr = { "/usr/lib/os-release": "ID=debian\nVERSION_ID=13\n" };
    assert.equal(readOsRelease(makeTree(usr).root).version, "13");
    assert.equal(readOsRelease(makeTree({ ...usr, "/etc/os-release": "-> ../usr/lib/os-release" }).root).id, "debian");
    assert.equal(readOsRelease(makeTree({ "/etc/os-release": "-> /usr/lib/os-release" }).root).id, "linux");
  });

  it("is read through a symlink on the machine itself, too", () => {
    const { path } = makeTree({ "/link": "-> text", "/text": "ID=debian\n" });
    assert.equal(readImageText("/", path("/link")), "ID=debian\n");
  });
});
