// What Secrets Manager and IMDS can answer, with the value in every place where an answer has words.

import type { Rule } from "../../../agent/aws/calls/rule.ts";
import { API_POLICY } from "../../../agent/aws/secrets-manager/error-rules.ts";
import { EXIT_STATUS } from "../../../agent/refusal.ts";
import { always, answer, BATCH, DESCRIBE, FETCH, once, ROLE, type Case } from "./case.ts";

// Longer than it takes to come to the fetch, on a busy machine too.
const SOON = { options: "--deadline 2s" };
const IN_BATCHES = { config: "aws: { batch: true }" };

/** Each error by each of its names, with a message that quotes the value. */
const ERRORS: readonly Case[] = API_POLICY.flatMap((rule) => rule.names.map((name) => sayError(name, rule)));

function sayError(name: string, { kind, code }: Rule): Case {
  const fault = (canary: string) =>
    answer(400, JSON.stringify({ __type: name, Message: canary, message: canary }), name);
  if (kind === "fatal")
    return {
      what: name,
      does: [`${EXIT_STATUS[code]}: parbake apply`],
      faults: (canary) => always(FETCH, fault(canary)),
    };
  return {
    what: `${name}, once`,
    does: ["0: parbake apply"],
    faults: (canary) => once(FETCH, fault(canary)),
  };
}

const FAILED = ["69: parbake apply"];
const RECOVERS = ["0: parbake apply"];

// One line each, so that a case is read and added as a row.
// oxfmt-ignore
const ANSWERS: readonly Case[] = [
  { what: "an error that no table knows", isWhole: true, does: FAILED, faults: (canary) => always(FETCH, answer(418, canary, "TeapotException")) },
  { what: "an error whose name is the value", does: FAILED, faults: (canary) => always(FETCH, answer(418, "", encodeURIComponent(canary))) },
  { what: "an error in a page", does: FAILED, faults: (canary) => always(FETCH, answer(404, `<html>${canary}`)) },
  { what: "a fault of AWS's own", does: FAILED, ...SOON, faults: (canary) => always(FETCH, answer(500, canary)) },
  { what: "an answer that breaks off in the value", does: FAILED, ...SOON, faults: (canary) => always(FETCH, answer(200, `{"SecretString":"${canary}`)) },
  { what: "an answer that is the bare value", does: FAILED, ...SOON, faults: (canary) => always(FETCH, answer(200, canary)) },
  { what: "an answer whose value is an object", does: FAILED, ...SOON, faults: (canary) => always(FETCH, answer(200, JSON.stringify({ SecretString: { a: canary } }))) },
  { what: "an answer without a value", does: FAILED, ...SOON, faults: (canary) => always(FETCH, answer(200, JSON.stringify({ Name: canary }))) },
  { what: "bytes that are no base64", does: FAILED, ...SOON, faults: (canary) => always(FETCH, answer(200, JSON.stringify({ SecretBinary: `!${canary}` }))) },
  { what: "no answer", does: FAILED, ...SOON, faults: () => always(FETCH, { kind: "hang" }) },
  { what: "a connection that is reset", does: RECOVERS, faults: () => once(FETCH, { kind: "reset" }) },
  { what: "bytes that are no HTTP", does: RECOVERS, faults: () => once(FETCH, { kind: "garbage", as: "http" }) },
  { what: "an answer that breaks off", does: RECOVERS, faults: () => once(FETCH, { kind: "garbage", as: "truncated" }) },
  { what: "an answer of megabytes", does: RECOVERS, faults: () => once(FETCH, { kind: "oversized", bytes: 4_000_000 }) },
  { what: "a batch that is denied", does: RECOVERS, ...IN_BATCHES, faults: (canary) => always(BATCH, answer(400, JSON.stringify({ message: canary }), "AccessDeniedException")) },
  { what: "a secret that is denied in a batch", does: ["77: parbake apply"], ...IN_BATCHES, faults: (canary) => always(BATCH, answer(200, JSON.stringify({ SecretValues: [], Errors: [{ SecretId: "prod/db", ErrorCode: "AccessDeniedException", Message: canary }] }))) },
  { what: "a batch with another secret", does: FAILED, ...IN_BATCHES, faults: (canary) => always(BATCH, answer(200, JSON.stringify({ SecretValues: [{ Name: canary, SecretString: canary }], Errors: [] }))) },
  { what: "descriptions that are denied", does: [...RECOVERS, "77: parbake plan --check-access"], faults: (canary) => always(DESCRIBE, answer(400, JSON.stringify({ message: canary }), "AccessDeniedException")) },
  { what: "credentials of the role that are no JSON", does: FAILED, isEarly: true, faults: (canary) => always(ROLE, answer(200, `{"Code":"Success","SecretAccessKey":"${canary}`)) },
  { what: "a role whose name is the value", does: FAILED, isEarly: true, faults: (canary) => always({ ...ROLE, path: "/latest/meta-data/iam/security-credentials/" }, answer(200, canary)) },
  { what: "credentials whose code is the value", does: FAILED, isEarly: true, ...SOON, faults: (canary) => always(ROLE, answer(200, JSON.stringify({ Code: canary }))) },
];

export const SERVICE_CASES: readonly Case[] = [...ERRORS, ...ANSWERS];
