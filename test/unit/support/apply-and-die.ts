// Run by apply-plan.test.ts: applies a plan and kills itself right after the given number of swaps.

import { applyPlan } from "../../../agent/apply/apply-plan.ts";
import { fileStep, optionsFor, planOf } from "./scratch.ts";

const [root, swaps, text] = [process.argv[2]!, Number(process.argv[3]), process.argv[4]!];
const plan = planOf(...["a", "b", "c", "d"].map((name) => fileStep(`/etc/${name}`, text)));
let swapped = 0;
const log = () => {
  swapped++;
  if (swapped === swaps) process.kill(process.pid, "SIGKILL");
};
await applyPlan(plan, optionsFor(root, { log }));
