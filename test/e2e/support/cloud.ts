// The cloud that a booted image sees, none of it ours: amazon-ec2-metadata-mock as its IMDS and moto as its Secrets Manager,
// both in the test's namespace.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { attempt, run } from "./command.ts";
import type { Namespace } from "./namespace.ts";

const SCRIPTS = new URL("../../../scripts/", import.meta.url).pathname;
const NODE = join(SCRIPTS, "node");
/** Where the image's endpoints.conf has it; nobody else is in the namespace. */
const SECRETS_MANAGER_PORT = 5000;

export interface Tools {
  readonly imds: string;
  readonly moto: string;
}

/** The programs, installed now if need be; or why one of them cannot be had. */
export async function findTools(): Promise<Tools | { readonly reason: string }> {
  const imds = await attempt([join(SCRIPTS, "aemm")], { timeoutMs: 600_000 });
  if (imds.status !== 0) return { reason: lastLine(imds.stderr) };
  const venv = await attempt([join(SCRIPTS, "moto-venv")], { timeoutMs: 600_000 });
  if (venv.status !== 0) return { reason: lastLine(venv.stderr) };
  return { imds: imds.stdout.trim(), moto: join(venv.stdout.trim(), "bin/moto_server") };
}

/** An m6i.large in eu-west-1 with the role `web`; IMDSv2 only. `folder` is for its settings. */
export async function startImds(namespace: Namespace, { imds }: Tools, folder: string): Promise<void> {
  const settings = join(folder, "imds.json");
  await writeFile(settings, JSON.stringify({ imdsv2: true, metadata: { paths: METADATA_PATHS, values: METADATA } }));
  await namespace.serve([imds, "--hostname", "169.254.169.254", "--port", "80", "--config-file", settings], 80);
}

export async function startSecretsManager(namespace: Namespace, { moto }: Tools): Promise<void> {
  await namespace.serve([moto, "--host", "127.0.0.1", "--port", String(SECRETS_MANAGER_PORT)], SECRETS_MANAGER_PORT);
}

/** With a secret from its first answer on. */
export async function startSecretsManagerWith(
  namespace: Namespace,
  { moto }: Tools,
  name: string,
  value: string,
): Promise<void> {
  const port = SECRETS_MANAGER_PORT + 1;
  await namespace.serve([moto, "--host", "127.0.0.1", "--port", String(port)], port);
  await call(namespace, "CreateSecret", { Name: name, SecretString: value }, port);
  await namespace.serve([NODE, "--eval", FORWARD, String(SECRETS_MANAGER_PORT), String(port)], SECRETS_MANAGER_PORT);
}

const FORWARD = `
const [port, to] = process.argv.slice(1).map(Number);
const net = require("node:net");
net.createServer((from) => {
  const other = net.connect(to, "127.0.0.1");
  for (const socket of [from, other]) socket.on("error", () => {});
  from.pipe(other).pipe(from);
}).listen(port, "127.0.0.1");
`;

export function createSecret(namespace: Namespace, name: string, value: string): Promise<void> {
  return call(namespace, "CreateSecret", { Name: name, SecretString: value });
}

/** A new version, which is the current one from now on. */
export function rotateSecret(namespace: Namespace, name: string, value: string): Promise<void> {
  return call(namespace, "PutSecretValue", { SecretId: name, SecretString: value });
}

async function call(
  namespace: Namespace,
  operation: string,
  input: object,
  port = SECRETS_MANAGER_PORT,
): Promise<void> {
  const request = JSON.stringify({ ...input, ClientRequestToken: crypto.randomUUID() });
  await run(namespace.enter([NODE, "--input-type=module", "--eval", CALL]), {
    env: { ...process.env, OPERATION: operation, REQUEST: request, PORT: String(port) },
  });
}

// It knows no `ipv6` and answers a listing instead: this gives it one, in the place of a key that nobody asks for.
const METADATA_PATHS = { "mac-ipv6-associations": "/latest/meta-data/ipv6" };

const METADATA = {
  "instance-type": "m6i.large",
  "placement-region": "eu-west-1",
  "placement-availability-zone": "eu-west-1a",
  "iam-security-credentials-role": "web",
  // Its own answer expired in 2020.
  "iam-security-credentials": {
    Code: "Success",
    LastUpdated: "2026-01-01T00:00:00Z",
    Type: "AWS-HMAC",
    AccessKeyId: "ASIAIOSFODNN7EXAMPLE",
    SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    Token: "EXAMPLE-session-token",
    Expiration: "2099-01-01T00:00:00Z",
  },
};

// Runs in the namespace, where this process is not. moto reads the region from the signature and does not verify it.
const CALL = `
const { OPERATION, REQUEST: body, PORT } = process.env;
const response = await fetch("http://127.0.0.1:" + PORT + "/", { method: "POST", body, headers: {
  "Content-Type": "application/x-amz-json-1.1",
  "X-Amz-Target": "secretsmanager." + OPERATION,
  Authorization: "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20260101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=0",
} });
if (!response.ok) throw new Error(response.status + " " + await response.text());
`;

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
