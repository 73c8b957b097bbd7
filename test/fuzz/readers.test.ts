import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { READERS } from "../../agent/formats/readers.ts";
import { SEED } from "../unit/support/hostile.ts";
import { tomlDocument, xmlDocument, yamlDocument } from "./support/documents.ts";
import { NEVER_MS } from "./support/never-ms.ts";
import type { Parser } from "./support/parser.ts";
import { brokenSource, editedSource } from "./support/source.ts";
import { TOML } from "./support/toml-parser.ts";
import { XML } from "./support/xml-parser.ts";
import { YAML } from "./support/yaml-parser.ts";

const GOLDEN = join(import.meta.dirname, "../golden");
const PARAMETERS = { seed: SEED, endOnFailure: false, numRuns: 1500 * Number(process.env["FUZZ_SCALE"] ?? 1) } as const;

interface Checked extends Parser {
  readonly format: "toml" | "yaml" | "xml";
  readonly documents: fc.Arbitrary<string>;
  readonly sources: readonly string[];
  readonly words: readonly string[];
  /** Whether our reader may take what the parser refuses for this reason. */
  readonly mayTake?: (file: string, reason: string) => boolean;
  /** Whether our reader may refuse, in these words, what the parser takes. */
  readonly mayRefuse?: (file: string, reason: string) => boolean;
}

const split = (words: string): string[] => words.split(" ");

const CHECKED: readonly Checked[] = [
  {
    format: "toml",
    ...TOML,
    documents: tomlDocument,
    sources: [
      ...goldenFiles(".toml", "values-toml"),
      'title = "a"\n[owner]\nname = "b" # c\ndob = 1979-05-27T07:32:00-08:00\n[a.b]\nc = [1, 2, [0x1F, 0o17, 0b1]]\n',
      "[[p]]\nx = { y = 'z', w.v = 1e3 }\n[[p]]\n[p.q]\nr = \"\"\"a\n\\\n  b\"\"\"\ns = '''c''''\n",
      'a.b.c = 1\na.d = true\n"e f".g = -inf\n3.14 = 1_000.5e-1\nt = 07:32:00.5\nd = 1979-05-27\n',
    ],
    words: [
      ...split(
        "= [ ] [[ ]] { } . , # \" ' \"\"\" ''' \\ \\u0041 \\U0001F600 \\n \\x41 \\e 1 -1 +1 01 1_0 1__0 1_ 0x1 0X1 1e3 1.5",
      ),
      ...split(
        "1. .5 inf -nan true True 1979-05-27 1979-02-30 07:32:00 25:00:00 07:32 1979-05-27T07:32:00Z a b-c é a.b \r \r\n \t",
      ),
      "1979-05-27 07:32:00",
      "\n",
      " ",
      "a = 1\n",
      "[a]\n",
      "[a.b]\n",
      "[[a]]\n",
      "a.b = 2\n",
      "b = {}\n",
      "9223372036854775808",
    ],
    mayRefuse: (file, reason) =>
      // Python's reader refuses a byte order mark too.
      file.startsWith("\uFEFF") ||
      isOfToml11(file, reason) ||
      // A dotted key adds nothing to a table that a header made on its way; smol-toml lets it where the header is [[…]].
      (reason === "the key has been set before" && file.includes("[[")),
  },
  {
    format: "yaml",
    ...YAML,
    documents: yamlDocument,
    sources: [
      ...goldenFiles(".yaml", "values-yaml"),
      "a: 1\nb:\n  - c: \"d\"\n    e: 'f'\n  - [g, {h: i}]\nj: |\n  k\n   l\n\nm: >-\n  n\n  o\n",
      "# a\n---\n- b # c\n- ? d\n  : e\n-\n  - f\n...\n---\n!!str g\n",
    ],
    words: [
      ...split(
        ": - ? , [ ] { } & * ! | > % @ ` # --- ... <<: &a *a !!int !!str !!map ~ null 0x10 | |- >+ |2 a b \" ' \t a: b:",
      ),
      "\n",
      "\n  ",
      "\n- ",
      ": ",
      "- ",
      "%YAML 1.1\n---\n",
      "\u0085",
    ],
  },
  {
    format: "xml",
    ...XML,
    documents: xmlDocument,
    sources: [
      ...goldenFiles(".xml", "values-xml"),
      "<?xml version=\"1.0\" encoding='UTF-8'?>\n<!DOCTYPE a>\n<a b=\"c\" d='&lt;e'>f<g/>&amp;<![CDATA[<h>]]><!-- i --></a>\n",
      "<a:b xmlns:a='u'><?c d?>\n<e>&#65;&#x42;\r\n</e></a:b>",
    ],
    words: [
      ...split(
        "< > </ /> <a </a> <a> <b> </b> <a/> <!-- --> -- <![CDATA[ ]]> <? ?> <?xml <?a <!DOCTYPE &amp; &#65; &#x0; &#1; &x; & ;",
      ),
      ...split("= ' \" a='b' : a:b é ª · \u0300 - . 1 xmlns='' xml xmlns:a='b' version='1.0'"),
      " ",
      "\n",
      "\r",
      "\t",
    ],
    // saxes looks at nothing in it.
    mayRefuse: (file, reason) => file.includes("<!DOCTYPE") && reason.startsWith("<!DOCTYPE"),
    // Without the DTD nobody knows the entities that it declares.
    mayTake: (file, reason) => file.includes("<!DOCTYPE") && reason.includes("undefined entity"),
  },
];

