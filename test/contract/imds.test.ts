import { setTimeout as sleep } from "node:timers/promises";
import { describeContract, type Clause } from "./support/contract.ts";
import {
  ask,
  PARTIES,
  putToken,
  read,
  readAll,
  readDocument,
  TTL_HEADER,
  type Instance,
} from "./support/imds-instances.ts";

/** Every path whose value becomes a fact, and what such a value looks like. */
const FACT_PATHS: readonly (readonly [path: string, shape: RegExp])[] = [
  ["meta-data/ami-id", /^ami-[0-9a-f]{17}$/],
  ["meta-data/hostname", /^ip-[\d-]+\.[\w.-]+internal$/],
  ["meta-data/instance-id", /^i-[0-9a-f]{17}$/],
  ["meta-data/instance-life-cycle", /^(on-demand|spot)$/],
  ["meta-data/instance-type", /^[a-z]\d\w*\.\d*\w+$/],
  ["meta-data/local-ipv4", /^\d+\.\d+\.\d+\.\d+$/],
  ["meta-data/mac", /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/],
  ["meta-data/placement/availability-zone", /^[a-z]{2}-[a-z]+-\d[a-z]$/],
  ["meta-data/placement/region", /^[a-z]{2}-[a-z]+-\d$/],
  ["meta-data/services/partition", /^aws(-\w+)*$/],
];

