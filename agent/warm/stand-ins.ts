// Stands in for what would tell of the machine that builds the snapshot. The lazy modules of scripts/building/bundle-builtins.ts look
// for it under this symbol, and only then.

const STAND_INS = Symbol.for("parbake.stand-ins");

const OS = { EOL: "\n", platform: () => "linux", release: () => "0" };

export async function withStandIns(work: () => Promise<void>): Promise<void> {
  Reflect.set(globalThis, STAND_INS, { "node:os": OS });
  try {
    await work();
  } finally {
    Reflect.deleteProperty(globalThis, STAND_INS);
  }
}
