export const V8_FLAGS = ["--no-sparkplug", "--min-semi-space-size=8", "--no-opt", "--no-maglev", "--regexp-interpret-all"] as const;
export const NO_REHASH = { atStart: "--no-rehash-snapshot", afterwards: "--rehash-snapshot" } as const;
