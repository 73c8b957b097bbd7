// The laptop of a new user, who types what a document says. The AWS CLI, Packer and ssh are real. What they talk to is not: moto is
// AWS, and a container each is the machine that Packer builds on and the instance.

import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { attempt, run } from "./command.ts";
import type { Namespace } from "./namespace.ts";

const TOP = join(import.meta.dirname, "../../..");
const BAKE = join(TOP, "scripts/bake");

export interface Laptop {
  /** Runs commands where the last ones ended, with the variables that they left. @returns what was printed @throws Error where one fails */
  type(commands: string): Promise<string>;
  /** The AWS CLI, for what the test itself wants to know. */
  aws(...words: readonly string[]): Promise<string>;
  readonly publicKey: string;
  /** Of the key with which Packer logs in. */
  readonly packerKey: string;
}

export interface LaptopOptions {
  readonly folder: string;
  readonly namespace: Namespace;
  /** The AWS CLI. */
  readonly aws: string;
  /** Of moto, as the laptop reaches it, and as instances do. */
  readonly endpoint: string;
  readonly instanceEndpoint: string;
  /** Where the machine is that Packer builds on. */
  readonly builder: string;
}

export async function openLaptop(options: LaptopOptions): Promise<Laptop> {
  const { folder, namespace, endpoint } = options;
  const [home, programs] = ["home", "programs"].map((name) => join(folder, name)) as [string, string];
  const [key, packerKey] = [join(home, ".ssh/id_ed25519"), join(folder, "packer-key")];
  mkdirSync(join(home, ".ssh"), { recursive: true, mode: 0o700 });
  mkdirSync(programs);
  await makeKey(key, "user@laptop");
  // As Packer names the key pair that it makes for a build.
  await makeKey(packerKey, "packer_692c1f3a-0d5e-7b1c-9a44-5c1e6f0b2d38");
  writePackerFolder(join(folder, "packer"), options, packerKey);
  for (const [name, script] of Object.entries(listPrograms(options, key)))
    writeFileSync(join(programs, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const env = {
    PATH: `${programs}:${process.env["PATH"]}`,
    HOME: home,
    TMPDIR: folder,
    AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
    AWS_SECRET_ACCESS_KEY: "example",
    AWS_ENDPOINT_URL: endpoint,
    AWS_PAGER: "",
  };
  const state = join(folder, "state");
  writeFileSync(state, `cd ${TOP}\n`);
  const type = async (commands: string): Promise<string> => {
    // All that the commands set is for those of the next step, too, as in the one shell of a user.
    const script = `set -aeu -o pipefail\n. ${state}\n${commands}\n{ declare -px; printf 'cd %q\\n' "$PWD"; } >${state}\n`;
    const { status, stdout, stderr } = await attempt(namespace.enter(["bash", "-c", script]), {
      env,
      timeoutMs: 240_000,
    });
    if (status !== 0) throw new Error(`status ${status} of:\n${commands}\n${stdout}${stderr}`);
    return stdout;
  };
  return {
    type,
    aws: (...words) =>
      run(namespace.enter([options.aws, ...words]), { env: { ...env, AWS_DEFAULT_REGION: "eu-west-1" } }),
    publicKey: readFileSync(`${key}.pub`, "utf8"),
    packerKey: readFileSync(`${packerKey}.pub`, "utf8"),
  };
}

async function makeKey(path: string, comment: string): Promise<void> {
  await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path]);
}

/** What stands between the user and the programs. */
function listPrograms({ folder, aws }: LaptopOptions, key: string): Readonly<Record<string, string>> {
  const options = ["StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "LogLevel=ERROR", "BatchMode=yes"];
  return {
    aws: `exec ${aws} "$@"`,
    // The build is what has made dist/parbake.
    npm: '[ "$*" = ci ] || [ "$*" = "run build" ]',
    ssh: `exec /usr/bin/ssh -F none -i ${key} ${options.map((option) => `-o ${option}`).join(" ")} "$@"`,
    curl: '[ "$*" = "-s https://checkip.amazonaws.com" ] && echo 203.0.113.7',
    // Its plugins cannot be fetched here, and the source is the machine that stands for Packer's own.
    packer: `[ "$1" = init ] && [ "$#" = 2 ] && exit 0
cd ${join(folder, "packer")}
for word; do
  shift
  [ "$word" = -only=amazon-ebs.image ] && word=-only=null.image
  set -- "$@" "$word"
done
CHECKPOINT_DISABLE=1 PACKER_CONFIG_DIR=. PACKER_CACHE_DIR=${join(folder, "packer-cache")} exec packer-itself "$@"`,
    "packer-itself": `PATH=${process.env["PATH"]} exec packer "$@"`,
  };
}

/** scripts/bake as it is, but for its sources; and the image knows where AWS is. */
function writePackerFolder(packer: string, { instanceEndpoint, builder }: LaptopOptions, key: string): void {
  cpSync(BAKE, packer, {
    recursive: true,
    filter: (path) => !/\/(proof|(plugins|amazon-ebs|qemu)\.pkr\.hcl)$/.test(path),
  });
  mkdirSync(join(packer, "image/root/etc/parbake"), { recursive: true });
  writeFileSync(join(packer, "image/root/etc/parbake/environment"), `AWS_ENDPOINT_URL=${instanceEndpoint}\n`);
  const build = join(packer, "build.pkr.hcl");
  const text = readFileSync(build, "utf8");
  const sources = 'sources = ["source.amazon-ebs.image", "source.qemu.image"]';
  if (!text.includes(sources)) throw new Error(`build.pkr.hcl does not say ${sources}`);
  writeFileSync(build, text.replace(sources, 'sources = ["source.null.image"]'));
  writeFileSync(join(packer, "null.pkr.hcl"), nullSource(builder, key));
  writeFileSync(join(packer, "this.auto.pkrvars.json"), JSON.stringify({ parbake: join(TOP, "dist/parbake") }));
}

function nullSource(host: string, key: string): string {
  return `variable "region" {}
variable "family" {}

source "null" "image" {
  ssh_host             = "${host}"
  ssh_username         = "admin"
  ssh_private_key_file = "${key}"
}
`;
}
