// IMDS by way of systemd-imdsd (systemd 261), which may keep it from everybody else: io.systemd.InstanceMetadata over Varlink, as
// systemd-imdsd@.service(8) and the interface itself describe it. Loaded only where the direct way is locked.

import { isUtf8 } from "node:buffer";
import type { RetryClock } from "../../backoff.ts";
import { Refusal } from "../../refusal.ts";
import { switchedOff } from "./imds-problems.ts";
import type { Attempt } from "./imds-retry.ts";
import { callVarlink, type VarlinkReply } from "./varlink.ts";

export interface ImdsDaemon {
  /**
   * What is at a path of IMDS, `/latest/meta-data/…`. Null: it has no such thing.
   * @param isFresh not what the daemon remembers, nor to be remembered: it keeps an answer for a quarter of an hour, credentials too
   */
  read(path: string, isFresh: boolean): Promise<Attempt<string | null>>;
}

const INTERFACE = "io.systemd.InstanceMetadata";
/** It asks IMDS on every network interface, and waits for itself. */
const CALL_TIMEOUT_MS = 10_000;

export function openDaemon(socketPath: string, clock: RetryClock): ImdsDaemon {
  // Each connection is a process of its own, and its socket takes 16: one at a time.
  let turn: Promise<unknown> = Promise.resolve();

  function get(key: string, isFresh: boolean): Promise<VarlinkReply> {
    const parameters = isFresh ? { key, cache: false } : { key };
    const timeoutMs = Math.max(1, Math.min(CALL_TIMEOUT_MS, clock.remainingMs()));
    const limits = { timeoutMs, signal: clock.signal };
    const reply = turn.then(() => callVarlink(socketPath, `${INTERFACE}.Get`, parameters, limits));
    turn = reply.catch(() => undefined);
    return reply;
  }

  /**
   * Of a key that IMDS does not have, systemd 262 says only that something failed, because IMDS's 404 has a body: so the folder is
   * asked whether it lists the key.
   */
  async function isListed(key: string, isFresh: boolean): Promise<boolean> {
    const [, folder, name] = /^(\/.+\/)([^/]+)\/?$/.exec(key) ?? [];
    if (folder === undefined || name === undefined) return true;
    const reply = await get(folder, isFresh);
    if (reply.kind === "error") return isUnclear(reply.error) ? isListed(folder, isFresh) : !isNotFound(reply.error);
    const names = reply.kind === "reply" ? decode(reply.parameters)?.split("\n") : undefined;
    return names === undefined || names.includes(name) || names.includes(`${name}/`);
  }

  return {
    async read(path, isFresh) {
      const key = path.replace(/^\/latest/, "");
      const reply = await get(key, isFresh);
      if (reply.kind === "trouble") return again(reply.detail);
      if (reply.kind === "error") {
        refuseFinal(reply.error);
        const isAbsent = isNotFound(reply.error) || (isUnclear(reply.error) && !(await isListed(key, isFresh)));
        return isAbsent ? { kind: "done", value: null } : again(reply.error);
      }
      const text = decode(reply.parameters);
      return text === null ? again("an answer that is not text") : { kind: "done", value: text };
    },
  };
}

function again(detail: string): Attempt<never> {
  return { kind: "again", trouble: "daemon", detail };
}

function isNotFound(error: string): boolean {
  return error === `${INTERFACE}.KeyNotFound`;
}

function isUnclear(error: string): boolean {
  return error === "io.systemd.System";
}

function refuseFinal(error: string): void {
  // IMDS itself has said 403.
  if (error === `${INTERFACE}.NotAvailable`) throw switchedOff("systemd-imdsd", "NotAvailable");
  if (error !== "org.varlink.service.PermissionDenied" && error !== "io.systemd.InteractiveAuthenticationRequired")
    return;
  throw new Refusal("permission", {
    what: "this machine keeps IMDS to systemd-imdsd, which answers only root",
    fix: "Run parbake as root.",
  });
}

/** Null: it is not text. */
function decode(parameters: Readonly<Record<string, unknown>>): string | null {
  const data = parameters["data"];
  if (typeof data !== "string") return null;
  const bytes = Buffer.from(data, "base64");
  const text = isUtf8(bytes) && !bytes.includes(0) ? bytes.toString("utf8") : null;
  // It may be the role's credentials.
  bytes.fill(0);
  return text;
}
