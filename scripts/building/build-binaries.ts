// Makes the two executables out of the bundle and the pinned Node, by pkg. scripts/build runs it in an empty environment.
// Usage: build-binaries.ts WORK-FOLDER COMMIT OUTPUT-FOLDER

import { execFileSync, type StdioOptions } from "node:child_process";
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, relative } from "node:path";
import { ASSET } from "../../agent/carried.ts";
import { NO_CODE_FROM_TEXT, NO_REHASH, V8_FLAGS } from "../../agent/process/v8-flags.ts";
import { findRunner, type Runner, writeLauncher } from "./build-emulated.ts";
import { ARCHITECTURES, type Architecture, nodePath, readPinnedNode, TOP } from "./build-pinned-node.ts";
import { describeElf, stripProgram } from "./build-strip.ts";
import { listLoaded, LOADED_LATER, trimBlob } from "./build-trim-blob.ts";
import { withWarmServer } from "./build-warm-server.ts";
import { bundleAgent } from "./bundle-agent.ts";
import { packCarried } from "./pack-carried.ts";

/** The configuration of node:sea, as its documentation describes it; pkg passes it on. */
interface SeaConfig {
  readonly main: string;
  readonly useSnapshot: boolean;
  readonly useCodeCache: boolean;
  readonly execArgv: readonly string[];
  readonly execArgvExtension: "none" | "env" | "cli";
  readonly assets: Readonly<Record<string, string>>;
}

interface PkgTarget {
  readonly platform: "linux";
  readonly arch: Architecture;
  readonly nodeRange: string;
  readonly output: string;
}

// pkg's command line passes on no SEA configuration; its function does.
const PKG = "@yao-pkg/pkg/lib-es5/sea.js";
const requireHere = createRequire(import.meta.url);
const pkg = requireHere(PKG) as {
  default: (entry: string, options: { targets: PkgTarget[]; seaConfig: SeaConfig }) => Promise<void>;
};
/** What pkg puts the blob into the executable with. */
const postject = createRequire(requireHere.resolve(PKG))("postject") as {
  inject: (path: string, name: string, blob: Buffer, options: object) => Promise<void>;
};

const OUTPUT: Readonly<Record<Architecture, string>> = { x64: "parbake", arm64: "parbake-linux-arm64" };

/**
 * Puts the stripped Node of an architecture into pkg's download cache, so that pkg downloads nothing, and the snapshot remembers
 * a path in the work folder as the Node that built it.
 */
function placeNode(architecture: Architecture, work: string): string {
  const name = `node-v${readPinnedNode(architecture).version}-linux-${architecture}`;
  const cache = join(work, ".pkg-cache", "sea");
  const bin = join(cache, name, "bin");
  mkdirSync(bin, { recursive: true });
  stripProgram(nodePath(architecture), join(bin, "node"));
  for (const mark of [join(bin, "node.ok"), join(cache, `${name}.tar.gz`), join(cache, `${name}.tar.gz.ok`)])
    writeFileSync(mark, "");
  return join(bin, "node");
}

/** A snapshot is V8's own for one architecture, and is made by running its Node. */
function configure(hasSnapshot: boolean, carried: string): SeaConfig {
  return {
    // Relative to pkg's folder below the work folder: the executable keeps the path.
    main: "../parbake.js",
    useSnapshot: hasSnapshot,
    useCodeCache: false,
    // SIGUSR1 would open a debugger's port on a process that holds secrets.
    // OPENSSL_CONF may name a library to load.
    execArgv: [
      "--disable-sigusr1",
      "--openssl-config=/dev/null",
      ...(hasSnapshot ? [...V8_FLAGS, NO_REHASH.atStart] : [NO_CODE_FROM_TEXT]),
    ],
    // NODE_OPTIONS is for the machine's other programs.
    execArgvExtension: "none",
    assets: { [ASSET]: carried },
  };
}

/** pkg makes the blob with the Node that runs it, where no target is this machine's: so that is what runs the target's. */
async function withGenerator(path: string, work: () => Promise<void>): Promise<void> {
  const own = process.execPath;
  process.execPath = path;
  try {
    await work();
  } finally {
    process.execPath = own;
  }
}

