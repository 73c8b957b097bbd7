// What makes a machine this one machine, and what all instances of an image would share: by systemd's rules for image builders
// (systemd.io/BUILDING_IMAGES, "Resources to Reset"), and what a DHCP client, NetworkManager, udev and ZFS keep besides. Pure.

import type { Finding } from "../seal/finding.ts";

/** A name in a folder of the image that is, or holds, a machine's identity. */
export interface Identity {
  readonly kind: string;
  readonly severity: Finding["severity"];
  /** As the booted machine sees it. */
  readonly folder: string;
  readonly name: RegExp;
  /** Left out: whatever it holds. */
  readonly holds?: RegExp;
  /** `empty` where the file must stay: see DECISIONS.md. */
  readonly reset: "remove" | "empty";
  /** As a sentence's object: `/etc/machine-id is WHAT`. */
  readonly what: string;
}

const SEED = "a random seed, with which all instances would begin alike";
const LEASE = "what the bake's network gave it";

export const IDENTITIES: readonly Identity[] = [
  {
    kind: "machine-id",
    severity: "fail",
    folder: "/etc",
    name: /^machine-id$/,
    // machine-id(5): anything else is one that the next boot makes.
    holds: /^[0-9a-f]{32}$/m,
    reset: "empty",
    what: "the id of the machine of the bake, from which journals, DHCP clients and network addresses take theirs",
  },
  {
    kind: "machine-id",
    severity: "fail",
    folder: "/var/lib/dbus",
    name: /^machine-id$/,
    holds: /^[0-9a-f]{32}$/m,
    reset: "remove",
    what: "D-Bus' own copy of the machine's id, which it makes again",
  },
  {
    kind: "random-seed",
    severity: "fail",
    folder: "/var/lib/systemd",
    name: /^random-seed$/,
    reset: "remove",
    what: SEED,
  },
  // systemd-boot's, on the EFI system partition, wherever that is mounted.
  ...["/boot/loader", "/boot/efi/loader", "/efi/loader"].map((folder): Identity => ({
    kind: "random-seed",
    severity: "fail",
    folder,
    name: /^random-seed$/,
    reset: "remove",
    what: SEED,
  })),
  {
    kind: "credential-secret",
    severity: "fail",
    folder: "/var/lib/systemd",
    name: /^credential\.secret$/,
    reset: "remove",
    what: "the key that systemd-creds encrypts with; what was encrypted with it in the bake can't be read without",
  },
  {
    kind: "network-manager-key",
    severity: "fail",
    folder: "/var/lib/NetworkManager",
    name: /^secret_key$/,
    reset: "remove",
    what: "the key from which NetworkManager makes stable addresses",
  },
  {
    kind: "network-lease",
    severity: "warn",
    folder: "/var/lib/NetworkManager",
    name: /\.lease$|^(?:timestamps|seen-bssids)$/,
    reset: "remove",
    what: LEASE,
  },
  ...["/var/lib/dhcp", "/var/lib/dhclient", "/var/lib/dhcpcd"].map((folder): Identity => ({
    kind: "network-lease",
    severity: "warn",
    folder,
    name: /\.leases?6?$/,
    holds: /\S/,
    reset: "remove",
    what: LEASE,
  })),
  {
    kind: "network-names",
    severity: "warn",
    folder: "/etc/udev/rules.d",
    name: /^7\d-persistent-net\.rules$/,
    reset: "remove",
    what: "udev's names for the network cards of the bake",
  },
  {
    kind: "instance-id",
    severity: "warn",
    folder: "/var/lib/parbake",
    name: /^instance\.json$/,
    reset: "remove",
    what: "which instance the bake ran on, by which the first boot takes itself for a copy of it",
  },
  {
    kind: "host-id",
    severity: "warn",
    folder: "/etc",
    name: /^hostid$/,
    reset: "remove",
    what: "the host id, by which ZFS tells whose a pool is",
  },
  {
    kind: "host-name",
    severity: "warn",
    folder: "/etc",
    name: /^hostname$/,
    // The two forms of EC2: by address, by instance id.
    holds: /^(?:ip-\d|i-[0-9a-f]{8})/,
    reset: "remove",
    what: "the name that EC2 gave to the machine of the bake",
  },
];
