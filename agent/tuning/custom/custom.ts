// Tunes any app by its operator's expressions over its share and its machine. `checkOptions` refuses what could fail.

import { formatSize } from "../../formats/size-forms.ts";
import { bytes, count, text } from "../profile/build-setting.ts";
import type { Inputs, Profile, Setting } from "../profile/profile.ts";
import { checkOptions } from "./custom-check.ts";
import { evaluate, type Fact, type Names, namesIn } from "./custom-evaluate.ts";
import { LEAST_BYTES, nameMachine } from "./custom-machine.ts";
import { accountOf, leastOf, parseSettings } from "./custom-options.ts";
import { type Outcome, settle } from "./custom-range.ts";
import type { CustomSetting } from "./custom-setting.ts";
import type { Expression } from "./custom-syntax.ts";

export const custom: Profile = {
  name: "custom",
  about: "any app: each option is a setting, as an expression such as memoryBytes * 60% or max(2, vcpus - 1)",
  options: {
    floor: {
      kind: "size",
      default: null,
      min: LEAST_BYTES,
      about: "the least memory that the app can run in; expressions count on it. It is not a setting",
    },
  },
  anyOption: {
    kind: "text",
    default: null,
    about:
      "an expression of numbers, sizes (512MiB), per cent, texts in quotes, memoryBytes, vcpus, cores, earlier settings and " +
      "functions: CUSTOM.md has the language, and examples",
  },
  takesMemory: true,
  usualWeight: 1,
  useful: () => ({}),
  ladder: [],
  toShrink: "lower the sizes of its expressions, or write uncounted(…) around one that takes no memory of its own",
  floorBytes(options) {
    const account = accountOf(options);
    return account.kind === "fits" ? account.leastBytes : leastOf(options);
  },
  capBytes: () => Infinity,
  checkOptions,
  tune(allotment, options) {
    const names = nameMachine(allotment);
    const settings: Record<string, Setting> = {};
    let leftBytes = allotment.memoryBytes;
    for (const setting of parseSettings(options)) {
      const tuned = tuneOne(setting, names, leftBytes);
      settings[setting.name] = tuned;
      names.set(setting.name, valueOf(tuned));
      if (tuned.unit === "bytes" && setting.isCounted) leftBytes -= Number(tuned.value);
    }
    return settings;
  },
};

/** @param leftBytes what earlier settings leave of the share */
function tuneOne({ expression, source, form, isCounted }: CustomSetting, names: Names, leftBytes: number): Setting {
  const outcome = settle(evaluate(expression, names));
  const why = { formula: source.trim(), inputs: inputsOf(expression, names), source: "the operator's expression" };
  if (outcome.dimension === "text") return text(outcome.texts[0], why);
  if (outcome.dimension !== "size") return count(outcome.low, why);
  const value = Math.max(0, isCounted ? Math.min(outcome.low, leftBytes) : outcome.low);
  const written = (form === null ? null : formatSize(value, form)) ?? String(value);
  if (value === outcome.low) return bytes(value, written, why);
  return bytes(value, written, {
    ...why,
    boundBy: "share",
    note: "the expression gives more than the app has left, or less than nothing",
  });
}

function valueOf({ value, unit }: Setting): Outcome {
  if (unit === "text") return { dimension: "text", texts: [String(value)] };
  const number = Number(value);
  return { low: number, high: number, dimension: unit === "bytes" ? "size" : "number" };
}

function inputsOf(expression: Expression, names: Names): Inputs {
  return Object.fromEntries(
    namesIn(expression).flatMap((name) => {
      const found = names.get(name);
      return found === undefined ? [] : [[name, inputOf(found)]];
    }),
  );
}

function inputOf(found: Outcome | Fact): number | string {
  if (found.dimension === "text") return found.texts[0];
  if (found.dimension !== "fact") return found.low;
  return found.isKnown ? found.range.low : "not known";
}
