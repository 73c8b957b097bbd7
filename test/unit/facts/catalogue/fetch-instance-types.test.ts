import assert from "node:assert/strict";
import { describeRow } from "../../../../scripts/catalogue/describe-row.ts";
import { createEc2Client } from "../../../../scripts/catalogue/ec2.ts";
import { fetchInstanceTypes } from "../../../../scripts/catalogue/fetch-instance-types.ts";
import { type ScriptedImds, startScriptedImds } from "../../support/scripted-imds.ts";

function page(types: readonly string[], next: string): string {
  const items = types.map(
    (type) => `<item><instanceType>${type}</instanceType><hypervisor>nitro</hypervisor><bareMetal>false</bareMetal>
      <vCpuInfo><defaultVCpus>4</defaultVCpus><defaultCores>2</defaultCores><defaultThreadsPerCore>2</defaultThreadsPerCore></vCpuInfo>
      <memoryInfo><sizeInMiB>16384</sizeInMiB></memoryInfo>
      <processorInfo><supportedArchitectures><item>i386</item><item>x86_64</item></supportedArchitectures></processorInfo>
      <gpuInfo><gpus><item><count>0</count></item></gpus></gpuInfo>
      <networkInfo><networkPerformance>Up to 10 Gigabit</networkPerformance><maximumNetworkInterfaces>15</maximumNetworkInterfaces>
        <defaultNetworkCardIndex>0</defaultNetworkCardIndex><ipv4AddressesPerInterface>10</ipv4AddressesPerInterface><networkCards>
        <item><networkCardIndex>1</networkCardIndex><maximumNetworkInterfaces>8</maximumNetworkInterfaces></item>
        <item><networkCardIndex>0</networkCardIndex><maximumNetworkInterfaces>7</maximumNetworkInterfaces></item></networkCards></networkInfo></item>`,
  );
  const token = next === "" ? "" : `<nextToken>${next}</nextToken>`;
  return `<DescribeInstanceTypesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>1</requestId>
    <instanceTypeSet>${items.join("")}</instanceTypeSet>${token}</DescribeInstanceTypesResponse>`;
}

describe("the refresh of the catalogue", () => {
  let ec2: ScriptedImds | null = null;
  afterEach(() => ec2?.close());

  it("asks EC2 for every page, and describes what comes", async () => {
    const pages = [page(["x9.b", "x9.c"], "more"), page(["x9.a"], "")];
    ec2 = await startScriptedImds((_, earlier) => ({
      status: 200,
      body: pages[earlier] ?? "",
      headers: { "content-type": "text/xml" },
    }));
    const client = await createEc2Client({
      region: "us-east-1",
      settings: { endpoint: ec2.endpoint.href, useFipsEndpoint: false, useDualstackEndpoint: false },
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
    });
    const types = await fetchInstanceTypes(client);
    assert.deepEqual(
      types.map(({ InstanceType }) => InstanceType),
      ["x9.b", "x9.c", "x9.a"],
    );
    const source = { asOf: "2026-11-25", name: "EC2 in the test" };
    assert.deepEqual(describeRow(types[0]!, source), {
      type: "x9.b",
      vcpus: 4,
      cores: 2,
      threadsPerCore: 2,
      memoryBytes: 17_179_869_184,
      architecture: "x86_64",
      enis: 7,
      ipv4PerEni: 10,
      network: "Up to 10 Gigabit",
      localDisks: [],
      gpus: 1,
      accelerators: 0,
      hypervisor: "nitro",
      source,
    });
  });
});
