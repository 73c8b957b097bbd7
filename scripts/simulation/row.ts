// One boot of the table: what befalls the machine, and what is promised for it.

import type { WorldInput } from "../emulator/world.ts";
import type { UnitNeeds } from "./needs.ts";
import type { NetworkOptions } from "./network.ts";
import type { TreeName } from "./trees.ts";

/** What the image is given, or deprived of, in a layer above it. */
export interface Layer {
  readonly files?: Readonly<Record<string, string>>;
  /** Symlinks: where, and what to. */
  readonly links?: Readonly<Record<string, string>>;
}

/** What happens while the machine boots. */
export type Event =
  /** parbake is killed by SIGKILL once it has asked for a secret, which it gets only then. */
  | { readonly kind: "kill" }
  /** The power goes once parbake has asked for a secret, and comes back. */
  | { readonly kind: "power-cut" }
  /** The machine ends in good order and boots again, as another one. */
  | { readonly kind: "again"; readonly world: WorldInput };

export interface Promises {
  /** Which of the units that wait for parbake do not come up. */
  readonly held: (needs: UnitNeeds, secrets: readonly string[]) => boolean;
  /**
   * Within how many times what systemd took to basic.target the units are up that the hardware alone decides, for there is nothing to
   * wait for. Absent: not judged.
   */
  readonly hardwareWithin?: number;
  /** The cause, in the journal's errors and on the console: no line of it twice. Null: no error at all. */
  readonly says: RegExp | null;
  readonly status: number;
  /** What `systemctl is-system-running` says; `running`: no unit has failed, and no job waits. Absent: an image may have its own troubles. */
  readonly system?: "running";
  /** What the machine must tell when it is asked afterwards. */
  readonly tells?: readonly Question[];
}

export interface Question {
  readonly argv: readonly string[];
  /** Of the answer on stdout and stderr. */
  readonly text: RegExp;
}

export interface Row {
  readonly name: string;
  /** What befalls the machine, in a few words. */
  readonly title: string;
  /** Absent: the image that is simulated. */
  readonly tree?: TreeName;
  /** `emulated`: by qemu, with a kernel of its own. */
  readonly machine: "container" | "emulated";
  /** It is about a secret: an image that has none does not notice. */
  readonly needsSecret?: true;
  readonly memoryMiB?: number;
  readonly world?: WorldInput;
  readonly network?: Partial<NetworkOptions>;
  readonly layer?: Layer;
  /** `read-only`: /var and /tmp can be written to, in memory. `full`: not a byte is free. */
  readonly disk?: "read-only" | "full";
  /** The last of the image's secrets cannot be read. */
  readonly denied?: boolean;
  readonly event?: Event;
  readonly promises: Promises;
}
