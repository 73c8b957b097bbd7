// Each way in which a network keeps AWS away, made in a namespace: what the binary says of it, in one line.

import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../e2e/support/command.ts";
import { createNamespace, type Namespace } from "../e2e/support/namespace.ts";
import { describeWhere } from "../e2e/support/requirements.ts";
import { makeFolder } from "../support/folders.ts";
import { makeCertificates, type TestCertificates } from "../unit/support/tls-front.ts";
import { BINARY, makeScratchImage, runProgram, type ScratchImage } from "./support/scratch-image.ts";

const HOST = "secretsmanager.eu-west-1.amazonaws.com";
const NODE = join(import.meta.dirname, "../../scripts/node");
const EMULATOR = join(import.meta.dirname, "../../scripts/emulator/main.ts");
const BAD_NETWORK = join(import.meta.dirname, "support/bad-network.ts");

const AWAY = "com.amazonaws.eu-west-1.secretsmanager with private DNS, whose security group lets port 443 in";
const TRIED = "after \\d+ tr(?:y|ies) until the deadline";

interface Row {
  readonly title: string;
  /** The host's address; null: a DNS server is asked. */
  readonly address: string | null;
  readonly nameserver?: string;
  readonly proxy?: string;
  readonly says: string;
}

const ROWS: readonly Row[] = [
  {
    title: "no DNS server answers",
    address: null,
    nameserver: "127.0.0.9",
    says: `no DNS server answers for ${HOST} \\(EAI_AGAIN\\), ${TRIED}\\. Check /etc/resolv\\.conf`,
  },
  {
    title: "the name does not resolve",
    address: null,
    nameserver: "127.0.0.53",
    says: `the name ${HOST} does not resolve \\(ENOTFOUND\\), ${TRIED}\\. Check the region eu-west-1 .*com\\.amazonaws\\.eu-west-1\\.secretsmanager`,
  },
  {
    title: "packets are dropped",
    address: "192.0.2.7",
    says: `no answer from ${HOST}:443 \\(no connection in \\d+ ms\\), ${TRIED}\\. In a subnet without .* ${AWAY}`,
  },
  {
    title: "packets are rejected",
    address: "198.51.100.7",
    says: `there is no route to ${HOST}:443 \\(EHOSTUNREACH\\), ${TRIED}\\. In a subnet without .* ${AWAY}`,
  },
  {
    title: "there is no route",
    address: "203.0.113.7",
    says: `there is no route to ${HOST}:443 \\(ENETUNREACH\\), ${TRIED}\\. In a subnet without .* ${AWAY}`,
  },
  {
    title: "a firewall refuses",
    address: "127.0.0.2",
    says: `${HOST}:443 refuses the connection \\(ECONNREFUSED\\), ${TRIED}\\. AWS does not: .*getent hosts ${HOST}`,
  },
  {
    title: "TLS is read on the way",
    address: "127.0.0.3",
    says: `the certificate of ${HOST}:443 is from no authority that parbake trusts \\(\\w+\\)\\. .*AWS_CA_BUNDLE`,
  },
  {
    title: "the proxy wants a login",
    address: "192.0.2.7",
    proxy: "http://127.0.0.1:3128",
    says: "the proxy http://127\\.0\\.0\\.1:3128 \\(HTTPS_PROXY\\) wants a user and a password \\(HTTP 407\\)\\. Put them into its URL",
  },
  {
    title: "what should be a proxy is a web server",
    address: "192.0.2.7",
    proxy: "http://127.0.0.1:3129",
    says: `the proxy http://127\\.0\\.0\\.1:3129 \\(HTTPS_PROXY\\) on the way to ${HOST}:443 does not answer as a proxy`,
  },
  {
    title: "the proxy does not let it through",
    address: "192.0.2.7",
    proxy: "http://127.0.0.1:3130",
    says: `the proxy http://127\\.0\\.0\\.1:3130 \\(HTTPS_PROXY\\) refuses to connect to ${HOST}:443 \\(HTTP 403\\), ${TRIED}\\. Allow that host there`,
  },
];

const NEEDED = { root: true, programs: ["ip", "ss", "nsenter", "setpriv", "unshare", "openssl"] } as const;

describeWhere(NEEDED, "the compiled binary, where the network keeps AWS away", function () {
  this.timeout(120_000);
  let namespace: Namespace;
  let certificates: TestCertificates;
  let image: ScratchImage;
  let folder: string;

  before(async () => {
    certificates = makeCertificates([HOST])!;
    folder = makeFolder(tmpdir(), "network", "run");
    image = makeScratchImage();
    namespace = await createNamespace({ imds: true });
    const ip = (...words: string[]) => run(["ip", "-n", namespace.name, ...words]);
    // A cable at whose other end nobody has the address that packets are sent to.
    await ip("link", "add", "nowhere", "type", "veth", "peer", "name", "nobody");
    await ip("addr", "add", "192.0.2.1/24", "dev", "nowhere");
    for (const end of ["nowhere", "nobody"]) await ip("link", "set", end, "up");
    await ip("neigh", "add", "192.0.2.7", "lladdr", "02:00:00:00:00:07", "dev", "nowhere");
    await ip("route", "add", "unreachable", "198.51.100.0/24");
    await namespace.serve([NODE, EMULATOR, "--host", "169.254.169.254", "--port", "80"], 80);
    writeFileSync(join(folder, "leaf.pem"), certificates.cert);
    writeFileSync(join(folder, "leaf.key"), certificates.key);
    await namespace.serve([NODE, BAD_NETWORK, join(folder, "leaf.pem"), join(folder, "leaf.key")], 443);
  });
  after(async () => {
    await namespace?.remove();
    image?.remove();
    certificates?.remove();
  });

  for (const { title, address, nameserver = "127.0.0.9", proxy, says } of ROWS)
    it(`names the cause and the remedy where ${title}`, async () => {
      const [hosts, resolver] = [join(folder, "hosts"), join(folder, "resolv.conf")];
      writeFileSync(hosts, `127.0.0.1 localhost\n${address === null ? "" : `${address} ${HOST}\n`}`);
      writeFileSync(resolver, `nameserver ${nameserver}\noptions timeout:1 attempts:1\n`);
      const mounts = 'mount --bind "$0" /etc/hosts; mount --bind "$1" /etc/resolv.conf; shift; exec "$@"';
      const alone = ["unshare", "--mount", "--propagation", "private", "sh", "-ec", mounts, hosts, resolver];
      const apply = [BINARY, "apply", "--root", image.root, "--deadline", "5s", "--log-level", "error"];
      const { status, stderr } = await runProgram(null, namespace.enter([...alone, ...apply]), {
        AWS_EC2_METADATA_SERVICE_ENDPOINT: "http://169.254.169.254",
        AWS_ENDPOINT_URL: "",
        ...(proxy === undefined ? {} : { HTTPS_PROXY: proxy }),
      });
      assert.equal(status, 69, stderr);
      const lines = stderr.split("\n").filter((line) => line.startsWith("parbake: "));
      assert.equal(lines.length, 1, stderr);
      const place = "parbake: .*/parbake\\.yaml:3:16: secret db \\(prod/db in eu-west-1\\): ";
      assert.match(lines[0]!, new RegExp(`^${place}${says}`));
    });
});
