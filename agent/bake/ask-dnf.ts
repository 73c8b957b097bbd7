// Asks dnf which security updates an image lacks, with a cache and a log of its own, so that nothing in the image changes.

import { join, resolve } from "node:path";
import type { OsRelease } from "../image/os-release.ts";
import { type Asking, patienceMs } from "./ask-apt.ts";
import { explainFailure } from "./explain-failure.ts";
import { parseDnf } from "./parse-dnf.ts";
import type { PendingUpdates } from "./updates.ts";

/** dnf(8), "check-update": there are updates. */
const UPDATES = 100;

export async function askDnf({ id }: OsRelease, { root, scratch, deadline, run }: Asking): Promise<PendingUpdates> {
  // Amazon Linux 2023 stays at the release that an image was made from, unless it is asked for the latest.
  const release = id === "amzn" ? ["--releasever=latest"] : [];
  const settings = {
    cachedir: join(scratch, "cache"),
    logdir: join(scratch, "log"),
    timeout: "15",
    retries: "1",
    // Distributions set it, or repositories: then one that cannot be reached is passed over, and the status is 0.
    skip_if_unavailable: "0",
    "*.skip_if_unavailable": "0",
  };
  const options = Object.entries(settings).map(([name, value]) => `--setopt=${name}=${value}`);
  const place = root === "/" ? [] : [`--installroot=${resolve(root)}`];
  const argv = ["dnf", "--quiet", "--refresh", ...place, ...release, ...options, "check-update", "--security"];
  const timeoutMs = patienceMs(deadline);
  const result = await run(argv, timeoutMs, deadline.signal);
  if (result.kind === "absent") return { kind: "unknown", why: "this machine has no dnf to ask" };
  if (result.kind === "exited" && (result.status === 0 || result.status === UPDATES)) {
    const upgrade = ["dnf upgrade --security", ...release].join(" ");
    return { kind: "known", updates: parseDnf(result.output, true), upgrade };
  }
  return { kind: "unknown", why: explainFailure("dnf check-update", result, timeoutMs) };
}
