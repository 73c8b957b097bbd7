import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import fc from "fast-check";
import type { Page } from "playwright-core";
import { readCatalogue } from "../../../agent/facts/catalogue/catalogue.ts";
import { draftOf } from "../../../agent/page/draft.ts";
import { type PageState, writeState } from "../../../agent/page/page-state.ts";
import type { TunedConfig } from "../../../agent/tuning/compute-tuning.ts";
import { describeWhere } from "../../e2e/support/requirements.ts";
import { anyImage } from "../../unit/support/any-image.ts";
import { SEED } from "../../unit/support/hostile.ts";
import { BINARY, makeScratchImage, runProgram, type ScratchImage } from "../support/scratch-image.ts";
import { CHROMIUM, type OpenBrowser, openBrowser, settle } from "./support/browser.ts";
import { readPage, type ShownMachine } from "./support/read-page.ts";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
const MOST_BYTES = 400_000;
const MIB = 2 ** 20;

const CONFIG = `launchOn: [m7g.large, t4g.nano]
secrets: { prod: { id: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:canary-id", keys: { password: { file: canary-file } } } }
vars: { canary_var: canary-value }
files: [ { template: web.txt.hbs, path: /etc/canary-path } ]
apps:
  db: { profile: postgresql, memory: { weight: 3, min: 512MiB } }
  api: { profile: jvm, options: { threads: 100 } }
  web: { profile: nginx, optional: true }
`;

interface TuneDocument {
  readonly types?: readonly {
    readonly fits: boolean;
    readonly problems: readonly string[];
    readonly budget?: { readonly reservedBytes: number; readonly unallocatedBytes: number };
    readonly apps: Readonly<Record<string, TunedApp>>;
  }[];
  readonly error?: { readonly problems: readonly { readonly what: string }[] };
}

interface TunedApp {
  readonly memoryBytes: number;
  readonly settings: Readonly<Record<string, { readonly text: string }>>;
}

