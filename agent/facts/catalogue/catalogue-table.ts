// The form of catalogue.tsv: a line for each source of its rows, one of column names, one for each type. Pure; written and
// read here alone. The answers that scripts/refresh-catalogue has had are united in it: a type that the last one did not have,
// which other regions may run and some accounts still do, keeps the row and the source that it has.

export interface LocalDisks {
  readonly count: number;
  readonly sizeBytes: number;
  readonly kind: "hdd" | "ssd";
}

/** Who said so, and when. */
export interface CatalogueSource {
  /** The day of the data, not of the refresh: `2026-10-27`. */
  readonly asOf: string;
  readonly name: string;
}

export interface CatalogueRow {
  readonly type: string;
  readonly vcpus: number;
  readonly cores: number;
  readonly threadsPerCore: number;
  /** As advertised, which is more than the OS will see. */
  readonly memoryBytes: number;
  readonly architecture: string;
  /** That pods get their addresses from, as EKS counts them: the default network card's, for most types all that there are. */
  readonly enis: number;
  readonly ipv4PerEni: number;
  /** In AWS's words: `Up to 12.5 Gigabit`. */
  readonly network: string;
  readonly localDisks: readonly LocalDisks[];
  readonly gpus: number;
  /** Other accelerators: inference, media, FPGA. */
  readonly accelerators: number;
  readonly hypervisor: "nitro" | "xen" | "metal";
  readonly source: CatalogueSource;
}

export interface Catalogue {
  /** Of its youngest rows. */
  readonly asOf: string;
  /** By type. */
  readonly rows: ReadonlyMap<string, CatalogueRow>;
}

const MIB = 1024 * 1024;
// EC2 gives the size of disks in decimal gigabytes.
const GB = 1e9;

const COLUMNS: readonly (readonly [name: string, write: (row: CatalogueRow) => string | number])[] = [
  ["type", (row) => row.type],
  ["vcpus", (row) => row.vcpus],
  ["cores", (row) => row.cores],
  ["threadsPerCore", (row) => row.threadsPerCore],
  ["memoryMiB", (row) => row.memoryBytes / MIB],
  ["architecture", (row) => row.architecture],
  ["enis", (row) => row.enis],
  ["ipv4PerEni", (row) => row.ipv4PerEni],
  ["network", (row) => row.network],
  ["localDisks", (row) => row.localDisks.map(formatDisks).join(",")],
  ["gpus", (row) => row.gpus],
  ["accelerators", (row) => row.accelerators],
  ["hypervisor", (row) => row.hypervisor],
];

const SOURCE = "source";

/** Types in the order of their names; sources by their day, which the rows name by number: a new one renumbers no other. */
export function formatCatalogue(rows: readonly CatalogueRow[]): string {
  const sources = [...new Set(rows.map(({ source }) => formatSource(source)))].toSorted();
  const lines = rows
    .toSorted((a, b) => (a.type < b.type ? -1 : 1))
    .map((row) =>
      [...COLUMNS.map(([, write]) => write(row)), sources.indexOf(formatSource(row.source)) + 1].join("\t"),
    );
  const header = [...COLUMNS.map(([name]) => name), SOURCE].join("\t");
  return [...sources.map((source) => `# ${source}`), header, ...lines, ""].join("\n");
}

export function parseCatalogue(text: string): Catalogue {
  const lines = text.split("\n");
  const headerAt = lines.findIndex((line) => !line.startsWith("#"));
  const sources = lines.slice(0, headerAt).map(parseSource);
  const names = (lines[headerAt] ?? "").split("\t");
  const rows = lines.slice(headerAt + 1).filter((line) => line !== "");
  const parsed = rows.map((line) => parseRow(names, line, sources));
  return { asOf: sources.at(-1)?.asOf ?? "", rows: new Map(parsed.map((row) => [row.type, row])) };
}

function formatSource({ asOf, name }: CatalogueSource): string {
  return `${asOf} ${name}`;
}

function parseSource(line: string): CatalogueSource {
  const [, asOf = "", name = ""] = /^# (\S+) (.*)$/.exec(line) ?? [];
  return { asOf, name };
}

function parseRow(names: readonly string[], line: string, sources: readonly CatalogueSource[]): CatalogueRow {
  const cells = new Map(line.split("\t").map((cell, index) => [names[index], cell]));
  const text = (name: string): string => {
    const cell = cells.get(name);
    // The table is our own and tested: a line of another form is a bug, not a case.
    if (cell === undefined) throw new Error(`catalogue.tsv: no ${name} in: ${line}`);
    return cell;
  };
  const number = (name: string): number => Number(text(name));
  const source = sources[number(SOURCE) - 1];
  if (source === undefined) throw new Error(`catalogue.tsv: no such source: ${line}`);
  return {
    type: text("type"),
    vcpus: number("vcpus"),
    cores: number("cores"),
    threadsPerCore: number("threadsPerCore"),
    memoryBytes: number("memoryMiB") * MIB,
    architecture: text("architecture"),
    enis: number("enis"),
    ipv4PerEni: number("ipv4PerEni"),
    network: text("network"),
    localDisks: text("localDisks").split(",").flatMap(parseDisks),
    gpus: number("gpus"),
    accelerators: number("accelerators"),
    hypervisor: parseHypervisor(text("hypervisor")),
    source,
  };
}

function parseHypervisor(text: string): CatalogueRow["hypervisor"] {
  return text === "xen" || text === "metal" ? text : "nitro";
}

/** `2x1900-ssd`: two disks of 1900 GB. */
function formatDisks({ count, sizeBytes, kind }: LocalDisks): string {
  return `${count}x${sizeBytes / GB}-${kind}`;
}

function parseDisks(text: string): LocalDisks[] {
  const [, count, size, kind] = /^(\d+)x([\d.]+)-(hdd|ssd)$/.exec(text) ?? [];
  if (kind === undefined) return [];
  return [{ count: Number(count), sizeBytes: Number(size) * GB, kind: kind === "hdd" ? "hdd" : "ssd" }];
}
