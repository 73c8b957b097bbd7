// Writes templates/README.md: what a template may say, and every helper, from the code alone. Usage: write-template-docs.ts

import { writeFileSync } from "node:fs";
import { FRONT_MATTER_KEYS } from "../../agent/config/keys/file-keys.ts";
import { TEMPLATE_FORMATS } from "../../agent/formats/format-of.ts";
import { SIZE_FORMS, formatSize } from "../../agent/formats/size-forms.ts";
import { GIB, KIB } from "../../agent/size.ts";
import { describeKind } from "../../agent/template/helpers/helper.ts";
import { HELPER_GROUPS, type Helper } from "../../agent/template/helpers/helpers.ts";
import { TOP } from "../building/build-pinned-node.ts";

export const TEMPLATE_DOCS = `${TOP}/templates/README.md`;

const INTRODUCTION = `# Templates

Made by \`scripts/node scripts/docs/write-template-docs.ts\` from the code.

A template is text with \`{{…}}\`, in the language of Handlebars: \`{{apps.db.shared_buffers}}\` prints a value, \`{{#if …}}\`, \`{{#unless …}}\`,
\`{{#each …}}\` and \`{{#with …}}\` are its blocks, \`{{!-- … --}}\` is a comment. It sees \`facts\`, \`apps\`, \`secrets\`
and \`vars\`; and as \`profiles\` the same apps by their profile, so that \`{{profiles.postgresql.shared_buffers}}\` is right whatever
the app is called, as long as there is one.

## Ready templates

Every profile that has a config file has a ready template, with what parbake has tuned. They lie beside this page, and the
binary carries them: \`parbake templates\` lists them (and the documents), \`parbake templates nginx
>/etc/parbake/templates/nginx.conf.hbs\` prints one. The head of each has the \`files:\` entry to paste for Debian 12 and Amazon
Linux 2023. A ready template replaces the whole of its file: move into it what is to stay.

## What is checked

Everything, before anything is written, and all mistakes at once, each with file, line and column: a name that does not exist
(in \`#if\`, \`#each\` and the arguments of helpers too), a value that is null where it is printed, a helper with too many
arguments or arguments of the wrong kind, a value that cannot be written where it stands. \`{{default x …}}\` is for what may be
missing, \`{{required x "…"}}\` says what is missing in your words. \`{{{…}}}\`, \`{{&…}}\`, \`log\`, \`lookup\`, decorators, inline
partials, raw blocks (\`{{{{…}}}}\`) and names that lead into JavaScript are refused. What is declared and read by no template is a warning.

parbake reads back every rendered file of a known format: the file must be valid, and each value must come back byte for byte, or
the run stops before it writes anything. An env file must mean the same to systemd and to sh: no \`export\`, no \`$VAR\`, quotes
around blanks.

## Formats

Each value is encoded for the format of its file and for the place where it stands. The format is the one of \`format:\` in
the config or in the front matter; it is one of ${TEMPLATE_FORMATS.map(code).join(", ")}.
Without it the target tells: its folder (a drop-in's \`web.service.d\`, \`/etc/systemd\`, \`sysctl.d\`, which is \`ini\`, \`nginx\`,
the \`conf.d\` of \`postgresql\`, PHP's \`pool.d\`, \`/etc/default\`, \`/etc/sysconfig\`), else its name (\`db.env\`, \`nginx.conf\`); else the
template's own name does; for another \`conf.d\`, the profile of nginx or PostgreSQL whose settings are printed. What no name tells is
text, unless it looks like something else: then, and where the names of target and template disagree, \`check\` asks for
\`format:\`. Give it too for a file that only sh reads (\`sh\`), or that is not quite what its name says (\`text\`: JSON with
comments, nginx with Lua). \`plan\` says of each file which it is and why. \`{{raw …}}\` is the one way around the encoder, and a warning names
each use of it.

Lines end in LF: a template that was saved with CRLF is read as if it had LF, and a warning says so; a carriage return anywhere
else in it is refused. Only \`format: text\` writes a template as it stands.

## Numbers

A number, true or false of \`vars\` is printed as the config writes it: \`1.10\`, \`0027\`, \`012345678901\`, \`9007199254740993\`,
\`1e3\`, \`0xFF\`, \`True\`. Helpers calculate and compare with what it says; where it has more digits than can be calculated
with, it can be printed and nothing else. As a value of its own in JSON, TOML or YAML it must be a number there too: \`0027\` is
none to JSON and TOML, and to YAML 1.1 and 1.2 two different ones, so it is refused. In quotes in the config it is text, and is
printed as text. (A bare true or false is in lower case in these three.)

## Front matter

A template whose first line is \`---\` begins with YAML up to the next \`---\`, which says what a \`files:\` entry of the config
would say: ${Object.keys(FRONT_MATTER_KEYS).map(code).join(", ")}. With a
\`path\` the template needs no entry; an entry of the same template overrides single keys. A file that begins with \`---\` itself
begins with \`{{!}}---\`.

\`\`\`text
---
path: /etc/myapp/limits.conf
mode: "0644"
onChange: { reload: myapp.service }
---
# {{> managed-by}}
memory = {{size apps.api.heap "jvm"}}
\`\`\`

## Partials

\`{{> name}}\` stands for the text of \`name.hbs\` of the same folder, and sees whatever can be seen where it stands. On a line
of its own it is indented as that line is. It takes no arguments, its name is not worked out, and none includes itself.

## Secrets

\`{{secrets.db.password.path}}\` prints where the secret's file is. \`{{secrets.db.password.value}}\` prints the value, in files
below the secrets folder alone; as only \`apply\` has it, it can be printed and nothing else: no helper takes it (not \`base64\`,
not \`json\`, not \`indent\`), and \`#if\` cannot ask for it. In JSON, YAML and TOML it is text, a port too:
\`{{number secrets.db.port.value}}\` and \`{{bool secrets.db.tls.value}}\` print it as what it spells, and \`apply\` refuses a secret
that spells something else.

## Helpers

A helper is called as \`{{name argument …}}\`, or as \`(name argument …)\` inside another call. None reads a file, the network, the
environment or the clock. A setting counts as its value where a number is wanted, and as its text where text is.
`;