describeWhere({ programs: [CHROMIUM] }, `the page in a browser (FUZZ_SEED=${SEED})`, function () {
  this.timeout(120_000);
  let image: ScratchImage;
  let browser: OpenBrowser;
  let html: string;

  before(async () => {
    image = makeScratchImage(CONFIG);
    browser = await openBrowser();
    html = await printPage(image);
  });
  after(async () => {
    await browser.close();
    image.remove();
  });
  // Whatever the test did.
  afterEach(() => assert.deepEqual(browser.complaints, []));

  it("has the numbers of tune --json for fifty images and types", async () => {
    const page = await browser.open(html);
    const images = fc.sample(
      anyImage.filter(({ apps }) => apps.length > 0),
      { seed: SEED, numRuns: 50 },
    );
    const types = fc.sample(fc.constantFrom(...readCatalogue().rows.keys()), { seed: SEED, numRuns: 50 });
    let fitting = 0;
    for (const [index, config] of images.entries()) {
      const type = types[index]!;
      const written = writeConfig(config);
      image.write("etc/parbake/parbake.yaml", written);
      const { stdout } = await image.run(null, "tune", "--json", "--instance-type", type);
      const shown = await showOn(page, stateOf(config, type));
      fitting += compare(shown, JSON.parse(stdout) as TuneDocument, `${type}\n${written}`);
    }
    assert.ok(fitting >= 10, `${fitting} of 50 fit`);
    image.write("etc/parbake/parbake.yaml", CONFIG);
  });

  it("has the numbers of tune --json for the machine that it was made on", async () => {
    const file = join(image.root, "here.html");
    // An image that is mounted is else shown on the types that it is for.
    image.write("etc/parbake/parbake.yaml", CONFIG.replace(/^launchOn: .*\n/, ""));
    const { status, stderr } = await image.run(null, "tune", "--html", file);
    assert.equal(status, 0, stderr);
    const { stdout } = await image.run(null, "tune", "--json");
    const page = await browser.open(readFileSync(file, "utf8"));
    assert.equal(compare(await readPage(page), JSON.parse(stdout) as TuneDocument, "here"), 1);
    image.write("etc/parbake/parbake.yaml", CONFIG);
  });

  it("begins with the image's own apps, on the types that the image is for", async () => {
    const page = await browser.open(html);
    assert.equal(await page.locator("#app-0-min").inputValue(), "512MiB");
    assert.deepEqual(await page.locator("#division .machine-name").allTextContents(), ["m7g.large", "t4g.nano"]);
    assert.match(await page.locator("#division").innerText(), /too small/);
  });

  it("has nothing of the image's secrets, files and variables", () =>
    assert.doesNotMatch(html, /canary|arn:aws|123456789012/));

  it("is refused where an option may hold what must not be mailed around, without a word of it", async () => {
    // In pieces: this file is searched for tokens, too.
    const token = ["gh", "p_", "zQWBuTSOoRi4A9spHcVY", "5ncnsDkxkJ0mLq17"].join("");
    const options = [`note: "'${token}'"`, `queue: "'arn:aws:sqs:eu-west-1:123456789012:jobs'"`].join(", ");
    image.write("etc/parbake/parbake.yaml", `apps: { job: { profile: custom, options: { ${options} } } }\n`);
    const { status, stdout, stderr } = await image.run(null, "page");
    image.write("etc/parbake/parbake.yaml", CONFIG);
    assert.deepEqual([status, stdout], [65, ""]);
    assert.match(stderr, /job: the option note may hold a credential/);
    assert.match(stderr, /job: the option queue may hold/);
    assert.doesNotMatch(stderr, /ghp_|123456789012/);
  });

  it("begins with an example where there is no config, and says so", async function () {
    if (existsSync("/etc/parbake/parbake.yaml")) this.skip();
    const { status, stdout, stderr } = await runProgram(null, [BINARY, "page", "--instance-type", "t4g.*"]);
    assert.equal(status, 0, stderr);
    assert.match(stderr, /there is no \/etc\/parbake\/parbake\.yaml: the page starts with an example/);
    const page = await browser.open(stdout);
    assert.equal(await page.locator("#division article").count(), 7);
    assert.equal(await page.locator("#summary").innerText(), "The image fits on 6 of the 7 machines.");
  });

  it("is refused for a machine that it would not show", async () => {
    const { status, stdout, stderr } = await image.run(null, "page", "--memory", "8GiB", "--cpus", "2000");
    assert.deepEqual([status, stdout], [64, ""]);
    assert.match(stderr, /8 GiB and 2000 CPUs is larger than any that the page shows/);
    assert.match(stderr, /Give --memory up to 32 TiB, and --cpus up to 1024\./);
  });

  it("is one file of less than 400 KB", () => assert.ok(Buffer.byteLength(html) < MOST_BYTES, `${html.length}`));

  for (const colorScheme of ["light", "dark"] as const)
    it(`has no fault that axe finds, in ${colorScheme}`, async () => {
      const page = await browser.open(html, { colorScheme });
      await openAll(page);
      assert.deepEqual(await findFaults(page), []);
      await page.locator("#app-0-min").fill("many");
      assert.deepEqual(await findFaults(page, ".inputs"), []);
    });

  for (const width of [320, 360, 400])
    it(`fits on a phone ${width} pixels wide, without scrolling sideways`, async () => {
      const page = await browser.open(html, { viewport: { width, height: 700 } });
      await openAll(page);
      const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      assert.ok(beyond <= 0, `${beyond} pixels too wide`);
      if (width === 320) assert.deepEqual(await findFaults(page), []);
    });

  it("is used by the keyboard alone", async () => {
    const page = await browser.open(html);
    const reached = await walk(page);
    for (const id of ["theme", "app-0-name", "app-0-profile", "app-2-weight", "add-app", "add-machine", "copy"])
      assert.ok(reached.includes(id), `${id} is not among ${reached.join(" ")}`);
    await page.locator("#add-app").focus();
    await page.keyboard.press("Enter");
    assert.equal(await page.evaluate(() => document.activeElement?.id), "app-3-name");
    await page.locator("#add-machine").focus();
    await page.keyboard.type("r7g.xlarge");
    await page.keyboard.press("Enter");
    await page.locator("#choose-r7g\\.xlarge[aria-pressed=true]").waitFor();
    assert.equal(await page.evaluate(() => document.activeElement?.id), "add-machine");
  });

  it("says at the field what is wrong with it, and says it aloud", async () => {
    const page = await browser.open(html);
    await page.locator("#app-0-min").fill("512");
    assert.equal(await page.locator("#app-0-min").getAttribute("aria-invalid"), "true");
    assert.equal(
      await page.locator("#app-0-min-wrong").innerText(),
      "'512' is no size. Write it with its unit: 512MiB.",
    );
    assert.match(await page.locator("[role=status][aria-live=polite]").innerText(), /^Not yet: '512' is no size\./);
    await page.locator("#app-0-min").fill("512MiB");
    assert.equal(await page.locator("#app-0-min").getAttribute("aria-invalid"), null);
  });

  it("tells how an app came to its share, and what would change a setting", async () => {
    const page = await browser.open(html);
    await page.locator("#share-of-db > summary").click();
    const share = await page.locator("#share-of-db tbody tr").last().innerText();
    assert.match(share, /^= its share\s+[\d.]+ GiB\s+it needs 512 MiB and can always use more/);
    await page.locator("#changes-of-db-shared_buffers > summary").click();
    // They are computed once somebody asks.
    await page.locator("#changes-of-db-shared_buffers li").first().waitFor();
    const changes = await page.locator("#changes-of-db-shared_buffers li").allInnerTexts();
    assert.match(changes[0]!, /^Twice the memory: \d+MB$/);
    assert.ok(changes.some((change) => change.startsWith("The option workload: ")));
  });

  it("has what systemd keeps an app to, and says so in the config", async () => {
    const page = await browser.open(html);
    await page.locator("#app-0-more > summary").click();
    await page.locator("#app-0-enforce").check();
    await page.locator("#app-0-unit").fill("postgresql@16-main.service");
    await page.locator("#app-0-memoryHigh").fill("90%");
    const limits = await page.locator("[data-setting^='db.limit.'] th").allInnerTexts();
    assert.deepEqual(limits.slice(0, 3), ["MemoryMax", "MemoryHigh", "CPUWeight"]);
    assert.match(
      await page.locator("#yaml").innerText(),
      /^ {4}enforce: \{ unit: "postgresql@16-main\.service", memoryHigh: 90% \}$/m,
    );
  });

  it("keeps what was edited through a reload, and in a link", async () => {
    const page = await browser.open(html);
    await page.locator("#app-0-weight").fill("7");
    await page.waitForFunction(() => location.hash.length > 1);
    const before = await readPage(page);
    await page.reload();
    await settle(page);
    assert.equal(await page.locator("#app-0-weight").inputValue(), "7");
    assert.deepEqual(await readPage(page), before);
    const other = await browser.open(html, {}, await page.evaluate(() => location.hash));
    assert.deepEqual(await readPage(other), before);
  });

  it("writes a config that the binary tunes alike", async () => {
    const page = await browser.open(html);
    await page.locator("#app-1-max").fill("1GiB");
    const yaml = await page.locator("#yaml").innerText();
    const copied = makeScratchImage(yaml);
    const { stdout } = await copied.run(null, "tune", "--json", "--instance-type", "m7g.large");
    assert.equal(compare(await readPage(page), JSON.parse(stdout) as TuneDocument, yaml), 1);
    copied.remove();
  });

  it("forgets what was edited at the press of a button", async () => {
    const page = await browser.open(html);
    const before = await readPage(page);
    await page.locator("#app-1-fold [aria-label='Remove api']").click();
    assert.notDeepEqual(await readPage(page), before);
    await page.locator("#again").click();
    assert.deepEqual(await readPage(page), before);
    assert.equal(await page.locator("#app-1-name").inputValue(), "api");
  });

  it("leaves open and closed what somebody opened and closed, whatever changes", async () => {
    const page = await browser.open(html, { viewport: { width: 360, height: 700 } });
    const isOpen = (id: string) => page.locator(id).evaluate((fold: HTMLDetailsElement) => fold.open);
    assert.equal(await isOpen("#app-0-fold"), false);
    await page.locator("#app-0-fold > summary").click();
    await page.locator("#families > summary").click();
    await page.locator("#app-0-min").fill("600MiB");
    await page.locator("#add-app").click();
    await settle(page);
    assert.deepEqual([await isOpen("#app-0-fold"), await isOpen("#families")], [true, true]);
    assert.deepEqual([await isOpen("#app-1-fold"), await isOpen("#app-3-fold")], [false, true]);
  });

  it("changes its look by the toggle, and keeps it", async () => {
    const page = await browser.open(html, { colorScheme: "light" });
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.locator("#theme").press("Space");
    assert.notEqual(await paper(), light);
    await page.reload();
    await settle(page);
    assert.equal(await page.locator("#theme").getAttribute("aria-pressed"), "true");
    assert.notEqual(await paper(), light);
  });

  it("shows an address that somebody made up as if it had none", async () => {
    const page = await browser.open(html, {}, "#<img src=x onerror=alert(1)>");
    assert.equal(await page.locator("#app-0-name").inputValue(), "db");
    const evil = { ...stateOf({ ...EMPTY, apps: [] }, "m7g.large"), machines: ["<b>x</b>"] };
    const other = await browser.open(html, {}, `#${writeState(evil)}`);
    assert.equal(await other.locator("#machines b, #division b").count(), 0);
  });
});

