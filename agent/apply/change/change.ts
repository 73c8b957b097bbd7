// One change of one file as plain data: all that it takes to make it, to take it back, or to finish it in another process.
// Never holds content.

import type { Attributes } from "../../host/attributes.ts";
import type { Trust } from "../../host/folder.ts";
import type { Declared } from "../../refusal.ts";

interface ChangeOf<Kind extends string> extends Declared {
  readonly kind: Kind;
  /** Absolute, as the booted machine sees it. */
  readonly path: string;
  readonly trust: Trust;
}

interface NewFile {
  /** The staged file's name, beside the target until the swap. */
  readonly newName: string;
  /** Its inode: what tells our file at the target from somebody else's. */
  readonly newInode: string;
}

/** What was there when parbake looked: see identityOf. Anything else is refused. */
interface Examined {
  readonly seen: string;
}

interface OldFile extends Examined {
  /** A second link to the old file, made when the swap begins: its bytes, attributes and times in one. */
  readonly oldName: string;
}

export type Creation = ChangeOf<"create"> & NewFile;
export type Update = ChangeOf<"update"> & NewFile & OldFile;
export type Removal = ChangeOf<"remove"> & OldFile;
/** Owner and mode in place: the inode and the time of change stay. */
export type AttributesChange = ChangeOf<"attributes"> &
  Examined & { readonly old: Attributes; readonly new: Attributes };

/** A folder that staging made already: only taking it back is left to do. */
type FolderMaking = ChangeOf<"make-folder"> & { readonly newInode: string };

/** A new generation of secrets becomes the current one. `path` is that of `..data`: see generation-layout.ts. */
export type GenerationFlip = ChangeOf<"generation"> & {
  /** Null: the last secret is gone. */
  readonly newGeneration: string | null;
  /** Null: this is the first. */
  readonly oldGeneration: string | null;
  /** The symlink that becomes `..data`. */
  readonly linkName: string;
  /** Top-level names that are new. */
  readonly newLinks: readonly string[];
  /** Top-level names that only the old generation has. */
  readonly deadLinks: readonly string[];
};

export type Change = Creation | Update | Removal | AttributesChange | FolderMaking | GenerationFlip;
