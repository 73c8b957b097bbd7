// What a reserve is filled up with where the config gives a part of it. Pure.

import { parseShare, parseSize } from "../../size.ts";
import { SHARE_KEYS } from "./app-keys.ts";

export const USUAL_RESERVE = {
  share: parseShare(SHARE_KEYS.share.default)!,
  minBytes: parseSize(SHARE_KEYS.min.default)!,
  maxBytes: Infinity,
} as const;
