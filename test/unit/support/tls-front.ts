// AWS's own host names over TLS on the loopback, signed by a CA of the test's, and a proxy that every tunnel ends at it.

import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync, writeFileSync } from "node:fs";
import { createServer as createHttpServer, request as httpRequest } from "node:http";
import { connect, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createServer as createTlsServer } from "node:tls";
import { makeFolder, removeFolder } from "../../support/folders.ts";

export interface TestCertificates {
  /** PEM file, as AWS_CA_BUNDLE names it. */
  readonly caFile: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  remove(): void;
}

const CA_CONFIG = `[ca]
default_ca = here
[here]
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = any
[any]
commonName = supplied
`;

/** Null where there is no openssl. `notBefore` and `notAfter` as openssl has them: 250101000000Z. */
export function makeCertificates(
  hosts: readonly string[],
  validity: readonly [notBefore: string, notAfter: string] | null = null,
): TestCertificates | null {
  const folder = makeFolder(tmpdir(), "tls", "run");
  const openssl = (...parameters: string[]) => execFileSync("openssl", parameters, { cwd: folder, stdio: "ignore" });
  const read = (name: string): string => readFileSync(join(folder, name), "utf8");
  const ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  try {
    openssl("req", "-x509", ...ec, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=a test's CA", "-days", "2");
    openssl("req", ...ec, "-keyout", "leaf.key", "-out", "leaf.csr", "-subj", "/CN=a test's leaf");
    const names = hosts.map((host) => (/^[\d.]+$/.test(host) ? `IP:${host}` : `DNS:${host}`)).join(",");
    writeFileSync(join(folder, "leaf.ext"), `subjectAltName=${names}\n`);
    // x509 takes dates only since OpenSSL 3.4; `ca` always has.
    writeFileSync(join(folder, "ca.cnf"), CA_CONFIG);
    writeFileSync(join(folder, "index.txt"), "");
    const dates = validity === null ? ["-days", "2"] : ["-startdate", validity[0], "-enddate", validity[1]];
    const signing = ["-cert", "ca.pem", "-keyfile", "ca.key", "-extfile", "leaf.ext", ...dates];
    openssl("ca", "-batch", "-config", "ca.cnf", "-notext", "-in", "leaf.csr", "-out", "leaf.pem", ...signing);
  } catch (error) {
    removeFolder(folder);
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
  return {
    caFile: join(folder, "ca.pem"),
    ca: read("ca.pem"),
    cert: read("leaf.pem"),
    key: read("leaf.key"),
    remove: () => removeFolder(folder),
  };
}

export interface Front {
  readonly port: number;
  close(): Promise<void>;
}

/** Ends TLS and hands the bytes on to `endpoint`. */
export async function startTlsFront(
  endpoint: string,
  { cert, key }: Pick<TestCertificates, "cert" | "key">,
): Promise<Front> {
  const server = createTlsServer({ cert, key }, (socket) =>
    tie(socket, connect(Number(new URL(endpoint).port), "127.0.0.1")),
  );
  // A client that does not trust the certificate hangs up.
  server.on("tlsClientError", () => undefined);
  return listen(server);
}

export interface Proxy extends Front {
  /** `CONNECT host:443`, or `POST http://host/` where there is no tunnel. */
  readonly asked: readonly string[];
  /** The Proxy-Authorization headers. */
  readonly authorizations: readonly (string | undefined)[];
}

/** @param frontPort where every tunnel ends, whatever its name; null: none is opened */
export async function startProxy(frontPort: number | null): Promise<Proxy> {
  const asked: string[] = [];
  const authorizations: (string | undefined)[] = [];
  const server = createHttpServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const { headers, method } = request;
    const onward = httpRequest(new URL(request.url ?? ""), { headers, method: method ?? "GET" }, (answer) => {
      response.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
  });
  server.on("connect", (request, socket: Socket) => {
    asked.push(`CONNECT ${request.url}`);
    authorizations.push(request.headers["proxy-authorization"]);
    if (frontPort === null) return void socket.end("HTTP/1.1 403 Forbidden\r\n\r\n");
    const onward = connect(frontPort, "127.0.0.1");
    socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
    tie(socket, onward);
  });
  return { ...(await listen(server)), asked, authorizations };
}

function tie(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on("error", () => to.destroy());
    from.on("close", () => to.destroy());
  }
}

async function listen(server: Server): Promise<Front> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.close();
    for (const socket of sockets) socket.destroy();
    await once(server, "close");
  };
  return { port, close };
}
