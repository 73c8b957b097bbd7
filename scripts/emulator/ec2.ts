// EC2's describing calls that parbake makes (query protocol, XML): instance types, instances and images of the world, in pages.

import { verifyCaller, type Verdict } from "./authorization.ts";
import type { Described, DescribedImage, DescribedInstance } from "./instance-types.ts";
import { buildErrorReply, Surprise, type Call, type Reply, type ServiceError } from "./reply.ts";
import { ACCOUNT_ID, worldNowMs, type World } from "./world.ts";
import { toXml } from "./xml.ts";

const AUTH_FAILURE: ServiceError = {
  status: 401,
  code: "AuthFailure",
  message: "AWS was not able to validate the provided access credentials",
};

const REJECTIONS: Readonly<Record<Exclude<Verdict["kind"], "accepted">, ServiceError>> = {
  missing: AUTH_FAILURE,
  "unknown-key": AUTH_FAILURE,
  "bad-signature": {
    status: 403,
    code: "SignatureDoesNotMatch",
    message: "The request signature we calculated does not match the signature you provided.",
  },
  expired: { status: 400, code: "RequestExpired", message: "Request has expired." },
  stale: { status: 400, code: "RequestExpired", message: "Request has expired." },
  denied: { status: 403, code: "UnauthorizedOperation", message: "You are not authorized to perform this operation." },
};

type Listing = { readonly items: readonly Described[]; readonly maxPage: number; readonly field: string };

export function answerEc2(call: Call, world: World): Reply {
  const verdict = verifyCaller(call, world.access, worldNowMs(world));
  if (verdict.kind !== "accepted") return buildErrorReply("ec2", REJECTIONS[verdict.kind]);
  const operation = call.operation ?? "";
  if (!verdict.mayCall(`ec2:${operation}`, "*")) return buildErrorReply("ec2", REJECTIONS.denied);
  const query = new URLSearchParams(call.body);
  const listing = checkFilters(query) ?? buildListing(operation, query, world, verdict.region);
  return "code" in listing ? buildErrorReply("ec2", listing) : buildPage(operation, query, listing);
}

/** EC2 takes 200 values in all. Null: no more. */
function checkFilters(query: URLSearchParams): ServiceError | null {
  const values = [...query.keys()].filter((name) => /^Filter\.\d+\.Value\.\d+$/.test(name)).length;
  return values > 200 ? refuse("FilterLimitExceeded", "The maximum number of filter values is 200") : null;
}

function buildListing(operation: string, query: URLSearchParams, world: World, region: string): Listing | ServiceError {
  switch (operation) {
    case "DescribeInstanceTypes": {
      if (query.has("Filter.1.Name")) throw new Surprise("DescribeInstanceTypes with Filters");
      const wanted = readList(query, "InstanceType");
      const unknown = wanted.filter((type) => !world.instanceTypes.some((each) => each.InstanceType === type));
      if (unknown.length > 0)
        return refuse(
          "InvalidInstanceType",
          `The following supplied instance types do not exist: [${unknown.join(", ")}]`,
        );
      return { items: pick(world.instanceTypes, "InstanceType", wanted), maxPage: 100, field: "InstanceTypes" };
    }
    case "DescribeInstances": {
      const wanted = readList(query, "InstanceId");
      const unknown = wanted.filter((id) => !world.instances.some((each) => each.InstanceId === id));
      if (unknown.length > 0)
        return refuse("InvalidInstanceID.NotFound", `The instance ID '${unknown.join(", ")}' does not exist`);
      const here = world.instances.filter((instance) => isIn(region, instance));
      const found = pick(here, "InstanceId", wanted).filter(readFilters(query, chooseField));
      const items = found.map((instance) => ({
        ReservationId: `r-${instance.InstanceId.slice(2)}`,
        Instances: [instance],
      }));
      return { items, maxPage: 1000, field: "Reservations" };
    }
    case "DescribeImages": {
      if (query.has("ImageId.1")) throw new Surprise("DescribeImages by ImageIds");
      const items = world.images.filter(readFilters(query, chooseImageField)).filter(readImageScope(query));
      return { items: items.map(nameImage), maxPage: 1000, field: "Images" };
    }
    default:
      throw new Surprise(`ec2 ${operation}`);
  }
}

function isIn(region: string, { Placement }: DescribedInstance): boolean {
  return Placement === undefined || Placement.AvailabilityZone.startsWith(region);
}

