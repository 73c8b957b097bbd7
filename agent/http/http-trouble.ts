// What stopped an HTTP request before its answer was whole. Never carries a byte of the answer, which may be a secret.

/** A trouble that Node has no code for. Beside these: Node's and OpenSSL's own codes, such as ECONNREFUSED. */
type TroubleCode =
  | "TIMEOUT"
  | "INTERRUPTED"
  | "TOO_LARGE"
  | "SWITCHED_PROTOCOLS"
  | "INFORMATIONAL_FLOOD"
  | "CUT_SHORT"
  | "NO_FRAMING"
  | "PROXY_REFUSED"
  | "PROXY_SPOKE_FIRST";

export class HttpTrouble extends Error {
  override readonly name = "HttpTrouble";
  readonly code: string;
  /** The proxy, or the way to it, caused it; else the server did. */
  readonly isOfProxy: boolean;

  private constructor(code: string, detail: string, isOfProxy: boolean) {
    super(detail);
    this.code = code;
    this.isOfProxy = isOfProxy;
  }

  /** @param detail our own words */
  static of(code: TroubleCode, detail: string): HttpTrouble {
    return new HttpTrouble(code, detail, false);
  }

  static ofProxy(code: TroubleCode, detail: string): HttpTrouble {
    return new HttpTrouble(code, detail, true);
  }

  /** A parser's error carries bytes of the answer: only its code goes on, and no cause. */
  static from(error: unknown, isOfProxy = false): HttpTrouble {
    if (error instanceof HttpTrouble) return isOfProxy ? new HttpTrouble(error.code, error.message, true) : error;
    const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
    const word = [code, name].find((each) => typeof each === "string" && PLAIN_WORD.test(each)) as string | undefined;
    return new HttpTrouble(word ?? "UNKNOWN", word ?? "unknown error", isOfProxy);
  }
}

const PLAIN_WORD = /^[A-Za-z_][A-Za-z_0-9]{0,59}$/;
