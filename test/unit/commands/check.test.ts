import assert from "node:assert/strict";
import { makeScratchImage } from "../../binary/support/scratch-image.ts";
import { runCommand, type Said } from "../support/run-command.ts";

async function check(apps: string, ...words: readonly string[]): Promise<Said> {
  const image = makeScratchImage(`imds: optional\napps: { ${apps} }\n`);
  try {
    return await runCommand(image, "check", ...words);
  } finally {
    image.remove();
  }
}

describe("check without a machine", () => {
  it("says for which it has rendered the image", async () => {
    assert.match(
      (await check("web: { profile: nginx }")).out,
      /^valid: 1 app, .*, for m7i\.large alone, as launchOn is not set: name the types that the image is for$/m,
    );
    const named = await check("web: { profile: nginx }", "--instance-type", "t3.small");
    assert.match(named.out, /, for t3\.small$/m);
  });
  it("says on which the image does not fit", async () => {
    const { status, err } = await check("api: { profile: go, memory: { min: 9GiB } }");
    assert.equal(status, 78);
    assert.match(
      err,
      /: on m7i\.large, as launchOn is not set: the apps need at least 9 GiB \(api 9 GiB\), but 7\.6 GiB less /,
    );
  });
  it("blames no machine for what is wrong on any", async () => {
    const { err } = await check("web: { profile: ngnix }");
    assert.match(err, /:2:\d+: there is no profile 'ngnix'\. /);
  });
});

describe("check for several machines", () => {
  it("tells what is wrong with the config once, and that it does not fit with the machines on which it does not", async () => {
    const apps = "web: { profile: ngnix }, api: { profile: go, memory: { min: 2GiB } }";
    const { status, err } = await check(apps, "--instance-type", "t3.micro,t3.small,t3.medium");
    assert.equal(status, 78);
    const told = err
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^.*?parbake\.yaml:\d+:\d+: /, ""));
    assert.deepEqual(
      told.map((line) => line.slice(0, 40)),
      ["there is no profile 'ngnix'. Did you mea", "on t3.micro and t3.small, of which t3.sm"],
    );
  });
});

describe("check of an image that lacks a unit", () => {
  const checkUnit = async (unit: string): Promise<string> => {
    const file = `{ template: web.txt.hbs, path: /etc/web/web.txt, onChange: { reload: ${unit} } }`;
    const image = makeScratchImage(`imds: optional\napps: { web: { profile: nginx } }\nfiles: [ ${file} ]\n`);
    image.write("etc/parbake/templates/web.txt.hbs", "a\n");
    image.write("usr/lib/systemd/system/web.service", "[Service]\n");
    try {
      return (await runCommand(image, "check")).err;
    } finally {
      image.remove();
    }
  };

  it("names the one that is near, by more than what all services end with", async () => {
    const near = /wbe\.service, which is not in the image\. Did you mean 'web\.service'\? Else install its package\.$/m;
    assert.match(await checkUnit("wbe.service"), near);
    assert.match(await checkUnit("db.service"), /not in the image\. Install its package, or fix the unit's name\.$/m);
  });
});
