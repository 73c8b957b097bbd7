// The answer of DescribeInstanceTypes that a release of moto carries, and the day of that release: its data is as young at most.

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { InstanceTypeInfo } from "@aws-sdk/client-ec2";
import type { CatalogueSource } from "../../agent/facts/catalogue/catalogue-table.ts";

interface MotoAnswer {
  readonly source: CatalogueSource;
  readonly types: readonly InstanceTypeInfo[];
}

// Path, day, time and size.
const MEMBER = /^(moto\/ec2\/resources\/instance_types\.json(?:\.gz)?) +(\d{4}-\d\d-\d\d) /m;

/**
 * @param venv as scripts/moto-venv prints it
 * @param version null: the one that test/requirements.txt pins
 */
export function readMoto(venv: string, version: string | null): MotoAnswer {
  const wanted = version ?? pinnedVersion(venv);
  const folder = mkdtempSync(join(tmpdir(), "parbake-moto-"));
  try {
    run(venv, ["pip", "download", "--quiet", "--no-deps", "--dest", folder, `moto==${wanted}`]);
    const wheel = join(folder, readdirSync(folder).find((name) => name.endsWith(".whl")) ?? "");
    const found = findAnswer(run(venv, ["zipfile", "-l", wheel]));
    if (found === null) throw new Error(`moto ${wanted} carries no instance types`);
    const { member, asOf } = found;
    run(venv, ["zipfile", "-e", wheel, folder]);
    const content = readFileSync(join(folder, member));
    const types = JSON.parse((member.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8")) as MotoTypes;
    return {
      source: { asOf, name: `EC2 DescribeInstanceTypes, as moto ${wanted} carries it` },
      types: Object.values(types),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** @param listing of the wheel, as `python -m zipfile -l` prints it */
export function findAnswer(listing: string): { readonly member: string; readonly asOf: string } | null {
  const [, member, asOf] = MEMBER.exec(listing) ?? [];
  return member === undefined || asOf === undefined ? null : { member, asOf };
}

type MotoTypes = Readonly<Record<string, InstanceTypeInfo>>;

function pinnedVersion(venv: string): string {
  const found = /^Version: (.*)$/m.exec(run(venv, ["pip", "show", "moto"]))?.[1];
  if (found === undefined) throw new Error(`no moto in ${venv}`);
  return found;
}

function run(venv: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(`${venv}/bin/python`, ["-m", ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`python -m ${args.join(" ")}: ${stderr}`);
  return stdout;
}
