// A fleet in the emulator's terms: images and instances with the few fields that a test cares about.

import type { DescribedImage, DescribedInstance } from "../../../scripts/emulator/instance-types.ts";
import { ACCOUNT_ID } from "../../../scripts/emulator/world.ts";

const DAY_MS = 86_400_000;

/** Of that many days ago. */
export function daysAgo(days: number): string {
  return new Date(Date.now() - days * DAY_MS).toISOString();
}

interface ImageInput {
  readonly id: string;
  readonly name: string;
  /** How many days ago it was made. */
  readonly age: number;
  readonly family?: string;
  readonly owner?: string;
  readonly architecture?: string;
  readonly state?: string;
  readonly deprecated?: string;
}

export function imageOf({ id, name, age, family, ...rest }: ImageInput): DescribedImage {
  return {
    ImageId: id,
    Name: name,
    OwnerId: rest.owner ?? ACCOUNT_ID,
    Architecture: rest.architecture ?? "arm64",
    State: rest.state ?? "available",
    CreationDate: daysAgo(age),
    ...(rest.deprecated === undefined ? {} : { DeprecationTime: rest.deprecated }),
    Tags: family === undefined ? [] : [{ Key: "parbake:family", Value: family }],
  };
}

interface InstanceInput {
  readonly image: string;
  readonly region?: string;
  readonly group?: string;
  readonly spot?: boolean;
  readonly state?: string;
  readonly tags?: Readonly<Record<string, string>>;
  /** How many days ago it was launched. */
  readonly age?: number;
}

export function instanceOf(
  index: number,
  { image, region = "eu-west-1", group, ...rest }: InstanceInput,
): DescribedInstance {
  const tags = { ...rest.tags, ...(group === undefined ? {} : { "aws:autoscaling:groupName": group }) };
  return {
    InstanceId: `i-${index.toString(16).padStart(17, "0")}`,
    ImageId: image,
    InstanceType: "m7g.large",
    State: { Code: 16, Name: rest.state ?? "running" },
    LaunchTime: daysAgo(rest.age ?? 1),
    Placement: { AvailabilityZone: `${region}${"abc"[index % 3]}` },
    ...(rest.spot === true ? { InstanceLifecycle: "spot" } : {}),
    Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
  };
}
