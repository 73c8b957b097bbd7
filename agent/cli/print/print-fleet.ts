// `fleet` for people: a row for each image, the oldest first, and where it is asked for, one for each instance. Pure.

import { formatAge } from "../../age.ts";
import type { FleetImage } from "../../fleet/fleet.ts";
import type { FleetLimits, Standing, StandingInstance } from "../../fleet/judge-image.ts";
import { countInstances, type FleetSummary, type ImageSummary } from "../../fleet/summarize-fleet.ts";
import { fitsColumns, formatColumns } from "../columns.ts";
import { formatCount, nameFirst, type Paint } from "../text.ts";

/** What was asked for, and what there is. */
interface Fleet {
  readonly summary: FleetSummary;
  readonly regions: readonly string[];
  readonly limits: FleetLimits;
}

export function formatFleet({ summary, regions, limits }: Fleet, paint: Paint): string {
  const byRegion = Map.groupBy(summary.images, ({ region }) => region);
  const sections = regions.map((region) => formatRegion(region, byRegion.get(region) ?? [], summary.takenAtMs, paint));
  const hint = summary.instances === 0 ? "look at --region, --state (default running), --tag and --asg\n" : "";
  return [...sections, hint, formatVerdict(summary, limits, paint)].join("");
}

function formatRegion(region: string, images: readonly ImageSummary[], nowMs: number, paint: Paint): string {
  if (images.length === 0) return `${paint.bold(region)}: no instance like that\n`;
  const instances = formatCount(countInstances(images), "instance");
  const head = `${paint.bold(region)}: ${instances} of ${formatCount(images.length, "image")}\n`;
  const rows = [HEAD.map(paint.dim), ...images.map((image) => formatImage(image, nowMs, paint))];
  const indented = rows.map((row) => ["", ...row]);
  if (fitsColumns(indented, paint)) return head + formatColumns(rows, paint, "  ");
  return `${head}${images.map((image) => formatColumns(describeImage(image, nowMs, paint), paint, "  ")).join("")}`;
}

/** Where a line has no room for all of it. */
function describeImage(summary: ImageSummary, nowMs: number, paint: Paint): string[][] {
  const { imageId, standing, instances } = summary;
  const [, name = "", , , behind = "", launched = "", groups = "", notes = ""] = formatImage(summary, nowMs, paint);
  const isKnown = standing.kind === "known";
  const age = isKnown ? [`${formatAge(standing.ageMs)} old`] : [];
  const place = !isKnown ? [] : [standing.behind === 0 ? "the newest" : `behind by ${behind}`];
  const lines = [
    [formatCount(instances, "instance"), ...age, ...place].join(", "),
    notes,
    isKnown ? name : "",
    `launched ${launched}${groups === "-" ? "" : ` by ${groups}`}`,
  ];
  return lines.filter((line) => line !== "").map((line, index) => [index === 0 ? imageId : "", line]);
}

const HEAD = ["IMAGE", "NAME", "INSTANCES", "AGE", "BEHIND", "LAUNCHED", "GROUPS", "NOTES"];

function formatImage(summary: ImageSummary, nowMs: number, paint: Paint): string[] {
  const { imageId, standing, instances, autoScalingGroups, oldestLaunchMs, newestLaunchMs } = summary;
  const isKnown = standing.kind === "known";
  const launches = [formatAge(nowMs - newestLaunchMs), formatAge(nowMs - oldestLaunchMs)];
  return [
    imageId,
    isKnown ? standing.image.name : "?",
    String(instances),
    isKnown ? formatAge(standing.ageMs) : "?",
    formatBehind(standing),
    `${[...new Set(launches)].join(" to ")} ago`,
    nameFirst(Object.keys(autoScalingGroups), MOST_NAMED) || "-",
    listNotes(summary, nowMs, paint).join(", "),
  ];
}

function formatBehind(standing: Standing): string {
  if (standing.kind === "gone") return "?";
  const { behind, behindMs, newest } = standing;
  return behind === 0 ? "newest" : `${formatCount(behind, "image")}, ${formatAge(behindMs)}: ${newest.id}`;
}

function listNotes({ standing, lifeCycles, faults, instances }: ImageSummary, nowMs: number, paint: Paint): string[] {
  const others = Object.entries(lifeCycles).filter(([name]) => name !== "on-demand");
  const states = standing.kind === "gone" ? [GONE] : describeState(standing.image, nowMs);
  const isBanned = faults.includes("deprecated") || faults.includes("deregistered");
  return [
    ...(faults.includes("too-old") ? [paint.red("too old")] : []),
    ...(faults.includes("too-far-behind") ? [paint.red("too far behind")] : []),
    ...states.map(isBanned ? paint.red : paint.yellow),
    ...others.map(([name, count]) => (count === instances ? name : `${count} ${name}`)),
  ];
}

const GONE = "deregistered, or not to be seen by this account";

function describeState({ state, deprecatedMs }: FleetImage, nowMs: number): string[] {
  return [...(state === "available" ? [] : [state]), ...describeDeprecation(deprecatedMs, nowMs)];
}

function describeDeprecation(deprecatedMs: number | null, nowMs: number): string[] {
  if (deprecatedMs === null || deprecatedMs - nowMs > SOON_MS) return [];
  if (deprecatedMs > nowMs) return [`deprecated in ${formatAge(deprecatedMs - nowMs)}`];
  return [`deprecated ${formatAge(nowMs - deprecatedMs)} ago`];
}

/** EC2 sets two years for a public image: who reads this wants to know what comes next. */
const SOON_MS = 30 * 86_400_000;
const MOST_NAMED = 2;

function formatVerdict({ instances, outdated, images }: FleetSummary, limits: FleetLimits, paint: Paint): string {
  const { maxAgeMs, maxBehind, bans } = limits;
  const isLimited = maxAgeMs !== null || maxBehind !== null;
  if (instances === 0 || (!isLimited && bans.length === 0)) return "";
  const unknown = images.filter(({ standing, faults }) => standing.kind === "gone" && faults.length === 0).length;
  const note =
    isLimited && unknown > 0
      ? `${paint.yellow(`the age of ${formatCount(unknown, "deregistered image")} is not known`)}: --fail-on deregistered refuses it\n`
      : "";
  if (outdated === 0) return `${note}${paint.green("no instance runs an image that is not allowed")}\n`;
  return `${note}${paint.red(`${outdated} of ${formatCount(instances, "instance")} run an image that is not allowed`)}\n`;
}

/** Rows of one page: all that is kept. */
export function formatInstances(instances: readonly StandingInstance[], paint: Paint): string {
  return formatColumns(instances.map(formatInstance), paint);
}

function formatInstance({ instance, standing }: StandingInstance): string[] {
  const { id, availabilityZone, type, lifeCycle, state, launchedMs, autoScalingGroup, imageId } = instance;
  return [
    id,
    availabilityZone,
    type,
    lifeCycle,
    state,
    `launched ${new Date(launchedMs).toISOString().slice(0, 10)}`,
    autoScalingGroup ?? "-",
    imageId,
    standing.kind === "known" ? formatAge(standing.ageMs) : "?",
    formatBehind(standing),
    ...(standing.kind === "gone" ? ["deregistered"] : standing.isDeprecated ? ["deprecated"] : []),
  ];
}
