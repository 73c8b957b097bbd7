// Keeps the one session token that all reads share: fetched once however many ask, renewed before it ends.

export interface Token {
  readonly value: string;
  readonly ttlSeconds: number;
}

export interface TokenKeeper {
  /** All who ask while a token is on its way get that one. */
  get(): Promise<Token>;
  /** IMDS no longer takes this token: the next `get` fetches another, unless that has happened already. */
  drop(token: Token): void;
}

// Renewed with a tenth of its life left: no read then starts on a token that ends under way.
const USABLE_SHARE = 0.9;

export function createTokenKeeper(fetchToken: () => Promise<Token>, nowMs: () => number): TokenKeeper {
  let pending: Promise<Token> | null = null;
  let current: Token | null = null;
  let renewAtMs = 0;

  async function renew(): Promise<Token> {
    const askedAtMs = nowMs();
    current = null;
    try {
      current = await fetchToken();
      renewAtMs = askedAtMs + current.ttlSeconds * 1000 * USABLE_SHARE;
      return current;
    } finally {
      pending = null;
    }
  }

  return {
    async get() {
      if (current && nowMs() < renewAtMs) return current;
      return (pending ??= renew());
    },
    drop(token) {
      if (current === token) current = null;
    },
  };
}
