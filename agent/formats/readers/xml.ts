// Reads XML 1.0: tags that nest, attributes, text with its entities undone. Reads no DTD: entities that only a DTD can define pass.

import { MAX_DEPTH, Scanner, type Token } from "./scanner.ts";
import { BLANKS, DECLARATION, FORBIDDEN, IN_DOCTYPE, NAME, REFERENCE } from "./xml-grammar.ts";

const TEXT = /[^<&]+/y;
const NAMED: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

export function readXml(file: string): readonly Token[] {
  return new XmlReader(file).read();
}

interface Element {
  readonly name: string;
  readonly start: number;
}

class XmlReader extends Scanner {
  readonly #open: Element[] = [];
  #roots = 0;
  /** What has been read since the last tag; comments do not part it. */
  #text = "";
  #textStart = 0;
  #hasDoctype = false;

  read(): readonly Token[] {
    this.skip("\uFEFF");
    const forbidden = FORBIDDEN.exec(this.text);
    if (forbidden) this.fail("there is a control character, which XML cannot hold", forbidden.index);
    if (/^<\?xml[ \t\r\n?]/.test(this.text.slice(this.index, this.index + 6))) this.#readDeclaration();
    while (!this.isAtEnd) this.#readNext();
    const open = this.#open.at(-1);
    if (open) this.fail("an element is never closed", open.start);
    if (this.#roots === 0) this.fail("it has no element", 0);
    return this.tokens;
  }

  #readNext(): void {
    if (this.char !== "<") this.#readText();
    else if (this.skip("<!--")) this.#readComment();
    else if (this.skip("<![CDATA[")) this.#readCdata();
    else if (this.skip("<!DOCTYPE")) this.#readDoctype();
    else if (this.skip("<?")) this.#readInstruction();
    else if (this.skip("</")) this.#readEndTag();
    else this.#readStartTag();
  }

  #readText(): void {
    const start = this.index;
    let text = "";
    while (!this.isAtEnd && this.char !== "<") {
      text += this.char === "&" ? this.#readReference() : this.take(TEXT).replace(/\r\n?/g, "\n");
    }
    const written = this.text.slice(start, this.index);
    if (this.#open.length === 0 && /[^ \t\r\n]/.test(written))
      this.fail("there is text outside of the root element", start);
    if (written.includes("]]>")) this.fail("]]> closes nothing here", start);
    this.#append(text, start);
  }

  #append(text: string, start: number): void {
    if (this.#text === "") this.#textStart = start;
    this.#text += text;
  }

  #endText(): void {
    if (this.#open.length > 0) this.add("text", this.#text, this.#textStart);
    this.#text = "";
    this.#textStart = this.index;
  }

  #readReference(): string {
    const start = this.index;
    this.index += 1;
    const name = this.take(REFERENCE).slice(0, -1);
    if (name.startsWith("#")) return this.#decode(name, start);
    if (name === "" || (!this.#hasDoctype && !Object.hasOwn(NAMED, name))) {
      this.fail("this & starts no entity that XML knows", start);
    }
    return NAMED[name] ?? `&${name};`;
  }

  #decode(reference: string, start: number): string {
    const code = Number.parseInt(reference.replace(/^#x?/, ""), reference[1] === "x" ? 16 : 10);
    if (!(code <= 0x10_ffff) || FORBIDDEN.test(String.fromCodePoint(code))) {
      this.fail("this reference is to a character that XML does not allow", start);
    }
    return String.fromCodePoint(code);
  }

  #readComment(): void {
    const start = this.index;
    const comment = this.takeUntil("-->", "a comment is never closed");
    if (comment.includes("--") || comment.endsWith("-")) this.fail("a comment has -- in it", start);
  }

  #readCdata(): void {
    const start = this.index;
    const text = this.takeUntil("]]>", "a CDATA section is never closed");
    if (this.#open.length === 0) this.fail("there is text outside of the root element", start);
    this.#append(text.replace(/\r\n?/g, "\n"), start);
  }

