// Asks EC2 for every instance type and unites what it says with the table that parbake ships with, which never loses a type:
//   refresh-catalogue [REGION…]          AWS's EC2 in each region, else in AWS_REGION; the usual credentials, AWS_ENDPOINT_URL_EC2
//   refresh-catalogue --moto VENV [VERSION]   the answer that a release of moto carries; an old one knows types of its time

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { readClientSettings } from "../../agent/aws/route/endpoints.ts";
import { type CatalogueRow, formatCatalogue } from "../../agent/facts/catalogue/catalogue-table.ts";
import { readCatalogue } from "../../agent/facts/catalogue/catalogue.ts";
import { describeRow } from "./describe-row.ts";
import { createEc2Client } from "./ec2.ts";
import { fetchInstanceTypes } from "./fetch-instance-types.ts";
import { mergeCatalogue } from "./merge-catalogue.ts";
import { readMoto } from "./read-moto.ts";

const TABLE = fileURLToPath(new URL("../../agent/facts/catalogue/catalogue.tsv", import.meta.url));

const [option, ...rest] = process.argv.slice(2);
if (option === "--moto") refreshFromMoto(rest);
else if (option?.startsWith("-")) throw new Error("usage: scripts/refresh-catalogue [REGION… | --moto [VERSION]]");
else await refreshFromAws(process.argv.slice(2));

function refreshFromMoto([venv = "", version]: readonly string[]): void {
  const { source, types } = readMoto(venv, version ?? null);
  refresh(types.map((info) => describeRow(info, source)));
}

async function refreshFromAws(regions: readonly string[]): Promise<void> {
  const fallback = process.env["AWS_REGION"];
  if (regions.length === 0 && !fallback)
    throw new Error("name the regions whose instance types to ask for, or set AWS_REGION");
  const settings = readClientSettings("EC2", process.env);
  const asOf = new Date().toISOString().slice(0, 10);
  const answers: CatalogueRow[] = [];
  for (const region of regions.length > 0 ? regions : [fallback!]) {
    const types = await fetchInstanceTypes(await createEc2Client({ region, settings }));
    answers.push(...types.map((info) => describeRow(info, { asOf, name: `EC2 DescribeInstanceTypes in ${region}` })));
  }
  refresh(answers);
}

function refresh(answer: readonly CatalogueRow[]): void {
  const known = readCatalogue().rows;
  const rows = mergeCatalogue(known, answer);
  writeFileSync(TABLE, formatCatalogue(rows));
  const told = new Set(answer.map(({ type }) => type));
  const kept = rows.filter(({ type }) => !told.has(type)).length;
  console.log(
    `${rows.length} instance types in ${TABLE}: ${rows.length - known.size} new, ${kept} that the answer lacks kept`,
  );
}
