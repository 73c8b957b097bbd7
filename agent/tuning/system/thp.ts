// Chooses the strictest mode of transparent huge pages that an app asks for. sysctl.d has no key for it: systemd-tmpfiles
// writes it.

import { count, text } from "../profile/build-setting.ts";
import type { Neighbour, Options, Setting, Settings } from "../profile/profile.ts";
import { choiceOption } from "../profile/read-option.ts";
import { listAsks, nameApps, THP, type Thp } from "./kernel-asks.ts";

const THP_DOCS = "linux, Documentation/admin-guide/mm/transhuge.rst";
const FOLDER = "/sys/kernel/mm/transparent_hugepage";

/** From the strictest to the laxest. */
export const THP_MODES: readonly Thp[] = ["never", "madvise", "always"];

/**
 * The kernel's own for each mode, but MongoDB's for `always`: no app waits for a huge page, and khugepaged makes none out of
 * pages that no app has written.
 */
const DEFRAG: Readonly<Record<Thp, string>> = { never: "madvise", madvise: "madvise", always: "defer+madvise" };
const MAX_PTES_NONE: Readonly<Record<Thp, number>> = { never: 511, madvise: 511, always: 0 };

export function tuneThp(neighbours: readonly Neighbour[], options: Options): Settings {
  const { mode, setting } = decideMode(neighbours, options);
  const why = { formula: "by thp", inputs: { thp: mode }, source: setting.source };
  const [defrag, maxPtesNone] = [text(DEFRAG[mode], why), count(MAX_PTES_NONE[mode], why)];
  const lines = [
    `w ${FOLDER}/enabled - - - - ${mode}`,
    `w ${FOLDER}/defrag - - - - ${defrag.text}`,
    `w ${FOLDER}/khugepaged/max_ptes_none - - - - ${maxPtesNone.text}`,
  ];
  const tmpfiles = text(lines.join("\n"), {
    formula: "the three above as a file of tmpfiles.d",
    source: "tmpfiles.d(5)",
  });
  return { thp: setting, thp_defrag: defrag, thp_max_ptes_none: maxPtesNone, tmpfiles };
}

function decideMode(
  neighbours: readonly Neighbour[],
  options: Options,
): { readonly mode: Thp; readonly setting: Setting } {
  if (options["thp"] !== null) {
    const mode = choiceOption(options, "thp", DEFRAG);
    return { mode, setting: text(mode, { formula: "the option thp", source: "the option", boundBy: "user" }) };
  }
  const asks = listAsks(THP, neighbours);
  for (const mode of THP_MODES) {
    const asking = asks.filter(({ value }) => value === mode);
    const [first] = asking;
    if (!first) continue;
    const why = { formula: `${mode}, asked for by apps`, inputs: nameApps(asking), source: first.source };
    return { mode, setting: text(mode, why) };
  }
  return { mode: "madvise", setting: text("madvise", { formula: "madvise", source: THP_DOCS }) };
}
