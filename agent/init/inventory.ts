// What `init` may ask of an image. gather-inventory.ts is the real one.

import type { OsRelease } from "../image/os-release.ts";
import type { UnitFile } from "../image/units.ts";

export interface ImageInventory {
  readonly system: OsRelease;
  /** Services, by name; neither aliases nor masked ones. */
  readonly services: ReadonlyMap<string, UnitFile>;
  /** The names in a folder, sorted; none where there is no such folder. */
  readonly list: (folder: string) => readonly string[];
  /** Null: no such file, or none of a text's size. */
  readonly read: (path: string) => string | null;
  readonly isThere: (path: string) => boolean;
  /** Whether parbake wrote the file of that path. */
  readonly isManaged: (path: string) => boolean;
  /** What a program of the image says of its version; null where it cannot be asked: an image that is not booted. */
  readonly askVersion: (program: string) => Promise<string | null>;
}
