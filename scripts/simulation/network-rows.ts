// Boots of three distributions, each with every way to a network that its images have, and with user data that starts units.

import type { Layer, Promises, Row } from "./row.ts";
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
/**
 * Starts each unit by itself, for nothing else wants them: without waiting in the first stage, which runs before there is a basic system
 * and would wait there for ever, and then both ways. What fails ends it: the last line is missing then, and cloud-init says so.
 */
const USER_DATA = `#cloud-config
bootcmd:
  - [systemctl, start, --no-block, names.service]
runcmd:
  - set -e
  - systemctl start --no-block jobs.service
  - systemctl start api.service
  - systemctl is-active api.service >/run/user-data
  - systemctl restart parbake.service
  - systemctl restart api.service
  - systemctl is-active api.service parbake.service >>/run/user-data
`;
const UNITS_OF_USER_DATA = ["names.service", "jobs.service", "api.service"];
const USER_DATA_STARTS_UNITS: Layer = {
  // Of cloud-init all that needs nothing which the trees or a container lack, such as sshd, locales and udev.
  files: {
    "etc/cloud/cloud.cfg.d/98-modules.cfg": `cloud_init_modules: [seed_random, bootcmd, write_files, set_hostname, update_hostname, update_etc_hosts]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts_vendor, scripts_per_once, scripts_per_boot, scripts_per_instance, scripts_user, final_message]
network: { config: disabled }
`,
  },
  links: Object.fromEntries(UNITS_OF_USER_DATA.map((unit) => [`${SYSTEM}/multi-user.target.wants/${unit}`, OFF])),
};
/** cloud-init has no error to tell, the script went to its end, and each unit is up, after what holds it, and had to wait for nobody else. */
const USER_DATA_WENT_WELL: Promises["tells"] = [
  { argv: ["cloud-init", "status", "--long"], text: /^status: done\n(?!.*degraded)/ },
  { argv: ["cat", "/run/user-data"], text: /^active\nactive\nactive\n$/ },
  { argv: ["systemctl", "is-active", ...UNITS_OF_USER_DATA], text: /^active\nactive\nactive\n$/ },
  { argv: ["systemctl", "list-jobs", "--no-legend"], text: /^(?:No jobs running\.\n)?$/ },
];

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
    layers: [NETWORKD, WITHOUT_NETWORK_MANAGER, CLOUD_INIT, USER_DATA_STARTS_UNITS],
  },
  {
    name: "cloud-init-network-manager",
    title: "cloud-init and NetworkManager, user data that starts units",
    layers: [WITHOUT_NETWORKD, SEEDED_CLOUD_INIT, USER_DATA_STARTS_UNITS],
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
      hardwareWithin: 2,
      says: null,
      status: 0,
      system: "running",
      ...(layers.includes(USER_DATA_STARTS_UNITS) && { tells: USER_DATA_WENT_WELL }),
    },
  })),
);

function join(layers: readonly Layer[]): Layer {
  return {
    files: Object.assign({}, ...layers.map(({ files }) => files)),
    links: Object.assign({}, ...layers.map(({ links }) => links)),
  };
}
