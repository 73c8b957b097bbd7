// Asks EC2 for a fleet and for its images, several regions at once, and keeps as much as there are images. Prints nothing.

import type { Ec2Context } from "../aws/ec2/client.ts";
import { describeInstances, GROUP_TAG } from "../aws/ec2/describe-instances.ts";
import { ImageBook } from "../aws/ec2/image-book.ts";
import type { FleetCommand } from "../cli/invocation.ts";
import { FleetCount } from "../fleet/count-instances.ts";
import type { Standing, StandingInstance } from "../fleet/judge-image.ts";
import { summarizeFleet, type FleetSummary } from "../fleet/summarize-fleet.ts";
import { Refusal } from "../refusal.ts";

export interface SurveyOptions {
  readonly command: FleetCommand;
  readonly regions: readonly string[];
  readonly context: Ec2Context;
  readonly nowMs: number;
  /** Counts while the survey goes on. */
  readonly count: FleetCount;
  /** Gets each page of instances as it comes. Null: nobody wants them. */
  readonly onInstances: ((instances: readonly StandingInstance[]) => void) | null;
}

/** @throws Refusal with what went wrong in every region */
export async function surveyFleet(options: SurveyOptions): Promise<FleetSummary> {
  const { command, regions, context, nowMs, count } = options;
  const { familyTag } = command;
  const books = new Map(regions.map((region) => [region, new ImageBook({ region, familyTag, context }, nowMs)]));
  const surveys = [...books].map(([region, book]) => surveyRegion(region, book, options));
  refuseFailed(await Promise.allSettled(surveys));
  const standingOf = (region: string, imageId: string): Standing => books.get(region)!.standingOf(imageId);
  return summarizeFleet(count.images(), standingOf, command.limits, nowMs);
}

async function surveyRegion(region: string, book: ImageBook, options: SurveyOptions): Promise<void> {
  const { command, context, count, onInstances } = options;
  const { autoScalingGroups, states } = command;
  const groups = autoScalingGroups.length === 0 ? [] : [[GROUP_TAG, autoScalingGroups] as const];
  const tags = new Map([...command.tags, ...groups]);
  for await (const page of describeInstances({ tags, states }, region, context)) {
    for (const instance of page) count.add(instance);
    if (onInstances === null || page.length === 0) continue;
    await book.learn(page.map(({ imageId }) => imageId));
    onInstances(page.map((instance) => ({ instance, standing: book.standingOf(instance.imageId) })));
  }
  const here = count.images().filter((each) => each.region === region);
  await book.learn(here.map(({ imageId }) => imageId));
}

/** A bug of ours goes before what the regions refuse, and what no retry fixes before what one may. */
function refuseFailed(results: readonly PromiseSettledResult<void>[]): void {
  const reasons = results.flatMap((result) => (result.status === "rejected" ? [result.reason as unknown] : []));
  const refusals = reasons.filter((reason) => reason instanceof Refusal);
  if (refusals.length < reasons.length) throw reasons.find((reason) => !(reason instanceof Refusal));
  const [first] = refusals.toSorted((one, other) => Number(isPassing(one)) - Number(isPassing(other)));
  if (first === undefined) return;
  const problems = refusals.flatMap((refusal) => refusal.problems);
  throw new Refusal(first.code, problems, { cause: first });
}

function isPassing({ code }: Refusal): boolean {
  return code === "unavailable";
}
