// Valid documents of formats that nest, as random as a generator makes them.

import fc from "fast-check";
import { stringify as stringifyToml } from "smol-toml";
import { stringify as stringifyYaml } from "yaml";
import { hostileText } from "../../unit/support/hostile.ts";

const word = fc.constantFrom("a", "b", "c", "d-e", "f_1");
const text = fc.oneof(
  word,
  hostileText.map((value) => value.toWellFormed()),
);

const tree: fc.Arbitrary<unknown> = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    text,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.boolean(),
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(fc.oneof(word, text), tie("tree"), { maxKeys: 3 }),
  ),
})).tree;

const table = fc.dictionary(fc.oneof(word, text), tree, { maxKeys: 4 });

/** As a serializer writes it, and as people do. */
export const tomlDocument: fc.Arbitrary<string> = fc.oneof(
  table.map((one) => stringifyToml(one)),
  fc.array(tomlLine(), { maxLength: 8 }).map((lines) => lines.join("\n")),
);

function tomlLine(): fc.Arbitrary<string> {
  const quoted = text.map((value) => JSON.stringify(value).replaceAll("\u007f", "\\u007f"));
  const literal = fc.constantFrom("'C:\\new'", "''", "'''\n'a'\n'''", '"""\na\\\n   b"""', "'it#s'");
  const number = fc.constantFrom(
    ..."1 -1 +1 0 1_000 0x1f 0o17 0b1 1.5 -0.0 1e3 6.6e-34 inf -nan true false".split(" "),
    ..."1979-05-27 07:32:00.9 1979-05-27T07:32:00Z 1979-05-27t07:32:00+01:00".split(" "),
    "1979-05-27 07:32:00",
  );
  const { one } = fc.letrec<{ one: string }>((tie) => ({
    one: fc.oneof(
      { depthSize: "small" },
      quoted,
      literal,
      number,
      fc.array(tie("one"), { maxLength: 3 }).map((items) => `[ ${items.join(",\n ")} ]`),
      fc
        .uniqueArray(word, { maxLength: 2 })
        .chain((keys) => fc.tuple(...keys.map((key) => tie("one").map((item) => `${key} = ${item}`))))
        .map((pairs) => `{ ${pairs.join(", ")} }`),
    ),
  }));
  const key = fc.array(fc.oneof(word, quoted), { minLength: 1, maxLength: 3 }).map((path) => path.join("."));
  return fc.oneof(
    fc.tuple(key, one, fc.constantFrom("", " # c", "\r")).map(([path, item, end]) => `${path} = ${item}${end}`),
    key.map((path) => `[${path}]`),
    key.map((path) => `[[ ${path} ]]`),
    fc.constantFrom("", "# c", "  "),
  );
}

export const yamlDocument: fc.Arbitrary<string> = fc
  .tuple(
    fc.oneof(tree, table),
    fc.constantFrom("any", "block", "flow"),
    fc.constantFrom("PLAIN", "QUOTE_DOUBLE", "QUOTE_SINGLE", "BLOCK_LITERAL", "BLOCK_FOLDED"),
    fc.integer({ min: 1, max: 4 }),
    fc.boolean(),
  )
  .map(([one, collectionStyle, defaultStringType, indent, indentSeq]) =>
    stringifyYaml(one, {
      collectionStyle,
      defaultStringType,
      defaultKeyType: "PLAIN",
      indent,
      indentSeq,
      aliasDuplicateObjects: false,
    } as object),
  );

export const xmlDocument: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      "",
      '<?xml version="1.0"?>\n',
      "<?xml version='1.1' encoding=\"UTF-8\" standalone='no' ?>",
      "<!DOCTYPE a>\n",
    ),
    xmlElement(),
    fc.constantFrom("", "\n", "<!-- end -->", "<?end?>"),
  )
  .map((parts) => parts.join(""));

// oxlint-disable-next-line no-control-regex -- XML cannot hold them
const NOT_IN_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;

function xmlElement(): fc.Arbitrary<string> {
  const name = fc.constantFrom("a", "b", "c:d", "e-f.1", "_é");
  const escaped = text.map((value) =>
    value.replaceAll(NOT_IN_XML, "").replaceAll(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`),
  );
  const other = fc.constantFrom("<!-- c -->", "<![CDATA[<&]]>", "<?p i?>", "&amp;", "\r\n", "]]", ">");
  const attributes = fc
    .uniqueArray(name, { maxLength: 2 })
    .chain((names) => fc.tuple(...names.map((one) => escaped.map((value) => ` ${one} = '${value}'`))))
    .map((all) => all.join(""));
  return fc.letrec<{ element: string }>((tie) => ({
    element: fc
      .tuple(
        name,
        attributes,
        fc.array(fc.oneof({ depthSize: "small" }, escaped, other, tie("element")), { maxLength: 3 }),
      )
      .map(([tag, pairs, content]) =>
        content.length === 0
          ? `<${tag}${pairs}/>`
          : `<${tag}${pairs}>${content.join("").replaceAll("]]>", "]]")}</${tag} >`,
      ),
  })).element;
}
