// A made-up machine for the warm run: its files by path, and what IMDS and Secrets Manager say to it. Plain data, like no
// real machine's.

export interface WarmAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const CONFIG = `reserve: { memory: { share: 5%, min: 64MiB } }
apps:
  db: { profile: postgresql, memory: { weight: 3 } }
  api: { profile: jvm, memory: { weight: 1 }, options: { threads: 10 } }
  web: { profile: nginx }
  work: { profile: node }
  kernel: { profile: sysctl }
secretsGuarantee: swappable
secrets:
  db: { id: warm/db, keys: { password: { file: db/password, mode: "0400" } } }
vars: { name: warm, ports: [80, 443] }
files:
  - { template: a.conf.hbs, path: /etc/warm/a.conf, mode: "0644" }
  - { template: b.env.hbs, path: /etc/warm/b.env }
`;

const TEMPLATE = `# {{facts.instanceType}} in {{facts.region}}
max_connections = {{apps.db.max_connections}}
{{#if apps.api.threads}}threads = {{apps.api.threads}}{{else}}none{{/if}}
{{#each vars.ports}}port = {{this}}
{{/each}}
password_file = {{secrets.db.password.path}}
`;

const FRONT_MATTER_TEMPLATE = `---
path: /etc/warm/c.yaml
mode: "0644"
---
{{> head}}
workers: {{max 2 (div facts.vcpus 2)}}
heap: {{size apps.api.heap "jvm"}}
`;

// As of a sealed image.
const IMAGE = JSON.stringify({
  schema: 1,
  bakedAt: "2026-01-01T00:00:00Z",
  baseImage: "ami-00000000",
  family: "warm",
  sourceCommit: null,
  parbake: { version: "0.0.0", commit: "warm" },
});

/** Owned by whoever builds, because only root may give a file away. */
export function sampleFiles(uid: number, gid: number): Readonly<Record<string, string>> {
  return {
    "etc/passwd": `root:x:${uid}:${gid}::/:/bin/false\n`,
    "etc/group": `root:x:${gid}:\n`,
    "etc/parbake/parbake.yaml": CONFIG,
    "etc/parbake/templates/a.conf.hbs": TEMPLATE,
    "etc/parbake/templates/b.env.hbs": `HEAP="{{apps.api.heap}}"\nNAME={{vars.name}}\n`,
    "etc/parbake/templates/c.yaml.hbs": FRONT_MATTER_TEMPLATE,
    "etc/parbake/templates/head.hbs": "# {{vars.name}}",
    "etc/warm/.keep": "",
    "run/parbake/secrets/.keep": "",
    "usr/share/parbake/image.json": IMAGE,
  };
}

/** What is different at the second boot. Not a file that was there before parbake: that would start cp (extended-attributes.ts). */
export const LATER_FILES: Readonly<Record<string, string>> = {
  "etc/parbake/templates/b.env.hbs": `HEAP="{{apps.api.heap}}"\n`,
};

const CREDENTIALS = {
  Code: "Success",
  AccessKeyId: "warm",
  SecretAccessKey: "warm",
  Token: "warm",
  Expiration: "2030-01-01T00:00:00Z",
};

const IMDS: Readonly<Record<string, string>> = {
  "/latest/api/token": "warm",
  "/latest/meta-data/ami-id": "ami-00000000",
  "/latest/meta-data/instance-type": "m7g.large",
  "/latest/meta-data/placement/region": "us-east-1",
  "/latest/meta-data/iam/security-credentials/": "warm",
  "/latest/meta-data/iam/security-credentials/warm": JSON.stringify(CREDENTIALS),
};

const SECRET = {
  ARN: "arn:aws:secretsmanager:us-east-1:000000000000:secret:warm/db-000000",
  CreatedDate: 1.5,
  Name: "warm/db",
  SecretString: '{"password":"warm"}',
  VersionId: "00000000-0000-4000-8000-000000000000",
  VersionStages: ["AWSCURRENT"],
};

export function answerSample({ method, path }: { readonly method: string; readonly path: string }): WarmAnswer {
  if (method === "POST") {
    const headers = { "content-type": "application/x-amz-json-1.1", "x-amzn-requestid": "warm" };
    return { status: 200, headers, body: JSON.stringify(SECRET) };
  }
  const body = IMDS[path];
  const headers = { "content-type": "text/plain", "x-aws-ec2-metadata-token-ttl-seconds": "21600" };
  return { status: body === undefined ? 404 : 200, headers, body: body ?? "" };
}
