// The script by which a shell completes parbake's command line, as the packages bring it and `parbake completion` prints it. Pure.

import type { Shell } from "../invocation.ts";
import { formatBash } from "./complete-bash.ts";
import { formatFish } from "./complete-fish.ts";
import { formatZsh } from "./complete-zsh.ts";

export function formatCompletion(shell: Shell): string {
  switch (shell) {
    case "bash":
      return formatBash();
    case "zsh":
      return formatZsh();
    case "fish":
      return formatFish();
  }
}
