// All pages of DescribeInstanceTypes.

import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { createEc2Client } from "./ec2.ts";

export async function fetchInstanceTypes({
  ec2,
  client,
}: Awaited<ReturnType<typeof createEc2Client>>): Promise<InstanceTypeInfo[]> {
  const types: InstanceTypeInfo[] = [];
  for await (const page of ec2.paginateDescribeInstanceTypes({ client, pageSize: 100 }, {})) {
    types.push(...(page.InstanceTypes ?? []));
  }
  client.destroy();
  return types;
}
