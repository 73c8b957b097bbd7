// IMDS, Secrets Manager and the proxy before it, each played by a server that breaks every rule of HTTP: every run ends with status
// 69 and a message, within its deadline.

import assert from "node:assert/strict";
import { startEmulator, type Emulator } from "../../scripts/emulator/emulator.ts";
import { assertWithin } from "../support/slowness.ts";
import { AT_ONCE, FOR_EVER } from "../unit/support/misbehaviours.ts";
import { httpReply, startRawServer, type RawReply } from "../unit/support/raw-server.ts";
import { BINARY, makeScratchImage, runProgram, type Outcome } from "./support/scratch-image.ts";

const CANARY = "hunter2-canary";
// A label of a name has 63 letters at most: the resolver says so without asking anybody.
const NOWHERE = `${"x".repeat(64)}.invalid`;
// More than half of it is the network's: enough for the first server to be asked, and for the second where that one is well.
const DEADLINE_MS = { imds: 600, aws: 1_200 } as const;
// A start of the binary and the end of a run: less than a try may take where there is time.
const GRACE_MS = 4_000;
// On a machine with other work the binary may start so late that its time is up before it has asked anybody: it gets twice as
// much then. A run that asks nobody for another reason does so with any deadline.
const MOST_DOUBLINGS = 5;
// Where no server is asked: whatever a start takes.
const UNASKED_MS = 6_000;
const AT_A_TIME = 3;

