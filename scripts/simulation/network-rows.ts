// Boots of three distributions, each with every way to a network that its images have, and with user data that starts units.

import type { Layer, Row } from "./row.ts";
import type { TreeName } from "./trees.ts";

const SYSTEM = "etc/systemd/system";
const OFF = "/dev/null";

/** Debian enables what a package brings; a boot has only what it says. */
const WITHOUT_CLOUD_INIT: Layer = { files: { "etc/cloud/cloud-init.disabled": "" } };
const WITHOUT_NETWORK_MANAGER: Layer = {
  links: {
    [`${SYSTEM}/NetworkManager.service`]: OFF,
    [`${SYSTEM}/NetworkManager-wait-online.service`]: OFF,
    [`${SYSTEM}/NetworkManager-dispatcher.service`]: OFF,
  },
};
const WITHOUT_NETWORKD: Layer = {
  // Without this, Ubuntu's NetworkManager takes no cable: its own file of this name leaves them to netplan.
  files: { "etc/NetworkManager/conf.d/10-globally-managed-devices.conf": "" },
  links: {
    [`${SYSTEM}/systemd-networkd.service`]: OFF,
    [`${SYSTEM}/systemd-networkd.socket`]: OFF,
    [`${SYSTEM}/systemd-networkd-wait-online.service`]: OFF,
  },
};
const NETWORKD: Layer = {
  files: { "etc/systemd/network/10-instance.network": "[Match]\nType=ether\n\n[Network]\nDHCP=ipv4\n" },
  links: {
    [`${SYSTEM}/multi-user.target.wants/systemd-networkd.service`]: "/usr/lib/systemd/system/systemd-networkd.service",
    [`${SYSTEM}/network-online.target.wants/systemd-networkd-wait-online.service`]:
      "/usr/lib/systemd/system/systemd-networkd-wait-online.service",
  },
};
/** Commands of the first stage run before there is a basic system: to wait there for any unit would be to wait for ever. */
const USER_DATA = `#cloud-config
bootcmd:
  - [systemctl, start, --no-block, api.service]
runcmd:
  - [systemctl, start, api.service]
  - [systemctl, restart, api.service]
  - [systemctl, restart, parbake.service]
  - [touch, /run/user-data-has-run]
`;

/** As on EC2, with IMDSv1, too: cloud-init asks for no token where the machine does not say that it is Amazon's. */
const CLOUD_INIT: Layer = {
  files: {
    "etc/cloud/cloud.cfg.d/99-simulated.cfg": "datasource_list: [Ec2]\ndatasource: { Ec2: { strict_id: false } }\n",
  },
};
/** From the image: on Debian cloud-init asks no server that only NetworkManager could reach, which starts later. */
const SEEDED_CLOUD_INIT: Layer = {
  files: {
    "etc/cloud/cloud.cfg.d/99-simulated.cfg": "datasource_list: [NoCloud]\n",
    "var/lib/cloud/seed/nocloud/user-data": USER_DATA,
    "var/lib/cloud/seed/nocloud/meta-data": "instance-id: i-0a1b2c3d4e5f60718\n",
  },
};

const WAYS: readonly { readonly name: string; readonly title: string; readonly layers: readonly Layer[] }[] = [
  { name: "networkd", title: "systemd-networkd", layers: [NETWORKD, WITHOUT_NETWORK_MANAGER, WITHOUT_CLOUD_INIT] },
  { name: "network-manager", title: "NetworkManager", layers: [WITHOUT_NETWORKD, WITHOUT_CLOUD_INIT] },
  {
    name: "cloud-init",
    title: "cloud-init and systemd-networkd, user data that starts units",
    layers: [NETWORKD, WITHOUT_NETWORK_MANAGER, CLOUD_INIT],
  },
  {
    name: "cloud-init-network-manager",
    title: "cloud-init and NetworkManager, user data that starts units",
    layers: [WITHOUT_NETWORKD, SEEDED_CLOUD_INIT],
  },
];

const SYSTEMS: readonly { readonly name: string; readonly title: string; readonly tree: TreeName }[] = [
  { name: "debian-12", title: "Debian 12", tree: "debian-12-networks" },
  { name: "debian-13", title: "Debian 13", tree: "debian-13-networks" },
  { name: "ubuntu-24.04", title: "Ubuntu 24.04", tree: "ubuntu-24.04-networks" },
];

export const NETWORK_ROWS: readonly Row[] = SYSTEMS.flatMap((system) =>
  WAYS.map(({ name, title, layers }) => ({
    name: `${system.name}-${name}`,
    title: `${system.title}: ${title}`,
    tree: system.tree,
    machine: "container" as const,
    layer: join(layers),
    world: {
      imds: { tokens: "optional" as const, values: { "user-data": USER_DATA } },
    },
    promises: {
      held: () => false,
      hardwareAtOnce: true,
      says: null,
      status: 0,
      ...(!layers.includes(WITHOUT_CLOUD_INIT) && {
        tells: { argv: ["ls", "/run/user-data-has-run"], text: /user-data-has-run/ },
      }),
    },
  })),
);

function join(layers: readonly Layer[]): Layer {
  return {
    files: Object.assign({}, ...layers.map(({ files }) => files)),
    links: Object.assign({}, ...layers.map(({ links }) => links)),
  };
}