const CLAUSES: readonly Clause<Instance>[] = [
  {
    title: "gives a session token as plain text and says its TTL in a header",
    async observe({ endpoint }) {
      const { status, type, ttl, body } = await putToken(endpoint, { [TTL_HEADER]: "21600" });
      return { status, type, ttl, oneLine: /^[\w+/=-]{40,}$/.test(body) };
    },
    expected: { status: 200, type: "text/plain", ttl: "21600", oneLine: true },
  },
  {
    title: "refuses a TTL that is absent, no number, 0 or above six hours",
    async observe({ endpoint }) {
      const headers = [{}, { [TTL_HEADER]: "soon" }, { [TTL_HEADER]: "0" }, { [TTL_HEADER]: "21601" }];
      return (await Promise.all(headers.map((each) => putToken(endpoint, each)))).map(({ status }) => status);
    },
    expected: [400, 400, 400, 400],
  },
  {
    title: "gives no token through a proxy that adds X-Forwarded-For",
    observe: async ({ endpoint }) =>
      (await putToken(endpoint, { [TTL_HEADER]: "60", "x-forwarded-for": "192.0.2.1" })).status,
    expected: 403,
    differs: { aemm: { observed: 200, why: "it ignores X-Forwarded-For" } },
  },
  {
    title: "answers 401 without a token, with one that it never gave, and with one that has expired",
    async observe({ endpoint, role }) {
      const { body: brief } = await putToken(endpoint, { [TTL_HEADER]: "1" });
      const fresh = await read({ endpoint, token: brief, role }, "meta-data/instance-id");
      await sleep(1100);
      const expired = await read({ endpoint, token: brief, role }, "meta-data/instance-id");
      const without = await ask(endpoint, "meta-data/instance-id");
      const invented = await read({ endpoint, token: "invented", role }, "meta-data/instance-id");
      return [fresh.status, expired.status, without.status, invented.status];
    },
    expected: [200, 401, 401, 401],
  },
  {
    title: "answers each path of a fact with plain text of its shape and nothing around it",
    async observe(instance) {
      const seen = await readAll(
        instance,
        FACT_PATHS.map(([path]) => path),
      );
      return FACT_PATHS.filter(([, shape], index) => {
        const { status, type, body } = seen[index] ?? { status: 0, type: "", body: "" };
        return status !== 200 || type !== "text/plain" || !shape.test(body);
      });
    },
    expected: [],
  },
  {
    title: "says on each answer how long the token still lives",
    observe: async (instance) => /^(300|29\d)$/.test((await read(instance, "meta-data/instance-id")).ttl ?? "none"),
    expected: true,
    differs: { aemm: { observed: false, why: "it sends that header with the token only" } },
  },
  {
    title: "answers 404 for a path, a folder and a role that are not there, with a page that names the status",
    observe: async (instance) =>
      (await readAll(instance, ["meta-data/nope", "meta-data/nope/", "meta-data/iam/security-credentials/nope"])).map(
        ({ status, body }) => [status, /<h1>(.*)<\/h1>/.exec(body)?.[1]],
      ),
    expected: [
      [404, "404 - Not Found"],
      [404, "404 - Not Found"],
      [404, "404 - Not Found"],
    ],
  },
  {
    title: "answers 404 for a path that is not there though its name is part of another's",
    observe: async (instance) => {
      const { status, body } = await read(instance, "meta-data/ipv6");
      return status === 404 ? status : [status, body];
    },
    expected: 404,
    differs: {
      aemm: { observed: [200, "network/"], why: "it lists a folder for any path whose name occurs in another path" },
    },
  },
  {
    title: "sends its error pages as HTML",
    observe: async (instance) => (await read(instance, "meta-data/nope")).type,
    expected: "text/html",
    differs: { aemm: { observed: "text/plain; charset=utf-8", why: "Go's http.Error makes it plain text" } },
  },
  {
    title: "lists a folder alike with and without a slash, without a line feed at the end",
    async observe(instance) {
      const [slash, plain] = await readAll(instance, ["meta-data/placement/", "meta-data/placement"]);
      const names = slash?.body.split("\n") ?? [];
      return [slash?.body === plain?.body, names.includes("availability-zone"), names.includes("region"), names.at(-1)];
    },
    expected: [true, true, true, "region"],
  },
  {
    title: "marks folders in a list with a slash",
    async observe(instance) {
      const names = (await read(instance, "meta-data/")).body.split("\n");
      return ["iam/", "network/", "placement/", "tags/", "instance-id", "mac"].map((name) => names.includes(name));
    },
    expected: [true, true, true, true, true, true],
  },
  {
    title: "lists the names of the instance's tags and gives each value",
    observe: async (instance) =>
      (await readAll(instance, ["meta-data/tags/instance/", "meta-data/tags/instance/Test"])).map(({ body }) => body),
    expected: ["Name\nTest", "yes"],
    differs: { aemm: { observed: ["Name\nTest", "test-tag"], why: "its built-in tag has another value" } },
  },
  {
    title: "names the role and nothing else",
    observe: async (instance) => {
      const { status, type, body } = await read(instance, "meta-data/iam/security-credentials/");
      return [status, type, body === instance.role];
    },
    expected: [200, "text/plain", true],
  },
  {
    title: "gives the role's credentials as a JSON object of texts",
    async observe(instance) {
      const document = await readDocument(instance, `meta-data/iam/security-credentials/${instance.role}`);
      const kinds = Object.entries(document).map(([key, value]) => [key, typeof value]);
      return { ...Object.fromEntries(kinds), Code: document["Code"], Type: document["Type"] };
    },
    expected: {
      Code: "Success",
      LastUpdated: "string",
      Type: "AWS-HMAC",
      AccessKeyId: "string",
      SecretAccessKey: "string",
      Token: "string",
      Expiration: "string",
    },
  },
  {
    title: "gives credentials that still live, their end written without fractions of a second",
    async observe(instance) {
      const document = await readDocument(instance, `meta-data/iam/security-credentials/${instance.role}`);
      const expiration = String(document["Expiration"]);
      return [/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(expiration), Date.parse(expiration) > Date.now()];
    },
    expected: [true, true],
    differs: { aemm: { observed: [true, false], why: "its credentials ended in 2020" } },
  },
  {
    title: "gives the identity document with all its keys, null where there is nothing",
    async observe(instance) {
      const document = await readDocument(instance, "dynamic/instance-identity/document");
      return [Object.keys(document).toSorted(), document["version"], document["kernelId"]];
    },
    expected: [
      [
        "accountId",
        "architecture",
        "availabilityZone",
        "billingProducts",
        "devpayProductCodes",
        "imageId",
        "instanceId",
        "instanceType",
        "kernelId",
        "marketplaceProductCodes",
        "pendingTime",
        "privateIp",
        "ramdiskId",
        "region",
        "version",
      ],
      "2017-09-30",
      null,
    ],
  },
  {
    title: "calls JSON documents plain text, and user data octets",
    observe: async (instance) =>
      (
        await readAll(instance, [
          "dynamic/instance-identity/document",
          `meta-data/iam/security-credentials/${instance.role}`,
          "user-data",
        ])
      ).map(({ type }) => type),
    expected: ["text/plain", "text/plain", "application/octet-stream"],
    differs: {
      aemm: {
        observed: ["application/json", "application/json", "application/octet-stream"],
        why: "it calls JSON by its name",
      },
    },
  },
];

describeContract("IMDS contract", PARTIES, CLAUSES);
