// EC2's two describing calls that parbake makes (query protocol, XML): instance types and instances of the world, in pages.

import { verifyCaller, type Verdict } from "./authorization.ts";
import type { Described, DescribedInstance } from "./instance-types.ts";
import { buildErrorReply, Surprise, type Call, type Reply, type ServiceError } from "./reply.ts";
import { worldNowMs, type World } from "./world.ts";
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
  const query = new URLSearchParams(call.body);
  const listing = buildListing(call.operation ?? "", query, world);
  return "code" in listing ? buildErrorReply("ec2", listing) : buildPage(call.operation ?? "", query, listing);
}

function buildListing(operation: string, query: URLSearchParams, world: World): Listing | ServiceError {
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
      const found = pick(world.instances, "InstanceId", wanted).filter(readFilters(query));
      const items = found.map((instance) => ({
        ReservationId: `r-${instance.InstanceId.slice(2)}`,
        Instances: [instance],
      }));
      return { items, maxPage: 1000, field: "Reservations" };
    }
    default:
      throw new Surprise(`ec2 ${operation}`);
  }
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

function readFilters(query: URLSearchParams): (instance: DescribedInstance) => boolean {
  const tests: ((instance: DescribedInstance) => boolean)[] = [];
  for (let index = 1; query.has(`Filter.${index}.Name`); index += 1) {
    const read = chooseField(query.get(`Filter.${index}.Name`) ?? "");
    const values = readList(query, `Filter.${index}.Value`);
    tests.push((instance) => values.includes(read(instance)));
  }
  return (instance) => tests.every((test) => test(instance));
}

function chooseField(filter: string): (instance: DescribedInstance) => string {
  if (filter === "instance-state-name") return (instance) => instance.State.Name;
  if (filter === "image-id") return (instance) => instance.ImageId;
  if (!filter.startsWith("tag:")) throw new Surprise(`DescribeInstances with the filter ${filter}`);
  return (instance) => instance.Tags.find((tag) => tag.Key === filter.slice(4))?.Value ?? "";
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