  #readDeclaration(): void {
    const start = this.index;
    this.skip("<?xml");
    const declaration = this.takeUntil("?>", "the XML declaration is never closed");
    if (!DECLARATION.test(declaration))
      this.fail("the XML declaration must say its version, then its encoding, then standalone", start);
    this.#addRaw("<?xml", declaration);
  }

  #readInstruction(): void {
    const start = this.index;
    const target = this.take(NAME);
    if (target === "") this.fail("an instruction needs a name right after <?", start);
    if (!/[ \t\r\n?]/.test(this.char)) this.fail("an instruction's name ends in a blank or ?>", start);
    if (target.toLowerCase() === "xml") this.fail("<?xml stands at the very start of a file only", start);
    this.#addRaw(`<?${target}`, this.takeUntil("?>", "an instruction is never closed"));
  }

  /** Its internal subset has a grammar of its own; what is neither in quotes nor in a comment tells where it ends. */
  #readDoctype(): void {
    const start = this.index;
    if (this.#hasDoctype || this.#roots > 0) this.fail("<!DOCTYPE stands once, before the root element", start);
    this.#hasDoctype = true;
    if (this.take(BLANKS) === "" || this.take(NAME) === "")
      this.fail("<!DOCTYPE needs the name of the root element", start);
    for (let depth = 1; depth > 0;) {
      this.take(IN_DOCTYPE);
      if (this.skip("<")) depth += 1;
      else if (this.skip(">")) depth -= 1;
      else this.fail("<!DOCTYPE is never closed", start);
    }
    this.#addRaw("<!DOCTYPE", this.text.slice(start, this.index));
  }

  /** `text` is all that a value can be part of there. */
  #addRaw(mark: string, text: string): void {
    this.add("mark", mark, this.index);
    this.add("text", text, this.index);
  }

  #readEndTag(): void {
    const start = this.index;
    this.#endText();
    const name = this.take(NAME);
    this.take(BLANKS);
    if (!this.skip(">")) this.fail("a > is missing");
    if (this.#open.pop()?.name !== name) this.fail("this end tag does not close the innermost open element", start);
    this.add("mark", "</", start);
  }

  #readStartTag(): void {
    const start = this.index;
    this.#endText();
    this.index += 1;
    const name = this.take(NAME);
    if (name === "") this.fail("this < starts no tag; write &lt;", start);
    if (this.#open.length === 0 && (this.#roots += 1) > 1) this.fail("there is a second root element", start);
    if (this.#open.length > MAX_DEPTH) this.fail("it is nested too deep", start);
    this.add("mark", "<", start);
    this.add("text", name, start + 1);
    this.#readAttributes();
    if (this.skip("/>")) this.add("mark", "</", start);
    else if (this.skip(">")) this.#open.push({ name, start });
    else this.fail("a > is missing");
  }

  #readAttributes(): void {
    const names = new Set<string>();
    for (;;) {
      const blanks = this.take(BLANKS);
      const start = this.index;
      const name = this.take(NAME);
      if (name === "") return;
      if (blanks === "") this.fail("a blank is missing before an attribute", start);
      if (names.has(name)) this.fail("this attribute stands in its tag twice", start);
      names.add(name);
      this.add("text", name, start);
      this.take(BLANKS);
      if (!this.skip("=")) this.fail("an attribute needs = and a value in quotes");
      this.take(BLANKS);
      this.#readAttributeValue();
    }
  }

  #readAttributeValue(): void {
    const start = this.index;
    const quote = this.char;
    if (quote !== '"' && quote !== "'") this.fail("the value of an attribute must be in quotes");
    this.index += 1;
    const pattern = quote === '"' ? /[^<&"]+/y : /[^<&']+/y;
    let value = "";
    while (this.char !== quote) {
      if (this.isAtEnd || this.char === "<") this.fail("the value of an attribute is never closed", start);
      value += this.char === "&" ? this.#readReference() : this.take(pattern).replace(/\r\n|[\r\n\t]/g, " ");
    }
    this.index += 1;
    this.add("text", value, start);
  }
}
