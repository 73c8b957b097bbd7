// A connection that serves one request after another: who uses it hears what comes, and of its end, once. Never reads what comes.

import type { Socket } from "node:net";

export interface ConnectionUser {
  hear(bytes: Buffer): void;
  /** No more will come. @param error null: the other side ended it */
  lose(error: Error | null): void;
}

export class Connection {
  readonly socket: Socket;
  #user: ConnectionUser;
  #isLost = false;

  /** @param socket may still be connecting, and has a listener for its errors */
  constructor(socket: Socket, user: ConnectionUser) {
    this.socket = socket;
    this.#user = user;
    socket.on("data", (bytes) => this.#user.hear(bytes));
    socket.on("error", (error) => this.#lose(error));
    socket.on("end", () => this.#lose(null));
    socket.on("close", () => this.#lose(null));
    if (socket.destroyed) this.#lose(socket.errored);
  }

  /** It tells only this one from now on. */
  serve(user: ConnectionUser): void {
    this.#user = user;
    if (this.#isLost) user.lose(this.socket.errored);
  }

  /** It is there, and has nothing to send any more. */
  get isQuiet(): boolean {
    const { destroyed, connecting, writableLength } = this.socket;
    return !this.#isLost && !destroyed && !connecting && writableLength === 0;
  }

  #lose(error: Error | null): void {
    if (this.#isLost) return;
    this.#isLost = true;
    this.#user.lose(error);
  }
}
