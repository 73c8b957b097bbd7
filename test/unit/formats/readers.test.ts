import assert from "node:assert/strict";
import type { TemplateFormat } from "../../../agent/formats/format.ts";
import { READERS } from "../../../agent/formats/readers.ts";
import { Malformed } from "../../../agent/formats/readers/scanner.ts";

type Format = Exclude<TemplateFormat, "text">;

/** `text:` is told from `bare` by quotes; marks are in angle brackets. */
function read(format: Format, file: string): string {
  return READERS[format]!(file)
    .map(({ kind, text }) => (kind === "text" ? JSON.stringify(text) : kind === "mark" ? `<${text}>` : text))
    .join(" ");
}

const READ: readonly (readonly [Format, string, string])[] = [
  ["json", '{"a\\u0041": [1e3, true, null, "\\n"]}\n', '<{> "aA" <:> <[> 1e3 <,> true <,> null <,> "\\n" <]> <}>'],
  ["json", "-0.5", "-0.5"],
  ["yaml", "a: no # c\nb: ['x', \"y\\n\"]\n", '<---> <{> a no b <[> "x" "y\\n" <]> <}>'],
  ["yaml", "a: |\n  x\n  y\n--- b", '<---> <{> a "x\\ny\\n" <}> <---> b'],
  [
    "toml",
    'a.b = "x\\ty" # c\n[t]\nd = 1979-05-27 07:32:00',
    '"a" "b" <=> "x\\ty" <]> "t" "d" <=> 1979-05-27 07:32:00',
  ],
  ["toml", "a = '''\nx''''\nb = { c = [1, 2,] }", '"a" <=> "x\'" "b" <=> <{> "c" <=> <[> 1 2 <]> <}>'],
  ["ini", '[s] ; c\na = "x" \n# c\nflag\n', '<[> "s" "a" <=> "\\"x\\"" "flag" <>'],
  ["properties", "# c\n a\\ b : x\\\n  y\\u0041\nc", '"a b" <=> "xyA" "c" <=> ""'],
  ["env", "# c\nA='x'\"y\\$\"\nB=\n", '"A" "xy$" "B" ""'],
  ["sh", "a='x'\"y $HOME\" # c\nb", '"a" <=> "xy " <$HOME> "" < > <\n> "b" < >'],
  ["sh", "cat <<E >f\nx 'y\nE\n", '"cat" < > <<<E> <>> "f" < > <\n> "x \'y\\n"'],
  ["xml", '<?xml version="1.0"?><a b="&lt;\n"><!-- c -->x&#65;<![CDATA[<]]></a>', XML_READ()],
  ["xml", '<?xml-stylesheet href="a"?><!DOCTYPE a [<!ENTITY b ">">]><a>&b;<e\u0301\u00b7/></a>', DOCTYPE_READ()],
  ["xml", "<?xml version='1.1' encoding=\"UTF-8\" standalone='no' ?><a/>", DECLARATION_READ()],
  ["toml", "[a.b]\n[a]\nc.d = 1\nc.e = 2\n[a.c.f]", '<]> "a" "b" <]> "a" "c" "d" <=> 1 "c" "e" <=> 2 <]> "a" "c" "f"'],
  ["yaml", "- &a b\n- *a", "<---> <[> <!undefined&a> b <*a> <]>"],
  [
    "nginx",
    'a "x\\"y" $v; # c\nb { c d\\ e; }',
    '"a" < > "x\\"y" < > "" <$> "v" < > <;> "b" < > <{> "c" < > "d\\\\ e" < > <;> <}>',
  ],
  ["systemd", "[S]\n# c\nExecStart=-/a \\\n; c\n 'x y' %% %n $V\nUser=\"a\"", SYSTEMD_READ()],
  ["postgresql", "a.b = 'x''\\ty' # c\nb 10MB\nc=on", '"a.b" "x\'\\ty" <\n> "b" "10MB" <\n> "c" "on" <\n>'],
];

function XML_READ(): string {
  return '<<?xml> " version=\\"1.0\\"" <<> "a" "b" "< " "xA<" <</>';
}

function DOCTYPE_READ(): string {
  const doctype = '" a [<!ENTITY b \\">\\">]>"';
  return `<<?xml-stylesheet> " href=\\"a\\"" <<!DOCTYPE> ${doctype} <<> "a" "&b;" <<> "e\u0301\u00b7" <</> "" <</>`;
}

function DECLARATION_READ(): string {
  return `<<?xml> " version='1.1' encoding=\\"UTF-8\\" standalone='no' " <<> "a" <</>`;
}

