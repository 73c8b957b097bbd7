// The same few secrets in the emulator and in moto, for the contract to speak of.

import {
  CreateSecretCommand,
  DeleteSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import type { WorldInput } from "../../../scripts/emulator/world.ts";
import { buildClientSettings, type ClientOverrides } from "./aws-clients.ts";
import type { Party } from "./contract.ts";
import { startEmulatorServer, startMoto, type RunningServer } from "./servers.ts";

export interface Account {
  readonly endpoint: string;
  readonly client: SecretsManagerClient;
  rotate(name: string, id: string, string: string): Promise<void>;
}

export const OLD_ID = "00000000-0000-4000-8000-00000000000a";
export const NEW_ID = "00000000-0000-4000-8000-00000000000b";
export const NEXT_ID = "00000000-0000-4000-8000-00000000000c";

export const MANAGED_NAME = "rds!db-0a1b2c3d-1111-2222-3333-444455556666";
/** With a byte order mark before it, and stored as binary. */
const MARKED_JSON = '\uFEFF{"password":"binär"}';

/** Both servers are told of these; the versions in the order in which they came. */
const SECRETS: NonNullable<WorldInput["secrets"]> = [
  {
    name: "prod/db",
    versions: [
      { id: OLD_ID, stages: ["AWSPREVIOUS"], string: '{"password":"old"}' },
      { id: NEW_ID, stages: ["AWSCURRENT"], string: '{"password":"new – ✓"}' },
    ],
  },
  { name: "prod/key", versions: [{ id: OLD_ID, stages: ["AWSCURRENT"], binaryBase64: "AAEC/w==" }] },
  // As RDS names the secret of an instance whose password it rotates itself.
  {
    name: MANAGED_NAME,
    versions: [{ id: OLD_ID, stages: ["AWSCURRENT"], string: '{"username":"postgres","password":"managed"}' }],
  },
  {
    name: "Prod/JSON",
    versions: [{ id: OLD_ID, stages: ["AWSCURRENT"], binaryBase64: Buffer.from(MARKED_JSON).toString("base64") }],
  },
  { name: "prod/turning", versions: [{ id: OLD_ID, stages: ["AWSCURRENT"], string: "one" }] },
  { name: "prod/gone", state: "deleted", versions: [{ id: OLD_ID, stages: ["AWSCURRENT"], string: "gone" }] },
];

export function connect(endpoint: string, overrides?: ClientOverrides): SecretsManagerClient {
  return new SecretsManagerClient(buildClientSettings(endpoint, overrides));
}

async function seedMoto({ endpoint }: RunningServer): Promise<Account> {
  const client = connect(endpoint);
  for (const { name, state, versions } of SECRETS) {
    const [first, ...later] = versions.map(({ id, string, binaryBase64 }) => ({
      ClientRequestToken: id,
      ...(string === undefined
        ? { SecretBinary: Buffer.from(binaryBase64 ?? "", "base64") }
        : { SecretString: string }),
    }));
    await client.send(new CreateSecretCommand({ Name: name, ...first }));
    for (const version of later) await client.send(new PutSecretValueCommand({ SecretId: name, ...version }));
    if (state === "deleted") await client.send(new DeleteSecretCommand({ SecretId: name }));
  }
  return {
    endpoint,
    client,
    async rotate(name, id, string) {
      await client.send(new PutSecretValueCommand({ SecretId: name, ClientRequestToken: id, SecretString: string }));
    },
  };
}

export const PARTIES: readonly Party<Account>[] = [
  {
    name: "emulator",
    start: () => startEmulatorServer({ secrets: SECRETS }),
    prepare: async ({ endpoint, emulator }) => ({
      endpoint,
      client: connect(endpoint),
      rotate: async (name, id, string) => void emulator?.setSecret(name, { id, string }),
    }),
  },
  { name: "moto", start: startMoto, prepare: seedMoto },
];
