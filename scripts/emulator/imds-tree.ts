// The folders and values that IMDS shows of a world: its own values, the role's documents, and the identity document made from them.

import { ACCOUNT_ID, type ImdsValue, type World } from "./world.ts";

export type Tree = Map<string, string | Tree>;

/** Undefined where there is nothing of that path. */
export function findNode(root: Tree, path: string): string | Tree | undefined {
  let node: string | Tree | undefined = root;
  for (const name of path.split("/").filter((part) => part !== ""))
    node = node instanceof Map ? node.get(name) : undefined;
  return node;
}

/** Built anew for each request, so that dates in it are always fresh. */
export function buildImdsTree(world: World, nowMs: number): Tree {
  const root: Tree = new Map();
  for (const [path, value] of Object.entries(buildRoleValues(world, nowMs))) setValue(root, path, value);
  for (const [path, value] of Object.entries(world.imds.values)) setValue(root, path, value);
  const documentPath = "dynamic/instance-identity/document";
  if (!(documentPath in world.imds.values)) setValue(root, documentPath, buildIdentityDocument(root));
  return root;
}

function setValue(folder: Tree, path: string, value: ImdsValue): void {
  const [name = "", ...rest] = path.split("/").filter((part) => part !== "");
  if (rest.length > 0) return setValue(openFolder(folder, name), rest.join("/"), value);
  if (value === null) folder.delete(name);
  else if (typeof value === "string") folder.set(name, value);
  else for (const [key, inner] of Object.entries(value)) setValue(openFolder(folder, name), key, inner);
}

function openFolder(folder: Tree, name: string): Tree {
  const found = folder.get(name);
  if (found instanceof Map) return found;
  const made: Tree = new Map();
  folder.set(name, made);
  return made;
}

function buildRoleValues({ imds: { role, credentials } }: World, nowMs: number): Record<string, string> {
  if (role === null) return {};
  const lastUpdated = formatDate(nowMs - 60_000);
  return {
    "meta-data/iam/info": JSON.stringify({
      Code: "Success",
      LastUpdated: lastUpdated,
      InstanceProfileArn: `arn:aws:iam::${ACCOUNT_ID}:instance-profile/${role}`,
      InstanceProfileId: "AIPAEXAMPLEEXAMPLEEXA",
    }),
    [`meta-data/iam/security-credentials/${role}`]: JSON.stringify({
      Code: "Success",
      LastUpdated: lastUpdated,
      Type: "AWS-HMAC",
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      Token: credentials.token,
      Expiration: formatDate(nowMs + credentials.expiresInSeconds * 1000),
    }),
  };
}

function buildIdentityDocument(root: Tree): string {
  const read = (path: string): string | null => {
    const node = findNode(root, `meta-data/${path}`);
    return typeof node === "string" ? node : null;
  };
  const instanceType = read("instance-type");
  return JSON.stringify({
    accountId: ACCOUNT_ID,
    // Graviton families carry a g after their generation: m7g, c7gn, r8gd.
    architecture: /^[a-z]+\d+g/.test(instanceType ?? "") ? "arm64" : "x86_64",
    availabilityZone: read("placement/availability-zone"),
    billingProducts: null,
    devpayProductCodes: null,
    marketplaceProductCodes: null,
    imageId: read("ami-id"),
    instanceId: read("instance-id"),
    instanceType,
    kernelId: null,
    pendingTime: "2026-01-02T03:04:05Z",
    privateIp: read("local-ipv4"),
    ramdiskId: null,
    region: read("placement/region"),
    version: "2017-09-30",
  });
}

/** As AWS writes it: without fractions of a second. */
function formatDate(atMs: number): string {
  return new Date(atMs).toISOString().replace(/\.\d+Z$/, "Z");
}
