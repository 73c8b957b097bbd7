// Asks EC2 for every instance type and writes the table that parbake ships with: `refresh-catalogue [--moto VENV]`.
// Against AWS it uses AWS_REGION (the types differ by region), the usual credentials and AWS_ENDPOINT_URL_EC2.

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createEc2Client } from "../agent/aws/ec2.ts";
import { readClientSettings } from "../agent/aws/endpoints.ts";
import { formatCatalogue } from "../agent/facts/catalogue-table.ts";
import { fetchInstanceTypes } from "./fetch-instance-types.ts";
import { startMoto } from "./start-moto.ts";

const TABLE = fileURLToPath(new URL("../agent/facts/catalogue.tsv", import.meta.url));
// Fewer than this and the answer is not the whole list: the table grows, it never shrinks by hundreds.
const FEWEST_TYPES = 1300;

const [option, venv] = process.argv.slice(2);
if (option === "--moto" && venv !== undefined) await refreshFromMoto(venv);
else if (option === undefined) await refreshFromAws();
else throw new Error("usage: scripts/refresh-catalogue [--moto]");

async function refreshFromMoto(folder: string): Promise<void> {
  const moto = await startMoto(folder);
  try {
    const credentials = { accessKeyId: "moto", secretAccessKey: "moto" };
    const settings = { endpoint: moto.endpoint, useFipsEndpoint: false, useDualstackEndpoint: false };
    const source = `EC2 DescribeInstanceTypes (as served by moto ${moto.version})`;
    await refresh(source, await createEc2Client({ region: "us-east-1", settings, credentials }));
  } finally {
    await moto.stop();
  }
}

async function refreshFromAws(): Promise<void> {
  const region = process.env["AWS_REGION"];
  if (!region) throw new Error("set AWS_REGION: the region whose instance types to ask for");
  const settings = readClientSettings("EC2", process.env);
  await refresh(`EC2 DescribeInstanceTypes in ${region}`, await createEc2Client({ region, settings }));
}

async function refresh(source: string, client: Awaited<ReturnType<typeof createEc2Client>>): Promise<void> {
  const rows = await fetchInstanceTypes(client);
  if (rows.length < FEWEST_TYPES) throw new Error(`only ${rows.length} types: not the whole list, nothing written`);
  const asOf = new Date().toISOString().slice(0, 10);
  writeFileSync(TABLE, formatCatalogue({ source, asOf, rows: new Map(rows.map((row) => [row.type, row])) }));
  console.log(`${rows.length} instance types written to ${TABLE}`);
}
