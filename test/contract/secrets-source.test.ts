// Our own reading of Secrets Manager, held to giving the same values and refusals whoever wrote the server.

import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { createSecretsSource } from "../../agent/aws/secrets-manager.ts";
import { startDeadline } from "../../agent/deadline.ts";
import type { SecretStep } from "../../agent/plan/plan.ts";
import { Refusal } from "../../agent/refusal.ts";
import { buildClientSettings } from "./aws-clients.ts";
import { describeContract, type Clause, type Party } from "./contract.ts";
import { startEmulatorServer, startMoto } from "./servers.ts";

const TEXT = '{"password":"grün & \\"quoted\\"","port":5432}';

const PARTIES: readonly Party<string>[] = [
  {
    name: "emulator",
    start: () =>
      startEmulatorServer({
        secrets: [
          { name: "prod/db", versions: [{ string: TEXT }] },
          { name: "prod/key", versions: [{ binaryBase64: "AAEC/w==" }] },
        ],
      }),
    prepare: async ({ endpoint }) => endpoint,
  },
  {
    name: "moto",
    start: startMoto,
    async prepare({ endpoint }) {
      const client = new SecretsManagerClient(buildClientSettings(endpoint));
      await client.send(new CreateSecretCommand({ Name: "prod/db", SecretString: TEXT }));
      await client.send(new CreateSecretCommand({ Name: "prod/key", SecretBinary: Buffer.from("AAEC/w==", "base64") }));
      return endpoint;
    },
  },
];

/** The key's bytes as hex, or the code of the refusal. */
async function fetchKey(endpoint: string, id: string, key: string): Promise<string> {
  const owner = { owner: "root", group: null, mode: 0o400 };
  const step: SecretStep = { kind: "secret", name: "db", id, region: null, keys: [{ key, path: null, ...owner }] };
  const { credentials } = buildClientSettings(endpoint);
  const source = createSecretsSource({
    region: "eu-west-1",
    fetchCredentials: async () => credentials,
    settings: { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false },
    deadline: startDeadline(10_000),
    log: () => {},
  });
  try {
    return (await source.fetchSecret(step)).values.get(key)?.reveal().toString("hex") ?? "no such key";
  } catch (error) {
    if (error instanceof Refusal) return `refused: ${error.code}`;
    throw error;
  } finally {
    source.close();
  }
}

const CLAUSES: readonly Clause<string>[] = [
  {
    title: "takes one key out of a JSON secret",
    observe: (endpoint) => fetchKey(endpoint, "prod/db", "password"),
    expected: Buffer.from('grün & "quoted"').toString("hex"),
  },
  {
    title: "takes a binary secret whole",
    observe: (endpoint) => fetchKey(endpoint, "prod/key", "."),
    expected: "000102ff",
  },
  {
    title: "refuses a secret that is not there and a key that it lacks",
    observe: async (endpoint) => [
      await fetchKey(endpoint, "prod/nope", "password"),
      await fetchKey(endpoint, "prod/db", "nope"),
    ],
    expected: ["refused: data", "refused: data"],
  },
];

describeContract("our Secrets Manager source", PARTIES, CLAUSES);
