// Stands in for what a snapshot can't hold of Node's modules while it is built: answers requests out of plain data, and opens
// no socket. The lazy modules of scripts/bundle-builtins.ts look for it under this symbol, and only then.

import { EventEmitter } from "node:events";
import { Readable } from "node:stream";

const STAND_INS = Symbol.for("parbake.stand-ins");

export interface WarmAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What Node's http is asked with, by IMDS's client (a URL first) and by the SDK's (only options). */
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
  const onResponse = parameters.at(-1) as (incoming: Readable) => void;
  const options = parameters.at(-2) as RequestOptions;
  return new WarmRequest(() => onResponse(buildIncoming(answer(options))));
}

class WarmRequest extends EventEmitter {
  readonly #respond: () => void;

  constructor(respond: () => void) {
    super();
    this.#respond = respond;
  }

  setTimeout(): this {
    return this;
  }

  end(): void {
    setImmediate(() => {
      this.emit("socket", new WarmSocket());
      this.#respond();
      setImmediate(() => this.emit("close"));
    });
  }

  destroy(): void {}
}

class WarmSocket extends EventEmitter {
  readonly connecting = false;
  setKeepAlive(): void {}
  setTimeout(): void {}
}

function buildIncoming({ status, headers, body }: WarmAnswer): Readable {
  const incoming = Readable.from([Buffer.from(body)], { objectMode: false });
  return Object.assign(incoming, { statusCode: status, statusMessage: "OK", headers });
}
