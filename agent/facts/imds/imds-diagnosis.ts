// Why IMDS gave no answer until time was up, by how the last tries ended: one cause and its remedy, as TROUBLESHOOTING.md lists them.
// Loaded only then. Asks nobody.

import { isIPv6 } from "node:net";
import { hostOf, isUsual } from "./imds-endpoint.ts";
import { ownId, type Diagnosis } from "./imds-problems.ts";
import type { Again } from "./imds-retry.ts";

/** How one of IMDS's addresses behaved. */
interface Fate {
  /** Null: it is systemd-imdsd that was asked. */
  readonly endpoint: URL | null;
  /** Null: there was no time for a whole try. */
  readonly last: Again | null;
}

interface Silence {
  readonly fates: readonly Fate[];
  readonly path: string;
  readonly tries: number;
  readonly waitedMs: number;
}

interface Cause {
  readonly holds: (silence: Silence) => boolean;
  readonly name: string;
  readonly fix: string;
  /** The machine may be none of EC2's. */
  readonly mayHaveNone: boolean;
}

type Kind = Again["trouble"];

const MODIFY = "aws ec2 modify-instance-metadata-options --instance-id ID --http-endpoint enabled";
const LIST_RULES = "nft list ruleset, iptables -S";
const FIND_RULE = `Look for the rule (${LIST_RULES}) or the route (ip route get 169.254.169.254), and let root through.`;
const FIND_ASKER =
  "Look for the program that asks it all the time (ss -tnp dst 169.254.169.254), then run parbake again.";

// The first that holds is told.
export const CAUSES: readonly Cause[] = [
  {
    holds: some("busy"),
    name: "IMDS is throttling this instance, or has a fault",
    fix: FIND_ASKER,
    mayHaveNone: false,
  },
  {
    holds: (silence) => some("silent")(silence) && silence.path.endsWith("/api/token"),
    name: "IMDS takes the connection, but its answer to the request for a token never arrives, as where a container or another network namespace is further away than IMDS's hop limit",
    fix: `Raise it: ${MODIFY} --http-put-response-hop-limit 2. On the instance itself, look for a rule that drops what IMDS answers (${LIST_RULES}).`,
    mayHaveNone: false,
  },
  {
    holds: (silence) => some("rejected", "lost", "unreachable")(silence) && silence.fates.some(isOther),
    name: "nothing answers where AWS_EC2_METADATA_SERVICE_ENDPOINT says that IMDS is",
    fix: "Start what should listen there, or unset the variable, here or in /etc/parbake/environment, to ask EC2's own address.",
    mayHaveNone: true,
  },
  {
    holds: some("forbidden"),
    name: "this machine forbids direct connections to IMDS",
    fix: `Where systemd-imdsd keeps it locked (systemd.imds.network=locked), let it answer: systemctl enable --now systemd-imdsd.socket. Else look for the route or rule: ip route get 169.254.169.254, ${LIST_RULES}, IPAddressDeny= of the unit.`,
    mayHaveNone: false,
  },
  {
    holds: ({ fates }) => every(fates, 4, "unreachable") && every(fates, 6, "lost", "rejected"),
    name: "this instance has IPv6 alone, and IMDS does not answer there: its IPv6 endpoint is not enabled",
    fix: `Enable it: ${MODIFY} --http-protocol-ipv6 enabled.`,
    mayHaveNone: true,
  },
  {
    holds: some("daemon"),
    name: "systemd-imdsd, to which this machine keeps IMDS, does not give it",
    fix: "Look at journalctl -u 'systemd-imdsd@*' and at what systemd-imds prints; systemd.imds.network=unlocked on the kernel's command line lets parbake ask directly.",
    mayHaveNone: false,
  },
  {
    holds: some("empty"),
    name: "IMDS answers with nothing, as it does where it is asked too often",
    fix: FIND_ASKER,
    mayHaveNone: false,
  },
  {
    holds: some("reset", "silent", "other"),
    name: "what answers for IMDS breaks off, never ends, or speaks no HTTP",
    fix: `Check that the endpoint is IMDS, and that no proxy or rule is in front of it (${LIST_RULES}), then run parbake again.`,
    mayHaveNone: false,
  },
  {
    holds: some("rejected"),
    name: "a firewall or a route rejects connections to IMDS",
    fix: FIND_RULE,
    mayHaveNone: true,
  },
  {
    holds: some("lost"),
    name: "what is sent to IMDS gets lost: a firewall drops it, or a route leads elsewhere",
    fix: FIND_RULE,
    mayHaveNone: true,
  },
  {
    holds: ({ fates }) => fates.every(({ last }) => last?.trouble === "unreachable"),
    name: "the network never came up",
    fix: "Look at ip address, ip route and the network's own log (journalctl -u systemd-networkd -u NetworkManager); if it comes later than this, raise --deadline.",
    mayHaveNone: true,
  },
  {
    holds: () => true,
    name: "there was no time for IMDS",
    fix: "Raise --deadline, then run parbake again.",
    mayHaveNone: false,
  },
];

export function diagnose(silence: Silence): Diagnosis {
  const { name, fix, mayHaveNone } = CAUSES.find(({ holds }) => holds(silence))!;
  const seconds = (silence.waitedMs / 1000).toFixed(1);
  const tries = silence.tries === 1 ? "1 try" : `${silence.tries} tries`;
  return {
    what: `${name}: IMDS gave no answer in ${seconds} s (${tries}; ${silence.fates.map((fate) => show(fate, silence.path)).join("; ")})`,
    fix: fix.replace("--instance-id ID", `--instance-id ${ownId()}`),
    alternative: mayHaveNone ? "Elsewhere than on EC2 set `imds: optional`, or plan with --instance-type." : null,
  };
}

function show({ endpoint, last }: Fate, path: string): string {
  return `${endpoint?.origin ?? ""}${path}: ${last?.detail ?? "not asked"}`;
}

function isOther({ endpoint }: Fate): boolean {
  return endpoint !== null && !isUsual(endpoint);
}

function some(...kinds: readonly Kind[]): Cause["holds"] {
  return ({ fates }) => fates.some(({ last }) => last !== null && kinds.includes(last.trouble));
}

/** Of those of the family, of which there are some. */
function every(fates: readonly Fate[], family: 4 | 6, ...kinds: readonly Kind[]): boolean {
  const members = fates.filter(({ endpoint }) => endpoint !== null && isIPv6(hostOf(endpoint)) === (family === 6));
  return members.length > 0 && members.every(({ last }) => last !== null && kinds.includes(last.trouble));
}
