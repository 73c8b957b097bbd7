// Any other file: as it is. Line breaks pass only where the value stands alone on its line, as a certificate does.

import { type FormatRules, HOLE, lineAfter, lineBefore, oneLine, refuseControl } from "./format-rules.ts";

export const text: FormatRules = {
  places(all) {
    const holes = [...all.matchAll(new RegExp(HOLE, "g"))].map((match) => match.index);
    return holes.map((index) => (lineBefore(all, index) + lineAfter(all, index) === "" ? "alone" : "line"));
  },

  encode(value, place) {
    const plain = String(value);
    if (place !== "alone") return oneLine(plain);
    refuseControl(plain);
    return plain;
  },
};
