// What the page carries beside its code: what it starts with, and the catalogue, compressed.

import { parseCatalogue } from "../../facts/catalogue/catalogue-table.ts";
import type { PageStart } from "../assemble-page.ts";
import type { MachineSource } from "../machines.ts";
import { place } from "./dom.ts";

export interface PageData {
  readonly start: PageStart;
  readonly source: MachineSource;
}

export async function readData(): Promise<PageData> {
  const start = JSON.parse(place("start").textContent) as PageStart;
  const catalogue = parseCatalogue(await inflate(place("catalogue").textContent));
  return { start, source: { catalogue, here: start.here } };
}

async function inflate(base64: string): Promise<string> {
  const bytes = Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
}
