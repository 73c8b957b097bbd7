// Run inside the machine: writes values into etcd until it has no room for more.
// Usage: fill-etcd.mjs VALUE_BYTES. Prints how many it took, and the size of the database.

const BASE = "http://127.0.0.1:2379";
const WRITERS = 64;
const MOST_MS = 400_000;

const value = btoa("x".repeat(Number(process.argv[2])));
const startMs = Date.now();
let [keys, refusal] = [0, ""];

async function write(writer) {
  for (let at = 0; refusal === ""; at++) {
    if (Date.now() - startMs > MOST_MS) throw new Error(`not full after ${MOST_MS} ms and ${keys} values`);
    const body = JSON.stringify({ key: btoa(`load/${writer}/${at}`), value });
    const answer = await fetch(`${BASE}/v3/kv/put`, { method: "POST", body });
    const text = await answer.text();
    if (answer.ok) keys++;
    else refusal = text;
  }
}

await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
if (!refusal.includes("database space exceeded")) throw new Error(refusal);
const metrics = await (await fetch(`${BASE}/metrics`)).text();
const [, size] = /^etcd_mvcc_db_total_size_in_bytes (\S+)$/m.exec(metrics);
console.log(`${keys} ${Number(size)}`);
