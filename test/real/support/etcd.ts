import type { Machine } from "../../e2e/support/machine.ts";
import { fetchText } from "./fetch-text.ts";
import type { RealProgram } from "./program.ts";
import { type Service, withService } from "./service.ts";
import { type Tuned, textOf } from "./tune.ts";

const HOME = "/srv/etcd";
const CLIENTS = "http://127.0.0.1:2379";
const PEERS = "http://127.0.0.1:2380";

export const etcd: RealProgram = {
  title: "etcd 3.4 (/metrics)",
  profile: "etcd",
  async ask({ machine }, tuned) {
    const metrics = await withService(machine, etcdService(machine, tuned), () =>
      machine.run(fetchText(`${CLIENTS}/metrics`)),
    );
    const [, quota] = /^etcd_server_quota_backend_bytes (\S+)$/m.exec(metrics)!;
    return {
      said: { ETCD_QUOTA_BACKEND_BYTES: Number(quota) },
      unsaid: {
        GOMEMLIMIT: "of the runtime, which etcd does not tell",
        GOMAXPROCS: "of the runtime, which etcd does not tell",
        env: "what is given to it: all of the variables",
      },
    };
  },
};

/** A member alone, without data. */
export function etcdService(machine: Machine, tuned: Tuned, flags: readonly string[] = []): Service {
  const addresses = [
    `--listen-client-urls=${CLIENTS}`,
    `--advertise-client-urls=${CLIENTS}`,
    `--listen-peer-urls=${PEERS}`,
    `--initial-advertise-peer-urls=${PEERS}`,
    `--initial-cluster=default=${PEERS}`,
  ];
  const start = `rm -rf ${HOME}; exec etcd --data-dir=${HOME} "$@"`;
  return {
    name: "etcd",
    argv: ["env", ...textOf(tuned, "env").split("\n"), "sh", "-c", start, "etcd", ...addresses, ...flags],
    isReady: async () => (await machine.attempt(fetchText(`${CLIENTS}/health`))).stdout.includes('"true"'),
  };
}
