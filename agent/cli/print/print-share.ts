// How an app's share is worked out, for people: from the machine's memory down to it, or why an optional app has none. Pure.

import { formatBytes } from "../../size.ts";
import { amountOf, type ShareExplanation } from "../../tuning/explain.ts";
import { describeReserve } from "../../tuning/reserve.ts";
import type { AppPlan } from "../../tuning/tuning.ts";
import { formatColumns, formatParagraph } from "../columns.ts";
import { formatCount, type Paint } from "../text.ts";
import { describeRest, describeSpare } from "./print-division.ts";

export interface ExplainedShare {
  readonly app: AppPlan;
  /** Null: the app takes no memory. */
  readonly share: ShareExplanation | null;
  /** Optional apps that this machine is too small for. */
  readonly leftOut: readonly string[];
}

export function formatShare({ app, share, leftOut }: ExplainedShare, paint: Paint): string {
  if (share === null) return "takes no share of the memory: it is tuned for all that the OS sees\n";
  const heldBack: readonly (readonly [string, number, string])[] = [
    ["- reserve", share.reserveBytes, describeReserve(share.reserve)],
    ["- huge pages", share.hugePagesBytes, "outside of any app"],
    ["- secrets", share.secretsBytes, "on their file system, at most"],
  ];
  const others = `${leftOut.join(", ")} left out: every other app has its floor, and the page cache has the rest`;
  const table = formatColumns(
    [
      ["memory as the OS sees it", formatBytes(share.memTotalBytes)],
      ...(share.memLimitBytes < share.memTotalBytes ? [["limit of the cgroup", formatBytes(share.memLimitBytes)]] : []),
      ...heldBack
        .filter(([, bytes]) => bytes > 0)
        .map(([what, bytes, why]) => [what, formatBytes(bytes), paint.dim(why)]),
      ["= for all apps", formatBytes(share.availableBytes)],
      ...partRows(app, share, paint),
      ["its share", paint.bold(formatBytes(share.shareBytes)), describeLimits(app, share)],
      ...restRow(share, paint),
    ],
    paint,
    "  ",
  );
  return table + (leftOut.length === 0 ? "" : formatParagraph("  ", paint.yellow(others), paint));
}

/** From the part that its weight alone would give an app to the share that it has. */
function partRows({ name, profile }: AppPlan, share: ShareExplanation, paint: Paint): string[][] {
  const { partBytes, weight, weights, weightBy, spare, gained } = share;
  if (partBytes === null) return [];
  const whose = weightBy === "config" ? "as memory.weight says" : `the usual one of ${profile}`;
  const part = ["its part by weight", formatBytes(partBytes), `weight ${weight} of ${weights}, ${whose}`];
  const passedOn = describeSpare(share);
  if (passedOn === null) return [part];
  const changes: readonly (readonly [string, number])[] = [
    ["- more than it can use", amountOf(name, spare)],
    ["+ what others can't use", amountOf(name, gained)],
  ];
  const rows = changes
    .filter(([, bytes]) => bytes > 0)
    .map(([what, bytes]) => [what, formatBytes(bytes), paint.dim(passedOn)]);
  return [part, ...rows];
}

function describeLimits(
  { profile, vcpus }: AppPlan,
  { floorBytes, capBytes, capBy, boundBy }: ShareExplanation,
): string {
  const mosts = {
    config: "memory.max",
    profile: `all that ${profile} can use with ${formatCount(vcpus, "vCPU")} and these options`,
  } as const;
  const most = capBy === null || capBytes === null ? "no cap" : `cap ${formatBytes(capBytes)} (${mosts[capBy]})`;
  return `floor ${formatBytes(floorBytes)}, ${most}${boundBy === null ? "" : `, held by its ${boundBy}`}`;
}

function restRow(share: ShareExplanation, paint: Paint): string[][] {
  const why = describeRest(share);
  return why === null ? [] : [["left to the page cache", formatBytes(share.unallocatedBytes), paint.dim(why)]];
}

export function formatAbsence({ app, share, leftOut }: ExplainedShare, paint: Paint): string {
  const [first] = leftOut;
  // An app that takes no memory is never left out.
  if (share === null || first === undefined) return "";
  const [why, change] = explainAbsence(app.name, share, first);
  const what = paint.yellow(`${app.name} is optional and left out`);
  return formatParagraph("", `${what}: ${why}. To change that: ${change}.`, paint);
}

/** parbake leaves out the last optional app first, and with one that does not fit all behind it. */
function explainAbsence(
  name: string,
  { floorBytes, unallocatedBytes }: ShareExplanation,
  first: string,
): readonly [why: string, change: string] {
  const floor = `its floor of ${formatBytes(floorBytes)}`;
  const enlarge = "a larger instance type, or lower floors";
  if (name === first) return [`${floor} does not fit beside those of the others`, `${enlarge} of the others`];
  const behind = `it comes after ${first}, which does not fit`;
  if (floorBytes > unallocatedBytes) return [`${behind}, nor does ${floor}`, enlarge];
  return [`${behind}; ${floor} would`, `a larger instance type, or put it before ${first}`];
}
