// Ends TLS in front of the emulator until SIGTERM. Usage: serve-tls.ts ENDPOINT FILE-WITH-CERT-AND-KEY

import { readFileSync } from "node:fs";
import { startTlsFront, type TestCertificates } from "../../test/unit/support/tls-front.ts";

const [endpoint, file] = process.argv.slice(2);
if (endpoint === undefined || file === undefined)
  throw new Error("usage: serve-tls.ts ENDPOINT FILE-WITH-CERT-AND-KEY");
const certificates: Pick<TestCertificates, "cert" | "key"> = JSON.parse(readFileSync(file, "utf8"));
const front = await startTlsFront(endpoint, certificates);
process.once("SIGTERM", () => void front.close());
console.log(`listening on https://127.0.0.1:${front.port}`);
