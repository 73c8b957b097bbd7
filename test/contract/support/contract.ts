// Holds several servers to one contract: each clause says what is observed and what AWS would show, and where a server differs, how and why.

import assert from "node:assert/strict";
import { after, before, describe, it } from "mocha";
import type { RunningServer, UnavailableServer } from "./servers.ts";

export interface Clause<Context> {
  readonly title: string;
  readonly observe: (context: Context) => Promise<unknown>;
  /** What AWS shows. */
  readonly expected: unknown;
  /** By server: what it shows instead. Asserted too, so that a difference that has gone is noticed. */
  readonly differs?: Partial<Record<RunningServer["name"], { readonly observed: unknown; readonly why: string }>>;
}

export interface Party<Context> {
  readonly name: RunningServer["name"];
  start(): Promise<RunningServer | UnavailableServer>;
  /** Brings the server into the state that the clauses speak of. */
  prepare(server: RunningServer): Promise<Context>;
}

export function describeContract<Context>(
  subject: string,
  parties: readonly Party<Context>[],
  clauses: readonly Clause<Context>[],
): void {
  for (const party of parties) describe(`${subject}: ${party.name}`, () => testParty(party, clauses));
}

function testParty<Context>(party: Party<Context>, clauses: readonly Clause<Context>[]): void {
  let server: RunningServer | undefined;
  let context: Context;

  before(async function () {
    // The first run may have to install the server.
    this.timeout(660_000);
    const started = await party.start();
    if ("unavailable" in started) {
      const reason = `${started.name}: skipped: ${started.unavailable}`;
      for (const test of this.test?.parent?.tests ?? []) test.title += ` (${reason})`;
      this.skip();
    } else {
      server = started;
      context = await party.prepare(started);
    }
  });

  after(async () => {
    await server?.close();
    assert.deepEqual(server?.emulator?.surprises ?? [], []);
  });

  for (const { title, observe, expected, differs } of clauses) {
    const difference = differs?.[party.name];
    it(difference ? `${title} (differs: ${difference.why})` : title, async () => {
      assert.deepEqual(await observe(context), difference ? difference.observed : expected);
    });
  }
}
