// The plan of a machine that IMDS has not described yet, for what the hardware alone decides: with stand-ins for the rest, as `check`
// renders the image in a bake.

import type { Image } from "../config/read/read-config.ts";
import { gatherFacts } from "../facts/gather-facts.ts";
import { withStandIns } from "../facts/stand-ins.ts";
import type { Plan } from "../plan/plan.ts";
import { wavesOf } from "../plan/waves.ts";
import { withTuned } from "./machine.ts";
import { buildFor } from "./make-plan.ts";
import type { Session } from "./session.ts";

/** Null: nothing can go first, or the image would be refused, which its own facts are to say. */
export async function planEarly(image: Image, session: Session): Promise<Plan | null> {
  const facts = await gatherFacts("optional", null, session);
  const profiles = image.config.apps.map(({ profile }) => profile);
  const built = buildFor(image, withTuned(withStandIns(facts), profiles, session.options.root));
  if (built.kind === "refused") return null;
  const isWorthIt = [...wavesOf(built.plan)].some(([{ kind }, wave]) => kind === "file" && wave === "hardware");
  return isWorthIt ? { ...built.plan, facts } : null;
}
