// Whether an image is being baked here: then nobody asks IMDS, and no credential is fetched that could stay in the image.

import { inspectSecretsFolder } from "../apply/secrets/memory-guarantee.ts";
import type { Config } from "../config/config.ts";
import type { Session } from "./session.ts";

/** What says so: `--bake`. Null: it is no bake, as far as one can tell without the config. */
export function findBake({ bake }: { readonly bake: boolean }, { environment }: Session): string | null {
  if (bake) return "--bake";
  // Packer sets it for what its provisioners run.
  return environment["PACKER_BUILD_NAME"] ? "PACKER_BUILD_NAME is set" : null;
}

/** The same of an image whose secrets would be written to its disk: a scratch root has memory there. */
export function findBakeOf(config: Config, command: { readonly bake: boolean }, session: Session): string | null {
  const { root } = session.options;
  const found = findBake(command, session);
  if (found !== null || root === "/" || config.secrets.length === 0) return found;
  const isMemory = inspectSecretsFolder(root, config.secretsFolder).kind === "memory";
  return isMemory ? null : "--root";
}

/** The config as a bake takes it: there is no instance to ask. */
export function withoutImds<T extends { readonly config: Config }>(image: T): T {
  return { ...image, config: { ...image.config, imds: "optional" } };
}
