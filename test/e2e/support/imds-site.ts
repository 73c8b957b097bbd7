// An instance and its IMDS, each in a network namespace of its own with a link between them, or a router: as a test wants them to
// find each other, or not. The emulator is IMDS and AWS; nothing in there reaches any other network.

import { tmpdir } from "node:os";
import type { WorldInput } from "../../../scripts/emulator/world.ts";
import { makeFolder, removeFolder } from "../../support/folders.ts";
import { attempt, run, type Outcome } from "./command.ts";
import { serveEmulator } from "./emulated-cloud.ts";
import { createNamespace, type Namespace } from "./namespace.ts";

export const ADDRESS = { ipv4: "169.254.169.254", ipv6: "fd00:ec2::254" } as const;

/** What leads to the families of addresses that the instance has. */
const HOPS = {
  ipv4: { here: "10.99.0.2/24", gateway: "10.99.0.1/24", beyond: ["10.99.1.1/24", "10.99.1.2/24"] },
  ipv6: { here: "fd99::2/64", gateway: "fd99::1/64", beyond: ["fd99:1::1/64", "fd99:1::2/64"] },
} as const;

type Family = keyof typeof HOPS;

export interface ImdsSite {
  readonly instance: Namespace;
  /** Where IMDS runs. */
  readonly server: Namespace;
  /** The instance's address, and its route to all else. */
  join(family: Family): Promise<void>;
  /** Runs `ip` in the namespace. */
  ip(where: "instance" | "server", ...parameters: string[]): Promise<void>;
  /** A rule for what the namespace sends. */
  rule(where: "instance" | "server", rule: string): Promise<void>;
  serve(world?: WorldInput): Promise<void>;
  /** Runs a program in the instance with these variables alone. */
  run(argv: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome>;
  remove(): Promise<void>;
}

/** @param isRouted with a router between them, one hop more */
export async function createImdsSite(isRouted = false): Promise<ImdsSite> {
  const folder = makeFolder(tmpdir(), "imds-site", "run");
  const [instance, server] = [await createNamespace({ imds: false }), await createNamespace({ imds: false })];
  const router = isRouted ? await createNamespace({ imds: false }) : null;
  for (const each of [instance, server, ...(router === null ? [] : [router])])
    await run(each.enter(["sysctl", "-qw", ...WITHOUT_DETECTION]));
  const neighbour = router ?? server;
  await link(instance, neighbour, "eth0", "inner");
  if (router !== null) await link(router, server, "outer", "outer");
  for (const family of ["ipv4", "ipv6"] as const) {
    const { gateway, beyond } = HOPS[family];
    await add(neighbour, "inner", gateway);
    await add(server, "lo", ADDRESS[family]);
    if (router === null) continue;
    await add(router, "outer", beyond[0]);
    await add(server, "outer", beyond[1]);
    await ip(router, "route", "add", ADDRESS[family], "via", bare(beyond[1]));
    await ip(server, flag(family), "route", "add", "default", "via", bare(beyond[0]));
    await run(router.enter(["sysctl", "-qw", FORWARDING[family]]));
  }
  return {
    instance,
    server,
    join: async (family) => {
      await add(instance, "eth0", HOPS[family].here);
      await ip(instance, flag(family), "route", "add", "default", "via", bare(HOPS[family].gateway));
    },
    ip: (where, ...parameters) => ip({ instance, server }[where], ...parameters),
    rule: async (where, rule) => {
      const chain = "add chain inet test output { type filter hook output priority 0; }";
      await run(
        { instance, server }[where].enter(["nft", `add table inet test; ${chain}; add rule inet test output ${rule}`]),
      );
    },
    serve: (world = {}) => serveEmulator(server, "::", world, folder),
    run: (argv, env = {}) => attempt(instance.enter(argv), { env: { PATH: process.env["PATH"], ...env } }),
    remove: async () => {
      for (const each of [instance, server, ...(router === null ? [] : [router])]) await each.remove();
      removeFolder(folder);
    },
  };
}

/** Of duplicate addresses: until it has ended for a link's own address, after a second or two, a router finds no neighbour. */
const WITHOUT_DETECTION = ["all", "default"].map((which) => `net.ipv6.conf.${which}.accept_dad=0`);

const FORWARDING = { ipv4: "net.ipv4.ip_forward=1", ipv6: "net.ipv6.conf.all.forwarding=1" } as const;

async function link(one: Namespace, other: Namespace, name: string, otherName: string): Promise<void> {
  await ip(one, "link", "add", name, "type", "veth", "peer", "name", otherName, "netns", other.name);
  await ip(one, "link", "set", name, "up");
  await ip(other, "link", "set", otherName, "up");
}

async function add(where: Namespace, device: string, address: string): Promise<void> {
  await ip(where, "address", "add", address, "dev", device, ...(address.includes(":") ? ["nodad"] : []));
}

async function ip({ name }: Namespace, ...parameters: string[]): Promise<void> {
  await run(["ip", "-n", name, ...parameters]);
}

function flag(family: Family): string {
  return family === "ipv4" ? "-4" : "-6";
}

function bare(address: string): string {
  return address.replace(/\/.*/, "");
}
