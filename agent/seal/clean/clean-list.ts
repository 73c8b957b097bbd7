// What `seal --clean` removes: what a bake leaves behind and a first boot makes anew. Nothing that a person made. Pure.

type CleaningWay =
  /** With all that is in it. */
  | "remove"
  /** Stays, with its owner and mode: a daemon writes on. */
  | "empty"
  /** Rotated logs go, current ones are emptied. */
  | "logs"
  /** Only its lines that Packer wrote. */
  | "packer-keys";

export interface Cleaning {
  /** From the root; `*` stands for any part of a name, and no symlink is followed. */
  readonly paths: readonly string[];
  readonly way: CleaningWay;
  readonly why: string;
  /** Names that stay. */
  readonly except?: RegExp;
  /** Only where one of these is there: it makes anew what is removed. */
  readonly ifThere?: readonly string[];
}

const HOMES = ["root", "home/*"];
const inHomes = (...names: string[]): string[] => HOMES.flatMap((home) => names.map((name) => `${home}/${name}`));

export const CLEANINGS: readonly Cleaning[] = [
  {
    paths: inHomes(
      ".*_history",
      ".*-history",
      ".histfile",
      ".lesshst",
      ".viminfo",
      ".dbshell",
      ".local/share/fish/fish_history",
    ),
    way: "remove",
    why: "a history of the bake",
  },
  { paths: inHomes(".ssh/authorized_keys"), way: "packer-keys", why: "Packer's temporary key" },
  { paths: ["var/log/journal/*", "run/log/journal/*"], way: "remove", why: "the journal of the bake" },
  { paths: ["var/log"], way: "logs", why: "a log of the bake" },
  {
    paths: [
      "var/lib/cloud/instances/*",
      "var/lib/cloud/instance",
      "var/lib/cloud/data/*",
      "var/lib/cloud/sem/*",
      "run/cloud-init/*",
    ],
    way: "remove",
    why: "cloud-init's state of the machine of the bake",
  },
  {
    paths: ["var/lib/systemd/coredump/*", "var/lib/apport/coredump/*", "var/crash/*", "var/spool/abrt/*"],
    way: "remove",
    why: "the dump of a crash",
  },
  {
    paths: ["tmp/*", "tmp/.*", "var/tmp/*", "var/tmp/.*"],
    way: "remove",
    why: "a temporary file",
    // Of services that run.
    except: /^(?:systemd-private-.*|\.(?:X11|ICE|font|XIM|Test)-unix|snap-private-tmp)$/,
  },
  {
    paths: ["var/cache/apt/archives/*.deb", "var/cache/apt/archives/partial/*", "var/cache/dnf/*", "var/cache/yum/*"],
    way: "remove",
    why: "a package that is installed",
  },
  { paths: ["run/parbake/*"], way: "remove", why: "what a run of parbake left in the bake" },
  {
    paths: ["etc/ssh/ssh_host_*_key", "etc/ssh/ssh_host_*_key.pub"],
    way: "remove",
    why: "a host key, which the first boot makes anew",
    ifThere: [
      "usr/bin/cloud-init",
      "usr/lib/systemd/system/sshd-keygen@.service",
      "etc/systemd/system/ssh-host-keys.service",
      "etc/systemd/system/regenerate-ssh-host-keys.service",
    ],
  },
];
