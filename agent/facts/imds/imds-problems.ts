// A Refusal for each answer of IMDS that no boot can use, and for none: what was found, and the fix. Never quotes an answer's body.

import { type Problem, Refusal } from "../../refusal.ts";
import { readAssetTag } from "../hardware/asset-tag.ts";

/** What ends a wait for IMDS, as imds-diagnosis.ts finds it. */
export interface Diagnosis extends Problem {
  /** The advice for a config that requires IMDS, where the machine may have none at all. */
  readonly alternative: string | null;
}

/** The machine may have no IMDS at all: `alternative` is the advice for a config that requires it. */
export class NoImds extends Refusal {
  readonly #problem: Problem;
  readonly #alternative: string;

  constructor(problem: Problem, alternative: string) {
    super("unavailable", problem);
    this.#problem = problem;
    this.#alternative = alternative;
  }

  withAlternative(): Refusal {
    const { what, fix } = this.#problem;
    return new Refusal("unavailable", { what, fix: `${fix} ${this.#alternative}` }, { cause: this.cause });
  }
}

/** Of the instance, for a command to be pasted. `ID` where the firmware does not tell it. */
export function ownId(): string {
  return readAssetTag("/") ?? "ID";
}

function unavailable(what: string, fix: string): Refusal {
  return new Refusal("unavailable", { what, fix });
}

/** @param by what came */
export function switchedOff(at: string, by = "403"): Refusal {
  return new NoImds(
    {
      what: `IMDS at ${at} answers ${by}: it is switched off for this instance`,
      fix: `Switch it on: aws ec2 modify-instance-metadata-options --instance-id ${ownId()} --http-endpoint enabled.`,
    },
    "To tune from the hardware alone, set `imds: optional`.",
  );
}

// No setting of parbake's can be meant: it uses no proxy for IMDS.
const FIND_PROXY =
  "Look for a rule that redirects the address (nft list ruleset, iptables -t nat -S), and for a proxy or a captive gateway behind it.";

export function inTheWay(endpoint: URL, status: number): Refusal {
  return unavailable(`a proxy answers for IMDS at ${endpoint.origin}: HTTP ${status}, with a Via header`, FIND_PROXY);
}

export function v1Only(endpoint: URL, status: number): Refusal {
  return unavailable(
    `${endpoint.origin} answers ${status} to IMDSv2's request for a session token, so it speaks IMDSv1 at most`,
    "parbake never uses IMDSv1, which has no authentication. Check that the endpoint is EC2's own, with no proxy in front of it.",
  );
}

export function noToken(endpoint: URL, length: number): Refusal {
  return unavailable(
    `${endpoint.origin} answers the request for a session token with ${length} characters that are not a token, so something other than IMDS is in the way`,
    FIND_PROXY,
  );
}

export function tokenRefused(endpoint: URL): Refusal {
  return unavailable(
    `IMDS at ${endpoint.origin} refuses (401) a session token that it has just issued`,
    "Look for a proxy or a load balancer in front of IMDS: a token is good only on the instance that fetched it.",
  );
}

export function unexpectedStatus(endpoint: URL, path: string, status: number): Refusal {
  return unavailable(
    `${endpoint.origin}${path} answers ${status}, which IMDS never does: something else is in the way`,
    `Check AWS_EC2_METADATA_SERVICE_ENDPOINT. ${FIND_PROXY}`,
  );
}

export function tooLarge(endpoint: URL, path: string, detail: string): Refusal {
  return unavailable(
    `${endpoint.origin}${path} answers with ${detail}`,
    "Nothing that parbake asks IMDS for is that long: check that the endpoint is IMDS.",
  );
}

export function gaveUp({ alternative, ...problem }: Diagnosis): Refusal {
  return alternative === null ? new Refusal("unavailable", problem) : new NoImds(problem, alternative);
}

/** Text from outside, fit for a message: short, quoted, printable. */
export function showValue(text: string): string {
  const start = text.slice(0, 60);
  // JSON escapes control characters; whatever else a terminal might act on is replaced.
  const quoted = JSON.stringify(start).replace(/[^\x20-\x7e]/gu, "?");
  return start.length < text.length ? `${quoted} and ${text.length - start.length} characters more` : quoted;
}

/** All the values that are not what their place in IMDS holds. */
export function refuseValues(problems: readonly Problem[]): Refusal {
  return new Refusal("unavailable", problems);
}
