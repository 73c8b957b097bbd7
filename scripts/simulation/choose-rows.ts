// Which rows of the table an image is booted against, and why it is not against the others. Pure.

import type { Row } from "./row.ts";

/** What is known of an image of the user's own before it is booted. */
export interface OwnImage {
  /** A disk has one, as far as we know; a folder may be meant for containers. */
  readonly hasKernel: boolean;
}

export interface Choice {
  readonly rows: readonly Row[];
  readonly leftOut: readonly LeftOut[];
}

export interface LeftOut {
  readonly names: readonly string[];
  readonly why: string;
}

/**
 * @param names those that are asked for; none: all
 * @param image null: the example image
 * @throws Error for a name that is no row's, or of a row that says nothing of the image
 */
export function chooseRows(all: readonly Row[], names: readonly string[], image: OwnImage | null): Choice {
  const unknown = names.filter((name) => !all.some((row) => row.name === name));
  if (unknown.length > 0) throw new Error(`there is no row ${unknown.join(", ")}. --list names them all.`);
  const wanted = names.length === 0 ? all : all.filter(({ name }) => names.includes(name));
  const reasons = Map.groupBy(wanted, (row) => (image === null ? null : whyNot(row, image)));
  const leftOut = [...reasons].flatMap(([why, rows]) =>
    why === null ? [] : [{ names: rows.map(({ name }) => name), why }],
  );
  if (names.length > 0 && leftOut.length > 0) throw new Error(leftOut.map(formatLeftOut).join("\n"));
  return { rows: reasons.get(null) ?? [], leftOut };
}

function whyNot({ tree, machine }: Row, { hasKernel }: OwnImage): string | null {
  if (tree !== undefined)
    return "each boots the example image in a distribution's own tree, to try the distribution; without IMAGE, they run";
  if (machine === "emulated" && !hasKernel)
    return "an emulated machine boots the image's own kernel, and the folder has no boot/vmlinuz*";
  return null;
}

export function formatLeftOut({ names, why }: LeftOut): string {
  const rows = names.length === 1 ? "1 row is" : `${names.length} rows are`;
  return `${rows} not for this image: ${why}: ${names.join(", ")}`;
}
