// What the page shows of a machine, read from its elements as a person would read them.

import type { Page } from "playwright-core";

export interface ShownMachine {
  readonly verdict: string;
  /** By piece: `reserve`, `app-db`. */
  readonly pieces: Readonly<Record<string, number>>;
  readonly remarks: readonly string[];
  /** By `db.shared_buffers`: its text. */
  readonly settings: Readonly<Record<string, string>>;
  readonly summary: string;
}

/** Of the machine whose settings it shows. */
export function readPage(page: Page): Promise<ShownMachine> {
  return page.evaluate(() => {
    const texts = (selector: string, within: ParentNode = document): string[] =>
      [...within.querySelectorAll(selector)].map(({ textContent }) => textContent);
    const chosen = document.querySelector("#division article:has(.machine-name[aria-pressed='true'])");
    const pieces = [...(chosen?.querySelectorAll<HTMLElement>("[data-piece]") ?? [])].map((piece) => [
      piece.dataset["piece"]!,
      Number(piece.querySelector("data")!.value),
    ]);
    const settings = [...document.querySelectorAll<HTMLElement>("[data-setting]")].map((row) => [
      row.dataset["setting"]!,
      row.querySelector(".value code")!.textContent,
    ]);
    return {
      verdict: chosen?.querySelector<HTMLElement>(".verdict")?.dataset["verdict"] ?? "",
      pieces: Object.fromEntries(pieces),
      remarks: chosen === null ? [] : texts(".remark", chosen),
      settings: Object.fromEntries(settings),
      summary: texts("#summary").join(""),
    };
  });
}
