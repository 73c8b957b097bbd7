// The kept-alive connections to one place: at most so many at a time; who comes then waits. One that ends while nobody uses it, or
// speaks unasked, is dropped.

import { Connection, type ConnectionUser } from "./connection.ts";
import { HttpTrouble } from "./http-trouble.ts";
import type { OpenSocket } from "./open-socket.ts";

export class Connections {
  readonly #open: OpenSocket;
  readonly #most: number;
  readonly #all = new Set<Connection>();
  readonly #idle: Connection[] = [];
  readonly #waiting: (() => void)[] = [];
  #opening = 0;
  #isClosed = false;

  constructor(open: OpenSocket, most = Infinity) {
    this.#open = open;
    this.#most = most;
  }

  /** For the caller alone, until it gives it back or drops it; may still be connecting. Rejects with what `open` does. */
  async take(): Promise<Connection> {
    for (;;) {
      if (this.#isClosed) throw HttpTrouble.of("INTERRUPTED", "stopped");
      const idle = this.#idle.pop();
      if (idle !== undefined) {
        idle.socket.ref();
        return idle;
      }
      if (this.#all.size + this.#opening < this.#most) return this.#openOne();
      await new Promise<void>((resume) => this.#waiting.push(resume));
    }
  }

  /** For the next: the answer is read to its end. */
  giveBack(connection: Connection): void {
    if (!connection.isQuiet) return this.drop(connection);
    this.#idle.push(connection);
    connection.serve(this.#whileIdle(connection));
    // Nothing waits for it.
    connection.socket.unref();
    this.#waiting.shift()?.();
  }

  drop(connection: Connection): void {
    this.#all.delete(connection);
    const index = this.#idle.indexOf(connection);
    if (index >= 0) this.#idle.splice(index, 1);
    connection.socket.destroy();
    this.#waiting.shift()?.();
  }

  /** Ends them all, those in use too. */
  destroy(): void {
    this.#isClosed = true;
    for (const connection of this.#all) this.drop(connection);
    for (const resume of this.#waiting.splice(0)) resume();
  }

  /** How many nobody uses. */
  get idleCount(): number {
    return this.#idle.length;
  }

  async #openOne(): Promise<Connection> {
    this.#opening += 1;
    try {
      const socket = await this.#open();
      const connection = new Connection(socket, NOBODY);
      this.#all.add(connection);
      if (this.#isClosed) this.drop(connection);
      return connection;
    } catch (error) {
      this.#waiting.shift()?.();
      throw error;
    } finally {
      this.#opening -= 1;
    }
  }

  #whileIdle(connection: Connection): ConnectionUser {
    const drop = (): void => this.drop(connection);
    return { hear: drop, lose: drop };
  }
}

const NOBODY: ConnectionUser = { hear: () => {}, lose: () => {} };
