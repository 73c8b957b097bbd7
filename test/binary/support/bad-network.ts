// What can stand between an instance and AWS, as one program for a network namespace of its own: a DNS server that knows no name,
// a proxy that wants a login, one that is a web server, one that lets nothing through, and a host that signs with a CA of its own.

import { createSocket } from "node:dgram";
import { readFileSync } from "node:fs";
import { createServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";

const [certFile = "", keyFile = ""] = process.argv.slice(2);

// The question comes back with the bits for "an answer" and NXDOMAIN.
const dns = createSocket("udp4");
dns.on("message", (question, { port, address }) => {
  const answer = Buffer.from(question);
  answer.writeUInt16BE(0x8183, 2);
  dns.send(answer, port, address);
});
dns.bind(53, "127.0.0.53");

function answerWith(port: number, head: string, body = ""): void {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(`HTTP/1.1 ${head}\r\nContent-Length: ${body.length}\r\n\r\n${body}`));
  });
  server.listen(port, "127.0.0.1");
}

answerWith(3128, "407 Proxy Authentication Required");
answerWith(3129, "200 OK", "<html>Welcome</html>");
answerWith(3130, "403 Forbidden", "<html>Not this host</html>");

const tls = createTlsServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (socket) => {
  socket.on("error", () => {});
  socket.end();
});
tls.on("tlsClientError", () => {});
tls.listen(443, "127.0.0.3");
