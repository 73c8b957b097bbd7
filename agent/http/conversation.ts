// A request on its way: it leaves by a connection, and what comes back is read until the answer is whole, the time is up or all is
// stopped, whichever is first. Says of an answer only that it is whole.

import { isBug } from "../bug.ts";
import type { AnswerParser } from "./answer-parser.ts";
import type { Connection, ConnectionUser } from "./connection.ts";
import type { Connections } from "./connections.ts";
import { HttpTrouble } from "./http-trouble.ts";

export interface TimeLimits {
  readonly signal: AbortSignal;
  /** From the start to the answer's last byte, so that one that drips ends too. */
  readonly timeoutMs: number;
  /** Of that, for the connection to be there. Default: all. */
  readonly connectTimeoutMs?: number;
}

/**
 * @param awaited what does not come in time, for the message
 * Resolves, once `parser` has its answer, with the connection, which is the caller's. Rejects with HttpTrouble alone.
 */
export function converse(
  connections: Connections,
  request: Buffer,
  parser: AnswerParser,
  limits: TimeLimits,
  awaited: string,
): Promise<Connection> {
  const conversation = new Conversation(connections, parser, limits);
  conversation.start(request, awaited);
  return conversation.whole;
}

class Conversation implements ConnectionUser {
  readonly #connections: Connections;
  readonly #parser: AnswerParser;
  readonly #limits: TimeLimits;
  readonly #outcome = Promise.withResolvers<Connection>();
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #interrupt = (): void => this.#fail(endedBy(this.#limits.signal));
  #connection: Connection | null = null;
  #isSettled = false;

  constructor(connections: Connections, parser: AnswerParser, limits: TimeLimits) {
    this.#connections = connections;
    this.#parser = parser;
    this.#limits = limits;
  }

  get whole(): Promise<Connection> {
    return this.#outcome.promise;
  }

  start(request: Buffer, awaited: string): void {
    const { signal, timeoutMs } = this.#limits;
    if (signal.aborted) return this.#interrupt();
    signal.addEventListener("abort", this.#interrupt);
    this.#failAfter(timeoutMs, awaited);
    this.#connections.take().then(
      (connection) => this.#send(request, connection),
      (error: unknown) => this.#fail(isBug(error) ? (error as Error) : HttpTrouble.from(error)),
    );
  }

  hear(bytes: Buffer): void {
    this.#orFail(() => this.#parser.push(bytes) && this.#succeed(), bytes);
  }

  lose(error: Error | null): void {
    if (error !== null) return this.#fail(HttpTrouble.from(error));
    this.#orFail(() => {
      this.#parser.end();
      this.#succeed();
    });
  }

  #send(request: Buffer, connection: Connection): void {
    if (this.#isSettled) return this.#connections.giveBack(connection);
    this.#connection = connection;
    connection.serve(this);
    if (this.#isSettled) return;
    const { connectTimeoutMs = Infinity, timeoutMs } = this.#limits;
    if (connectTimeoutMs < Infinity && connection.socket.connecting) {
      const timer = this.#failAfter(Math.min(connectTimeoutMs, timeoutMs), "connection");
      connection.socket.once("connect", () => clearTimeout(timer));
    }
    connection.socket.write(request);
  }

  #failAfter(ms: number, awaited: string): NodeJS.Timeout {
    const fail = (): void => this.#fail(HttpTrouble.of(this.#late, `no ${awaited} in ${Math.round(ms)} ms`));
    const timer = setTimeout(fail, ms);
    this.#timers.push(timer);
    return timer;
  }

  get #late(): "TIMEOUT" | "CONNECT_TIMEOUT" {
    return this.#connection?.socket.connecting === true ? "CONNECT_TIMEOUT" : "TIMEOUT";
  }

  /** What is no trouble of HTTP's is a bug, and goes on as one. */
  #orFail(read: () => unknown, bytes: Buffer | null = null): void {
    if (this.#isSettled) return;
    try {
      read();
    } catch (error) {
      if (!(error instanceof HttpTrouble)) throw error;
      bytes?.fill(0);
      this.#fail(error);
    }
  }

  #succeed(): void {
    this.#settle();
    this.#outcome.resolve(this.#connection!);
  }

  #fail(error: Error): void {
    if (this.#isSettled) return;
    this.#settle();
    this.#parser.erase();
    if (this.#connection !== null) this.#connections.drop(this.#connection);
    this.#outcome.reject(error);
  }

  #settle(): void {
    this.#isSettled = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#limits.signal.removeEventListener("abort", this.#interrupt);
  }
}

// A deadline's signal is AbortSignal.timeout's, whose reason says so.
function endedBy({ reason }: AbortSignal): HttpTrouble {
  return reason instanceof Error && reason.name === "TimeoutError"
    ? HttpTrouble.of("TIMEOUT", "timed out")
    : HttpTrouble.of("INTERRUPTED", "stopped");
}
