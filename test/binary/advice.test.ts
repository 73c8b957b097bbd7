// What a message advises is what helps: the cause that it names, once, and what can be typed as it stands.

import assert from "node:assert/strict";
import { rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { makeScratchImage, type ScratchImage } from "./support/scratch-image.ts";

interface Case {
  readonly title: string;
  readonly config?: string;
  readonly template?: string;
  readonly prepare?: (image: ScratchImage) => void;
  /** Left out: `check` for a machine of 16 GiB. */
  readonly arguments?: readonly string[];
  readonly status: number;
  /** All that is said, FILE being the config's. */
  readonly says: readonly string[];
}

const SIZE = ["--memory", "16GiB", "--cpus", "4"];
const WEB = "apps: { web: { profile: nginx } }\n";
const FILES = `${WEB}files: [ { template: web.txt.hbs, path: /etc/web/web.txt } ]\n`;

const CASES: readonly Case[] = [
  {
    title: "the option that makes an app large",
    config: "apps: { api: { profile: jvm, options: { heap: 30GiB } } }\n",
    status: 78,
    says: ["To make api smaller, lower the option heap."],
  },
  {
    title: "uncounted where the expressions are what makes it large",
    config: `apps: { kv: { profile: custom, options: { quota: "min(8GiB, memoryBytes / 2)", heap: memoryBytes * 90% } } }\n`,
    status: 78,
    says: [
      "To make kv smaller, lower the sizes of its expressions, or write uncounted(…) around one that takes no memory of its own.",
    ],
  },
  {
    title: "custom for an app that has no profile",
    config: "apps: { secrets: { profile: vault } }\n",
    status: 78,
    says: [
      "zookeeper. An app without a profile is tuned by custom; `parbake templates without.md` says which programs need none.",
    ],
  },
  {
    title: "memory.min where that is what makes it large",
    config: "apps: { db: { profile: postgresql, memory: { min: 900GiB } } }\n",
    status: 78,
    says: ["To make db smaller, lower its memory.min."],
  },
  {
    title: "a misspelt key once",
    config: "apps: { web: { profle: nginx } }\n",
    status: 78,
    says: ["FILE:1:16: unknown key 'profle' in apps.web. Did you mean 'profile'?"],
  },
  {
    title: "the mapping that a lone size was meant for",
    config: "apps: { web: { profile: nginx, memory: 1GiB } }\nreserve: 10%\n",
    status: 78,
    says: [
      "reserve: expected a mapping, found '10%'. Write `reserve: { memory: { share: 10% } }`.",
      "apps.web.memory: expected a mapping, found '1GiB'. Write `memory: { min: 1GiB }`.",
    ],
  },
  {
    title: "a no-break space by its name",
    config: "apps:\n  web:\n    profile:\u00a0nginx\n",
    status: 78,
    says: ["FILE:3:13: U+00A0 (no-break space) stands where YAML accepts only a plain space."],
  },
  {
    title: "a zero width space in a path by its name",
    config: FILES.replace("web.txt }", "web\u200b.txt }"),
    status: 78,
    says: ["has an invisible character in it, U+200B (zero width space). Take it out."],
  },
  {
    title: "where a dangling symlink leads",
    status: 78,
    says: ["FILE: the config is a dangling symlink: there is no elsewhere.yaml."],
    prepare: ({ root }) => {
      rmSync(join(root, "etc/parbake/parbake.yaml"));
      symlinkSync("elsewhere.yaml", join(root, "etc/parbake/parbake.yaml"));
    },
  },
  {
    title: "Handlebars' way to write a pipe",
    config: FILES,
    template: '{{ vars.port | default("80") }}\n',
    status: 65,
    says: ["web.txt.hbs:1: Handlebars has no pipes, and a | stands between {{ and }}."],
  },
  { title: "an option with its dashes", arguments: ["plan", "--jsn"], status: 64, says: ["Did you mean '--json'?"] },
  {
    title: "the command to whoever takes a profile for one",
    arguments: ["postgresql"],
    status: 64,
    says: ["'postgresql' is not a command. It is a profile: `parbake tune postgresql`."],
  },
  {
    title: "one problem where the root of a status is no folder",
    arguments: ["status"],
    prepare: ({ root }) => rmSync(root, { recursive: true }),
    status: 64,
    says: ["is not a folder. Give --root a folder."],
  },
];

describe("the binary advises", () => {
  let image: ScratchImage;

  afterEach(() => image.remove());

  for (const { title, config = WEB, template, prepare, arguments: given, status, says } of CASES) {
    it(title, async () => {
      image = makeScratchImage(config);
      if (template !== undefined) image.write("etc/parbake/templates/web.txt.hbs", template);
      prepare?.(image);
      const outcome = await image.run(null, ...(given ?? ["check", ...SIZE]));
      assert.equal(outcome.status, status, outcome.stderr);
      const lines = outcome.stderr.trimEnd().split("\n");
      assert.equal(lines.length, says.length, outcome.stderr);
      const file = join(image.root, "etc/parbake/parbake.yaml");
      for (const [index, text] of says.entries())
        assert.ok(lines[index]!.includes(text.replace("FILE", file)), outcome.stderr);
    });
  }

  it("once what keeps three files from being written", async () => {
    const files = ["a", "b", "c"].map((name) => `{ template: t.hbs, path: /etc/gone/${name} }`);
    image = makeScratchImage(`imds: optional\n${WEB}files: [ ${files.join(", ")} ]\n`);
    image.write("etc/parbake/templates/t.hbs", "{{apps.web.worker_processes}}\n");
    const { status, stderr } = await image.run(null, "apply", "--deadline", "2s", "--log-level", "error");
    assert.equal(status, 73, stderr);
    assert.equal(stderr.split("/etc/gone does not exist").length, 2, stderr);
  });
});
