// `parbake facts`: what is known of this machine. Needs no config; reads it, where there is one, for IMDS's policy only.

import { formatFacts } from "../cli/print/print-facts.ts";
import type { Ending } from "../ending.ts";
import { gatherExtras } from "../facts/gather-extras.ts";
import { tellOfSelf } from "../host/inputs/judge-programs.ts";
import { gatherHere, openImds, withCatalogue } from "./machine.ts";
import { tellImage } from "./note-image.ts";
import type { Session } from "./session.ts";

export async function runFacts(session: Session): Promise<Ending> {
  tellOfSelf(session.inputs);
  const { facts, ...others } = await collectFacts(session);
  if (session.options.json) session.emit({ schema: 1, ...facts, ...others });
  else session.say({ facts, ...others }, (known, paint) => formatFacts(known, paint));
  return "done";
}

type Known = Parameters<typeof formatFacts>[0];

export async function collectFacts(session: Session): Promise<Known> {
  const imds = await openImds(session);
  try {
    // On a laptop there is no IMDS, and `facts` is how to see that: what the hardware says is still worth showing.
    const [gathered, extras] = await Promise.all([gatherHere(session, imds, "optional"), gatherExtras()]);
    return { facts: withCatalogue(gathered), image: tellImage(session.options.root), extras };
  } finally {
    imds?.close();
  }
}
