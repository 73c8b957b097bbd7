// What a run can come to once it has the value: programs that refuse a file or fail, disks without room, files that were
// changed by hand, another value, another template; and every command that inspects the machine afterwards.

import { FETCH, type Case } from "./case.ts";

const APPLY = "0: parbake apply";
const LOOKS = [
  "0: parbake status",
  "0: parbake status --json",
  "0: parbake plan",
  "0: parbake plan --diff",
  "0: parbake plan --json",
  "0: parbake plan --check-access",
  "0: parbake plan --check-access --json",
  "0: parbake facts --json",
  "0: parbake explain web --json",
  "0: parbake check",
];
const SECRET_FILE = "/run/parbake/secrets/db/password";
const QUICK = { options: "--deadline 4s" };
const ROTATED = [APPLY, "rotate"];

// oxfmt-ignore
export const RUN_CASES: readonly Case[] = [
  { what: "a good run", isWhole: true, does: [APPLY] },
  { what: "good runs, and every look at the machine", does: [APPLY, ...LOOKS, APPLY, "0: parbake apply --force", "0: parbake apply --only secrets", "0: parbake apply --json"] },
  { what: "Node's own tracing", does: ["0: NODE_DEBUG=* NODE_DEBUG_NATIVE=* NODE_OPTIONS='--inspect --trace-warnings' parbake apply"] },
  { what: "a validator that echoes its file", isWhole: true, does: ["65: parbake apply", "2: parbake status"], app: 'validate: [ /usr/local/sbin/echoes, "{}" ]' },
  { what: "a validator that hangs after it has echoed its file", does: ["65: parbake apply"], ...QUICK, app: 'validate: [ /usr/local/sbin/hangs, "{}" ]' },
  { what: "a validator that dies of a signal", does: ["65: parbake apply"], app: 'validate: [ /usr/local/sbin/dies, "{}" ]' },
  { what: "a validator that is not there", does: ["65: parbake apply"], app: 'validate: [ /usr/local/sbin/absent, "{}" ]' },
  { what: "a validator of a plain file that echoes a secret", does: [APPLY, "0: rm /run/ok; echo more >>/etc/parbake/templates/plain.conf.hbs", "65: parbake apply"], before: "touch /run/ok", plain: `validate: [ /usr/local/sbin/echoes, ${SECRET_FILE} ]` },
  { what: "a unit that cannot be reloaded", does: ["71: parbake apply"], app: "onChange: { reload: app.service }", before: "touch /run/refuse-reload" },
  { what: "a unit that cannot be reloaded with the second value", does: [...ROTATED, "0: touch /run/refuse-reload", "71: parbake apply", "0: parbake plan --json"], app: "onChange: { reload: app.service }" },
  { what: "a health check that echoes its file", does: ["65: parbake apply"], app: `healthCheck: [ /usr/local/sbin/echoes, /run/parbake/secrets/app/app.json ]` },
  { what: "a health check of a plain file that echoes a secret", does: ["65: parbake apply"], plain: `healthCheck: [ /usr/local/sbin/echoes, ${SECRET_FILE} ]` },
  { what: "a health check that hangs", does: ["71: parbake apply"], ...QUICK, app: `healthCheck: [ /usr/local/sbin/hangs, ${SECRET_FILE} ]` },
  { what: "a rollback to the first value", does: [APPLY, "0: rm -f /run/ok", "rotate", "65: parbake apply", "2: parbake status --json", "0: touch /run/ok", APPLY], before: "touch /run/ok", app: `healthCheck: [ /usr/local/sbin/echoes, ${SECRET_FILE} ]` },
  { what: "a rotation", does: [...ROTATED, "0: parbake plan --diff", "0: parbake plan --json", APPLY, "0: parbake status --json", "0: parbake plan --json"] },
  { what: "the version before beside the current one", does: [...ROTATED, APPLY, "0: parbake plan --json"], keys: "password: { file: db/password, previous: { file: db/old } }" },
  { what: "no room for the secrets", does: ["73: parbake apply"], before: "mount -t tmpfs -o noswap,size=8k,mode=0711 none /run/parbake/secrets", after: "umount /run/parbake/secrets" },
  { what: "no inode for the secrets", does: ["73: parbake apply"], before: "mount -t tmpfs -o noswap,nr_inodes=4,mode=0711 none /run/parbake/secrets", after: "umount /run/parbake/secrets" },
  { what: "a secrets folder on a disk", isEarly: true, does: ["73: parbake apply"], before: "mount --bind /var/tmp /run/parbake/secrets; touch /var/tmp/file", after: "umount /run/parbake/secrets; rm /var/tmp/file" },
  { what: "a secrets folder on a disk that memory is mounted over", does: [APPLY], before: "mount --bind /var/tmp /run/parbake/secrets", after: "umount /run/parbake/secrets; umount /run/parbake/secrets" },
  { what: "no room for the state", does: ["73: parbake apply"], before: "mkdir -p /var/lib/parbake; mount -t tmpfs -o size=4k,nr_inodes=2,mode=0755 none /var/lib/parbake", after: "umount /var/lib/parbake" },
  { what: "a plain file that was changed by hand", does: [APPLY, "0: echo edited >>/etc/app/plain.conf", "2: parbake status --json", "0: parbake plan --diff", APPLY] },
  { what: "a secret that was changed by hand", does: [APPLY, `0: echo >>${SECRET_FILE}`, "0: parbake plan --diff", "0: parbake apply --force"] },
  { what: "a secret that was removed by hand", does: [APPLY, `0: rm $(readlink -f ${SECRET_FILE})`, "2: parbake status --json", APPLY] },
  { what: "a template that prints the value no more", does: [APPLY, "0: echo '{\"a\": 1}' >/etc/parbake/templates/app.json.hbs", "0: parbake plan --diff", "0: parbake plan --json", APPLY] },
  { what: "a plain file where a secret was", does: [APPLY, "0: sed -i 's|/etc/app/plain.conf|/run/parbake/secrets/db/password|; s|file: db/password|file: db/new|' /etc/parbake/parbake.yaml", "0: parbake plan --diff", "0: parbake plan --json", APPLY] },
  { what: "another secrets folder, and a plain file in the old one", does: [APPLY, "0: mkdir -p /run/other; mount -t tmpfs -o mode=0711 none /run/other; sed -i 's|/run/parbake/secrets/app|/run/other/app|; s|/etc/app/plain.conf|/run/parbake/secrets/app/app.json|; 1i secretsFolder: /run/other' /etc/parbake/parbake.yaml", "78: parbake plan --diff", "78: parbake plan --json"], after: "umount /run/other" },
  { what: "a secret that is declared no more", does: [APPLY, "0: sed -i '/^secrets:/d; /app.json/d' /etc/parbake/parbake.yaml; echo >/etc/parbake/templates/plain.conf.hbs", "0: parbake plan --diff", APPLY, "0: parbake status --json"] },
  { what: "a saved plan", does: ["0: parbake plan --json >/var/plan.json", "0: parbake apply --plan /var/plan.json", "73: parbake apply --plan /var/plan.json"] },
  { what: "a saved plan after a rotation", does: [...ROTATED, "0: parbake plan --json >/var/plan.json", "0: parbake apply --plan /var/plan.json"] },
  { what: "a second run while one waits", does: ["0: parbake.real apply & sleep 0.1; parbake apply || true; wait"], faults: () => [{ match: FETCH, do: { kind: "delay", ms: 300 } }] },
];
