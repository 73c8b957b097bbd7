// What stopped an HTTP request before its answer was whole. Never carries a byte of the answer, which may be a secret.

/** A trouble that Node has no code for. Beside these: Node's and OpenSSL's own codes, such as ECONNREFUSED. */
type TroubleCode =
  | "TIMEOUT"
  | "CONNECT_TIMEOUT"
  | "INTERRUPTED"
  | "TOO_LARGE"
  | "SWITCHED_PROTOCOLS"
  | "INFORMATIONAL_FLOOD"
  | "CUT_SHORT"
  | "NO_FRAMING"
  | "PROXY_REFUSED"
  | "PROXY_WANTS_LOGIN"
  | "PROXY_SPOKE_FIRST";

/** What in an answer is no HTTP, by the names that Node's own parser gives it. */
type MalformedCode =
  | "HPE_INVALID_CONSTANT"
  | "HPE_INVALID_VERSION"
  | "HPE_INVALID_STATUS"
  | "HPE_INVALID_HEADER_TOKEN"
  | "HPE_INVALID_CONTENT_LENGTH"
  | "HPE_UNEXPECTED_CONTENT_LENGTH"
  | "HPE_INVALID_TRANSFER_ENCODING"
  | "HPE_INVALID_CHUNK_SIZE"
  | "HPE_HEADER_OVERFLOW"
  | "HPE_CHUNK_EXTENSIONS_OVERFLOW"
  | "HPE_CR_EXPECTED"
  | "HPE_STRICT"
  | "HPE_CLOSED_CONNECTION";

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

  /** By the status with which a proxy declined. */
  static ofDeclined(status: number): HttpTrouble {
    return HttpTrouble.ofProxy(status === 407 ? "PROXY_WANTS_LOGIN" : "PROXY_REFUSED", `HTTP ${status}`);
  }

  static malformed(code: MalformedCode): HttpTrouble {
    return new HttpTrouble(code, code, false);
  }

  /** The connection's end where an answer should be, by the code that Node gives it. */
  static hungUp(): HttpTrouble {
    return new HttpTrouble("ECONNRESET", "ECONNRESET", false);
  }

  /** A foreign error's message may quote anything: only its code goes on, and no cause. */
  static from(error: unknown, isOfProxy = false): HttpTrouble {
    if (error instanceof HttpTrouble) return isOfProxy ? new HttpTrouble(error.code, error.message, true) : error;
    const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
    const word = [code, name].find((each) => typeof each === "string" && PLAIN_WORD.test(each)) as string | undefined;
    return new HttpTrouble(word ?? "UNKNOWN", word ?? "unknown error", isOfProxy);
  }
}

const PLAIN_WORD = /^[A-Za-z_][A-Za-z_0-9]{0,59}$/;
