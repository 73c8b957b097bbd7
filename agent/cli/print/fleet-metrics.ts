// `fleet --prometheus`: a series for each image, none for an instance, of which there may be tens of thousands. Pure.

import type { KnownStanding } from "../../fleet/judge-image.ts";
import type { FleetSummary, ImageSummary } from "../../fleet/summarize-fleet.ts";
import { formatAll, one, type Metric, type Sample } from "../../report/metric.ts";

export function formatFleetMetrics({ takenAtMs, outdated, images }: FleetSummary): string {
  return formatAll([
    one("parbake_fleet_timestamp_seconds", "When EC2 was asked.", takenAtMs / 1000),
    one("parbake_fleet_outdated_instances", "Instances whose image is not allowed.", outdated),
    {
      name: "parbake_fleet_instances",
      help: "Instances of each image, by life cycle.",
      samples: images.flatMap((image) =>
        Object.entries(image.lifeCycles).map(([lifeCycle, value]) => ({
          labels: { ...labelsOf(image), life_cycle: lifeCycle },
          value,
        })),
      ),
    },
    {
      name: "parbake_fleet_image_info",
      help: "What each image is called, and the newest of its family; always 1.",
      samples: ofKnown(images, ({ image, newest }) => [{ name: image.name, newest: newest.id }, 1]),
    },
    gauge("created_timestamp_seconds", "When each image was made.", images, ({ image }) => image.createdMs / 1000),
    gauge("behind", "Images of its family that are newer.", images, ({ behind }) => behind),
    gauge(
      "behind_seconds",
      "How much later the newest of its family was made.",
      images,
      (known) => known.behindMs / 1000,
    ),
    gauge("deprecated", "Whether each image is deprecated.", images, ({ isDeprecated }) => Number(isDeprecated)),
    ofAll("deregistered", "Whether EC2 has the image no more.", images, ({ standing }) => standing.kind === "gone"),
    ofAll("outdated", "Whether the image is not allowed.", images, ({ faults }) => faults.length > 0),
  ]);
}

type Labels = Readonly<Record<string, string>>;

function labelsOf({ region, imageId, standing }: ImageSummary): Labels {
  return { region, image: imageId, family: standing.kind === "known" ? standing.image.family.label : "" };
}

function ofKnown(
  images: readonly ImageSummary[],
  read: (standing: KnownStanding) => readonly [labels: Labels, value: number],
): Sample[] {
  return images.flatMap((image) => {
    if (image.standing.kind === "gone") return [];
    const [labels, value] = read(image.standing);
    return [{ labels: { ...labelsOf(image), ...labels }, value }];
  });
}

function gauge(
  name: string,
  help: string,
  images: readonly ImageSummary[],
  read: (standing: KnownStanding) => number,
): Metric {
  return { name: `parbake_fleet_image_${name}`, help, samples: ofKnown(images, (known) => [{}, read(known)]) };
}

function ofAll(
  name: string,
  help: string,
  images: readonly ImageSummary[],
  read: (image: ImageSummary) => boolean,
): Metric {
  const samples = images.map((image) => ({ labels: labelsOf(image), value: Number(read(image)) }));
  return { name: `parbake_fleet_image_${name}`, help, samples };
}