describe("parbake, the compiled binary, before servers that break every rule of HTTP", function () {
  this.timeout(120_000);
  let emulator: Emulator;

  before(async () => {
    const versions = [{ string: `{"password":"${CANARY}"}` }];
    emulator = await startEmulator({ world: { secrets: [{ name: "prod/db", versions }] } });
  });
  after(() => emulator.close());

  /** @param play what of the environment names the server at this endpoint */
  async function applyBefore(
    reply: RawReply,
    play: (endpoint: string) => Readonly<Record<string, string>>,
    leastMs: number = DEADLINE_MS.aws,
  ) {
    for (let doublings = 0; ; doublings++) {
      const outcome = await applyOnce(reply, play, leastMs * 2 ** doublings);
      if (outcome.asked > 0 || doublings === MOST_DOUBLINGS) return outcome;
    }
  }

  async function applyOnce(
    reply: RawReply,
    play: (endpoint: string) => Readonly<Record<string, string>>,
    deadlineMs: number,
  ) {
    const server = await startRawServer(() => reply);
    const image = makeScratchImage();
    try {
      const before = image.snapshot();
      const startMs = performance.now();
      const parameters = ["apply", "--log-level", "error", "--deadline", `${deadlineMs}ms`, "--root", image.root];
      const outcome = await runProgram(emulator, [BINARY, ...parameters], play(server.endpoint));
      assert.deepEqual(image.snapshot(), before);
      return { ...outcome, lateMs: performance.now() - startMs - deadlineMs, asked: server.asked.length };
    } finally {
      image.remove();
      await server.close();
    }
  }

  function assertUnavailable({ status, stdout, stderr, lateMs }: Outcome & { readonly lateMs: number }, title: string) {
    assert.equal(status, 69, `${title}: ${stderr}`);
    assert.equal(stdout, "", title);
    assert.match(stderr, /^parbake: .*\. .+\n$/, `${title}: one line, what and then the fix`);
    assert.ok(!stderr.includes(CANARY), title);
    assertWithin(GRACE_MS, lateMs, `${title}: the end after the deadline`);
  }

  async function inTurns<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
    const rest = [...all];
    const worker = async (): Promise<void> => {
      for (let one = rest.shift(); one !== undefined; one = rest.shift()) await work(one);
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  }

  it("ends on whatever IMDS does", () =>
    inTurns([...AT_ONCE, ...FOR_EVER], async ({ title, reply }) => {
      const play = (endpoint: string) => ({ AWS_EC2_METADATA_SERVICE_ENDPOINT: endpoint });
      const outcome = await applyBefore(reply, play, DEADLINE_MS.imds);
      assertUnavailable(outcome, `IMDS: ${title}`);
      assert.match(outcome.stderr, /http:\/\/127\.0\.0\.1:\d+\/latest\/api\/token|request for a session token/);
      assert.ok(outcome.asked > 0, title);
    }));

  it("ends on whatever Secrets Manager does, and names where that was", () =>
    inTurns([...AT_ONCE, ...FOR_EVER], async ({ title, reply }) => {
      const play = (endpoint: string) => ({ AWS_ENDPOINT_URL_SECRETS_MANAGER: endpoint });
      const outcome = await applyBefore(reply, play);
      assertUnavailable(outcome, `Secrets Manager: ${title}`);
      assert.match(
        outcome.stderr,
        /^parbake: \S+parbake\.yaml:\d+:\d+: secret db \(prod\/db in eu-west-1\): .*127\.0\.0\.1:\d+ \(AWS_ENDPOINT_URL_SECRETS_MANAGER\)/,
        title,
      );
      assert.ok(outcome.asked > 0, title);
    }));

  it("ends on whatever a proxy answers to CONNECT, and names it without its password", () =>
    inTurns(
      [
        ...AT_ONCE.filter(({ reply }) => !/^HTTP\/1\.. 200/.test(`${reply.head ?? ""}${String(reply.bytes)}`)),
        FOR_EVER[0]!,
      ],
      async ({ title, reply }) => {
        const play = (endpoint: string) => ({
          AWS_ENDPOINT_URL: "",
          HTTPS_PROXY: endpoint.replace("http://", "http://user:hunter2@"),
        });
        const outcome = await applyBefore(reply, play);
        assertUnavailable(outcome, `the proxy: ${title}`);
        assert.match(outcome.stderr, /secretsmanager\.eu-west-1\.amazonaws\.com:443/, title);
        assert.doesNotMatch(outcome.stderr, /hunter2/, title);
        assert.ok(outcome.asked > 0, title);
      },
    ));

  it("names the proxy, too, where that opens the way and nothing comes through it", () => {
    const opened = "HTTP/1.1 200 Connection established\r\n\r\n";
    const replies = [{ bytes: opened }, { bytes: opened, after: "end" }, { bytes: opened, after: "reset" }] as const;
    return inTurns(replies, async (reply) => {
      const outcome = await applyBefore(reply, (endpoint) => ({ AWS_ENDPOINT_URL: "", HTTPS_PROXY: endpoint }));
      assertUnavailable(outcome, JSON.stringify(reply));
      assert.match(
        outcome.stderr,
        /no answer from secretsmanager\.eu-west-1\.amazonaws\.com:443 through the proxy http:\/\/127\.0\.0\.1:\d+ \(HTTPS_PROXY\)/,
      );
      assert.ok(outcome.asked > 0);
    });
  });

  it("tells what a proxy said, by its status", async () => {
    const play = (endpoint: string) => ({ AWS_ENDPOINT_URL: "", https_proxy: endpoint });
    const login = await applyBefore({ bytes: httpReply(407, CANARY) }, play);
    assertUnavailable(login, "407");
    assert.match(
      login.stderr,
      /the proxy http:\/\/127\.0\.0\.1:\d+ \(https_proxy\) wants a user and a password \(HTTP 407\)/,
    );
    for (const status of [403, 502]) {
      const outcome = await applyBefore({ bytes: httpReply(status, CANARY) }, play);
      assertUnavailable(outcome, String(status));
      assert.match(
        outcome.stderr,
        new RegExp(
          `the proxy http://127\\.0\\.0\\.1:\\d+ \\(https_proxy\\) refuses to connect to secretsmanager\\.eu-west-1\\.amazonaws\\.com:443 \\(HTTP ${status}\\)`,
        ),
      );
    }
  });

  it("names the host that does not resolve, or the proxy that does not", async () => {
    const one = await applyOnce(
      { bytes: "" },
      () => ({ AWS_ENDPOINT_URL_SECRETS_MANAGER: `https://${NOWHERE}` }),
      UNASKED_MS,
    );
    assertUnavailable(one, "DNS");
    // As the machine's own DNS has it: there may be none.
    assert.match(
      one.stderr,
      /(?:the name|no DNS server answers for) x{64}\.invalid \(AWS_ENDPOINT_URL_SECRETS_MANAGER\) .*\(E\w+\)/,
    );
    const play = () => ({ AWS_ENDPOINT_URL: "", HTTPS_PROXY: `http://u:hunter2@${NOWHERE}:3128` });
    const other = await applyOnce({ bytes: "" }, play, UNASKED_MS);
    assertUnavailable(other, "the proxy's DNS");
    assert.match(
      other.stderr,
      /the name of the proxy http:\/\/x{64}\.invalid:3128 \(HTTPS_PROXY\) on the way to secretsm\S+ does not resolve/,
    );
    assert.doesNotMatch(other.stderr, /hunter2/);
  });
});
