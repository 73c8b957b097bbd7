// Secrets that are not what the config takes them for, templates that go wrong where they print one, and values that a format
// cannot hold.

import { binary, password, whole, type Case } from "./case.ts";

const REFUSED = ["65: parbake apply"];
const VALUE = "{{secrets.db.password.value}}";
const WHOLE: Partial<Case> = {
  keys: '".": { file: db/whole }',
  template: ["app.txt.hbs", "{{secrets.db.[.].value}}\n"],
};

// oxfmt-ignore
const VALUES: readonly Case[] = [
  { what: "a secret that is no JSON", says: "is not JSON", isWhole: true, does: REFUSED, secret: whole },
  { what: "a secret that is a JSON text", says: "not an object", does: REFUSED, secret: (canary) => whole(JSON.stringify(canary)) },
  { what: "JSON that goes wrong after the value", says: "is not JSON", does: REFUSED, secret: (canary) => whole(`{"password":${JSON.stringify(canary)},oops`) },
  { what: "JSON that goes wrong in the value", says: "is not JSON", does: REFUSED, secret: (canary) => whole(`{"password":"${canary}"}`) },
  { what: "JSON with the bare value", says: "is not JSON", does: REFUSED, secret: (canary) => whole(`{"password":${canary}}`) },
  { what: "JSON without the key", says: "has no key 'password'", does: REFUSED, secret: (canary) => whole(JSON.stringify({ Password: canary, [canary]: 1 })) },
  { what: "null for the key", says: "has null", does: REFUSED, secret: (canary) => whole(JSON.stringify({ password: null, other: canary })) },
  { what: "half of a surrogate pair", says: "half of a surrogate pair", does: REFUSED, secret: (canary) => password(`${canary}\ud800`) },
  { what: "a pointer that leads nowhere", says: "has no value at /password/no", does: REFUSED, keys: "deep: { pointer: /password/no, file: db/deep }", template: ["app.txt.hbs", "{{secrets.db.deep.value}}\n"] },
  { what: "a binary secret with keys", says: "is binary", does: REFUSED, secret: binary },
  { what: "JSON in UTF-16", says: "is UTF-16", does: REFUSED, secret: (canary) => ({ binaryBase64: Buffer.from(JSON.stringify({ password: canary }), "utf16le").toString("base64") }) },
  { what: "JSON whose bytes are no text", says: "is binary and not UTF-8", does: REFUSED, secret: (canary) => binary(JSON.stringify({ password: canary }), 0xff) },
  { what: "JSON that is stored as binary", does: ["0: parbake apply"], secret: (canary) => ({ binaryBase64: Buffer.from(JSON.stringify({ password: canary })).toString("base64") }) },
  { what: "JSON after a byte order mark", does: ["0: parbake apply"], secret: (canary) => whole(`\uFEFF${JSON.stringify({ password: canary })}`) },
  { what: "an object for a value", does: ["0: parbake apply"], secret: (canary) => password({ deep: [canary] }) },
  { what: "the whole of it in a file", does: ["0: parbake apply", "0: parbake apply"], ...WHOLE },
];

// oxfmt-ignore
const TEMPLATES: readonly Case[] = [
  { what: "a property of the value", says: "nothing inside", does: REFUSED, isEarly: true, template: ["app.txt.hbs", "{{secrets.db.password.value.length}}\n"] },
  { what: "a helper around the value", says: "can only be printed", does: REFUSED, isEarly: true, template: ["app.txt.hbs", "{{upper secrets.db.password.value}}\n"] },
  { what: "the value as a condition", says: "can only be printed", does: REFUSED, isEarly: true, template: ["app.txt.hbs", "{{#if secrets.db.password.value}}1{{/if}}\n"] },
  { what: "a key that is not declared", says: "unknown variable", does: REFUSED, isEarly: true, template: ["app.txt.hbs", "{{secrets.db.pass.value}}\n"] },
  { what: "a template that is not closed", says: "is closed by one } alone", does: REFUSED, isEarly: true, template: ["app.txt.hbs", "{{secrets.db.password.value}\n"] },
  { what: "a file that is not of its format", says: "not valid json", does: REFUSED, isEarly: true, template: ["app.json.hbs", `{"a": ${VALUE}\n`] },
  { what: "the value outside of the secrets folder", says: "not on the secrets file system", does: REFUSED, isEarly: true, before: `echo '${VALUE}' >/etc/parbake/templates/plain.conf.hbs` },
];

