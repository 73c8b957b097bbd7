// A Refusal for each way in which IMDS can fail a boot: what was found, and the fix. Pure; never quotes an answer's body.

import { type Problem, Refusal } from "../../refusal.ts";
import { ENDPOINT_BY_MODE } from "./imds-endpoint.ts";
import type { GaveUp } from "./imds-retry.ts";

const MODIFY = "aws ec2 modify-instance-metadata-options --instance-id ID";

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

function unavailable(what: string, fix: string): Refusal {
  return new Refusal("unavailable", { what, fix });
}

export function switchedOff(endpoint: URL): Refusal {
  return new NoImds(
    {
      what: `IMDS at ${endpoint.origin} answers 403: it is switched off for this instance`,
      fix: `Switch it on: ${MODIFY} --http-endpoint enabled.`,
    },
    "To tune from the hardware alone, set `imds: optional`.",
  );
}

export function v1Only(endpoint: URL, status: number): Refusal {
  return unavailable(
    `${endpoint.origin} answers ${status} to IMDSv2's request for a session token, so it speaks IMDSv1 at most`,
    "parbake never uses IMDSv1, which has no authentication. Check that the endpoint is EC2's own, with no proxy in front of it.",
  );
}

export function noToken(endpoint: URL, length: number): Refusal {
  return unavailable(
    `${endpoint.origin} answers the request for a session token with ${length} characters that are not a token`,
    "Something other than IMDS answers at that address: look for a proxy or a captive gateway.",
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
    `${endpoint.origin}${path} answers ${status}, which IMDS never does`,
    "Check AWS_EC2_METADATA_SERVICE_ENDPOINT, and look for a proxy in front of IMDS.",
  );
}

export function tooLarge(endpoint: URL, path: string, detail: string): Refusal {
  return unavailable(
    `${endpoint.origin}${path} answers with ${detail}`,
    "Nothing that parbake asks IMDS for is that long: check that the endpoint is IMDS.",
  );
}

export function gaveUp(endpoint: URL, path: string, { tries, last }: GaveUp, waitedMs: number): Refusal {
  const seconds = (waitedMs / 1000).toFixed(1);
  const ended = last ? `${tries} ${tries === 1 ? "try" : "tries"}, the last: ${last.detail}` : "no time left to try";
  const what = `IMDS (${endpoint.origin}${path}${nameVariable(endpoint)}) gave no answer in ${seconds} s (${ended})`;
  const problem = { what, fix: remedy(last?.trouble) };
  const isAbsent = last?.trouble === "refused" || last?.trouble === "unreachable";
  return isAbsent
    ? new NoImds(problem, "Anywhere else set `imds: optional`, or plan with --instance-type.")
    : new Refusal("unavailable", problem);
}

function nameVariable({ hostname }: URL): string {
  const isUsual = Object.values(ENDPOINT_BY_MODE).some((usual) => new URL(usual).hostname === hostname);
  return isUsual ? "" : ", by AWS_EC2_METADATA_SERVICE_ENDPOINT";
}

function remedy(trouble: NonNullable<GaveUp["last"]>["trouble"] | undefined): string {
  switch (trouble) {
    case "timeout":
      return `In a container, raise the hop limit (${MODIFY} --http-put-response-hop-limit 2); else look for a firewall rule or a route that keeps this machine from IMDS, or raise --deadline.`;
    case "refused":
    case "unreachable":
      return "On EC2 the network may not have been up yet: raise --deadline.";
    case "busy":
      return "IMDS is throttling or has a fault: look for a program that asks it all the time, then run parbake again.";
    case "reset":
    case "other":
      return "Check that the endpoint is IMDS and that no proxy is in front of it, then run parbake again.";
    case "interrupted":
    case "too-large":
    case "not-there":
    case undefined:
  }
  return "Raise --deadline, then run parbake again.";
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
