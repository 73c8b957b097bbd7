import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, it } from "mocha";
import { startMoto, type RunningServer } from "./support/servers.ts";

const Content = readFileSync(new URL("../../scripts/aws/ssm-document.yaml", import.meta.url), "utf8");

describe("the document for Systems Manager, in moto", () => {
  let server: RunningServer | null = null;

  before(async function () {
    this.timeout(660_000);
    const started = await startMoto();
    if (!("unavailable" in started)) return void (server = started);
    for (const test of this.test?.parent?.tests ?? []) test.title += ` (skipped: ${started.unavailable})`;
    this.skip();
  });
  after(async () => server?.close());

  /** moto tells services apart by the scope of the signature, which it does not verify. */
  async function call(operation: string, input: object): Promise<{ status: number; answer: Record<string, unknown> }> {
    const response = await fetch(server!.endpoint, {
      method: "POST",
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `AmazonSSM.${operation}`,
        authorization:
          "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/eu-west-1/ssm/aws4_request, Signature=x",
      },
      body: JSON.stringify(input),
    });
    return { status: response.status, answer: (await response.json()) as Record<string, unknown> };
  }

  it("is created, with its parameters and their defaults", async () => {
    const { status, answer } = await call("CreateDocument", {
      Name: "parbake-run",
      DocumentType: "Command",
      DocumentFormat: "YAML",
      TargetType: "/AWS::EC2::Instance",
      Content,
    });
    assert.equal(status, 200, JSON.stringify(answer));
    const description = answer["DocumentDescription"] as {
      readonly SchemaVersion: string;
      readonly Parameters: readonly { readonly Name: string; readonly DefaultValue: string }[];
    };
    assert.equal(description.SchemaVersion, "2.2");
    assert.deepEqual(
      description.Parameters.map(({ Name, DefaultValue }) => [Name, DefaultValue]),
      [
        ["Command", "plan"],
        ["Only", "all"],
        ["Force", "no"],
        ["Deadline", "60"],
        ["TimeoutSeconds", "120"],
      ],
    );
  });

  it("is sent to a group, with limits of rate and of errors", async () => {
    const { status, answer } = await call("SendCommand", {
      DocumentName: "parbake-run",
      Parameters: { Command: ["apply"], Only: ["secrets"] },
      Targets: [{ Key: "tag:aws:autoscaling:groupName", Values: ["web"] }],
      MaxConcurrency: "10%",
      MaxErrors: "1",
      TimeoutSeconds: 600,
    });
    assert.equal(status, 200, JSON.stringify(answer));
    const { MaxConcurrency, MaxErrors } = answer["Command"] as Record<string, unknown>;
    assert.deepEqual([MaxConcurrency, MaxErrors], ["10%", "1"]);
  });
});
