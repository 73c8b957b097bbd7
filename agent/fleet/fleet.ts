// What EC2 knows of a fleet, as far as its images are concerned. Times are milliseconds since 1970.

/** One instance. */
export interface FleetInstance {
  readonly id: string;
  readonly region: string;
  readonly imageId: string;
  readonly launchedMs: number;
  /** `on-demand`, `spot`, `scheduled` or `capacity-block`. */
  readonly lifeCycle: string;
  readonly state: string;
  readonly type: string;
  readonly availabilityZone: string;
  /** Null: none has launched it. */
  readonly autoScalingGroup: string | null;
}

/** One machine image that EC2 still has. */
export interface FleetImage {
  readonly id: string;
  readonly region: string;
  readonly name: string;
  readonly family: Family;
  readonly createdMs: number;
  /** From then on nobody should launch it. Null: no such time is set. */
  readonly deprecatedMs: number | null;
  /** `available`; else `pending`, `failed`, `disabled` and their like. */
  readonly state: string;
}

/** The tag that names an image's family, unless told otherwise. */
export const FAMILY_TAG = "parbake:family";

/** The images that replace each other: of one owner, one architecture and one name. */
export interface Family {
  /** What a person calls it: the tag's value, or the image's name with `*` for its date and version. */
  readonly label: string;
  readonly kind: "tag" | "name";
  readonly ownerId: string;
  readonly architecture: string;
}

/** Images of one family have the same. */
export function familyKey({ label, kind, ownerId, architecture }: Family): string {
  return JSON.stringify([ownerId, architecture, kind, label]);
}
