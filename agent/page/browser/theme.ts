// The light and the dark look: the system's, until somebody chooses.

import { place } from "./dom.ts";

const KEY = "parbake-look";

export function watchTheme(): void {
  const toggle = place("theme");
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let chosen = recall();
  const apply = (): void => {
    const isDark = chosen === null ? dark.matches : chosen === "dark";
    if (chosen !== null) document.documentElement.dataset["look"] = chosen;
    toggle.setAttribute("aria-pressed", String(isDark));
  };
  toggle.addEventListener("click", () => {
    chosen = toggle.getAttribute("aria-pressed") === "true" ? "light" : "dark";
    remember(chosen);
    apply();
  });
  dark.addEventListener("change", apply);
  apply();
}

/** A file that was opened from a disk may have no storage. */
function recall(): "light" | "dark" | null {
  try {
    const kept = localStorage.getItem(KEY);
    return kept === "light" || kept === "dark" ? kept : null;
  } catch {
    return null;
  }
}

function remember(look: "light" | "dark"): void {
  try {
    localStorage.setItem(KEY, look);
  } catch {
    // The next visit has the system's look again.
  }
}
