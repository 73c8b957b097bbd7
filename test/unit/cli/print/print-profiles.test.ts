import assert from "node:assert/strict";
import { formatProfiles, profilesDocument } from "../../../../agent/cli/print/print-profiles.ts";
import { choosePaint } from "../../../../agent/cli/text.ts";
import { PROFILES } from "../../../../agent/tuning/profiles.ts";

describe("profiles", () => {
  const document = profilesDocument([PROFILES.get("go")!, PROFILES.get("sysctl")!]);
  it("are a line each for people", () =>
    assert.equal(
      formatProfiles(document, choosePaint(false)),
      `go      a Go service
sysctl  kernel settings of a server, and what its apps ask of the kernel

parbake tune PROFILE --help lists the options of one.
`,
    ));
  it("have their options for programs", () =>
    assert.deepEqual(document.profiles[0], {
      name: "go",
      about: "a Go service",
      takesMemory: true,
      options: [
        {
          name: "limitPercent",
          kind: "integer",
          about: "the share that the Go runtime may take",
          default: 90,
          min: 10,
          max: 100,
          choices: null,
        },
        {
          name: "maxProcs",
          kind: "integer",
          about: "GOMAXPROCS; one per CPU if not given",
          default: null,
          min: 1,
          max: 4096,
          choices: null,
        },
      ],
    }));
});
