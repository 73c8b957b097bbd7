// One machine's memory as bars, each where the one above it ends: the reserve, the apps, and what is left. Pure.

import { formatBytes, MIB } from "../../size.ts";
import type { AppPlan, BudgetPlan } from "../../tuning/tuning.ts";
import { formatColumns } from "../columns.ts";
import type { Paint } from "../text.ts";

interface Part {
  readonly name: string;
  readonly bytes: number;
  readonly note: string;
  /** Told apart without colours, too. */
  readonly fill: "▒" | "█" | "░";
  readonly colour: (text: string) => string;
}

interface Division {
  /** What the parts are of. */
  readonly memoryBytes: number;
  readonly budget: BudgetPlan;
  readonly apps: readonly AppPlan[];
}

/** Wider says no more. */
const WIDEST_BAR = 40;
const NARROWEST_BAR = 12;

/** @param noteOf what stands behind an app's bar */
export function formatBars(
  { memoryBytes, budget, apps }: Division,
  noteOf: (app: AppPlan) => string,
  paint: Paint,
): string {
  const parts: readonly Part[] = [
    { name: "reserve", bytes: budget.reservedBytes, note: "", fill: "▒", colour: paint.yellow },
    ...apps.map((app) => ({
      name: app.name,
      bytes: app.memoryBytes,
      note: noteOf(app),
      fill: "█" as const,
      colour: paint.green,
    })),
    // Rounding leaves a few bytes: not worth a line.
    ...(budget.unallocatedBytes >= MIB
      ? [{ name: "page cache", bytes: budget.unallocatedBytes, note: "", fill: "░" as const, colour: paint.dim }]
      : []),
  ];
  const width = chooseWidth(parts, paint);
  let before = 0;
  const rows = parts.map((part) => {
    const bar = drawBar(part, before, memoryBytes, width);
    before += part.bytes;
    const amount = part.bytes === 0 ? "" : formatBytes(part.bytes);
    return [part.name, bar, amount.padStart(WIDEST_AMOUNT), percentOf(part.bytes, memoryBytes), paint.dim(part.note)];
  });
  return formatColumns(rows, paint, "  ");
}

/** `1023.9 MiB`. */
const WIDEST_AMOUNT = 10;
/** `100 %`. */
const WIDEST_PERCENT = 5;

function chooseWidth(parts: readonly Part[], { columns, ruler }: Paint): number {
  const widest = (texts: readonly string[]) => Math.max(...texts.map(ruler.widthOf));
  const names = widest(parts.map(({ name }) => name));
  const notes = widest(parts.map(({ note }) => note));
  const room = columns - names - notes - WIDEST_AMOUNT - WIDEST_PERCENT - 5 * 2;
  return Math.max(NARROWEST_BAR, Math.min(WIDEST_BAR, room));
}

function drawBar({ bytes, fill, colour }: Part, before: number, whole: number, width: number): string {
  if (bytes === 0) return "";
  const at = (amount: number) => Math.round((amount / whole) * width);
  // The least part can be seen, too.
  const start = Math.min(at(before), width - 1);
  const length = Math.max(1, Math.min(at(before + bytes), width) - start);
  return " ".repeat(start) + colour(fill.repeat(length));
}

function percentOf(bytes: number, whole: number): string {
  if (bytes === 0) return "";
  const percent = Math.round((100 * bytes) / whole);
  return `${percent === 0 ? "<1" : percent} %`.padStart(WIDEST_PERCENT);
}
