// A page in Debian's headless Chromium, which notes what a page must not do: complain, or ask the network.

import { writeFileSync } from "node:fs";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { makeFolder, removeFolder } from "../../../support/folders.ts";

export const CHROMIUM = "chromium-headless-shell";

export interface OpenBrowser {
  /** @param hash what follows the `#` of its address */
  open(html: string, options?: BrowserContextOptions, hash?: string): Promise<Page>;
  /** What any of its pages said or asked for that it should not have. */
  readonly complaints: readonly string[];
  close(): Promise<void>;
}

export async function openBrowser(): Promise<OpenBrowser> {
  // Chromium has no sandbox as root.
  const browser = await chromium.launch({ executablePath: findChromium(), args: ["--no-sandbox"] });
  const folder = makeFolder(tmpdir(), "page", "run");
  const complaints: string[] = [];
  let count = 0;
  return {
    complaints,
    async open(html, options = {}, hash = "") {
      const file = join(folder, `${(count += 1)}.html`);
      writeFileSync(file, html);
      const page = await watch(browser, options, complaints);
      await page.goto(`${pathToFileURL(file).href}${hash}`);
      await settle(page);
      return page;
    },
    async close() {
      await browser.close();
      removeFolder(folder);
    },
  };
}

/** Until it shows all that it computes: the families come last. */
export async function settle(page: Page): Promise<void> {
  await page.waitForFunction(() => document.documentElement.dataset["ready"] !== undefined);
  await page.waitForFunction(() => document.documentElement.dataset["pending"] === undefined);
}

async function watch(browser: Browser, options: BrowserContextOptions, complaints: string[]): Promise<Page> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.on("console", (message) => complaints.push(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => complaints.push(`error: ${error.stack}`));
  page.on("request", (request) => {
    if (!/^(?:file|data):/.test(request.url())) complaints.push(`request: ${request.url()}`);
  });
  return page;
}

function findChromium(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const found = folders.map((folder) => join(folder, CHROMIUM)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`no ${CHROMIUM} on this machine`);
  return found;
}
