// What tells others what a run waits for, ready to be loaded once a wait is longer than a second.

import { formatEntry } from "../cli/create-log.ts";
import { Heartbeat } from "../cli/heartbeat.ts";
import type { LogFormat } from "../cli/invocation.ts";
import type { LogLevel } from "../log.ts";
import type { WaitTeller } from "./tell-wait.ts";
import type { World } from "./world.ts";

interface Hearts {
  readonly heartbeat: Heartbeat;
  readonly close: () => Promise<void>;
}

/** Whoever sits at the terminal sees it there. */
export function openHeartbeat(root: string, level: LogLevel, format: LogFormat, world: World): Hearts {
  const { environment, writeError, isTerminalError } = world;
  const startMs = Date.now();
  const isHeard = !isTerminalError && (level === "info" || level === "debug");
  const say = (message: string) => {
    if (isHeard) writeError(formatEntry({ level: "info", message, fields: {} }, format));
  };
  // Null where it can't be loaded: a run without the memory for it has other worries, and while a snapshot is made there is nothing
  // to load it from.
  let opening: Promise<WaitTeller | null> | null = null;
  const open = async () => {
    try {
      const { WaitTeller } = await import("./tell-wait.ts");
      return new WaitTeller({ root, startMs, socket: environment["NOTIFY_SOCKET"], say });
    } catch {
      return null;
    }
  };
  const heartbeat = new Heartbeat((wait) => {
    opening ??= open();
    void opening.then((teller) => teller?.tell(wait));
  });
  const close = async () => {
    heartbeat.stop();
    await (await opening)?.close();
  };
  return { heartbeat, close };
}
