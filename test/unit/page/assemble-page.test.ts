import assert from "node:assert/strict";
import { assemblePage } from "../../../agent/page/assemble-page.ts";
import { EXAMPLE } from "../../../agent/page/example.ts";

const PARTS = {
  html: "<head><!-- policy --><!-- style --></head><body><!-- data --><!-- script --></body>",
  style: "p {}",
  script: "run('$&')",
  catalogue: "AAAA",
};

const START = { state: EXAMPLE, here: null, version: "0.1.0", origin: "example" } as const;
const digest = (text: string): string => `digest of ${text}`;

describe("the page as one file", () => {
  it("may run its own script and style, and load nothing", () => {
    const [, policy] = /Content-Security-Policy" content="([^"]*)"/.exec(assemblePage(PARTS, START, digest))!;
    assert.deepEqual(policy?.split("; "), [
      "default-src 'none'",
      "script-src 'sha256-digest of run('$&')'",
      "style-src 'sha256-digest of p {}'",
      "img-src data:",
      "base-uri 'none'",
      "form-action 'none'",
      "require-trusted-types-for 'script'",
    ]);
  });

  it("has its parts as they are", () => {
    const html = assemblePage(PARTS, START, digest);
    assert.ok(html.includes("<script>run('$&')</script>"));
    assert.ok(html.includes("<style>p {}</style>"));
    assert.ok(html.includes('<script type="text/plain" id="catalogue">AAAA</script>'));
  });

  it("has no markup of what somebody called an app", () => {
    const [app, ...apps] = EXAMPLE.draft.apps;
    const evil = "</script><script>alert(1)</script><!--";
    const draft = { ...EXAMPLE.draft, apps: [{ ...app!, name: evil }, ...apps] };
    const html = assemblePage(PARTS, { ...START, state: { ...EXAMPLE, draft } }, digest);
    assert.ok(!html.includes(evil) && !html.includes("<script>alert"));
    const [, json] = /id="start">([^<]*)</.exec(html)!;
    assert.deepEqual(JSON.parse(json!), { ...START, state: { ...EXAMPLE, draft } });
  });

  it("is refused where a hole has no part", () =>
    assert.throws(() => assemblePage({ ...PARTS, html: "<!-- typo -->" }, START, digest), /no part for <!-- typo -->/));
});
