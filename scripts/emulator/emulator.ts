// One small HTTP server that is IMDSv2, Secrets Manager and EC2 at once, with scripted faults; it records what it was asked.

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { carryOut } from "./carry-out.ts";
import { answerEc2 } from "./ec2.ts";
import { startFaultScript, type Fault, type FaultAction } from "./faults.ts";
import { startImds } from "./imds.ts";
import { readCall } from "./read-call.ts";
import { buildErrorReply, Surprise, type Call, type Reply, type Service, type ServiceError } from "./reply.ts";
import { answerSecretsManager } from "./secrets-manager.ts";
import {
  completeWorld,
  rotateSecret,
  worldNowMs,
  type SecretVersion,
  type World,
  type WorldInput,
  refuseOddId,
} from "./world.ts";

/** One request that arrived. Never holds a header's or body's secret. */
interface RecordedRequest {
  readonly atMs: number;
  readonly service: Service;
  readonly method: string;
  readonly path: string;
  readonly operation: string | null;
  readonly secret: string | null;
  readonly hasToken: boolean;
  /** Requests with the same number came over one connection. */
  readonly connection: number;
  readonly faults: readonly FaultAction["kind"][];
  /** Null: never answered, or not with HTTP. */
  status: number | null;
}

interface EmulatorOptions {
  readonly host?: string;
  /** 0: any free one. */
  readonly port?: number;
  readonly world?: WorldInput;
  /** What faults and the record go by. Default: this machine's clock. */
  readonly nowMs?: () => number;
  /** False: each connection ends with its first answer, for more clients than there are file descriptors. Default: true. */
  readonly keepAlive?: boolean;
}

export interface Emulator {
  /** `http://127.0.0.1:PORT`, for all three services. */
  readonly endpoint: string;
  readonly requests: readonly RecordedRequest[];
  /** What was asked for that the emulator has no answer to: a test that ends with any must fail. */
  readonly surprises: readonly string[];
  setFaults(faults: readonly Fault[]): void;
  /** Everything anew, but session tokens and the record stay. */
  setWorld(world: WorldInput): void;
  /** Adds a version, current unless told otherwise; gives its id. */
  setSecret(name: string, version: Partial<SecretVersion>): string;
  /** Ends every connection at once. */
  close(): Promise<void>;
}

const UNKNOWN_OPERATION: Readonly<Record<Service, ServiceError>> = {
  imds: { status: 405, code: "", message: "" },
  secretsmanager: { status: 400, code: "UnknownOperationException", message: "" },
  ec2: { status: 400, code: "InvalidAction", message: "The action is not valid for this web service." },
};

interface State {
  readonly nowMs: () => number;
  world: World;
  faults: ReturnType<typeof startFaultScript>;
  readonly imds: ReturnType<typeof startImds>;
  readonly requests: RecordedRequest[];
  readonly surprises: string[];
  readonly connections: WeakMap<Socket, number>;
  readonly closing: AbortController;
}

export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const world = completeWorld(options.world);
  const state: State = {
    nowMs: options.nowMs ?? Date.now,
    world,
    faults: startFaultScript(world.faults),
    imds: startImds(),
    requests: [],
    surprises: [],
    connections: new WeakMap(),
    closing: new AbortController(),
  };
  const server = createServer((request, response) => {
    serve(state, request, response).catch((error: unknown) => {
      // A client that goes away in the middle of its request is no fault of the emulator's.
      if (request.complete && !state.closing.signal.aborted) state.surprises.push(`emulator failed: ${String(error)}`);
      request.socket.destroy();
    });
  });
  let connections = 0;
  server.on("connection", (socket) => state.connections.set(socket, connections++));
  // 0: as many as a client likes.
  server.maxRequestsPerSocket = options.keepAlive === false ? 1 : 0;
  // Clients of ours keep connections for a whole run; Node would end an idle one after 5 s.
  server.keepAliveTimeout = 60_000;
  const endpoint = await listen(server, options.host ?? "127.0.0.1", options.port ?? 0);
  return { endpoint, requests: state.requests, surprises: state.surprises, ...buildControls(state, server) };
}

function listen(server: Server, host: string, port: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  server.once("error", reject);
  server.listen(port, host, () => {
    const bound = server.address();
    if (bound === null || typeof bound === "string") return reject(new Error("not listening on TCP"));
    resolve(`http://${bound.family === "IPv6" ? `[${bound.address}]` : bound.address}:${bound.port}`);
  });
  return promise;
}

function buildControls(state: State, server: Server): Omit<Emulator, "endpoint" | "requests" | "surprises"> {
  return {
    setFaults(faults) {
      state.faults = startFaultScript(faults);
    },
    setWorld(input) {
      state.world = completeWorld(input);
      state.faults = startFaultScript(state.world.faults);
    },
    setSecret(name, { id = randomUUID(), stages = ["AWSCURRENT"], ...value }) {
      refuseOddId(id);
      if (!state.world.secrets.some((secret) => secret.name === name))
        throw new Error(`no secret ${name} in this world`);
      const secrets = state.world.secrets.map((each) =>
        each.name === name ? rotateSecret(each, { id, stages, ...value }) : each,
      );
      state.world = { ...state.world, secrets };
      return id;
    },
    async close() {
      state.closing.abort();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function serve(state: State, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const call = await readCall(request);
  const nowMs = state.nowMs();
  const ruling = state.faults.rule(call, nowMs);
  const { service, method, path, operation, secret, headers } = call;
  const record: RecordedRequest = {
    atMs: nowMs,
    service,
    method,
    path,
    operation,
    secret,
    faults: ruling.met,
    status: null,
    hasToken: headers["x-aws-ec2-metadata-token"] !== undefined,
    connection: state.connections.get(request.socket) ?? -1,
  };
  state.requests.push(record);
  if (ruling.delayMs > 0) await sleep(ruling.delayMs, undefined, { signal: state.closing.signal, ref: false });
  // Node would write this machine's time.
  response.setHeader("date", new Date(worldNowMs(state.world)).toUTCString());
  record.status = carryOut(ruling.outcome, (withoutToken) => answer(call, state, withoutToken), response);
}

function answer(call: Call, state: State, withoutToken: boolean): Reply {
  try {
    switch (call.service) {
      case "imds":
        if (call.method === "POST") throw new Surprise(`${call.method} ${call.path}`);
        return state.imds.answer(call, state.world, Date.now(), withoutToken);
      case "secretsmanager":
        return answerSecretsManager(call, state.world);
      case "ec2":
        return answerEc2(call, state.world);
    }
  } catch (error) {
    if (!(error instanceof Surprise)) throw error;
    state.surprises.push(error.message);
    return buildErrorReply(call.service, UNKNOWN_OPERATION[call.service]);
  }
}
