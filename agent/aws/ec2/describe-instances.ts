// The instances of a fleet, a page of EC2's at a time.

import type { Instance } from "@aws-sdk/client-ec2";
import type { FleetInstance } from "../../fleet/fleet.ts";
import type { Ec2Context } from "./client.ts";
import { readPages } from "./read-pages.ts";

/** Which instances: those that meet all of it. */
interface InstanceQuery {
  /** Values by key: any of the values will do. `*` and `?` stand for what they do in EC2's filters. */
  readonly tags: ReadonlyMap<string, readonly string[]>;
  readonly states: readonly string[];
}

/** EC2 Auto Scaling gives it to whatever it launches. */
export const GROUP_TAG = "aws:autoscaling:groupName";

/** The most that DescribeInstances takes. */
const PAGE_SIZE = 1000;

export function describeInstances(
  { tags, states }: InstanceQuery,
  region: string,
  context: Ec2Context,
): AsyncGenerator<readonly FleetInstance[]> {
  const Filters = [
    { Name: "instance-state-name", Values: [...states] },
    ...[...tags].map(([key, values]) => ({ Name: `tag:${key}`, Values: [...values] })),
  ];
  const { DescribeInstancesCommand } = context.ec2;
  return readPages(
    {
      region,
      operation: "DescribeInstances",
      async send(client, NextToken, options) {
        const command = new DescribeInstancesCommand({ Filters, MaxResults: PAGE_SIZE, NextToken });
        const { Reservations, NextToken: token } = await client.send(command, options);
        const instances = Reservations?.flatMap(({ Instances }) => Instances ?? []);
        return { items: instances?.map((instance) => readInstance(instance, region)), token };
      },
    },
    context,
  );
}

/** Null: EC2 gives all of these for every instance. */
function readInstance(instance: Instance, region: string): FleetInstance | null {
  const { InstanceId: id, ImageId: imageId, LaunchTime, State, InstanceType } = instance;
  if (!id || !imageId || LaunchTime === undefined || State?.Name === undefined) return null;
  return {
    id,
    region,
    imageId,
    launchedMs: LaunchTime.getTime(),
    lifeCycle: instance.InstanceLifecycle ?? "on-demand",
    state: State.Name,
    type: InstanceType ?? "",
    availabilityZone: instance.Placement?.AvailabilityZone ?? "",
    autoScalingGroup: instance.Tags?.find(({ Key }) => Key === GROUP_TAG)?.Value ?? null,
  };
}
