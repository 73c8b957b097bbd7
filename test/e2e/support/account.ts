// The AWS of a new user, so far as a machine has to stand behind it: moto has the account, a container is the machine that Packer builds
// on, and the same one, booted anew, is the instance that is launched from the image.

import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listTreeOptions, PACKAGES, writeFiles } from "../../../scripts/bake/proof/base-tree.ts";
import { makeFolder, removeFolder } from "../../support/folders.ts";
import { findTools } from "./cloud.ts";
import { attempt } from "./command.ts";
import { createImdsSite } from "./imds-site.ts";
import { bootMachine, type Machine } from "./machine.ts";
import { type Laptop, openLaptop } from "./new-user.ts";
import { type Requirements, skipSuite } from "./requirements.ts";
import { buildTree, restoreRootfs } from "./rootfs.ts";

const TOP = join(import.meta.dirname, "../../..");
const [CLOUD, INSTANCE, MOTO_PORT] = ["10.99.0.1", "10.99.0.2", 5000];
const REPOSITORY = "/var/local/packages";

const FILES = {
  "etc/sudoers.d/admin": "admin ALL=(ALL) NOPASSWD:ALL\nDefaults rlimit_core=default\n",
  // It takes the limit of cores away and gives it back, which root may not do in every container; a cell sets that limit itself.
  "etc/sudo.conf": "Set disable_coredump false\n",
  // Else sudo asks a name server for it, and there is none.
  "etc/hosts": "127.0.0.1 localhost\n127.0.1.1 image\n",
  // Nobody waits for a disk that is thrown away.
  "etc/dpkg/dpkg.cfg.d/unsafe-io": "force-unsafe-io\n",
};

const TOOLS = "curl dpkg-scanpackages envsubst ip mmdebstrap nsenter packer ss ssh ssh-keygen systemd-nspawn zstd";

export const ACCOUNT_REQUIREMENTS: Requirements = { root: true, debian: true, programs: TOOLS.split(" ") };

export interface Account {
  readonly laptop: Laptop;
  /** The disk of the machine, as this machine sees it. */
  readonly root: string;
  /** The one that is up. */
  machine(): Machine;
  askAws(words: string, query: string): Promise<unknown[]>;
  bootBuilder(): Promise<void>;
  /** What Packer's amazon-ebs does when its provisioners have ended. */
  registerImage(): Promise<void>;
  /** What EC2 does: the machine of the image that runs at an address. */
  launch(address: string): Promise<void>;
  remove(): Promise<void>;
}

/** From a suite's `before`, which it skips where something cannot be fetched. */
export async function openAccount(context: Mocha.Context): Promise<Account> {
  const tools = await findTools();
  if ("reason" in tools) skipSuite(context, tools.reason);
  const aws = await attempt([join(TOP, "scripts/bench-peers/install"), "aws"], { timeoutMs: 600_000 });
  if (aws.status !== 0) skipSuite(context, aws.stderr.trim());
  const folder = makeFolder(tmpdir(), "new-user", "run");
  const root = await makeDisk(context, folder);
  const site = await createImdsSite();
  let machine: Machine | null = null;
  await site.join("ipv4");
  await site.serve({ imds: { values: { "meta-data/instance-type": "t3.small" } } });
  await site.server.serve([tools.moto, "--host", "0.0.0.0", "--port", String(MOTO_PORT)], MOTO_PORT);
  const laptop = await openLaptop({
    folder,
    namespace: site.server,
    aws: aws.stdout.trim(),
    endpoint: `http://127.0.0.1:${MOTO_PORT}`,
    instanceEndpoint: `http://${CLOUD}:${MOTO_PORT}`,
    builder: INSTANCE,
  });
  /** With a key, as cloud-init puts it in place. */
  const boot = async (publicKey: string, ...options: readonly string[]): Promise<void> => {
    writeFiles(root, { "home/admin/.ssh/authorized_keys": publicKey });
    machine = await bootMachine(root, site.instance, undefined, options);
  };
  const powerOff = async (): Promise<void> => {
    await machine?.powerOff();
    machine = null;
  };
  const askAws: Account["askAws"] = async (words, query) =>
    JSON.parse(await laptop.aws(...words.split(" "), query, "--output", "json")) as unknown[];
  return {
    laptop,
    root,
    machine: () => machine!,
    askAws,
    bootBuilder: () => boot(laptop.packerKey, `--bind-ro=${join(folder, "packages")}:${REPOSITORY}`),
    registerImage: async () => {
      await powerOff();
      const [ami] = await askAws("ec2 describe-images --owners amazon --query", "Images[].ImageId");
      const [builder] = await askAws(`ec2 run-instances --image-id ${String(ami)} --query`, "Instances[].InstanceId");
      const make = `ec2 create-image --instance-id ${String(builder)} --name web-1 --query`;
      const [image] = await askAws(make, "[ImageId]");
      await laptop.aws("ec2", "create-tags", "--resources", String(image), "--tags", "Key=parbake:family,Value=web");
      await laptop.aws("ec2", "terminate-instances", "--instance-ids", String(builder));
    },
    launch: async (address) => {
      await site.ip("instance", "address", "add", `${address}/32`, "dev", "lo");
      await site.ip("server", "route", "add", `${address}/32`, "via", INSTANCE);
      await boot(laptop.publicKey);
    },
    remove: async () => {
      await powerOff();
      await site.remove();
      removeFolder(folder);
    },
  };
}

/** Of a plain Debian, as an AMI of Debian's is. */
async function makeDisk(context: Mocha.Context, folder: string): Promise<string> {
  const packages = readFileSync(join(TOP, "scripts/bake/image/packages.txt"), "utf8").trim().split("\n");
  const command = "useradd --create-home --shell /bin/bash admin";
  const tree = await buildTree([PACKAGES, packages], () => [
    ...listTreeOptions(join(folder, "files"), { include: PACKAGES, packages, files: {}, command }),
    "bookworm",
  ]);
  if (tree.kind === "unavailable") skipSuite(context, tree.reason);
  const root = join(folder, "root");
  mkdirSync(root);
  await restoreRootfs(tree.path, root);
  writeFiles(root, FILES);
  // The repository is the builder's alone: no image has one in it.
  renameSync(join(root, REPOSITORY), join(folder, "packages"));
  return root;
}
