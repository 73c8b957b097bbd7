import assert from "node:assert/strict";
import { startDeadline } from "../../../agent/deadline.ts";
import { gatherInstance, type InstanceFact } from "../../../agent/facts/gather-instance.ts";
import { createImdsClient } from "../../../agent/facts/imds/imds-client.ts";
import { Refusal } from "../../../agent/refusal.ts";
import { type Script, startScriptedImds, withTokens, withValues } from "../support/scripted-imds.ts";

const ALL_THERE = {
  "instance-type": "m7g.large",
  "instance-id": "i-0123456789abcdef0",
  "placement/region": "eu-west-1",
  "placement/availability-zone": "eu-west-1b",
  "placement/group-name": "my group",
  "placement/partition-number": "3",
  "ami-id": "ami-0fedcba987654321f",
  "services/partition": "aws",
  "instance-life-cycle": "spot",
  "local-ipv4": "10.0.1.7",
  ipv6: "2001:db8::7",
  "local-hostname": "ip-10-0-1-7.eu-west-1.compute.internal",
  "iam/security-credentials/": "web-role",
  "tags/instance": "Name\naws:autoscaling:groupName\n__proto__",
  "tags/instance/Name": "Grüße 1",
  "tags/instance/aws:autoscaling:groupName": "web",
  "tags/instance/__proto__": "kept",
};

