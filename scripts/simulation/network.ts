// The network of one boot: the cloud's end of a cable, with the addresses of IMDS and of AWS, and the instance's end, which its
// machine takes. All of it is in the namespace that this process has for itself, and goes with it.

import type { Socket } from "node:dgram";
import { startDhcpServer } from "./dhcp-server.ts";
import { startNameServer } from "./name-server.ts";
import { attempt, run, waitUntil } from "./program.ts";

export interface NetworkOptions {
  /** Which addresses the instance gets, and the cloud has. */
  readonly family: "ipv4" | "ipv6";
  /** How long after the machine's start the cable is plugged in. */
  readonly afterMs: number;
  /** Whose address nobody has: what is sent there is lost. */
  readonly away: readonly ("imds" | "aws")[];
}

export interface Network {
  /** For AWS_ENDPOINT_URL. */
  readonly awsEndpoint: string;
  /** For the machine that starts now, as soon as it has its end of the cable. */
  plugIn(): Promise<void>;
  close(): void;
}

/** As the first network card of an instance is called. */
export const INSTANCE_END = "ens5";
export const CLOUD_END = "cloud0";

/** The router's, which is the name server's, too. */
export const NAME_SERVER = "10.0.12.1";

const ADDRESSES = {
  ipv4: { imds: "169.254.169.254", aws: "10.0.1.1", cloud: NAME_SERVER, instance: "10.0.12.34", prefix: 24, whole: 32 },
  ipv6: { imds: "fd00:ec2::254", aws: "fd00:5::1", cloud: "fd12::1", instance: "fd12::34", prefix: 64, whole: 128 },
} as const;

export async function openNetwork({ family, afterMs, away }: NetworkOptions): Promise<Network> {
  const { cloud, prefix, whole, ...own } = ADDRESSES[family];
  await ip("link set lo up");
  for (const service of ["imds", "aws"] as const)
    if (!away.includes(service)) await ip(`address add ${own[service]}/${whole} dev lo`);
  const servers: Socket[] = [await startNameServer()];
  let timer: NodeJS.Timeout | null = null;
  const plug = async (): Promise<void> => {
    const isUp = async () => (await attempt(["ip", "link", "set", CLOUD_END, "up"])).status === 0;
    await waitUntil("the machine has its end of the cable", 30_000, isUp);
    await ip(`address replace ${cloud}/${prefix} dev ${CLOUD_END}${family === "ipv6" ? " nodad" : ""}`);
    if (family === "ipv4") await ip(`route replace 255.255.255.255 dev ${CLOUD_END}`);
  };
  if (family === "ipv4")
    servers.push(await startDhcpServer({ address: own.instance, netmask: "255.255.255.0", server: cloud }));
  return {
    awsEndpoint: `http://${family === "ipv6" ? `[${own.aws}]` : own.aws}`,
    plugIn: async () => {
      if (afterMs === 0) return plug();
      timer = setTimeout(() => void plug(), afterMs);
    },
    close: () => {
      if (timer) clearTimeout(timer);
      for (const server of servers) server.close();
    },
  };
}

/**
 * What a router advertisement does on EC2: the image's own network manager, which knows nothing of it, may take it away again, so
 * that it has to be said more than once.
 * @param enter how to run a program in the machine's network
 */
export async function giveIpv6(enter: readonly string[]): Promise<void> {
  const { instance, prefix, cloud } = ADDRESSES.ipv6;
  await run([...enter, "ip", "address", "replace", `${instance}/${prefix}`, "dev", INSTANCE_END, "nodad"]);
  await run([...enter, "ip", "-6", "route", "replace", "default", "via", cloud, "dev", INSTANCE_END]);
}

function ip(words: string): Promise<void> {
  return run(["ip", ...words.split(" ")]).then(() => {});
}
