// Reads one HTTP/1 answer out of its bytes, however they are cut into pieces, and nothing that comes after it. Opens nothing, waits for
// nothing.

import { AnswerBody } from "./answer-body.ts";
import {
  framingOf,
  headersOf,
  isPersistent,
  mayBeginAnswer,
  parseChunkLine,
  parseField,
  parseStatusLine,
  type Field,
  type StatusLine,
} from "./answer-head.ts";
import { ByteReader } from "./byte-reader.ts";
import { HttpTrouble } from "./http-trouble.ts";

export interface HttpAnswer {
  readonly status: number;
  /** By their names in small letters. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

type Step = "status" | "fields" | "length" | "until-close" | "chunk-line" | "chunk" | "chunk-end" | "trailers" | "done";

/** Of the header, of the trailers, and of all that chunks say beside their sizes: what Node has by itself. */
const MAX_HEADER_BYTES = 16_384;
// Of a chunk's size: more than any that is safe to count with.
const MOST_SIZE_DIGITS = 16;
// A server that sends more than a few interim answers (RFC 9110, 15.2) never sends the final one.
const MOST_INTERIM_ANSWERS = 8;

export class AnswerParser {
  readonly #isOfConnect: boolean;
  readonly #reader = new ByteReader();
  readonly #body: AnswerBody;
  #step: Step = "status";
  #statusLine: StatusLine = { minorVersion: 1, status: 0 };
  #fields: Field[] = [];
  #interimAnswers = 0;
  /** Of the body or the chunk. */
  #missingBytes = 0;
  #extensionBytes = MAX_HEADER_BYTES;

  /** @param isOfConnect the answer ends with its head, and what comes then is the tunnel's */
  constructor(maxBodyBytes: number, isOfConnect = false) {
    this.#body = new AnswerBody(maxBodyBytes);
    this.#isOfConnect = isOfConnect;
    this.#awaitHead();
  }

  /** @returns whether the answer is whole. @throws HttpTrouble */
  push(bytes: Buffer): boolean {
    this.#reader.give(bytes);
    while (this.#step !== "done" && !this.#reader.isEmpty) this.#advance();
    // Some servers end a body with a line's end that its length does not count.
    if (this.hasRest && !this.#isOfConnect && !this.#reader.isBlank)
      throw HttpTrouble.malformed("HPE_INVALID_CONSTANT");
    return this.#step === "done";
  }

  /** The connection ends here. @throws HttpTrouble where the answer does not, or cannot be told to */
  end(): void {
    if (this.#step === "status" || this.#step === "fields") throw HttpTrouble.hungUp();
    if (this.#step !== "until-close") throw HttpTrouble.of("CUT_SHORT", "an answer that breaks off");
    // Such a body cannot be told from one that was cut: `m7g.large` from `m7g.la`. Of a failure the status says enough.
    if (this.#statusLine.status < 300) throw HttpTrouble.of("NO_FRAMING", "a body that does not say where it ends");
    this.#step = "done";
  }

  /** Bytes have come after the answer. */
  get hasRest(): boolean {
    return this.#step === "done" && !this.#reader.isEmpty;
  }

  /** The connection may be asked again. */
  get isReusable(): boolean {
    return !this.hasRest && isPersistent(this.#statusLine, this.#fields);
  }

  /** Once, when it is whole. */
  take(): HttpAnswer {
    return { status: this.#statusLine.status, headers: headersOf(this.#fields), body: this.#body.take() };
  }

  /** Of what may be a secret nothing stays. */
  erase(): void {
    this.#body.erase();
  }

  #advance(): void {
    if (this.#step === "length" || this.#step === "chunk" || this.#step === "until-close") return this.#readBody();
    const line = this.#reader.takeLine();
    if (line !== null) this.#readLine(line);
    // What is no HTTP may never end its line.
    else if (this.#step === "status" && !mayBeginAnswer(this.#reader.begunLine))
      throw HttpTrouble.malformed("HPE_INVALID_CONSTANT");
  }

  #readLine(line: string): void {
    if (this.#step === "status") this.#readStatus(line);
    else if (this.#step === "chunk-line") this.#readChunkLine(line);
    else if (this.#step === "chunk-end") this.#awaitChunk();
    else if (line === "") this.#endFields();
    else this.#readField(line);
  }

  #readStatus(line: string): void {
    this.#statusLine = parseStatusLine(line);
    const { status } = this.#statusLine;
    if (status === 101) throw HttpTrouble.of("SWITCHED_PROTOCOLS", `HTTP ${status}, a change of protocol`);
    if (status < 200 && ++this.#interimAnswers > MOST_INTERIM_ANSWERS)
      throw HttpTrouble.of("INFORMATIONAL_FLOOD", `more than ${MOST_INTERIM_ANSWERS} interim answers`);
    this.#step = "fields";
  }

  #readField(line: string): void {
    const field = parseField(line);
    if (this.#step === "fields") this.#fields.push(field);
  }

  #endFields(): void {
    if (this.#step === "trailers") this.#step = "done";
    else this.#beginBody();
  }

  #beginBody(): void {
    const { status } = this.#statusLine;
    const framing = framingOf(status, this.#fields);
    if (status < 200) this.#passInterim();
    else if (this.#isOfConnect || framing.kind === "none") this.#step = "done";
    else if (framing.kind === "chunked") this.#awaitChunk();
    else if (framing.kind === "length") this.#awaitBytes("length", framing.bytes);
    else [this.#step, this.#missingBytes] = ["until-close", Infinity];
  }

  /** One that is the connection's last has nothing behind it: HTTP/1.0 has no interim answers. */
  #passInterim(): void {
    if (!isPersistent(this.#statusLine, this.#fields)) throw HttpTrouble.malformed("HPE_CLOSED_CONNECTION");
    this.#awaitHead();
  }

  #awaitHead(): void {
    [this.#step, this.#fields] = ["status", []];
    this.#reader.allowLines(MAX_HEADER_BYTES, "HPE_HEADER_OVERFLOW");
  }

  #awaitBytes(step: "length" | "chunk", bytes: number): void {
    this.#body.expect(bytes);
    [this.#step, this.#missingBytes] = [bytes === 0 ? "done" : step, bytes];
  }

  #awaitChunk(): void {
    this.#step = "chunk-line";
    this.#reader.allowLines(MOST_SIZE_DIGITS + this.#extensionBytes, "HPE_CHUNK_EXTENSIONS_OVERFLOW");
  }

  #readChunkLine(line: string): void {
    const { sizeBytes, extensionBytes } = parseChunkLine(line);
    this.#extensionBytes -= extensionBytes;
    if (sizeBytes > 0) return this.#awaitBytes("chunk", sizeBytes);
    this.#step = "trailers";
    this.#reader.allowLines(MAX_HEADER_BYTES, "HPE_HEADER_OVERFLOW");
  }

  #readBody(): void {
    const bytes = this.#reader.takeBytes(this.#missingBytes);
    this.#body.add(bytes);
    this.#missingBytes -= bytes.length;
    if (this.#missingBytes > 0) return;
    if (this.#step !== "chunk") return void (this.#step = "done");
    this.#step = "chunk-end";
    // An empty one.
    this.#reader.allowLines(0, "HPE_STRICT");
  }
}
