// `fleet --json`: the fleet by its images, and where it is asked for, each instance, written down as it comes. Pure but for where
// the text goes.

import { statusOf } from "../../ending.ts";
import type { Standing, StandingInstance } from "../../fleet/judge-image.ts";
import type { FleetSummary, ImageSummary } from "../../fleet/summarize-fleet.ts";
import type { Refusal } from "../../refusal.ts";
import { shownJson } from "../../shown.ts";

export function fleetDocument(summary: FleetSummary): object {
  return { schema: 1, ...describeFleet(summary) };
}

function describeFleet({ takenAtMs, instances, outdated, images }: FleetSummary): object {
  return { takenAt: toIso(takenAtMs), instanceCount: instances, outdated, images: images.map(describeImage) };
}

function describeImage(summary: ImageSummary): object {
  const { region, imageId, standing, instances, lifeCycles, autoScalingGroups, faults } = summary;
  return {
    region,
    imageId,
    ...describeStanding(standing),
    instanceCount: instances,
    lifeCycles,
    autoScalingGroups,
    oldestLaunchAt: toIso(summary.oldestLaunchMs),
    newestLaunchAt: toIso(summary.newestLaunchMs),
    faults,
  };
}

function describeStanding(standing: Standing): object {
  if (standing.kind === "gone") return { ...NOT_KNOWN, deregistered: true };
  const { image, newest } = standing;
  const { label, kind, ownerId, architecture } = image.family;
  return {
    name: image.name,
    family: label,
    familyBy: kind,
    ownerId,
    architecture,
    state: image.state,
    createdAt: toIso(image.createdMs),
    ageMs: standing.ageMs,
    newestId: newest.id,
    newestName: newest.name,
    newestCreatedAt: toIso(newest.createdMs),
    behind: standing.behind,
    behindMs: standing.behindMs,
    deprecatedAt: image.deprecatedMs === null ? null : toIso(image.deprecatedMs),
    deprecated: standing.isDeprecated,
    deregistered: false,
  };
}

const NOT_KNOWN = {
  name: null,
  family: null,
  familyBy: null,
  ownerId: null,
  architecture: null,
  state: null,
  createdAt: null,
  ageMs: null,
  newestId: null,
  newestName: null,
  newestCreatedAt: null,
  behind: null,
  behindMs: null,
  deprecatedAt: null,
  deprecated: false,
};

function describeInstance({ instance, standing }: StandingInstance): object {
  const { id, region, availabilityZone, type, lifeCycle, state, launchedMs, autoScalingGroup, imageId } = instance;
  const isKnown = standing.kind === "known";
  return {
    instanceId: id,
    region,
    availabilityZone,
    instanceType: type,
    lifeCycle,
    state,
    launchedAt: toIso(launchedMs),
    autoScalingGroup,
    imageId,
    ageMs: isKnown ? standing.ageMs : null,
    behind: isKnown ? standing.behind : null,
    deprecated: isKnown && standing.isDeprecated,
    deregistered: !isKnown,
  };
}

/** One document, whose instances are written a line each as they come and kept nowhere. */
export class FleetStream {
  readonly #write: (text: string) => void;
  #separator = '{"schema":1,"instances":[\n';

  constructor(write: (text: string) => void) {
    this.#write = write;
  }

  add(instances: readonly StandingInstance[]): void {
    for (const instance of instances) {
      this.#write(this.#separator + shownJson(describeInstance(instance)));
      this.#separator = ",\n";
    }
  }

  end(summary: FleetSummary): void {
    this.#finish(describeFleet(summary));
  }

  fail({ code, problems }: Refusal): void {
    this.#finish({ error: { code, status: statusOf(code), problems } });
  }

  #finish(rest: object): void {
    const opening = this.#separator === ",\n" ? "\n" : this.#separator;
    this.#write(`${opening}],${shownJson(rest).slice(1)}\n`);
  }
}

function toIso(timeMs: number): string {
  return new Date(timeMs).toISOString();
}
