// Run inside the machine: what Prometheus scrapes, series of ten labels, as many in each answer as the path says.
// Usage: serve-series.mjs PORT

import { createServer } from "node:http";

createServer((request, response) => {
  const [, target, series] = request.url.split("/");
  response.setHeader("content-type", "text/plain; version=0.0.4");
  for (let first = 0; first < Number(series); first += 1000) {
    const lines = Array.from({ length: Math.min(1000, Number(series) - first) }, (_, index) =>
      line(target, first + index),
    );
    response.write(lines.join(""));
  }
  response.end();
}).listen(Number(process.argv[2]), "127.0.0.1");

function line(target, index) {
  const labels = `target="${target}",index="${index}",code="200",method="GET",path="/api/v1/items/${index % 100}"`;
  return `load_total{${labels},zone="eu-central-1a",tier="web",version="1.2.3"} ${Math.round(Date.now() / 1000) + index}\n`;
}