/** Times without seconds, inline tables of several lines or with a comma at the end, and two escapes: few readers know TOML 1.1. */
function isOfToml11(file: string, reason: string): boolean {
  const isTime = /text must be in quotes|more on the line/.test(reason) && /\d\d:\d\d(?!:)/.test(file);
  const isInline = /a key is expected|a comma or } is missing/.test(reason) && file.includes("{");
  return isTime || isInline || (reason.includes("an escape") && /\\[ex]/.test(file));
}

/** What golden cases render to: files as parbake writes them. */
function goldenFiles(extension: string, folder: string): string[] {
  const names = readdirSync(GOLDEN, { recursive: true, encoding: "utf8" });
  return names
    .filter(
      (name) => name === join(folder, "expected.txt") || (name.endsWith(extension) && name.includes("/expected/")),
    )
    .map((name) => readFileSync(join(GOLDEN, name), "utf8"));
}

describe(`readers beside well-kept parsers (FUZZ_SEED=${SEED})`, function () {
  this.timeout(NEVER_MS);
  for (const checked of CHECKED) {
    const { format, documents, sources, words } = checked;

    it(`read valid ${format} as they do`, () => {
      fc.assert(
        fc.property(documents, (text) => check(text, checked)),
        PARAMETERS,
      );
    });

    it(`read ${format} with a few edits as they do, or refuse it`, () => {
      const edited = fc.oneof(editedSource(documents, words, 2), brokenSource(sources, words));
      fc.assert(
        fc.property(edited, (text) => check(text, checked)),
        PARAMETERS,
      );
    });
  }
});

function check(source: string, { format, parse, assemble, mayTake, mayRefuse }: Checked): void {
  // A file is UTF-8, and has no markers.
  const file = source.replaceAll(/[\uE000\uE001]/g, "m").toWellFormed();
  const tokens = attempt(READERS[format]!, file);
  const parsed = attempt(parse, file);
  if (tokens instanceof Error) {
    if (!(parsed instanceof Error))
      assert.ok(mayRefuse?.(file, tokens.message), `the parser takes it: ${tokens.message}`);
  } else if (parsed instanceof Error) {
    assert.ok(mayTake?.(file, parsed.message), `the parser refuses it: ${parsed.message}`);
  } else if (!tokens.some(({ kind, text }) => kind === "mark" && text.startsWith("*"))) {
    assert.deepEqual(assemble(tokens, file), parsed);
  }
}

function attempt<Result>(read: (file: string) => Result, file: string): Result | Error {
  try {
    return read(file);
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}
