// A program run in the machine as a unit of its own for as long as a test asks it; no process of it is left afterwards.

import { waitUntil } from "../../e2e/support/command.ts";
import type { Machine } from "../../e2e/support/machine.ts";
import { mostFiles } from "./machine-limits.ts";

export interface Service {
  readonly name: string;
  readonly argv: readonly string[];
  /** root, if not given. */
  readonly user?: string;
  readonly isReady: () => Promise<boolean>;
  /** Half a minute, if not given. */
  readonly patienceMs?: number;
}

/** What `ask` answers. Rejects with the program's own words where it does not start. */
export async function withService<T>(machine: Machine, service: Service, ask: () => Promise<T>): Promise<T> {
  const { name, argv, user = "root", isReady, patienceMs = 30_000 } = service;
  const unit = `parbake-test-${name}.service`;
  // As many files as Debian's own units allow it, or as there can be.
  const properties = [`--property=User=${user}`, `--property=LimitNOFILE=${mostFiles()}`];
  await machine.run(["systemd-run", "--quiet", "--collect", `--unit=${unit}`, ...properties, "--", ...argv]);
  try {
    await waitUntil(`${name} answers`, patienceMs, async () => {
      if (await isReady()) return true;
      if ((await machine.show(unit, "ActiveState")) !== "active") throw new Error(`${name} ended`);
      return false;
    });
    return await ask();
  } catch (error) {
    const journal = await machine.run(["journalctl", `--unit=${unit}`, "--no-pager", "--output=cat", "--lines=40"]);
    throw new Error(`${String(error)}\n${name} said:\n${journal}`, { cause: error });
  } finally {
    await machine.attempt(["systemctl", "stop", unit]);
    // systemd forgets it a moment after its end: until then there can be no other of its name.
    await waitUntil(`${unit} is gone`, 60_000, async () => (await machine.show(unit, "LoadState")) === "not-found");
  }
}
