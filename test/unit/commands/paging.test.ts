import assert from "node:assert/strict";
import { runHere } from "../support/run-command.ts";

/** What happened, in order. */
async function watch(words: readonly string[], { page = true, stop = false } = {}): Promise<readonly string[]> {
  const events: string[] = [];
  const controller = new AbortController();
  if (stop) controller.abort();
  await runHere(words, {
    environment: { TERM: "xterm" },
    isTerminalOut: true,
    writeOut: (text) => void events.push(`out: ${text.split("\n")[0]}`),
    writeError: (text) => void events.push(`err: ${text.split("\n")[0]}`),
    page: async (pager, text) => {
      events.push(`${pager}: ${text.split("\n")[0]?.slice(0, 40)}`);
      return page;
    },
    ...(stop && { stop: controller.signal }),
  });
  return events;
}

describe("what a pager shows", () => {
  it("is all that the command says, at once, at its end", async () =>
    assert.deepEqual(await watch(["help"]), ["less: parbake: the last 5 % of a baked machine"]));

  it("is shown without one that cannot be started", async () =>
    assert.deepEqual(await watch(["help", "version"], { page: false }), [
      "less: parbake version: print version, commit a",
      "out: parbake version: print version, commit and Node version",
    ]));

  it("is nothing where the command has only an error to tell", async () => {
    const [only, ...others] = await watch(["explain", "db", "--config", "/nonexistent/parbake.yaml"]);
    assert.match(only ?? "", /^err: /);
    assert.deepEqual(others, []);
  });
});
