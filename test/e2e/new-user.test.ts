// A new user who has nothing but the README: its ten steps on AWS, as they stand there, until an instance is up with all of its
// services. See support/new-user.ts for what stands in for AWS.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { listTreeOptions, PACKAGES, writeFiles } from "../../scripts/bake/proof/base-tree.ts";
import { readSteps } from "../support/document-steps.ts";
import { makeFolder, removeFolder } from "../support/folders.ts";
import { findTools } from "./support/cloud.ts";
import { attempt } from "./support/command.ts";
import { createImdsSite, type ImdsSite } from "./support/imds-site.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { type Laptop, openLaptop } from "./support/new-user.ts";
import { describeWhere, skipSuite } from "./support/requirements.ts";
import { buildTree, restoreRootfs } from "./support/rootfs.ts";

const TOP = join(import.meta.dirname, "../..");
const INSTALLED = readFileSync(join(TOP, "scripts/bake/image/packages.txt"), "utf8").trim().split("\n");
const [CLOUD, INSTANCE, MOTO_PORT] = ["10.99.0.1", "10.99.0.2", 5000];
const FILES = {
  "etc/sudoers.d/admin": "admin ALL=(ALL) NOPASSWD:ALL\nDefaults rlimit_core=default\n",
  // It takes the limit of cores away and gives it back, which root may not do in every container; a cell sets that limit itself.
  "etc/sudo.conf": "Set disable_coredump false\n",
  // Else sudo asks a name server for it, and there is none.
  "etc/hosts": "127.0.0.1 localhost\n127.0.1.1 image\n",
  // Nobody waits for a disk that is thrown away.
  "etc/dpkg/dpkg.cfg.d/unsafe-io": "force-unsafe-io\n",
};
const REPOSITORY = "/var/local/packages";
const PROGRAMS = [
  "curl",
  "dpkg-scanpackages",
  "envsubst",
  "ip",
  "mmdebstrap",
  "nsenter",
  "packer",
  "ss",
  "ssh",
  "ssh-keygen",
];

