// One call of a Varlink service: JSON that ends in NUL, there and back, over a Unix socket (varlink.org). Never shows what comes back.

import { connect, type Socket } from "node:net";

export type VarlinkReply =
  | { readonly kind: "reply"; readonly parameters: Readonly<Record<string, unknown>> }
  /** The name of the error, which is a word. */
  | { readonly kind: "error"; readonly error: string }
  | { readonly kind: "trouble"; readonly detail: string };

interface VarlinkLimits {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

const [NUL, MOST_BYTES] = [0, 256 * 1024];

export async function callVarlink(
  path: string,
  method: string,
  parameters: object,
  { timeoutMs, signal }: VarlinkLimits,
): Promise<VarlinkReply> {
  const socket = connect({ path });
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    socket.destroy();
  };
  signal.addEventListener("abort", stop);
  const timer = setTimeout(stop, timeoutMs);
  try {
    if (signal.aborted) stop();
    socket.write(`${JSON.stringify({ method, parameters })}\0`);
    return parseReply(await readMessage(socket));
  } catch (error) {
    return { kind: "trouble", detail: isStopped ? `no answer in ${Math.round(timeoutMs)} ms` : nameOf(error) };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", stop);
    socket.destroy();
  }
}

/** Without its end. Empty: the other side has ended, or the time. */
async function readMessage(socket: Socket): Promise<string> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of socket as AsyncIterable<Buffer>) {
    pieces.push(piece);
    bytes += piece.length;
    if (piece.at(-1) === NUL || bytes > MOST_BYTES) break;
  }
  const whole = Buffer.concat(pieces);
  const text = whole.at(-1) === NUL ? whole.toString("utf8", 0, whole.length - 1) : "";
  for (const each of [...pieces, whole]) each.fill(0);
  return text;
}

function parseReply(text: string): VarlinkReply {
  if (text === "") return { kind: "trouble", detail: "no whole answer" };
  const { error, parameters = {} } = JSON.parse(text) as Readonly<Record<string, unknown>>;
  if (typeof error === "string") return { kind: "error", error: /^[\w.]{1,100}$/.test(error) ? error : "an odd error" };
  if (typeof parameters !== "object" || parameters === null) return { kind: "trouble", detail: "an odd answer" };
  return { kind: "reply", parameters: { ...parameters } };
}

/** By its code alone: a message may quote what was read. */
function nameOf(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === "string" && /^E[A-Z]+$/.test(code) ? code : "an answer that is no Varlink";
}
