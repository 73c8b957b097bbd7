// Who gets which connection, before a server of the test's that counts them.

import assert from "node:assert/strict";
import { once } from "node:events";
import type { Connection } from "../../../agent/http/connection.ts";
import { Connections } from "../../../agent/http/connections.ts";
import { HttpTrouble } from "../../../agent/http/http-trouble.ts";
import { tcpTo } from "../../../agent/http/open-socket.ts";
import { startRawServer, type RawServer } from "../support/raw-server.ts";

describe("Connections", () => {
  let server: RawServer;
  let connections: Connections;

  beforeEach(async () => {
    server = await startRawServer(() => ({ bytes: "unasked" }));
    connections = open();
  });
  afterEach(async () => {
    connections.destroy();
    await server.close();
  });

  function open(most?: number): Connections {
    return new Connections(tcpTo({ host: "127.0.0.1", port: server.port }), most);
  }

  async function takeOpen(): Promise<Connection> {
    const connection = await connections.take();
    if (connection.socket.connecting) await once(connection.socket, "connect");
    return connection;
  }

  it("gives back what is idle, and opens another where nothing is", async () => {
    const [one, other] = [await takeOpen(), await takeOpen()];
    assert.notEqual(one, other);
    connections.giveBack(one);
    assert.equal(connections.idleCount, 1);
    assert.equal(await connections.take(), one);
    assert.equal(connections.idleCount, 0);
  });

  it("lets who comes when there are as many as may be wait, in turn, for what is given back or dropped", async () => {
    connections = open(1);
    const first = await takeOpen();
    const told: string[] = [];
    const waiting = ["a", "b"].map(async (name) => {
      const connection = await connections.take();
      told.push(name);
      return connection;
    });
    await new Promise(setImmediate);
    assert.deepEqual(told, []);
    connections.giveBack(first);
    assert.equal(await waiting[0], first);
    assert.deepEqual(told, ["a"]);
    connections.drop(first);
    assert.notEqual(await waiting[1], first);
  });

  it("opens the next where one could not be opened", async () => {
    let tries = 0;
    const openSocket = tcpTo({ host: "127.0.0.1", port: server.port });
    connections = new Connections(async () => {
      await new Promise(setImmediate);
      if (++tries === 1) throw HttpTrouble.of("TIMEOUT", "of the test's");
      return openSocket();
    }, 1);
    const [failed, taken] = await Promise.allSettled([connections.take(), connections.take()]);
    assert.deepEqual([failed.status, taken.status], ["rejected", "fulfilled"]);
  });

  it("gives nobody one that speaks while it is idle", async () => {
    const one = await takeOpen();
    one.socket.write("GET / HTTP/1.1\r\n\r\n");
    if (one.socket.writableLength > 0) await once(one.socket, "drain");
    connections.giveBack(one);
    await once(one.socket, "close");
    assert.equal(connections.idleCount, 0);
  });

  it("gives nobody one that ends while it is idle", async () => {
    const one = await takeOpen();
    connections.giveBack(one);
    await server.close();
    if (!one.socket.destroyed) await once(one.socket, "close");
    assert.equal(connections.idleCount, 0);
    server = await startRawServer(() => ({ bytes: "" }));
  });

  it("keeps none that is still connecting or has something to send", async () => {
    const one = await connections.take();
    assert.ok(one.socket.connecting);
    connections.giveBack(one);
    assert.ok(one.socket.destroyed);
    assert.equal(connections.idleCount, 0);
  });

  it("ends all at destroy, those in use and those to come, and refuses who waits", async () => {
    connections = open(2);
    const [used, idle] = [await takeOpen(), await takeOpen()];
    const waiting = assert.rejects(connections.take(), { code: "INTERRUPTED" });
    connections.destroy();
    await waiting;
    assert.deepEqual([used.socket.destroyed, idle.socket.destroyed], [true, true]);
    await assert.rejects(connections.take(), { code: "INTERRUPTED" });
  });

  it("tells of an end that came before anybody listened", async () => {
    const one = await takeOpen();
    one.socket.destroy(new Error("of the test's"));
    await new Promise((resume) => one.socket.once("close", resume));
    const lost: (Error | null)[] = [];
    one.serve({ hear: () => assert.fail(), lose: (error) => void lost.push(error) });
    assert.deepEqual(
      lost.map((error) => error?.message),
      ["of the test's"],
    );
  });
});
