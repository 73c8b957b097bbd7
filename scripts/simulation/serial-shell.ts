// A root shell of a machine that only a serial line leads into: one command at a time, each with its output and status.

import { randomBytes } from "node:crypto";
import { connect, type Socket } from "node:net";
import { waitFor, type Outcome } from "./program.ts";
import type { Layer } from "./row.ts";

interface Shell {
  attempt(argv: readonly string[]): Promise<Outcome>;
}

const READY = "simulated-shell-is-ready";
const START_LIMIT_MS = 600_000;
const COMMAND_LIMIT_MS = 300_000;
const ERRORS = "/run/simulated-shell-errors";

/** The image's part: the second serial line has a shell from early on. */
export const SHELL_LAYER: Layer = {
  files: {
    "etc/systemd/system/simulated-shell.service": `[Unit]
Description=A shell for the simulation
DefaultDependencies=no

[Service]
ExecStart=/bin/sh -c 'exec <>/dev/ttyS1 >&0; stty raw -echo; echo ${READY}; exec /bin/sh'
`,
  },
  links: {
    "etc/systemd/system/sysinit.target.wants/simulated-shell.service": "/etc/systemd/system/simulated-shell.service",
  },
};

/** @param check throws once there is no sense in waiting for the machine */
export async function openShell(path: string, check: () => void): Promise<Shell> {
  let said = "";
  const socket = await reach(path, check);
  socket.on("data", (chunk: Buffer) => (said += chunk.toString()));
  socket.on("error", () => {}); // The machine has ended.
  const isReady = waitFor(START_LIMIT_MS, async () => (check(), said.includes(READY)));
  let last: Promise<unknown> = isReady;
  const perform = async (argv: readonly string[]): Promise<Outcome> => {
    if (!(await isReady)) throw new Error("the machine has started no shell");
    const mark = randomBytes(8).toString("hex");
    said = "";
    socket.write(
      `${argv.map(quote).join(" ")} </dev/null 2>${ERRORS}; echo "${mark} $?"; cat ${ERRORS}; echo "${mark}"\n`,
    );
    const parts = new RegExp(`^([^]*?)${mark} (\\d+)\\n([^]*)${mark}\\n`);
    await waitFor(COMMAND_LIMIT_MS, async () => (check(), parts.test(said)));
    const [, stdout, status, stderr] = parts.exec(said) ?? [];
    if (stdout === undefined) throw new Error(`${argv.join(" ")}: no answer from the machine's shell`);
    return { status: Number(status), stdout, stderr: stderr ?? "" };
  };
  return {
    attempt: (argv) => {
      const outcome = last.then(() => perform(argv));
      last = outcome.catch(() => {});
      return outcome;
    },
  };
}

async function reach(path: string, check: () => void): Promise<Socket> {
  let socket: Socket | null = null;
  await waitFor(30_000, async () => {
    check();
    socket = await tryToConnect(path);
    return socket !== null;
  });
  if (socket === null) throw new Error(`nobody listens at ${path}`);
  return socket;
}

function tryToConnect(path: string): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(socket));
    socket.once("error", () => resolve(null));
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
