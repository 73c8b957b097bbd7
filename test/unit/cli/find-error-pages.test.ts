import assert from "node:assert/strict";
import { parseErrorPages } from "../../../agent/cli/error-pages.ts";
import { findErrorPages } from "../../../agent/cli/find-error-pages.ts";
import { assertWithin } from "../../support/slowness.ts";

const PAGE = `# Head

## By exit status

### 69 \`unavailable\`: parbake did not get what it needs

First.

<!-- not run: why -->

\`\`\`sh
parbake status
\`\`\`

### \`held\`: UNIT is held back

Second.

## Lines

| the line begins                | why    | what mends it |
| ------------------------------ | ------ | ------------- |
| IMDS at … answers N            | switch | turn it \\| on |
| what is sent to IMDS gets lost | rule   | look          |

| error                     | the line says                | what mends it |
| ------------------------- | ---------------------------- | ------------- |
| \`Unavailable\`, \`SlowDown\` | EC2 is not available         | wait          |
| \`HPE_…\`                   | HOST does not speak HTTP     | check         |
|                           | no answer through the PROXY! | ask           |

| symptom                 | look at |
| ----------------------- | ------- |
| \`no answer\`, \`no route\` | NAT     |
`;

const PAGES = parseErrorPages(PAGE);

describe("a page of errors", () => {
  it("is a part for each heading with a code and for each row, without comments", () => {
    assert.deepEqual(PAGES.slice(0, 3), [
      {
        codes: ["69", "unavailable"],
        title: "parbake did not get what it needs",
        text: "First.\n\n```sh\nparbake status\n```",
      },
      { codes: ["held"], title: "UNIT is held back", text: "Second." },
      { codes: [], title: "IMDS at … answers N", text: "why: switch\n\nwhat mends it: turn it | on" },
    ]);
    assert.deepEqual(
      PAGES.slice(3).map(({ codes, title }) => [title, ...codes]),
      [
        ["what is sent to IMDS gets lost"],
        ["EC2 is not available", "Unavailable", "SlowDown"],
        ["HOST does not speak HTTP", "HPE_…"],
        ["no answer through the PROXY!"],
        ["`no answer`, `no route`"],
      ],
    );
  });
});

describe("the pages about an error", () => {
  const titles = (asked: string): string[] => findErrorPages(asked, PAGES).map(({ title }) => title);

  it("are those of an exit status, of its name, and of the id of its entries", () => {
    for (const asked of [
      "69",
      "unavailable",
      "de8df18d1bf64d7eb3a027811f6ca08a",
      "MESSAGE_ID=DE8DF18D1BF64D7EB3A027811F6CA08A",
    ])
      assert.deepEqual(titles(asked), ["parbake did not get what it needs"], asked);
  });

  it("are those of a name as it is spelt, else of one in other letters, else of its family", () => {
    assert.deepEqual(titles("Unavailable"), ["EC2 is not available"]);
    assert.deepEqual(titles("slowdown"), ["EC2 is not available"]);
    assert.deepEqual(titles("HPE_INVALID_METHOD"), ["HOST does not speak HTTP"]);
  });

  it("are those of a whole line, wherever the words stand in it", () => {
    assert.deepEqual(titles("parbake: IMDS at http://169.254.169.254 answers 403: it is switched off. Switch it on."), [
      "IMDS at … answers N",
    ]);
    assert.deepEqual(titles("secret db: there is no route to proxy.example:3128"), ["`no answer`, `no route`"]);
  });

  it("begin with the one that says the most of the line", () => {
    assert.deepEqual(titles("no answer through the http://proxy!"), [
      "no answer through the PROXY!",
      "`no answer`, `no route`",
    ]);
  });

  it("are found in time, however much is pasted", () => {
    const startMs = performance.now();
    assert.deepEqual(titles(`IMDS at x answers 403: it is switched off ${"a".repeat(100_000)}`), [
      "IMDS at … answers N",
    ]);
    assertWithin(1000, performance.now() - startMs);
  });

  it("are those of a part of a line, unless it is too short to mean one", () => {
    assert.deepEqual(titles("to IMDS gets"), ["what is sent to IMDS gets lost"]);
    assert.deepEqual(titles("to IMDS"), []);
  });
});
