// What a bake, or a boot of the machine that was baked, leaves behind. Pure.

import { isPlaceholder } from "../rules/token-forms.ts";
import { anything, lineOf, WHOLE, wholeIf, type KnownPlace } from "./place.ts";

const CLEAN = "Run `parbake seal --clean`, which removes it.";

export const BAKE_PLACES: readonly KnownPlace[] = [
  {
    id: "shell-history",
    severity: "fail",
    path: /(?:^|\/)(?:\.(?:bash|zsh|ash|sh|ksh|tcsh)?_?history(?:[.~-][^/]*)?|\.histfile|\.local\/share\/fish\/fish_history)$/,
    holds: anything,
    what: "the history of a shell: commands as they were typed, with what was typed into them",
    fix: CLEAN,
  },
  {
    id: "client-history",
    severity: "fail",
    path: /(?:^|\/)\.(?:psql_history|mysql_history|mariadb_history|sqlite_history|python_history|node_repl_history|irb_history|irb-history|pry_history|rediscli_history|valkeycli_history|dbshell|mongosh\/.*_history|scala_history|lesshst|viminfo|php_history|gdb_history)$|(?:^|\/)\.(?:ipython\/.*history\.sqlite|local\/share\/nano\/search_history|local\/state\/(?:less|python)history?)$/,
    holds: anything,
    what: "the history of a client: statements as they were typed, passwords too",
    fix: CLEAN,
  },
  {
    id: "cloud-init-data",
    severity: "fail",
    path: /^(?:var\/lib\/cloud\/instances\/[^/]+\/(?:user-data|vendor-data|cloud-config|obj\.pkl|datasource|scripts\/.+|network-config)|run\/cloud-init\/(?:.*instance-data.*\.json|combined-cloud-config\.json|cloud\.cfg))/,
    holds: anything,
    what: "what cloud-init got for the machine of the bake: its user data, its instance data",
    fix: "Run `parbake seal --clean`, or `cloud-init clean --logs`.",
  },
  {
    id: "cloud-config-password",
    severity: "fail",
    path: /^(?:etc\/cloud\/cloud\.cfg(?:\.d\/.+)?|var\/lib\/cloud\/seed\/.+)$/,
    // `chpasswd: { list: … }` has a line `NAME:PASSWORD` for each account.
    holds: lineOf(
      /(?:^|[\s{,])(?:password|passwd|hashed_passwd|plain_text_passwd):\s+["']?([^\s"',}]{4,})|^\s+[a-z_][\w-]*:([^\s:/][^\s:]{3,})$/,
      (text) => !isPlaceholder(text) && !/^(?:R|RANDOM)$/.test(text),
    ),
    what: "a password that cloud-init gives to an account of every instance",
    fix: "Remove it: an instance gets its accounts' keys at launch.",
  },
  {
    id: "cloud-init-log",
    severity: "warn",
    path: /^var\/log\/cloud-init(?:-output)?\.log/,
    holds: anything,
    what: "what the user data of the bake printed",
    fix: CLEAN,
  },
  {
    id: "persistent-journal",
    severity: "warn",
    path: /^(?:var|run)\/log\/journal\/.+\.journal~?$/,
    holds: anything,
    what: "the journal of the bake, long messages of which are compressed and cannot be searched",
    fix: CLEAN,
  },
  {
    id: "installer-password",
    severity: "fail",
    path: /(?:^|\/)(?:anaconda-ks|original-ks|ks)\.cfg$|^var\/log\/installer\/.+|^var\/log\/anaconda\/.+|(?:^|\/)preseed\.cfg$|^autoinst\.xml$/,
    holds: lineOf(
      /(?:rootpw\s+(?:--\w+\s+)*|user\s.*--password=|passwd\/(?:root|user)-password(?:-crypted|-again)?\s+\S+\s+|password:\s*)["']?([^\s"'-][^\s"']{3,})/,
      (text) => !isPlaceholder(text),
    ),
    what: "a password that the installer was given",
    fix: "Remove the installer's files.",
  },
  {
    id: "debconf-password",
    severity: "fail",
    path: /^var\/cache\/debconf\/passwords\.dat(?:-old)?$/,
    holds: lineOf(/^Value: (\S+)/, () => true),
    what: "a password that a package asked for when it was installed",
    fix: "Forget it: `echo RESET QUESTION | debconf-communicate PACKAGE`.",
  },
  {
    id: "core-dump",
    severity: "fail",
    path: /^var\/lib\/(?:systemd\/coredump|apport\/coredump)\/.+|^var\/(?:crash|spool\/abrt)\/.+|(?:^|\/)(?:core|core\.\d+|vgcore\.\d+|hs_err_pid\d+\.log|java_pid\d+\.hprof|.+\.hprof)$/,
    holds: isCore,
    what: "the memory of a program that crashed, with all that it knew",
    fix: CLEAN,
  },
  {
    id: "swap-file",
    severity: "fail",
    path: /(?:^|\/)(?:swapfile|swap\.img|swap|[^/]*swap[^/]*|hiberfil\.sys)\d*$/,
    holds: (head) => (head.toString("latin1", 4_086, 4_096) === "SWAPSPACE2" ? WHOLE : null),
    what: "a swap file: memory of the bake, as it was paged out",
    fix: "Run `swapoff` and remove it; make it at the first boot.",
  },
  {
    id: "parbake-secrets",
    severity: "fail",
    path: /^run\/parbake\/secrets\/.+/,
    holds: anything,
    what: "a secret that parbake fetched in the bake",
    fix: "Run `parbake seal --clean`; a bake runs `parbake apply --dry-run`, which fetches nothing.",
  },
  {
    id: "parbake-state",
    severity: "warn",
    path: /^(?:run|var\/lib)\/parbake\/(?!secrets\/)(?!.*bake\.json$)(?!install\.json$).+/,
    holds: anything,
    what: "what parbake remembers of a run in the bake, which no instance has had",
    fix: "Remove it; a bake runs `parbake apply --dry-run`, which leaves nothing.",
  },
  {
    id: "packer-remains",
    severity: "fail",
    path: /^tmp\/(?:packer-.+|script_\d+\.sh|packer-shell\d+)$/,
    holds: anything,
    what: "a script or file of Packer's, with the variables that it was given",
    fix: CLEAN,
  },
  {
    id: "cached-sudo",
    severity: "warn",
    path: /^(?:var|run)\/(?:lib|run)?\/?sudo\/ts\/.+|(?:^|\/)\.ICEauthority$|(?:^|\/)\.Xauthority$/,
    holds: anything,
    what: "a session of the bake",
    fix: "Remove it.",
  },
];

/** An ELF file of the type ET_CORE, a compressed one of systemd's, or what a JVM writes of its memory. */
function isCore(head: Buffer): ReturnType<KnownPlace["holds"]> {
  const isElf = head.toString("latin1", 0, 4) === "\x7fELF";
  if (isElf) return head.readUInt16LE(16) === 4 ? WHOLE : null;
  const isCompressed = [0xfd2fb528, 0x184d2204, 0x587a37fd].includes(head.length >= 4 ? head.readUInt32LE(0) : 0);
  return isCompressed
    ? WHOLE
    : wholeIf(/^JAVA PROFILE|^# A fatal error has been detected|^ProblemType: /m)(head.subarray(0, 4_096));
}
