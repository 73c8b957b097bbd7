// Machine images by their ids, or all of some families. Those that are gone are not among them, and that is no error.

import type { Filter, Image } from "@aws-sdk/client-ec2";
import { familyOf } from "../../fleet/family-of.ts";
import type { Family, FleetImage } from "../../fleet/fleet.ts";
import type { Ec2Context } from "./client.ts";
import { readPages } from "./read-pages.ts";

export interface ImageSource {
  readonly region: string;
  /** The tag that names an image's family. */
  readonly familyTag: string;
  readonly context: Ec2Context;
}

/** The most that one filter takes. */
export const MOST_VALUES = 200;
const PAGE_SIZE = 1000;

/** Not by ImageIds, of which one that is gone would make the call fail. @param ids no more than one filter takes */
export function describeImages(ids: readonly string[], source: ImageSource): Promise<FleetImage[]> {
  return collect(
    { Filters: [{ Name: "image-id", Values: [...ids] }], IncludeDeprecated: true, IncludeDisabled: true },
    source,
  );
}

/**
 * The images that may be launched of these families, and perhaps others beside them.
 * @param families of one owner and one kind, no more than one filter takes
 */
export function describeFamilies(families: readonly Family[], source: ImageSource): Promise<FleetImage[]> {
  const [first] = families;
  if (first === undefined) return Promise.resolve([]);
  const isTag = first.kind === "tag";
  const Values = [...new Set(families.map(({ label }) => (isTag ? escapeWildcards(label) : label)))];
  const Filters = [{ Name: isTag ? `tag:${source.familyTag}` : "name", Values }];
  return collect({ Filters, Owners: [first.ownerId] }, source);
}

function escapeWildcards(value: string): string {
  return value.replaceAll(/[*?\\]/g, String.raw`\$&`);
}

interface ImageQuery {
  readonly Filters: Filter[];
  readonly Owners?: string[];
  readonly IncludeDeprecated?: boolean;
  readonly IncludeDisabled?: boolean;
}

async function collect(query: ImageQuery, { region, familyTag, context }: ImageSource): Promise<FleetImage[]> {
  const { DescribeImagesCommand } = context.ec2;
  const images: FleetImage[] = [];
  const pages = readPages<FleetImage>(
    {
      region,
      operation: "DescribeImages",
      async send(client, NextToken, options) {
        const command = new DescribeImagesCommand({ ...query, MaxResults: PAGE_SIZE, NextToken });
        const { Images, NextToken: token } = await client.send(command, options);
        return { items: Images?.map((image) => readImage(image, region, familyTag)), token };
      },
    },
    context,
  );
  for await (const page of pages) images.push(...page);
  return images;
}

/** Null: EC2 gives all of these for every image. */
function readImage(image: Image, region: string, familyTag: string): FleetImage | null {
  const { ImageId: id, Name: name = "", OwnerId: ownerId, Architecture: architecture = "" } = image;
  const createdMs = Date.parse(image.CreationDate ?? "");
  if (!id || !ownerId || Number.isNaN(createdMs)) return null;
  const tags = Object.fromEntries((image.Tags ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));
  const deprecatedMs = Date.parse(image.DeprecationTime ?? "");
  return {
    id,
    region,
    name,
    family: familyOf({ name, ownerId, architecture, tags }, familyTag),
    createdMs,
    deprecatedMs: Number.isNaN(deprecatedMs) ? null : deprecatedMs,
    state: image.State ?? "",
  };
}
