// All pages of one of EC2's lists, one at a time: no more than one is ever held.

import type { EC2Client } from "@aws-sdk/client-ec2";
import { Refusal } from "../../refusal.ts";
import { callService, refusalOf, type Checked } from "../calls/call-service.ts";
import type { Ec2Context } from "./client.ts";

/** Items are plain data: what JSON keeps as it is. */
export interface Listing<Item> {
  readonly region: string;
  readonly operation: string;
  readonly send: (client: EC2Client, token: string | undefined, options: SendOptions) => Promise<Page<Item>>;
}

interface SendOptions {
  readonly abortSignal: AbortSignal;
}

export interface Page<Item> {
  /** Undefined: whatever that answer was, it was not EC2's. Null is an item that is not as EC2 promises. */
  readonly items: readonly (Item | null)[] | undefined;
  readonly token: string | undefined;
}

/** @throws Refusal: denied, or no answer until the deadline */
export async function* readPages<Item>(listing: Listing<Item>, context: Ec2Context): AsyncGenerator<readonly Item[]> {
  const { region, operation } = listing;
  const subject = `${operation} in ${region}`;
  let token: string | undefined;
  do {
    const from = token;
    const send = async (client: EC2Client, options: SendOptions) =>
      checkPage(await listing.send(client, from, options));
    const outcome = await callService({ subject, region, operation, send }, context);
    if (outcome.kind === "failed") throw refusalOf(subject, outcome.failure);
    token = outcome.answer.token;
    if (token !== undefined && token === from) throw stuck(subject);
    yield outcome.answer.items;
  } while (token !== undefined);
}

interface WholePage<Item> {
  readonly items: readonly Item[];
  readonly token: string | undefined;
}

function checkPage<Item>({ items, token }: Page<Item>): Checked<WholePage<Item>> {
  // Where a captive portal answers, its page has no such list: that is no empty fleet.
  if (items === undefined) return { kind: "flaw", flaw: "gives an answer that is not EC2's" };
  const whole = items.filter((item): item is Item => item !== null);
  if (whole.length < items.length) return { kind: "flaw", flaw: "leaves out what EC2 always tells" };
  return { kind: "good", answer: { items: copy(whole), token: token === "" ? undefined : token } };
}

/** A text that V8 cuts out of an answer holds the whole answer, for as long as one name of it is kept. */
function copy<Item>(items: readonly Item[]): readonly Item[] {
  return JSON.parse(JSON.stringify(items)) as readonly Item[];
}

function stuck(subject: string): Refusal {
  const what = `${subject}: the list goes round in a circle`;
  return new Refusal("unavailable", { what, fix: "Look for a cache in between, and at AWS_ENDPOINT_URL_EC2." });
}
