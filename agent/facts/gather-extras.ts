// What `parbake facts` shows beyond what tuning needs, by systeminformation. Never on the boot path: it starts processes.

import type { Systeminformation } from "systeminformation";

interface NetworkInterface {
  readonly name: string;
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly mtu: number | null;
}

/** Null: the machine does not tell. */
interface Extras {
  readonly cpuManufacturer: string | null;
  readonly cpuModel: string | null;
  readonly cpuSpeedGhz: number | null;
  readonly osDistribution: string | null;
  readonly osRelease: string | null;
  readonly systemManufacturer: string | null;
  readonly systemModel: string | null;
  readonly virtualMachine: boolean;
  readonly hypervisor: string | null;
  readonly networkInterfaces: readonly NetworkInterface[];
}

export async function gatherExtras(): Promise<Extras> {
  const { cpu, osInfo, system, networkInterfaces } = (await import("systeminformation")).default;
  const [processor, os, machine, interfaces] = await Promise.all([cpu(), osInfo(), system(), networkInterfaces()]);
  return {
    cpuManufacturer: processor.manufacturer || null,
    cpuModel: processor.brand || null,
    cpuSpeedGhz: processor.speed || null,
    osDistribution: os.distro || null,
    osRelease: os.release || null,
    systemManufacturer: machine.manufacturer || null,
    systemModel: machine.model || null,
    virtualMachine: machine.virtual,
    hypervisor: machine.virtualHost || null,
    networkInterfaces: [interfaces].flat().map(nameInterface),
  };
}

function nameInterface({ iface, ip4, ip6, mtu }: Systeminformation.NetworkInterfacesData): NetworkInterface {
  return { name: iface, ipv4: ip4 || null, ipv6: ip6 || null, mtu };
}
