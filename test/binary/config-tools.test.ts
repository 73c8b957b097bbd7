// What people and editors use while they write a config, in the compiled binary: it carries all that these need.

import assert from "node:assert/strict";
import { Ajv } from "ajv";
import { parse } from "yaml";
import { formatCompletion } from "../../agent/cli/completion/format-completion.ts";
import { formatSchema } from "../../agent/schema/config-schema.ts";
import { CONFIG, makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

describe("the tools for a config", () => {
  let image: ScratchImage;
  beforeEach(() => (image = makeScratchImage()));
  afterEach(() => image.remove());

  it("print the schema that an installation brings, which takes the config that init writes", async () => {
    const { status, stdout } = await image.run(null, "schema");
    assert.equal(status, 0);
    assert.equal(stdout, formatSchema());
    const { stdout: config } = await image.run(null, "init", "--dry-run");
    const validate = new Ajv({ allowUnionTypes: true }).compile(JSON.parse(stdout) as object);
    assert.ok(validate(parse(config)), JSON.stringify(validate.errors));
  });

  it("print the completions that the packages bring, which the shells take", async () => {
    for (const shell of ["bash", "zsh", "fish"] as const) {
      const { status, stdout } = await image.run(null, "completion", shell);
      assert.equal(status, 0);
      assert.equal(stdout, formatCompletion(shell));
    }
  });

  it("show the config with its places, and no salt", async () => {
    image.write("etc/parbake/parbake.d/10.yaml", "seal: { salt: 5f1d0c7a9be24e60 }\n");
    const { status, stdout } = await image.run(null, "config", "show");
    assert.equal(status, 0);
    assert.match(stdout, /^ {4}profile: nginx +parbake\.yaml:1$/m);
    assert.match(stdout, /^ {2}salt: \[hidden\] +parbake\.d\/10\.yaml:1$/m);
    assert.doesNotMatch(stdout, /5f1d0c7a9be24e60/);
  });

  it("lay out what is not, once, and change no other file", async () => {
    image.write("etc/parbake/parbake.yaml", CONFIG.replace("apps: {", "apps:   {"));
    const before = image.snapshot();
    assert.equal((await image.run(null, "fmt", "--check")).status, 2);
    assert.deepEqual(image.snapshot(), before);
    assert.equal((await image.run(null, "fmt")).status, 0);
    assert.equal(image.read("etc/parbake/parbake.yaml").split("\n")[0], CONFIG.split("\n")[0]);
    const after = image.snapshot();
    const changed = [...after].filter(([path, what]) => before.get(path) !== what).map(([path]) => path);
    assert.deepEqual(changed, ["etc/parbake/parbake.yaml"]);
    assert.equal((await image.run(null, "fmt", "--check")).status, 0);
    assert.deepEqual(image.snapshot(), after);
  });
});
