// The authorities that sign the certificates of AWS's own hosts. To read Node's whole list takes a boot ten times as long as these.
// Pure.

declare const PARBAKE_AWS_ROOTS: readonly string[] | undefined;

/** PEM, out of Node's own list (scripts/building/aws-roots.ts). Empty: parbake runs unbuilt, and takes the whole list at once. */
export const AWS_ROOTS: readonly string[] = typeof PARBAKE_AWS_ROOTS === "object" ? PARBAKE_AWS_ROOTS : [];

/** Not those of China, which others sign. */
export function isAwsHost(host: string): boolean {
  return host.endsWith(".amazonaws.com");
}
