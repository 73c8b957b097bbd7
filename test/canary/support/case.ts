// The shape of a case, as the tables have them, and the few words that they are written in.

import type { Fault, FaultAction } from "../../../scripts/emulator/faults.ts";
import type { SecretVersion } from "../../../scripts/emulator/world.ts";

type SecretInput = Pick<SecretVersion, "string"> | Pick<SecretVersion, "binaryBase64">;

export interface Case {
  readonly what: string;
  /** Shell commands on the machine, each with the status that it must end with; `rotate`: the secret gets another canary. */
  readonly does: readonly string[];
  /** Of the reason that a step fails for. */
  readonly says?: string;
  /** What the secret holds. Default: a JSON object whose `password` is the canary. */
  readonly secret?: (canary: string) => SecretInput;
  /** Name and text of the template of the file that prints the value. */
  readonly template?: readonly [name: string, text: string];
  /** Instead of `password`: the secret's keys. */
  readonly keys?: string;
  /** More keys in the config: of the file that prints the value, of a file that does not, of the config itself. */
  readonly app?: string;
  readonly plain?: string;
  readonly config?: string;
  readonly faults?: (canary: string) => readonly Fault[];
  /** Shell, on the machine, before the steps. */
  readonly before?: string;
  readonly after?: string;
  /** Of parbake, at every step. */
  readonly options?: string;
  /** It is refused before anything is fetched. Otherwise it must be fetched, or it is the wrong thing that goes wrong. */
  readonly isEarly?: true;
  /** Played at every log level and in every format, and not only at some. */
  readonly isWhole?: true;
}

type Match = Fault["match"];

export const FETCH: Match = { service: "secretsmanager", operation: "GetSecretValue" };
export const BATCH: Match = { service: "secretsmanager", operation: "BatchGetSecretValue" };
export const DESCRIBE: Match = { service: "secretsmanager", operation: "DescribeSecret" };
export const ROLE: Match = { service: "imds", path: "/latest/meta-data/iam/security-credentials/*" };

export function whole(string: string): SecretInput {
  return { string };
}

export function password(value: unknown): SecretInput {
  return whole(JSON.stringify({ password: value }));
}

export function binary(text: string, ...more: readonly number[]): SecretInput {
  return { binaryBase64: Buffer.concat([Buffer.from(text), Buffer.from(more)]).toString("base64") };
}

export function always(match: Match, action: FaultAction): Fault[] {
  return [{ match, do: action }];
}

export function once(match: Match, action: FaultAction): Fault[] {
  return [{ match, times: 1, do: action }];
}

export function answer(status: number, body: string, errorCode?: string): FaultAction {
  return { kind: "status", status, body, ...(errorCode === undefined ? {} : { errorCode }) };
}
