import assert from "node:assert/strict";
import { openDaemon } from "../../../../agent/facts/imds/imds-daemon.ts";
import { NoImds } from "../../../../agent/facts/imds/imds-problems.ts";
import { Refusal } from "../../../../agent/refusal.ts";
import { imdsdOf, startImdsd, type DaemonReply } from "../../support/varlink-imdsd.ts";

describe("IMDS by systemd-imdsd", () => {
  const open: { close(): unknown }[] = [];
  afterEach(async () => {
    for (const each of open.splice(0)) await each.close();
  });

  async function serve(script: (key: string, earlier: number) => DaemonReply | null, remainingMs = 5_000) {
    const imdsd = await startImdsd(script);
    open.push(imdsd);
    const stop = new AbortController();
    const clock = { remainingMs: () => remainingMs, random: () => 0, signal: stop.signal };
    const daemon = openDaemon(imdsd.socket, clock);
    return { imdsd, stop, read: (path: string, isFresh: boolean) => daemon.read(path, isFresh) };
  }

  it("gives what is at a path, by the key that the daemon knows it by", async () => {
    const { imdsd, read } = await serve(imdsdOf({ "/meta-data/instance-type": "m7g.large" }));
    assert.deepEqual(await read("/latest/meta-data/instance-type", false), { kind: "done", value: "m7g.large" });
    assert.deepEqual(imdsd.calls, [
      { method: "io.systemd.InstanceMetadata.Get", parameters: { key: "/meta-data/instance-type" } },
    ]);
  });

  it("has the daemon neither remember nor have remembered what is to be fresh", async () => {
    const path = "/meta-data/iam/security-credentials/web";
    const { imdsd, read } = await serve(imdsdOf({ [path]: "{}" }));
    await read(`/latest${path}`, true);
    assert.deepEqual(imdsd.calls[0]?.parameters, { key: path, cache: false });
  });

  it("is asked for one thing at a time, as each connection is a process and its socket takes few", async () => {
    const { imdsd, read } = await serve((key) => ({ text: key }));
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => read(`/latest/meta-data/${index}`, false)),
    );
    assert.equal(answers.filter(({ kind }) => kind === "done").length, 30);
    // The end of the last connection and the next one come in any order.
    assert.ok(imdsd.mostAtOnce() <= 2, String(imdsd.mostAtOnce()));
  });

  const there = { "/meta-data/instance-id": "i-1", "/meta-data/iam/security-credentials/web": "{}" };
  for (const [title, path] of [
    ["its folder does not list", "/latest/meta-data/ipv6"],
    ["is in a folder that its own does not list", "/latest/meta-data/tags/instance/Name"],
    ["is a folder that its own does not list", "/latest/meta-data/spot/"],
  ] as const) {
    it(`takes for absent what ${title}`, async () => {
      const { read } = await serve(imdsdOf(there));
      assert.deepEqual(await read(path, false), { kind: "done", value: null });
    });
  }

  it("takes for absent what the daemon calls so", async () => {
    const { imdsd, read } = await serve(() => ({ error: "io.systemd.InstanceMetadata.KeyNotFound" }));
    assert.deepEqual(await read("/latest/meta-data/ipv6", false), { kind: "done", value: null });
    assert.equal(imdsd.calls.length, 1);
  });

  it("takes for no answer, and not for absent, what its folder lists and the daemon does not give", async () => {
    const { read } = await serve((key) => (key.endsWith("/instance-id") ? null : imdsdOf(there)(key)));
    const answer = await read("/latest/meta-data/instance-id", false);
    assert.deepEqual(answer, { kind: "again", trouble: "daemon", detail: "io.systemd.System" });
  });

  it("takes for no answer what fails while nothing can be listed", async () => {
    const { read } = await serve(() => null);
    assert.equal((await read("/latest/meta-data/tags/instance", false)).kind, "again");
    const { read: other } = await serve((key) =>
      key === "/meta-data/" ? { error: "io.systemd.InstanceMetadata.Timeout" } : null,
    );
    assert.equal((await other("/latest/meta-data/ipv6", false)).kind, "again");
  });

  const troubles: readonly (readonly [title: string, reply: DaemonReply, detail: string])[] = [
    [
      "cannot reach IMDS",
      { error: "io.systemd.InstanceMetadata.CommunicationFailure" },
      "io.systemd.InstanceMetadata.CommunicationFailure",
    ],
    ["hangs up", { raw: "" }, "no whole answer"],
    ["breaks off", { raw: '{"parameters":{"data":"S3CRET' }, "no whole answer"],
    ["speaks no JSON", { raw: "S3CRET\0" }, "an answer that is no Varlink"],
    ["gives no data", { raw: '{"parameters":{}}\0' }, "an answer that is not text"],
    ["gives what is no text", { text: "\u00ff\u00fe" }, "an answer that is not text"],
    ["gives a NUL", { text: "m7g\0" }, "an answer that is not text"],
    ["has an error of odd characters", { error: "S3CRET \u001b" }, "an odd error"],
  ];
  for (const [title, reply, detail] of troubles) {
    it(`is asked again where it ${title}, of which nothing is shown`, async () => {
      const { read } = await serve(() => reply);
      const answer = await read("/latest/meta-data/instance-id", false);
      assert.deepEqual(answer, { kind: "again", trouble: "daemon", detail });
    });
  }

  it("is asked again where it does not answer in time, or is gone", async () => {
    const { imdsd, read } = await serve(() => "hang", 50);
    assert.deepEqual(await read("/latest/meta-data/a", false), {
      kind: "again",
      trouble: "daemon",
      detail: "no answer in 50 ms",
    });
    await imdsd.close();
    open.length = 0;
    assert.deepEqual(await read("/latest/meta-data/a", false), { kind: "again", trouble: "daemon", detail: "ENOENT" });
  });

  it("stops when the run does", async () => {
    const { stop, read } = await serve(() => "hang");
    setTimeout(() => stop.abort(), 20);
    assert.equal((await read("/latest/meta-data/a", false)).kind, "again");
  });

  it("is switched off where the daemon says that IMDS is", async () => {
    const { read } = await serve(() => ({ error: "io.systemd.InstanceMetadata.NotAvailable" }));
    await assert.rejects(
      read("/latest/meta-data/a", false),
      (error) => error instanceof NoImds && /switched off.*--http-endpoint enabled/.test(error.message),
    );
  });

  it("is root's alone where the daemon asks for a password", async () => {
    const { read } = await serve(() => ({ error: "io.systemd.InteractiveAuthenticationRequired" }));
    await assert.rejects(
      read("/latest/meta-data/a", false),
      (error) => error instanceof Refusal && error.code === "permission" && /Run parbake as root/.test(error.message),
    );
  });
});
