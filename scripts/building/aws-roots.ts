// The certificates of the authorities that sign for AWS's own hosts, out of the list of the Node that builds, which is the one that
// is put into the binary. AWS says which they are: https://www.amazontrust.com/repository/

import { X509Certificate } from "node:crypto";
import { rootCertificates } from "node:tls";

const NAMES = [
  "Amazon Root CA 1",
  "Amazon Root CA 2",
  "Amazon Root CA 3",
  "Amazon Root CA 4",
  "Starfield Services Root Certificate Authority - G2",
];

/** PEM, in the order of the names. @throws Error where Node's list lacks one of them */
export function readAwsRoots(): string[] {
  const byName = new Map(
    rootCertificates.map((pem) => [/^CN=(.*)$/m.exec(new X509Certificate(pem).subject)?.[1], pem]),
  );
  return NAMES.map((name) => {
    const pem = byName.get(name);
    if (pem === undefined) throw new Error(`Node's list of authorities lacks ${name}`);
    return pem;
  });
}
