// The form of catalogue.tsv: two lines of provenance, one of column names, one for each type. Pure; written and read here alone.

export interface LocalDisks {
  readonly count: number;
  readonly sizeBytes: number;
  readonly kind: "hdd" | "ssd";
}

export interface CatalogueRow {
  readonly type: string;
  readonly vcpus: number;
  readonly cores: number;
  readonly threadsPerCore: number;
  /** As advertised, which is more than the OS will see. */
  readonly memoryBytes: number;
  readonly architecture: string;
  /** Of the default network card. */
  readonly enis: number;
  readonly ipv4PerEni: number;
  /** In AWS's words: `Up to 12.5 Gigabit`. */
  readonly network: string;
  readonly localDisks: readonly LocalDisks[];
  readonly gpus: number;
  /** Other accelerators: inference, media, FPGA. */
  readonly accelerators: number;
  readonly hypervisor: "nitro" | "xen" | "metal";
  readonly burstable: boolean;
}

export interface Catalogue {
  /** Who said so. */
  readonly source: string;
  /** The day they were asked: `2026-11-25`. */
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
  ["burstable", (row) => (row.burstable ? "yes" : "no")],
];

export function formatCatalogue({ source, asOf, rows }: Catalogue): string {
  const lines = [...rows.values()].map((row) => COLUMNS.map(([, write]) => write(row)).join("\t"));
  const header = COLUMNS.map(([name]) => name).join("\t");
  return [`# source: ${source}`, `# asOf: ${asOf}`, header, ...lines, ""].join("\n");
}

export function parseCatalogue(text: string): Catalogue {
  const [source = "", asOf = "", header = "", ...lines] = text.split("\n");
  const names = header.split("\t");
  const rows = lines.filter((line) => line !== "").map((line) => parseRow(names, line));
  return {
    source: source.replace("# source: ", ""),
    asOf: asOf.replace("# asOf: ", ""),
    rows: new Map(rows.map((row) => [row.type, row])),
  };
}

function parseRow(names: readonly string[], line: string): CatalogueRow {
  const cells = new Map(line.split("\t").map((cell, index) => [names[index], cell]));
  const text = (name: string): string => {
    const cell = cells.get(name);
    // The table is our own and tested: a line of another form is a bug, not a case.
    if (cell === undefined) throw new Error(`catalogue.tsv: no ${name} in: ${line}`);
    return cell;
  };
  const number = (name: string): number => Number(text(name));
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
    burstable: text("burstable") === "yes",
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