describeWhere(
  { root: true, debian: true, programs: [...PROGRAMS, "systemd-nspawn", "zstd"] },
  "a new user with the README alone",
  function () {
    this.timeout(400_000);
    const steps = readSteps("README.md", "On AWS: from an empty account to a booted instance");
    let folder: string;
    let site: ImdsSite;
    let laptop: Laptop;
    let root: string;
    let machine: Machine | null = null;

    before(async function () {
      this.timeout(1_200_000);
      const tools = await findTools();
      if ("reason" in tools) skipSuite(this, tools.reason);
      const aws = await attempt([join(TOP, "scripts/bench-peers/install"), "aws"], { timeoutMs: 600_000 });
      if (aws.status !== 0) skipSuite(this, aws.stderr.trim());
      folder = makeFolder(tmpdir(), "new-user", "run");
      root = join(folder, "root");
      mkdirSync(root);
      const tree = await buildTree([PACKAGES, INSTALLED], () =>
        listTreeOptions(join(folder, "files"), {
          include: PACKAGES,
          packages: INSTALLED,
          files: {},
          command: "useradd --create-home --shell /bin/bash admin",
        }).concat("bookworm"),
      );
      if (tree.kind === "unavailable") skipSuite(this, tree.reason);
      await restoreRootfs(tree.path, root);
      writeFiles(root, FILES);
      // The repository is the builder's alone: no image has one in it.
      renameSync(join(root, REPOSITORY), join(folder, "packages"));
      site = await createImdsSite();
      await site.join("ipv4");
      await site.serve({ imds: { values: { "meta-data/instance-type": "t3.small" } } });
      await site.server.serve([tools.moto, "--host", "0.0.0.0", "--port", String(MOTO_PORT)], MOTO_PORT);
      laptop = await openLaptop({
        folder,
        namespace: site.server,
        aws: aws.stdout.trim(),
        endpoint: `http://127.0.0.1:${MOTO_PORT}`,
        instanceEndpoint: `http://${CLOUD}:${MOTO_PORT}`,
        builder: INSTANCE,
      });
    });
    after(async () => {
      await machine?.powerOff();
      await site?.remove();
      removeFolder(folder);
    });

    /** With a key, as cloud-init puts it in place. */
    async function boot(publicKey: string, ...options: readonly string[]): Promise<void> {
      writeFiles(root, { "home/admin/.ssh/authorized_keys": publicKey });
      machine = await bootMachine(root, site.instance, undefined, options);
    }

    function bootBuilder(): Promise<void> {
      return boot(laptop.packerKey, `--bind-ro=${join(folder, "packages")}:${REPOSITORY}`);
    }

    async function powerOff(): Promise<void> {
      await machine?.powerOff();
      machine = null;
    }

    async function askAws(words: string, query: string): Promise<unknown[]> {
      return JSON.parse(await laptop.aws(...words.split(" "), query, "--output", "json")) as unknown[];
    }

    /** What Packer's amazon-ebs does when its provisioners have ended. */
    async function registerImage(): Promise<void> {
      const [ami] = (await askAws("ec2 describe-images --owners amazon --query", "Images[].ImageId")) as string[];
      const [builder] = (await askAws(
        `ec2 run-instances --image-id ${ami} --query`,
        "Instances[].InstanceId",
      )) as string[];
      const made = await askAws(`ec2 create-image --instance-id ${builder} --name web-1 --query`, "[ImageId]");
      await laptop.aws("ec2", "create-tags", "--resources", String(made[0]), "--tags", "Key=parbake:family,Value=web");
      await laptop.aws("ec2", "terminate-instances", "--instance-ids", builder!);
    }

    /** What EC2 does: the machine of the image, and its address. */
    async function launch(): Promise<void> {
      const running = "Reservations[].Instances[?State.Name=='running'][].[InstanceType, KeyName, PublicIpAddress]";
      const [type, key, address] = (await askAws("ec2 describe-instances --query", running))[0] as string[];
      assert.deepEqual([type, key], ["t3.small", "web"]);
      // moto's instances do not have it.
      const profile = "LaunchTemplateVersions[].LaunchTemplateData.IamInstanceProfile.Name";
      const versions = "ec2 describe-launch-template-versions --launch-template-name web --query";
      assert.deepEqual(await askAws(versions, profile), ["web"]);
      await site.ip("instance", "address", "add", `${address}/32`, "dev", "lo");
      await site.ip("server", "route", "add", `${address}/32`, "via", INSTANCE);
      await boot(laptop.publicKey);
    }

    it("has ten steps, each with its commands", () => {
      assert.deepEqual(
        steps.map(([step]) => step),
        [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
      );
    });

    it("gets from an empty account to an instance that is up", async () => {
      let answers = "";
      for (const [step, commands] of steps) {
        if (step === 6) await bootBuilder();
        answers = await laptop.type(commands);
        if (step === 6) await powerOff().then(registerImage);
        if (step === 9) await launch();
      }
      assert.match(answers, /^active\nactive\nactive$/m);
    });

    it("has every unit up, and the secret in memory alone", async () => {
      assert.equal(await machine!.run(["systemctl", "--failed", "--no-legend"]), "");
      assert.match(await machine!.run(["findmnt", "-no", "FSTYPE", "/run/parbake/secrets"]), /^(?:tmpfs|ramfs)$/);
      const [secret] = await askAws("secretsmanager get-secret-value --secret-id prod/db --query", "[SecretString]");
      const { password } = JSON.parse(String(secret)) as { password: string };
      assert.equal(password.length, 32);
      const [, , digest] = (await machine!.run(["curl", "-s", "http://127.0.0.1:8080/"])).split(" ");
      assert.equal(digest, createHash("sha256").update(password).digest("hex"));
      assert.equal((await attempt(["grep", "-rlF", password, root])).stdout, "");
    });

    it("has PostgreSQL, the Java service and nginx as parbake has tuned them", async () => {
      const { plans } = JSON.parse(await machine!.run(["parbake", "plan", "--json"])) as {
        plans: { apps: { name: string; settings: Record<string, { text: string; value: number }> }[] }[];
      };
      const settings = new Map(plans[0]!.apps.map((app) => [app.name, app.settings]));
      const of = (app: string, name: string) => settings.get(app)![name]!;
      const shown = ["setpriv", "--reuid=postgres", "psql", "-At", "-c", "show shared_buffers"];
      assert.equal(await machine!.run(shown), of("postgresql", "shared_buffers").text);
      const [heapBytes, processors] = (await machine!.run(["curl", "-s", "http://127.0.0.1:8080/"])).split(" ");
      // In whole regions of G1, the largest of which has 32 MiB.
      const lackingBytes = of("api", "heap").value - Number(heapBytes);
      assert.ok(lackingBytes >= 0 && lackingBytes < 32 * 2 ** 20, `${heapBytes}`);
      assert.equal(Number(processors), of("api", "activeProcessorCount").value);
      const nginx = await machine!.run(["nginx", "-T"]);
      assert.match(nginx, new RegExp(`^ +worker_connections ${of("nginx", "worker_connections").text};$`, "m"));
      assert.match(await machine!.run(["curl", "-sI", "http://127.0.0.1/"]), /^HTTP\/1\.1 200 OK\r\nServer: nginx/);
    });

    it("takes it all back", async () => {
      const snapshots = await askAws(
        "ec2 describe-images --owners self --query",
        "Images[].BlockDeviceMappings[].Ebs.SnapshotId",
      );
      assert.equal(snapshots.length, 1);
      const [[, commands]] = readSteps("scripts/aws/README.md", "Take it all back") as [readonly [null, string]];
      await laptop.type(commands);
      const left = await Promise.all([
        askAws("ec2 describe-images --owners self --query", "Images"),
        askAws("ec2 describe-launch-templates --query", "LaunchTemplates"),
        askAws("ec2 describe-key-pairs --query", "KeyPairs"),
        askAws("ec2 describe-snapshots --query", `Snapshots[?SnapshotId=='${String(snapshots[0])}']`),
        askAws("iam list-roles --query", "Roles"),
        askAws("iam list-instance-profiles --query", "InstanceProfiles"),
        askAws("secretsmanager list-secrets --query", "SecretList"),
      ]);
      assert.deepEqual(left.flat(), []);
    });
  },
);