/** Others' deprecated images are shown only to who asks for them, disabled ones to nobody else either. */
function readImageScope(query: URLSearchParams): (image: DescribedImage) => boolean {
  const owners = readList(query, "Owner").map((owner) => (owner === "self" ? ACCOUNT_ID : owner));
  const [deprecated, disabled] = ["IncludeDeprecated", "IncludeDisabled"].map((name) => query.get(name) === "true");
  return ({ OwnerId, DeprecationTime, State }) =>
    (owners.length === 0 || owners.includes(OwnerId)) &&
    (deprecated || OwnerId === ACCOUNT_ID || !(Date.parse(DeprecationTime ?? "") <= Date.now())) &&
    (disabled || State !== "disabled");
}

/** Of an image these have names of their own. Tags are for their owner's eyes. */
function nameImage({ State, OwnerId, Tags, ...image }: DescribedImage): Described {
  return { ...image, imageState: State, imageOwnerId: OwnerId, Tags: OwnerId === ACCOUNT_ID ? Tags : [] };
}

function refuse(code: string, message: string): ServiceError {
  return { status: 400, code, message };
}

/** `InstanceType.1=…&InstanceType.2=…`, and `Filter.1.Value.1=…` with the dotted start as the name. */
function readList(query: URLSearchParams, name: string): string[] {
  const found: string[] = [];
  for (let index = 1; query.has(`${name}.${index}`); index += 1) found.push(query.get(`${name}.${index}`) ?? "");
  return found;
}

function pick<T extends Described>(all: readonly T[], field: keyof T, wanted: readonly unknown[]): readonly T[] {
  return wanted.length === 0 ? all : all.filter((each) => wanted.includes(each[field]));
}

function readFilters<T>(query: URLSearchParams, choose: (filter: string) => (item: T) => string): (item: T) => boolean {
  const tests: ((item: T) => boolean)[] = [];
  for (let index = 1; query.has(`Filter.${index}.Name`); index += 1) {
    const read = choose(query.get(`Filter.${index}.Name`) ?? "");
    const values = readList(query, `Filter.${index}.Value`).map(readWildcards);
    tests.push((item) => values.some((value) => value.test(read(item))));
  }
  return (item) => tests.every((test) => test(item));
}

/** `*` stands for any text, `?` for one character, and a backslash makes either itself. */
function readWildcards(value: string): RegExp {
  const source = value.replaceAll(/\\(.)|\*|\?|[\\^$.|+()[\]{}]/gs, (found, escaped?: string) => {
    if (escaped !== undefined) return escaped.replace(/\W/, String.raw`\$&`);
    return found === "*" ? ".*" : found === "?" ? "." : `\\${found}`;
  });
  return new RegExp(`^${source}$`, "s");
}

function chooseField(filter: string): (instance: DescribedInstance) => string {
  if (filter === "instance-state-name") return (instance) => instance.State.Name;
  if (filter === "image-id") return (instance) => instance.ImageId;
  if (!filter.startsWith("tag:")) throw new Surprise(`DescribeInstances with the filter ${filter}`);
  return readTag(filter);
}

function chooseImageField(filter: string): (image: DescribedImage) => string {
  if (filter === "image-id") return (image) => image.ImageId;
  if (filter === "name") return (image) => image.Name;
  if (!filter.startsWith("tag:")) throw new Surprise(`DescribeImages with the filter ${filter}`);
  const read = readTag(filter);
  return (image) => (image.OwnerId === ACCOUNT_ID ? read(image) : "\0");
}

/** Of an item without the tag: what no value is. */
function readTag(filter: string): (item: Pick<DescribedInstance, "Tags">) => string {
  return (item) => item.Tags.find((tag) => tag.Key === filter.slice(4))?.Value ?? "\0";
}

/** EC2 takes 5 as the smallest page; the token of the next page says where it starts. */
function buildPage(operation: string, query: URLSearchParams, { items, maxPage, field }: Listing): Reply {
  const size = Number(query.get("MaxResults") ?? maxPage);
  if (!(size >= 5 && size <= maxPage))
    return buildErrorReply(
      "ec2",
      refuse(
        "InvalidParameterValue",
        `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value between 5 and ${maxPage}.`,
      ),
    );
  const start = Number(query.get("NextToken") ?? 0);
  const content = toXml({ [field]: items.slice(start, start + size) });
  const next = start + size < items.length ? `<nextToken>${start + size}</nextToken>` : "";
  const body = `<?xml version="1.0" encoding="UTF-8"?>\n<${operation}Response xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>emulator</requestId>${content}${next}</${operation}Response>`;
  return { status: 200, headers: { "content-type": "text/xml;charset=UTF-8" }, body };
}
