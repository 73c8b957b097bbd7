// Writes values with the field names of the AWS SDK as the XML that EC2 answers with.

import type { Described, DescribedValue } from "./instance-types.ts";

/** Lists and structures whose name in XML is not the SDK's with a small first letter. */
const XML_NAMES: Readonly<Record<string, string>> = {
  InstanceTypes: "instanceTypeSet",
  Images: "imagesSet",
  Reservations: "reservationSet",
  Instances: "instancesSet",
  SecurityGroups: "groupSet",
  State: "instanceState",
  Tags: "tagSet",
};

export function toXml(value: DescribedValue): string {
  if (typeof value !== "object") return escapeXml(String(value));
  if (isList(value)) return value.map((each) => `<item>${toXml(each)}</item>`).join("");
  return Object.entries(value)
    .map(([name, inner]) => [XML_NAMES[name] ?? name.charAt(0).toLowerCase() + name.slice(1), toXml(inner)] as const)
    .map(([name, inner]) => `<${name}>${inner}</${name}>`)
    .join("");
}

function isList(value: Described | readonly DescribedValue[]): value is readonly DescribedValue[] {
  return Array.isArray(value);
}

export function escapeXml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
