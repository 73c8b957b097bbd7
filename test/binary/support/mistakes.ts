// Mistakes that people make, each as one change to an image that is right. Plain data.

import { chmodSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { WorldInput } from "../../../scripts/emulator/world.ts";
import type { ScratchImage } from "./scratch-image.ts";

export interface Mistake {
  readonly title: string;
  /** What is written instead of what, in the config. */
  readonly config?: readonly [right: string, wrong: string];
  readonly template?: readonly [right: string, wrong: string];
  readonly prepare?: (image: ScratchImage) => void;
  /** Left out: `check`. */
  readonly words?: readonly string[];
  /** What AWS and IMDS have otherwise; null: neither answers. */
  readonly world?: WorldInput | null;
  /** Who runs parbake; left out: whoever runs the test, root in the table. */
  readonly asNobody?: true;
}

export const CONFIG = `imds: required
apps:
  db:
    profile: postgresql
    memory: { weight: 3, min: 512MiB }
    options: { version: 16 }
  web:
    profile: nginx
secretsGuarantee: swappable
secrets:
  db:
    id: prod/db
    keys:
      password: { file: db/password }
      user: {}
files:
  - template: web.conf.hbs
    path: /etc/web/web.conf
    owner: root
    mode: "0644"
    onChange: { reload: web.service }
vars:
  domain: example.com
`;

export const TEMPLATE = `# {{vars.domain}}
workers={{apps.web.worker_processes}}
cache={{size apps.db.effective_cache_size "postgresql"}}
{{#if vars.domain}}
password-file={{secrets.db.password.path}}
{{/if}}
`;

export const WORLD: WorldInput = {
  secrets: [{ name: "prod/db", versions: [{ string: '{"password":"correct horse","user":"app"}' }] }],
};

const APPLY = ["apply", "--deadline", "3s"];

const denied = (service: "secretsmanager" | "imds", errorCode: string): WorldInput => ({
  ...WORLD,
  faults: [{ match: { service }, do: { kind: "status", status: 400, errorCode } }],
});

export const MISTAKES: readonly Mistake[] = [
  { title: "a key that parbake does not know", config: ["files:", "fiels:"] },
  { title: "a line that is indented too little", config: ["    profile: nginx", "  profile: nginx"] },
  { title: "a line that is indented too much", config: ["    id: prod/db", "      id: prod/db"] },
  { title: "a tab", config: ["    profile: nginx", "\tprofile: nginx"] },
  { title: "a colon without a blank", config: ["profile: nginx", "profile:nginx"] },
  { title: "a quote that is not closed", config: ['"0644"', '"0644'] },
  { title: "a key twice", config: ["vars:\n", "vars:\n  domain: example.org\n"] },
  { title: "a size without a unit", config: ["min: 512MiB", "min: 512"] },
  { title: "a size in GB", config: ["min: 512MiB", "min: 1GB"] },
  { title: "a weight below zero", config: ["weight: 3", "weight: -3"] },
  { title: "an unknown profile", config: ["profile: nginx", "profile: ngnix"] },
  { title: "an unknown option", config: ["version: 16", "versoin: 16"] },
  { title: "an option that is none of its choices", config: ["version: 16", "workload: wep"] },
  { title: "yes where a word is wanted", config: ["imds: required", "imds: yes"] },
  { title: "the same path twice", config: ["vars:", "  - { template: web.conf.hbs, path: /etc/web/web.conf }\nvars:"] },
  { title: "a relative path", config: ["path: /etc/web", "path: etc/web"] },
  { title: "a mode that is a number", config: ['"0644"', "644"] },
  { title: "a unit without its suffix", config: ["web.service", "web"] },
  { title: "a unit with a typo", config: ["web.service", "web.servcie"] },
  { title: "a unit that the image does not have", config: ["web.service", "wbe.service"] },
  { title: "an owner that the image does not have", config: ["owner: root", "owner: wbe"] },
  {
    title: "a command line as one text",
    config: ["    owner: root", "    validate: /usr/sbin/nginx -t\n    owner: root"],
  },
  { title: "a list of one as a text", config: ["apps:", "launchOn: m7g.large\napps:"] },
  { title: "a template that is not there", config: ["web.conf.hbs", "web.cnf.hbs"] },
  { title: "an instance type that there is not", config: ["apps:", "launchOn: [m7g.lrage]\napps:"] },
  {
    title: "an ARN whose region is none",
    config: ["id: prod/db", "id: arn:aws:secretsmanager:eu-west:123456789012:secret:prod/db-a1B2c3"],
  },
  { title: "a typo in a variable", template: ["vars.domain", "vars.domian"] },
  { title: "a typo in a setting", template: ["worker_processes", "worker_proceses"] },
  { title: "a typo in a helper", template: ["{{size", "{{sise"] },
  { title: "a block that is not closed", template: ["{{/if}}\n", ""] },
  { title: "braces that are not closed", template: ["worker_processes}}", "worker_processes}"] },
  { title: "the path of a secret that has no file", template: ["password.path", "user.path"] },
  { title: "a secret's value outside of the secrets folder", template: ["password.path", "password.value"] },
  {
    title: "floors larger than the machine",
    config: ["min: 512MiB", "min: 90GiB"],
    words: ["check", "--instance-type", "m7g.large"],
  },
  { title: "an option with a typo", words: ["plan", "--dif"] },
  { title: "a command with a typo", words: ["aply"] },
  { title: "a machine without IMDS", words: ["apply", "--deadline", "500ms"], world: null },
  { title: "an instance without a role", words: APPLY, world: { ...WORLD, imds: { role: null } } },
  { title: "a role without the right", words: APPLY, world: denied("secretsmanager", "AccessDeniedException") },
  { title: "a secret that is not there", words: APPLY, world: { secrets: [] } },
  {
    title: "a key that the secret's JSON does not have",
    words: APPLY,
    world: { secrets: [{ name: "prod/db", versions: [{ string: '{"passwd":"correct horse","user":"app"}' }] }] },
  },
  {
    title: "a config that everybody may write",
    words: APPLY,
    prepare: ({ root }) => chmodSync(join(root, "etc/parbake/parbake.yaml"), 0o666),
  },
  {
    title: "a folder that is not there",
    words: APPLY,
    prepare: ({ root }) => rmSync(join(root, "etc/web"), { recursive: true }),
  },
  { title: "somebody who is not root", words: APPLY, asNobody: true },
];