const EMPTY: TunedConfig = { reserve: { memory: { kind: "tiers" } }, secretsSizeBytes: 0, apps: [] };

async function printPage(image: ScratchImage): Promise<string> {
  const { status, stdout, stderr } = await image.run(null, "page");
  assert.equal(status, 0, stderr);
  return stdout;
}

/** As JSON, which is YAML, and which shares nothing with how the page writes it. */
function writeConfig({ apps, secretsSizeBytes }: TunedConfig): string {
  const amount = (bytes: number | null) => (bytes === null ? {} : `${bytes}B`);
  const named = apps.map(({ name, profile, memory, cpu, optional, options }) => {
    const sizes = Object.entries({ min: amount(memory.minBytes), max: amount(memory.maxBytes) });
    const weight = memory.weight === null ? {} : { weight: memory.weight };
    const given = Object.fromEntries(sizes.filter(([, size]) => typeof size === "string"));
    return [name, { profile, memory: { ...weight, ...given }, cpu, optional, options }] as const;
  });
  return JSON.stringify({ secretsSize: `${secretsSizeBytes}B`, apps: Object.fromEntries(named) });
}

function stateOf(config: TunedConfig, type: string): PageState {
  const draft = draftOf({ ...config, architectures: [] });
  return { draft, machines: [type], chosen: type, setting: "", family: "" };
}