describe("the instance's facts", () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0).toReversed()) await each.close();
  });

  async function gather(script: Script, wanted?: readonly InstanceFact[]) {
    const imds = await startScriptedImds(script);
    const client = createImdsClient({ endpoints: [imds.endpoint], deadline: startDeadline(5_000), log: () => {} });
    open.push(imds, client);
    return { ...(await gatherInstance(client, wanted)), asked: imds.asked.map(({ path }) => path) };
  }

  async function refusal(values: Record<string, string>): Promise<Refusal> {
    const error: unknown = await gather(withValues({ ...ALL_THERE, ...values })).catch((reason: unknown) => reason);
    assert.ok(error instanceof Refusal, String(error));
    assert.equal(error.code, "unavailable");
    return error;
  }

  it("are all read where IMDS has all", async () => {
    const { facts, origins } = await gather(withValues(ALL_THERE));
    assert.deepEqual(facts, {
      instanceType: "m7g.large",
      instanceId: "i-0123456789abcdef0",
      region: "eu-west-1",
      availabilityZone: "eu-west-1b",
      amiId: "ami-0fedcba987654321f",
      partition: "aws",
      lifeCycle: "spot",
      localIpv4: "10.0.1.7",
      localIpv6: "2001:db8::7",
      hostname: "ip-10-0-1-7.eu-west-1.compute.internal",
      roleName: "web-role",
      tags: Object.fromEntries([
        ["Name", "Grüße 1"],
        ["aws:autoscaling:groupName", "web"],
        ["__proto__", "kept"],
      ]),
      placementGroup: "my group",
      partitionNumber: 3,
    });
    assert.deepEqual(Object.keys(origins).toSorted(), Object.keys(facts).toSorted());
    assert.equal(origins["region"]?.detail, "placement/region");
    assert.ok(Number(origins["region"]?.tookMs) >= 0);
  });

  it("are null and without an origin where IMDS does not have them", async () => {
    const { facts, origins } = await gather(withValues({}));
    assert.deepEqual(new Set(Object.values(facts)), new Set([null]));
    assert.equal(Object.keys(facts).length, 14);
    assert.deepEqual(origins, {});
  });

  it("are asked for only as far as wanted", async () => {
    const { facts, asked } = await gather(withValues(ALL_THERE), ["region", "roleName"]);
    assert.equal(facts.region, "eu-west-1");
    assert.equal(facts.instanceType, null);
    assert.deepEqual(asked.toSorted(), [
      "/latest/api/token",
      "/latest/meta-data/iam/security-credentials/",
      "/latest/meta-data/placement/region",
    ]);
  });

  it("start all at once: no answer is waited for before the next request", async () => {
    let reads = 0;
    let most = 0;
    const imds = {
      fetch: async () => {
        most = Math.max(most, ++reads);
        await new Promise((resolve) => setTimeout(resolve, 5));
        reads -= 1;
        return null;
      },
      prepare: () => {},
      waitFor: () => assert.fail("nothing is waited for"),
      close: () => {},
    };
    await gatherInstance(imds);
    assert.equal(most, 14);
  });

  it("take the second name for the host where the first is absent, and the first of several", async () => {
    const { "local-hostname": _, ...others } = ALL_THERE;
    const { facts, origins } = await gather(withValues({ ...others, hostname: "a.example.com b.example.com" }));
    assert.equal(facts.hostname, "a.example.com");
    assert.equal(origins["hostname"]?.detail, "hostname");
  });

  // What the domain-name option of a VPC's DHCP options made of it.
  for (const [name, known] of [
    ["ip-10-0-0-1.corp.example,other.example", "ip-10-0-0-1.corp.example,other.example"],
    ["ip-10-0-0-1.corp_net", "ip-10-0-0-1.corp_net"],
    ["-ip.example.", "-ip.example."],
    ["ip-10-0-0-1.a.example ip-10-0-0-1.b.example", "ip-10-0-0-1.a.example"],
    [" ip-10-0-0-1.a.example \n", "ip-10-0-0-1.a.example"],
    ["ip-10-0-0-1.bücher.example", "ip-10-0-0-1.bücher.example"],
    [`ip.${"a.".repeat(200)}example`, `ip.${"a.".repeat(200)}example`],
  ] as const) {
    it(`know ${JSON.stringify(name.slice(0, 50))} for a host name`, async () => {
      assert.equal((await gather(withValues({ "local-hostname": name }), ["hostname"])).facts.hostname, known);
    });
  }

  it("have a tag without a value, which is asked for again, and an instance without tags", async () => {
    const { facts, asked } = await gather(withValues({ "tags/instance": "a", "tags/instance/a": "" }), ["tags"]);
    assert.deepEqual(facts.tags, { a: "" });
    assert.equal(asked.filter((path) => path.endsWith("/tags/instance/a")).length, 2);
    assert.deepEqual((await gather(withValues({ "tags/instance": "" }), ["tags"])).facts.tags, {});
  });

  it("have the value of a tag that was empty only because IMDS was asked too often", async () => {
    const script = withTokens(({ path }, earlier) => {
      if (path.endsWith("tags/instance")) return { status: 200, body: earlier === 0 ? "" : "a" };
      return path.endsWith("/a") ? { status: 200, body: earlier === 0 ? "" : "1" } : undefined;
    });
    assert.deepEqual((await gather(script, ["tags"])).facts.tags, { a: "1" });
  });

  it("leave out a tag that vanished between the list and the read", async () => {
    const { facts } = await gather(withValues({ "tags/instance": "a\nb", "tags/instance/b": "2" }), ["tags"]);
    assert.deepEqual(facts.tags, { b: "2" });
  });

  for (const type of ["t3.micro", "u-6tb1.112xlarge", "mac-m4pro.metal", "p6e-gb200.36xlarge", "r7i.metal-48xl"]) {
    it(`know ${type} for an instance type`, async () => {
      assert.equal((await gather(withValues({ "instance-type": type }), ["instanceType"])).facts.instanceType, type);
    });
  }

  const wrong: readonly [path: string, value: string, message: RegExp][] = [
    ["instance-type", "<html>", /gives "<html>" for instance-type, which is not an instance type such as m7g.large/],
    ["instance-type", "m7g.large\nm7g.xlarge", /"m7g.large\\nm7g.xlarge"/],
    ["instance-type", "\u001b[31mred", /gives "\\u001b\[31mred"/],
    ["instance-type", "x".repeat(1000), /gives "x{60}" and 940 characters more for/],
    ["instance-id", "i-xyz", /is not an instance id/],
    ["placement/region", "Frankfurt", /is not a region/],
    ["placement/availability-zone", "eu west", /is not a zone/],
    ["ami-id", "ami", /is not an AMI id/],
    ["services/partition", "azure", /is not a partition/],
    ["instance-life-cycle", "9", /is not a life cycle/],
    ["local-ipv4", "10.0.0.256", /"10.0.0.256" for local-ipv4, which is not an IPv4 address/],
    ["ipv6", "10.0.0.1", /is not an IPv6 address/],
    ["local-hostname", "a\u001bb", /"a\\u001bb" for local-hostname, which is not a host name/],
    ["iam/security-credentials/", "one\ntwo", /is not the name of one role/],
    ["placement/partition-number", "two", /is not the number of a partition/],
    ["tags/instance", "a/../../iam", /is not the key of a tag/],
    ["tags/instance/Name", "a\u0001b", /"a\\u0001b" for tags\/instance\/Name, which is not a tag's value/],
  ];
  for (const [path, value, message] of wrong) {
    it(`refuse ${JSON.stringify(value.slice(0, 20))} as ${path}`, async () => {
      assert.match((await refusal({ [path]: value })).message, message);
    });
  }

  it("are refused all together", async () => {
    const { problems } = await refusal({ "instance-type": "?", "ami-id": "?", "local-ipv4": "?" });
    assert.equal(problems.length, 3);
  });
});
