// What the emulator pretends exists, as plain data: an instance, its role, secrets and EC2's answers. Knows nothing of HTTP.

import type { Fault } from "./faults.ts";
import type { Policy } from "./iam-policy.ts";
import {
  DEFAULT_INSTANCE_TYPES,
  type DescribedImage,
  type DescribedInstance,
  type DescribedType,
} from "./instance-types.ts";

/** A text, a JSON document's text, or a folder of more of them. Null removes what the defaults have there. */
export type ImdsValue = string | null | { readonly [name: string]: ImdsValue };

export interface AccessKey {
  readonly accessKeyId: string;
  /** Null: the signature is not verified. */
  readonly secretAccessKey: string | null;
  /** Null: no session token is expected. */
  readonly token: string | null;
  readonly state: "valid" | "expired" | "denied";
  /** What its role may do, by IAM's rules. Absent: everything. */
  readonly policy?: Policy;
}

/** Neither text nor bytes: a version that rotation has created but not filled. */
export interface SecretVersion {
  readonly id: string;
  readonly stages: readonly string[];
  readonly string?: string;
  readonly binaryBase64?: string;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly state: "readable" | "denied" | "deleted" | "undecryptable";
  /** Of a key of the customer's, which the caller must be allowed to use. Absent: AWS's own key. */
  readonly kmsKeyArn?: string;
  readonly versions: readonly SecretVersion[];
}

export interface World {
  readonly imds: {
    /** `optional` also answers requests without a token, as HttpTokens=optional does. */
    readonly tokens: "required" | "optional";
    /** By path below /latest, such as `meta-data/instance-id`; nested folders are welcome. */
    readonly values: Readonly<Record<string, ImdsValue>>;
    /** Null: an instance without a role. */
    readonly role: string | null;
    readonly credentials: Omit<AccessKey, "state"> & { readonly expiresInSeconds: number };
  };
  /** Who may call the two services. */
  readonly access: readonly AccessKey[];
  readonly secrets: readonly Secret[];
  /** As DescribeInstanceTypes names the fields, and DescribeInstances below. */
  readonly instanceTypes: readonly DescribedType[];
  /** Those with an AvailabilityZone are in its region, others in every one. */
  readonly instances: readonly DescribedInstance[];
  /** In every region. */
  readonly images: readonly DescribedImage[];
  readonly faults: readonly Fault[];
  /** By how much AWS's clock is ahead of this machine's. */
  readonly clockAheadSeconds: number;
}

type SecretInput = Pick<Secret, "name"> &
  Partial<Omit<Secret, "versions">> & { readonly versions: readonly Partial<SecretVersion>[] };

/** What AWS takes the time to be. */
export function worldNowMs({ clockAheadSeconds }: Pick<World, "clockAheadSeconds">): number {
  return Date.now() + clockAheadSeconds * 1000;
}

/** What a test writes down: only what differs from a quiet m7g.large in eu-west-1. */
export type WorldInput = Partial<Omit<World, "imds" | "secrets">> & {
  readonly imds?: Partial<World["imds"]>;
  readonly secrets?: readonly SecretInput[];
};

const REGION = "eu-west-1";
export const ACCOUNT_ID = "123456789012";

// AWS's own documentation uses these as its examples: no scanner takes them for real ones.
export const ROLE_CREDENTIALS = {
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  token: "EXAMPLE//emulated-session-token==",
  expiresInSeconds: 21_600,
} as const;

const DEFAULT_VALUES: Readonly<Record<string, string>> = {
  "meta-data/ami-id": "ami-0e0a4d1a2b3c4d5e6",
  "meta-data/ami-launch-index": "0",
  "meta-data/hostname": "ip-10-0-12-34.eu-west-1.compute.internal",
  "meta-data/instance-id": "i-0a1b2c3d4e5f60718",
  "meta-data/instance-life-cycle": "on-demand",
  "meta-data/instance-type": "m7g.large",
  "meta-data/local-hostname": "ip-10-0-12-34.eu-west-1.compute.internal",
  "meta-data/local-ipv4": "10.0.12.34",
  "meta-data/mac": "06:11:22:33:44:55",
  "meta-data/network/interfaces/macs/06:11:22:33:44:55/device-number": "0",
  "meta-data/network/interfaces/macs/06:11:22:33:44:55/local-ipv4s": "10.0.12.34",
  "meta-data/placement/availability-zone": "eu-west-1a",
  "meta-data/placement/availability-zone-id": "euw1-az1",
  "meta-data/placement/region": REGION,
  "meta-data/services/domain": "amazonaws.com",
  "meta-data/services/partition": "aws",
};

/** A whole world from the few things that a test cares about. */
export function completeWorld(input: WorldInput = {}): World {
  const credentials = { ...ROLE_CREDENTIALS, ...input.imds?.credentials };
  const { expiresInSeconds: _, ...roleKey } = credentials;
  return {
    imds: {
      tokens: input.imds?.tokens ?? "required",
      values: { ...DEFAULT_VALUES, ...input.imds?.values },
      role: input.imds?.role === undefined ? "web" : input.imds.role,
      credentials,
    },
    access: input.access ?? [{ ...roleKey, state: "valid" }],
    secrets: (input.secrets ?? []).map(completeSecret),
    instanceTypes: input.instanceTypes ?? DEFAULT_INSTANCE_TYPES,
    instances: input.instances ?? [],
    images: input.images ?? [],
    faults: input.faults ?? [],
    clockAheadSeconds: input.clockAheadSeconds ?? 0,
  };
}

function completeSecret(input: SecretInput): Secret {
  for (const { id } of input.versions) if (id !== undefined) refuseOddId(id);
  return {
    arn: `arn:aws:secretsmanager:${REGION}:${ACCOUNT_ID}:secret:${input.name}-a1B2c3`,
    state: "readable",
    ...input,
    versions: input.versions.map((version, index) => ({
      id: `00000000-0000-4000-8000-${String(index).padStart(12, "0")}`,
      stages: index === 0 ? ["AWSCURRENT"] : [],
      ...version,
    })),
  };
}

/** CreateSecret's ClientRequestToken: what Secrets Manager itself never has as a version id. */
export function refuseOddId(id: string): void {
  if (!/^[\w-]{32,64}$/.test(id)) throw new Error(`the version id '${id}' has not 32 to 64 letters, digits and dashes`);
}

/** The secret with a new current version; what was current becomes the previous one, as a rotation leaves it. */
export function rotateSecret(secret: Secret, version: SecretVersion): Secret {
  const restage = (stages: readonly string[]): readonly string[] => [
    ...stages.filter((stage) => !version.stages.includes(stage) && stage !== "AWSPREVIOUS"),
    ...(stages.includes("AWSCURRENT") && version.stages.includes("AWSCURRENT") ? ["AWSPREVIOUS"] : []),
  ];
  const older = secret.versions.map((each) => ({ ...each, stages: restage(each.stages) }));
  return { ...secret, versions: [version, ...older.filter((each) => each.id !== version.id)] };
}