function SYSTEMD_READ(): string {
  return '<[> "S" "ExecStart" <=> <-> "/a" < > "x y" < > "%" < > "" <%n> "" < > "" <$> "V" < > "User" <=> "\\"a\\""';
}

const MALFORMED: readonly (readonly [Format, string, number])[] = [
  ["json", "", 0],
  ["json", '{"a": 1,}', 8],
  ["json", '{"a": 01}', 6],
  ["json", '["a\n"]', 1],
  ["json", '["\\x"]', 1],
  ["json", "[1] 2", 4],
  ["json", "[1 // c\n]", 3],
  ["yaml", "a: [1", 5],
  ["yaml", "a: 1\na: 2\n", 5],
  ["yaml", 'a: "x', 5],
  ["yaml", "a: *b", 3],
  ["yaml", "a: &b 1\n---\nc: *b", 15],
  ["yaml", "!!str a: 1\na: 2\n", 11],
  ["toml", "a = x", 4],
  ["toml", "a = 1\na = 2", 6],
  ["toml", "[t]\n[t]", 4],
  ["toml", 'a = "x\ny"', 4],
  ["toml", "a = 1 b = 2", 6],
  ["toml", "[a.b]\n[a]\nb.c = 1", 10],
  ["toml", "a.b = 1\n[a]", 8],
  ["toml", "[a]\nb = 1\n[[a]]", 10],
  ["toml", "a = 1\r", 5],
  ["toml", 'a = """x\ry"""', 4],
  ["toml", "# c\u0007", 3],
  ["ini", "[s\na=1", 0],
  ["ini", "= 1", 0],
  ["properties", "a=\\u12", 2],
  ["env", "A=a b", 0],
  ["env", "export A=1", 0],
  ["env", "A=$HOME", 0],
  ["env", 'A="$HOME"', 0],
  ["env", "A=1\nB='x", 7],
  ["env", "; c\nA=1", 0],
  ["env", "A=x'y'", 0],
  ["env", "A=~/x", 0],
  ["env", "# c\\\nA=1", 0],
  ["env", "A=1\r\n", 0],
  ["sh", 'echo "x', 5],
  ["sh", "echo 'x", 6],
  ["xml", "<a><b></a>", 8],
  ["xml", "<a>&x;</a>", 3],
  ["xml", "<a b=1/>", 5],
  ["xml", "<a><!-- a--b --></a>", 7],
  ["xml", "<a/><b/>", 4],
  ["xml", "<a>&\u00aa;</a>", 3],
  ["xml", "<\u00aa/>", 0],
  ["xml", '<?xml encoding="UTF-8"?><a/>', 0],
  ["xml", '<?xml version="1.0" a="b"?><a/>', 0],
  ["xml", "<?version='1.1'?><a/>", 2],
  ["xml", "\u00a0<a/>", 0],
  ["xml", "&#32;<a/>", 0],
  ["xml", "<!DOCTYPE a><!DOCTYPE a><a/>", 21],
  ["xml", "<a/><!DOCTYPE a>", 13],
  ["xml", "<!DOCTYPE><a/>", 9],
  ["xml", '<!DOCTYPE a "><a/>', 9],
  ["nginx", "a b", 3],
  ["nginx", "a { b; ", 2],
  ["nginx", "a; }", 3],
  ["nginx", 'a "b"c;', 5],
  ["nginx", `a ${"x".repeat(4096)};`, 2],
  ["systemd", "A=1", 0],
  ["systemd", "[S]\nExecStart=/a 'b", 4],
  ["systemd", "[S]\nA\n", 4],
  ["systemd", "[S]\nA=\\", 4],
  ["postgresql", "a = 'x\n", 4],
  ["postgresql", "a = x y", 6],
  ["postgresql", "a = x@y", 4],
  ["postgresql", "a =", 3],
];

describe("readers", () => {
  for (const [format, file, tokens] of READ) {
    it(`see what a program sees in ${format}: ${JSON.stringify(file)}`, () => assert.equal(read(format, file), tokens));
  }

  for (const [format, file, offset] of MALFORMED) {
    it(`refuse what is not ${format}, and say where: ${JSON.stringify(file).slice(0, 40)}`, () => {
      assert.throws(
        () => read(format, file),
        (error) => error instanceof Malformed && assert.equal(error.offset, offset, error.message) === undefined,
      );
    });
  }

  it("refuse what is nested without end, in every format that nests", () => {
    for (const format of ["json", "yaml", "toml", "xml"] as const) {
      const opener = format === "xml" ? "<a>" : "[";
      const file = `${format === "toml" ? "a = " : ""}${opener.repeat(20_000)}`;
      assert.throws(() => read(format, file), Malformed, format);
    }
  });
});
