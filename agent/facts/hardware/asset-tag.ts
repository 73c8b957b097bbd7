// The instance's id as the firmware has it: Nitro puts it into the board's asset tag, so that it takes no network. Where it is not
// (Xen, other clouds, a container), only IMDS knows.

import { openKernelFiles } from "./kernel-files.ts";

export const ASSET_TAG = "sys/devices/virtual/dmi/id/board_asset_tag";
const INSTANCE_ID = /^i-(?:[0-9a-f]{8}|[0-9a-f]{17})$/;

export function readAssetTag(root: string): string | null {
  const tag = openKernelFiles(root).read(ASSET_TAG);
  return tag !== null && INSTANCE_ID.test(tag) ? tag : null;
}
