// Stands in for what a snapshot can't hold of Node's modules while it is built: answers requests out of plain data, and opens
// no socket. The lazy modules of scripts/building/bundle-builtins.ts look for it under this symbol, and only then.

import { EventEmitter } from "node:events";
import { Readable } from "node:stream";

const STAND_INS = Symbol.for("parbake.stand-ins");

export interface WarmAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What Node's http is asked with, by IMDS's client (a URL first) and by that of AWS (only options). */
interface RequestOptions {
  readonly method: string;
  readonly path: string;
}

export async function withoutNetwork(
  answer: (options: RequestOptions) => WarmAnswer,
  work: () => Promise<void>,
): Promise<void> {
  const module = { Agent: WarmAgent, request: (...parameters: unknown[]) => openRequest(parameters, answer) };
  const os = { EOL: "\n", platform: () => "linux", release: () => "0" };
  const standIns = { "node:http": module, "node:https": module, "node:os": os };
  Reflect.set(globalThis, STAND_INS, standIns);
  try {
    await work();
  } finally {
    Reflect.deleteProperty(globalThis, STAND_INS);
  }
}

class WarmAgent {
  readonly keepAlive = true;
  destroy(): void {}
}

function openRequest(parameters: unknown[], answer: (options: RequestOptions) => WarmAnswer): WarmRequest {
  return new WarmRequest(() => buildIncoming(answer(parameters.at(-1) as RequestOptions)));
}

class WarmRequest extends EventEmitter {
  readonly #answer: () => Readable;

  constructor(answer: () => Readable) {
    super();
    this.#answer = answer;
  }

  end(): void {
    setImmediate(() => {
      this.emit("socket", new WarmSocket());
      this.emit("response", this.#answer());
      setImmediate(() => this.emit("close"));
    });
  }

  destroy(): void {}
}

class WarmSocket extends EventEmitter {
  readonly connecting = false;
}

function buildIncoming({ status, headers, body }: WarmAnswer): Readable {
  const incoming = Readable.from([Buffer.from(body)], { objectMode: false });
  const framed = { "content-length": String(body.length), ...headers };
  return Object.assign(incoming, { statusCode: status, statusMessage: "OK", headers: framed, complete: true });
}