// oxfmt-ignore
const FORMATS: readonly Case[] = [
  { what: "a NUL in text", says: "NUL character", does: REFUSED, secret: (canary) => password(`${canary}\0`) },
  { what: "bytes that are no text", says: "not text (UTF-8)", does: REFUSED, secret: (canary) => binary(canary, 0xff), ...WHOLE },
  { what: "a line break in ini", says: "a line break", does: REFUSED, template: ["app.ini.hbs", `a = ${VALUE}\n`] },
  { what: "a quote in ini's quotes", says: "would be misread", does: REFUSED, secret: (canary) => password(canary.replace("\n", "")), template: ["app.ini.hbs", `a = "${VALUE}"\n`] },
  { what: "a dollar sign in a unit", says: "expands the $", does: REFUSED, template: ["app.service.hbs", `[Service]\nExecStart=/bin/echo "${VALUE}"\n`] },
  { what: "a dollar sign in Environment=", does: ["0: parbake apply"], template: ["app.service.hbs", `[Service]\nEnvironment="A=${VALUE}"\n`] },
  { what: "a value that is to be a number", says: "not a number", does: REFUSED, template: ["app.json.hbs", `{"a": {{number secrets.db.password.value}} }\n`] },
  { what: "a value that is to be true or false", says: "neither true nor false", does: REFUSED, template: ["app.yaml.hbs", "a: {{bool secrets.db.password.value}}\n"] },
  { what: "a number in quotes of a template", says: "not a number", does: REFUSED, template: ["app.toml.hbs", `a = "{{number secrets.db.password.value}}"\n`] },
  { what: "a line break in a comment", says: "a line break", does: REFUSED, template: ["app.env.hbs", `# ${VALUE}\n`] },
  { what: "a quote in single quotes", says: "would be misread", does: REFUSED, template: ["app.env.hbs", `A='${VALUE}'\n`] },
  { what: "a dollar sign in nginx's quotes", says: "has a $", does: REFUSED, template: ["app.nginx.hbs", `a "${VALUE}";\n`] },
  { what: "a control character in xml", says: "XML cannot hold", does: REFUSED, secret: (canary) => password(`${canary}\u0001`), template: ["app.xml.hbs", `<a>${VALUE}</a>\n`] },
  { what: "a name that is read back as another", says: "would not read it back", does: REFUSED, secret: (canary) => password(`${canary.split('"')[0]!}: b`), template: ["app.ini.hbs", `${VALUE} = 1\n`] },
  { what: "a value in postgresql", does: ["0: parbake apply"], app: "format: postgresql", template: ["app.txt.hbs", `a = ${VALUE}\n`] },
  { what: "a value in yaml", does: ["0: parbake apply"], template: ["app.yaml.hbs", `a: ${VALUE}\n`] },
  { what: "a value in toml", does: ["0: parbake apply"], template: ["app.toml.hbs", `a = ${VALUE}\n`] },
  { what: "a value in properties", does: ["0: parbake apply"], template: ["app.properties.hbs", `a=${VALUE}\n`] },
  { what: "a value in env", does: ["0: parbake apply"], template: ["app.env.hbs", `A=${VALUE}\n`] },
  { what: "a value in sh", does: ["0: parbake apply"], template: ["app.sh.hbs", `A=${VALUE}\n`] },
  { what: "a value in xml", does: ["0: parbake apply"], template: ["app.xml.hbs", `<a>${VALUE}</a>\n`] },
  { what: "a value in plain text", does: ["0: parbake apply"], template: ["app.txt.hbs", `${VALUE}\n`] },
];

export const CONTENT_CASES: readonly Case[] = [...VALUES, ...TEMPLATES, ...FORMATS];
