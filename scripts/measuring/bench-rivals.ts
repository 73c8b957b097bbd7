// The big job, parbake beside its rivals, with the network's latencies, plain and over TLS.

import { makeCertificates } from "../../test/unit/support/tls-front.ts";
import { spawnTlsFront } from "./bench-emulator.ts";
import { applyOf, type Extent, TARGET, withWorld } from "./bench-extent.ts";
import { BIG, LATENCIES_MS } from "./bench-jobs.ts";
import { median, type Program, timeInTurns, timeRun } from "./bench-measure.ts";
import { installCurl, installGo, type Peer } from "./bench-peers.ts";
import { asMs, asRatio, judge, type Row, skip } from "./bench-table.ts";

export function measureBig(extent: Extent): Promise<Row[]> {
  return withWorld(extent, [BIG.secrets, LATENCIES_MS], async (environment) => {
    const peers = { rival: installGo(), curl: installCurl() };
    const rows = await compare("10 secrets, 12 files", environment, peers, extent);
    const certificates = makeCertificates(["127.0.0.1"]);
    if (certificates === null) return [...rows, skip("… over TLS", "no openssl")];
    const { cert: certificate, key, caFile } = certificates;
    const plain = environment["AWS_ENDPOINT_URL"] ?? "";
    const front = await spawnTlsFront(plain, { certificate, key, folder: extent.scratch });
    try {
      const secured = { ...environment, AWS_ENDPOINT_URL: front.endpoint, AWS_CA_BUNDLE: caFile };
      return [...rows, ...(await compare("… over TLS", secured, peers, extent))];
    } finally {
      await front.stop();
      certificates.remove();
    }
  });
}

async function compare(
  title: string,
  environment: NodeJS.ProcessEnv,
  { rival, curl }: { readonly rival: Peer; readonly curl: Peer },
  extent: Extent,
): Promise<Row[]> {
  const programs: Record<string, Program> = { parbake: applyOf(extent, BIG, environment) };
  if (typeof rival !== "string") programs["rival"] = rival(BIG, environment);
  for (const program of Object.values(programs)) await timeRun(program);
  const walls = await timeInTurns(programs, extent.runs);
  const [ownMs, rivalMs] = [median(walls["parbake"] ?? []), median(walls["rival"] ?? [])];
  return [
    { figure: `${title}: parbake`, measured: asMs(ownMs) },
    ...(typeof rival === "string"
      ? [skip(`${title}: Go rival`, rival)]
      : [
          { figure: `${title}: Go rival`, measured: asMs(rivalMs) },
          judge(`${title}: parbake / Go rival`, ownMs / rivalMs, TARGET.bigRatio, asRatio),
        ]),
    await timeSlow(`${title}: curl + AWS CLI + envsubst`, curl, environment, extent),
  ];
}

async function timeSlow(
  figure: string,
  peer: Peer,
  environment: NodeJS.ProcessEnv,
  { slowRuns }: Extent,
): Promise<Row> {
  if (typeof peer === "string") return skip(figure, peer);
  const { peer: walls = [] } = await timeInTurns({ peer: peer(BIG, environment) }, slowRuns);
  return { figure, measured: asMs(median(walls)) };
}