/** pkg has no step between making the blob and putting it in. @throws Error unless exactly one was put in */
async function withTrimmedBlob(work: () => Promise<void>): Promise<void> {
  const { inject } = postject;
  const keep = listLoaded(LOADED_LATER);
  let blobs = 0;
  postject.inject = (path, name, blob, options) => {
    blobs += 1;
    return inject(path, name, trimBlob(blob, keep), options);
  };
  try {
    await work();
  } finally {
    postject.inject = inject;
  }
  if (blobs !== 1) throw new Error(`pkg put in ${blobs} blobs that could be trimmed, not one`);
}

async function buildBinary(
  architecture: Architecture,
  runner: Runner,
  { main, carried }: { readonly main: string; readonly carried: string },
  work: string,
): Promise<string> {
  const node = placeNode(architecture, work);
  const hasSnapshot = "command" in runner;
  const isEmulated = hasSnapshot && runner.command.length > 0;
  const generator = isEmulated ? writeLauncher(runner.command, node, join(work, "generator")) : process.execPath;
  const built = join(work, OUTPUT[architecture]);
  const nodeRange = `node${readPinnedNode(architecture).version}`;
  const targets: PkgTarget[] = [{ platform: "linux", arch: architecture, nodeRange, output: built }];
  try {
    const make = (): Promise<void> =>
      withGenerator(generator, () => pkg.default(main, { targets, seaConfig: configure(hasSnapshot, carried) }));
    await (hasSnapshot ? withWarmServer(() => withTrimmedBlob(make)) : make());
  } catch (error) {
    throw new Error(`pkg could not make ${OUTPUT[architecture]}`, { cause: error });
  }
  chmodSync(built, 0o755);
  if (hasSnapshot) start(built, runner.command);
  return built;
}

/** @throws Error where what was built doesn't start: a snapshot is only known to be one when it has been read */
function start(built: string, command: readonly string[]): void {
  const [emulator, ...rest] = command;
  const stdio: StdioOptions = ["ignore", "ignore", "pipe"];
  if (emulator === undefined) execFileSync(built, ["--version"], { stdio });
  else execFileSync(emulator, [...rest, built, "--version"], { stdio });
}

/** @returns the line that the build prints of it */
function publish(built: string, runner: Runner, output: string): string {
  const bytes = readFileSync(built);
  const path = join(output, basename(built));
  // Atomically, so that no run ever meets half a binary.
  writeFileSync(`${path}.new`, bytes, { mode: 0o755 });
  renameSync(`${path}.new`, path);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return [
    `${relative(TOP, path)}: ${describeElf(bytes)}`,
    `  ${bytes.length} bytes, SHA-256 ${sha256}`,
    `  ${describeSnapshot(runner)}`,
  ].join("\n");
}

function describeSnapshot(runner: Runner): string {
  if ("obstacle" in runner)
    return `without a start-up snapshot, so it starts about twice as slowly: ${runner.obstacle}`;
  const [program, ...parameters] = runner.command;
  if (program === undefined) return "with a start-up snapshot, made on this machine's own CPU";
  return `with a start-up snapshot, made under ${basename(program)} ${parameters.slice(0, 2).join(" ")}`;
}

async function buildAll(work: string, commit: string, output: string): Promise<void> {
  const bundle = await bundleAgent(work, commit);
  const carried = join(work, ASSET);
  writeFileSync(carried, packCarried(bundle.scripts));
  const lines: string[] = [];
  for (const architecture of ARCHITECTURES) {
    const runner = findRunner(architecture);
    lines.push(publish(await buildBinary(architecture, runner, { main: bundle.main, carried }, work), runner, output));
  }
  copyFileSync(bundle.map, join(output, "parbake.js.map"));
  console.log(lines.join("\n"));
}

const [work, commit, output] = process.argv.slice(2);
if (!work || !commit || !output) throw new Error("usage: build-binaries.ts WORK-FOLDER COMMIT OUTPUT-FOLDER");
try {
  await buildAll(work, commit, output);
} catch (error) {
  const { message, cause } = error as Error;
  console.error(`scripts/build: ${message}${cause instanceof Error ? `: ${cause.message}` : ""}`);
  process.exitCode = 1;
}