export function formatTemplateDocs(): string {
  return [INTRODUCTION, ...HELPER_GROUPS.map(([title, helpers]) => formatGroup(title, helpers)), formatForms()].join(
    "\n",
  );
}

function formatGroup(title: string, helpers: Readonly<Record<string, Helper>>): string {
  const lines = Object.entries(helpers).map(([name, helper]) => formatHelper(name, helper));
  return `### ${title}\n\n${lines.join("\n")}\n`;
}

function formatHelper(name: string, helper: Helper): string {
  const [call, printed] = helper.example;
  return `- ${code([name, ...helper.takes.map((_, index) => argument(helper, index))].join(" "))}: ${helper.about}. It takes ${describeArguments(helper)}. ${code(`{{${call}}}`)} prints ${code(printed)}`;
}

/** `[b]`: optional; `b…`: may be repeated. */
function argument({ takes, least, most }: Helper, index: number): string {
  const letter = "abc"[index]!;
  if (index >= least) return `[${letter}]`;
  return index === takes.length - 1 && most === Infinity ? `${letter} …` : letter;
}

function describeArguments({ takes }: Helper): string {
  const kinds = takes.map(describeKind);
  return new Set(kinds).size === 1 && kinds.length > 1 ? `${kinds[0]} each` : kinds.join(", then ");
}

function formatForms(): string {
  const rows = SIZE_FORMS.map(
    (app) =>
      `- ${code(app)}: ${[2.5 * GIB, GIB, 8 * KIB, 1000].map((bytes) => code(formatSize(bytes, app)!)).join(", ")}`,
  );
  return `### The spellings of \`size\`

2.5 GiB, 1 GiB, 8 KiB and 1000 bytes for each app. What is below its smallest unit is cut off.

${rows.join("\n")}
`;
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.main) writeFileSync(TEMPLATE_DOCS, formatTemplateDocs());