/** By its address, as a link has it. */
async function showOn(page: Page, state: PageState): Promise<ShownMachine> {
  await page.evaluate(
    (hash) =>
      new Promise<void>((resolve) => {
        addEventListener("hashchange", () => resolve(), { once: true });
        location.hash = hash;
      }),
    writeState(state),
  );
  return readPage(page);
}

/** @returns 1 where the image fits */
function compare(shown: ShownMachine, { types, error }: TuneDocument, what: string): 0 | 1 {
  if (error !== undefined) {
    const told = error.problems.filter(({ what: problem }) => shown.summary.startsWith(`Not yet: ${problem}. `));
    assert.ok(told.length > 0, `${shown.summary}\n${what}`);
    return 0;
  }
  const [type] = types!;
  if (!type!.fits) {
    assert.deepEqual([shown.verdict, shown.settings], ["small", {}], what);
    const plain = type!.problems.map((problem) => problem.replace(/^\S+:\d+:\d+: /, ""));
    assert.deepEqual(
      shown.remarks.map((remark) => remark.toLowerCase()),
      plain.map((problem) => problem.toLowerCase()),
      what,
    );
    return 0;
  }
  const { budget, apps } = type!;
  const { reserve = 0, secrets = 0, cache = 0, ...ofApps } = shown.pieces;
  // What rounding leaves to the page cache is not worth a line.
  const unallocatedBytes = budget!.unallocatedBytes < MIB ? 0 : budget!.unallocatedBytes;
  assert.deepEqual([reserve + secrets, cache], [budget!.reservedBytes, unallocatedBytes], what);
  const takers = Object.entries(apps).filter(([, { memoryBytes }]) => memoryBytes > 0);
  assert.deepEqual(ofApps, Object.fromEntries(takers.map(([name, app]) => [`app-${name}`, app.memoryBytes])), what);
  const texts = Object.entries(apps).flatMap(([name, { settings }]) =>
    Object.entries(settings).map(([setting, { text }]) => [`${name}.${setting}`, text]),
  );
  assert.deepEqual(shown.settings, Object.fromEntries(texts), what);
  return 1;
}

/** But the list of all families, which has the same in it 200 times. */
async function openAll(page: Page): Promise<void> {
  await page.evaluate(() =>
    document.querySelectorAll("details").forEach((details) => (details.open = details.id !== "families")),
  );
}

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: readonly { readonly html: string }[] }[];
}

/** Not by a script element, which the page's policy would refuse. */
async function findFaults(page: Page, within = "html"): Promise<string[]> {
  await page.evaluate(readFileSync(AXE, "utf8"));
  const results = await page.evaluate<AxeResults>(`axe.run("${within}", { resultTypes: ["violations"] })`);
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join("\n")}`);
}

/** Tab by Tab, until the page is left. @returns the ids of what had the focus, each of which showed it */
async function walk(page: Page): Promise<string[]> {
  const reached: string[] = [];
  for (let step = 0; step < 200; step += 1) {
    await page.keyboard.press("Tab");
    const focused = await page.evaluate(() => {
      const element = document.activeElement;
      if (element === null || element === document.body) return null;
      return { id: element.id, outline: getComputedStyle(element).outlineStyle, html: element.outerHTML.slice(0, 100) };
    });
    if (focused === null) break;
    assert.notEqual(focused.outline, "none", focused.html);
    reached.push(focused.id);
  }
  return reached;
}
