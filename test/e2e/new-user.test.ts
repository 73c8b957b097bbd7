// A new user who has nothing but the README: its ten steps on AWS, as they stand there, until an instance is up with all of its
// services. See support/account.ts and support/new-user.ts for what stands in for AWS.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readSteps } from "../support/document-steps.ts";
import { ACCOUNT_REQUIREMENTS, type Account, openAccount } from "./support/account.ts";
import { attempt } from "./support/command.ts";
import { describeWhere } from "./support/requirements.ts";

describeWhere(ACCOUNT_REQUIREMENTS, "a new user with the README alone", function () {
  this.timeout(400_000);
  const steps = readSteps("README.md", "On AWS: from an empty account to a booted instance");
  let account: Account;

  before(async function () {
    this.timeout(1_200_000);
    account = await openAccount(this);
  });
  after(() => account?.remove());

  /** The address of the instance, which is as the launch template wants it. */
  async function findLaunched(): Promise<string> {
    const running = "Reservations[].Instances[?State.Name=='running'][].[InstanceType, KeyName, PublicIpAddress]";
    const [type, key, address] = (await account.askAws("ec2 describe-instances --query", running))[0] as string[];
    assert.deepEqual([type, key], ["t3.small", "web"]);
    // moto's instances do not have it.
    const profile = "LaunchTemplateVersions[].LaunchTemplateData.IamInstanceProfile.Name";
    const versions = "ec2 describe-launch-template-versions --launch-template-name web --query";
    assert.deepEqual(await account.askAws(versions, profile), ["web"]);
    return address!;
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
      if (step === 6) await account.bootBuilder();
      answers = await account.laptop.type(commands);
      if (step === 6) await account.registerImage();
      if (step === 9) await account.launch(await findLaunched());
    }
    assert.match(answers, /^active\nactive\nactive$/m);
  });

  it("has every unit up, and the secret in memory alone", async () => {
    assert.equal(await account.machine().run(["systemctl", "--failed", "--no-legend"]), "");
    assert.match(
      await account.machine().run(["findmnt", "-no", "FSTYPE", "/run/parbake/secrets"]),
      /^(?:tmpfs|ramfs)$/,
    );
    const [secret] = await account.askAws(
      "secretsmanager get-secret-value --secret-id prod/db --query",
      "[SecretString]",
    );
    const { password } = JSON.parse(String(secret)) as { password: string };
    assert.equal(password.length, 32);
    const [, , digest] = (await account.machine().run(["curl", "-s", "http://127.0.0.1:8080/"])).split(" ");
    assert.equal(digest, createHash("sha256").update(password).digest("hex"));
    assert.equal((await attempt(["grep", "-rlF", password, account.root])).stdout, "");
  });

  it("has PostgreSQL, the Java service and nginx as parbake has tuned them", async () => {
    const { plans } = JSON.parse(await account.machine().run(["parbake", "plan", "--json"])) as {
      plans: { apps: { name: string; settings: Record<string, { text: string; value: number }> }[] }[];
    };
    const settings = new Map(plans[0]!.apps.map((app) => [app.name, app.settings]));
    const of = (app: string, name: string) => settings.get(app)![name]!;
    const shown = ["setpriv", "--reuid=postgres", "psql", "-At", "-c", "show shared_buffers"];
    assert.equal(await account.machine().run(shown), of("postgresql", "shared_buffers").text);
    const [heapBytes, processors] = (await account.machine().run(["curl", "-s", "http://127.0.0.1:8080/"])).split(" ");
    // In whole regions of G1, the largest of which has 32 MiB.
    const lackingBytes = of("api", "heap").value - Number(heapBytes);
    assert.ok(lackingBytes >= 0 && lackingBytes < 32 * 2 ** 20, `${heapBytes}`);
    assert.equal(Number(processors), of("api", "activeProcessorCount").value);
    const nginx = await account.machine().run(["nginx", "-T"]);
    assert.match(nginx, new RegExp(`^ +worker_connections ${of("nginx", "worker_connections").text};$`, "m"));
    assert.match(
      await account.machine().run(["curl", "-sI", "http://127.0.0.1/"]),
      /^HTTP\/1\.1 200 OK\r\nServer: nginx/,
    );
  });

  it("takes it all back", async () => {
    const snapshots = await account.askAws(
      "ec2 describe-images --owners self --query",
      "Images[].BlockDeviceMappings[].Ebs.SnapshotId",
    );
    assert.equal(snapshots.length, 1);
    const [[, commands]] = readSteps("scripts/aws/README.md", "Take it all back") as [readonly [null, string]];
    await account.laptop.type(commands);
    const left = await Promise.all([
      account.askAws("ec2 describe-images --owners self --query", "Images"),
      account.askAws("ec2 describe-launch-templates --query", "LaunchTemplates"),
      account.askAws("ec2 describe-key-pairs --query", "KeyPairs"),
      account.askAws("ec2 describe-snapshots --query", `Snapshots[?SnapshotId=='${String(snapshots[0])}']`),
      account.askAws("iam list-roles --query", "Roles"),
      account.askAws("iam list-instance-profiles --query", "InstanceProfiles"),
      account.askAws("secretsmanager list-secrets --query", "SecretList"),
    ]);
    assert.deepEqual(left.flat(), []);
  });
});
