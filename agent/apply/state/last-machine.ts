// Which machine the last run saw, so that the next can tell that it is another one, or has another size. Outlives a reboot, and is in
// an image that was made of a machine that ran: then it is what gives the copy away.

import type { JsonValue } from "../../formats/json-value.ts";
import { formatBytes } from "../../size.ts";
import { STATE_FOLDER } from "./own-folders.ts";
import { readState, writeState, type StateDocument } from "./state-file.ts";

export interface Machine {
  /** Null: neither the firmware nor IMDS said. */
  readonly instanceId: string | null;
  /** Null: IMDS did not say. */
  readonly instanceType: string | null;
  readonly memTotalBytes: number;
  readonly vcpus: number;
}

/** `another`: what the last run left is not this machine's own. */
export type MachineChange = "same" | "resized" | "another";

const NAME = "instance.json";

/** What a kernel keeps for itself differs from one of its versions to the next; the sizes of a family differ by a half at least. */
const MEMORY_SHARE = 0.05;

/** What one of them does not know is no difference. */
export function compareMachines(before: Machine, now: Machine): MachineChange {
  if (differ(before.instanceId, now.instanceId)) return "another";
  const isOtherType = differ(before.instanceType, now.instanceType);
  const changedBytes = Math.abs(now.memTotalBytes - before.memTotalBytes);
  const isOtherSize = changedBytes > before.memTotalBytes * MEMORY_SHARE || now.vcpus !== before.vcpus;
  return isOtherType || isOtherSize ? "resized" : "same";
}

function differ(before: string | null, now: string | null): boolean {
  return before !== null && now !== null && before !== now;
}

/** Whether `now` knows what the record does not. */
export function knowsMore(before: Machine, now: Machine): boolean {
  const isNew = (name: "instanceId" | "instanceType") => before[name] === null && now[name] !== null;
  return isNew("instanceId") || isNew("instanceType");
}

/** `m7g.large (7.6 GiB, 2 vCPUs)` */
export function describeMachine({ instanceType, memTotalBytes, vcpus }: Machine): string {
  const size = `${formatBytes(memTotalBytes)}, ${vcpus} ${vcpus === 1 ? "vCPU" : "vCPUs"}`;
  return instanceType === null ? size : `${instanceType} (${size})`;
}

export function describeResize(before: Machine, now: Machine): string {
  return `this machine was ${describeMachine(before)} at its last run, and is ${describeMachine(now)} now`;
}

/** @throws Refusal where it may not be read, or others may have written it */
export function readLastMachine(root: string): StateDocument<Machine> {
  return readState(root, NAME, STATE_FOLDER, parseMachine);
}

export function writeLastMachine(root: string, machine: Machine): void {
  const { instanceId, instanceType, memTotalBytes, vcpus } = machine;
  writeState(root, NAME, { schema: 1, instanceId, instanceType, memTotalBytes, vcpus }, STATE_FOLDER);
}

export function parseMachine(json: JsonValue): Machine {
  return {
    instanceId: json.get("instanceId").nullable((id) => id.text()),
    instanceType: json.get("instanceType").nullable((type) => type.text()),
    memTotalBytes: json.get("memTotalBytes").integer(0, Number.MAX_SAFE_INTEGER),
    vcpus: json.get("vcpus").integer(0, Number.MAX_SAFE_INTEGER),
  };
}
