// A JUnit file as saxes reads it, held to what the schema of Jenkins' xUnit plugin (junit-10.xsd) allows: which element stands
// in which, and the attributes that each must and may have.

import assert from "node:assert/strict";
import { SaxesParser } from "saxes";

interface Rule {
  readonly inside: readonly string[];
  readonly must: readonly string[];
  readonly may: readonly string[];
}

const COUNTS = ["tests", "failures", "errors"];
const RULES: Readonly<Record<string, Rule>> = {
  testsuites: { inside: ["testsuite"], must: [], may: ["name", "time", ...COUNTS] },
  testsuite: {
    inside: ["testcase", "system-out", "system-err"],
    must: ["name", ...COUNTS],
    may: ["skipped", "time", "timestamp", "hostname"],
  },
  testcase: {
    inside: ["skipped", "error", "failure", "system-out", "system-err"],
    must: ["name"],
    may: ["classname", "time"],
  },
  failure: { inside: [], must: [], may: ["type", "message"] },
  "system-out": { inside: [], must: [], may: [] },
};

export interface ReadCase {
  readonly name: string;
  readonly className: string | undefined;
  readonly message: string | null;
  readonly failure: string | null;
  readonly out: string | null;
}

interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  text: string;
  readonly children: Element[];
}

/** Fails where it is not well-formed, not of that structure, or miscounts its cases. */
export function readJunit(xml: string): readonly ReadCase[] {
  const suites = parse(xml);
  const cases = suites.children.flatMap(({ children }) => children);
  const failed = cases.filter((each) => find(each, "failure") !== undefined).length;
  for (const counted of [suites, ...suites.children])
    assert.deepEqual(
      COUNTS.map((count) => counted.attributes[count]),
      [String(cases.length), String(failed), "0"],
    );
  return cases.map((each) => ({
    name: each.attributes["name"]!,
    className: each.attributes["classname"],
    message: find(each, "failure")?.attributes["message"] ?? null,
    failure: find(each, "failure")?.text ?? null,
    out: find(each, "system-out")?.text ?? null,
  }));
}

function find({ children }: Element, name: string): Element | undefined {
  return children.find((child) => child.name === name);
}

function parse(xml: string): Element {
  const top: Element = { name: "", attributes: {}, text: "", children: [] };
  const open = [top];
  const parser = new SaxesParser({ forceXMLVersion: true, defaultXMLVersion: "1.0" });
  parser.on("error", (error) => {
    throw error;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const element = { name, attributes: attributes as Record<string, string>, text: "", children: [] };
    check(element, open.at(-1)!);
    open.at(-1)!.children.push(element);
    open.push(element);
  });
  parser.on("text", (text) => (open.at(-1)!.text += text));
  parser.on("closetag", () => void open.pop());
  parser.write(xml).close();
  return top.children[0] ?? assert.fail("there is no root element");
}

function check({ name, attributes }: Element, parent: Element): void {
  const rule = RULES[name] ?? assert.fail(`<${name}> is no element of JUnit's`);
  const allowed = parent.name === "" ? ["testsuites"] : RULES[parent.name]!.inside;
  assert.ok(allowed.includes(name), `<${name}> in <${parent.name}>`);
  for (const must of rule.must) assert.ok(must in attributes, `<${name}> without ${must}`);
  for (const given of Object.keys(attributes))
    assert.ok([...rule.must, ...rule.may].includes(given), `${name} ${given}`);
}
