// The form of what no app gets: the reserve, and the memory of the secrets.

import { SHARE_KEYS } from "../../config/keys/app-keys.ts";
import { describeReserve } from "../../tuning/reserve.ts";
import type { ReserveDraft } from "../draft.ts";
import { RESERVE_FIELD, SECRETS_FIELD } from "../field-names.ts";
import type { PageState } from "../page-state.ts";
import { element, show } from "./dom.ts";
import { textField } from "./field.ts";
import type { Store } from "./store.ts";

export function showRest({ draft }: PageState, store: Store): void {
  const field = (name: keyof ReserveDraft, label: string, usual: string): HTMLElement =>
    textField({
      id: `${RESERVE_FIELD}-${name}`,
      label,
      value: draft.reserve[name],
      usual,
      onInput: (value) => setReserve(store, { [name]: value }),
    });
  show(
    "rest",
    element("p", { class: "about" }, `For the kernel, sshd and agents. All empty: ${USUAL}.`),
    element(
      "div",
      { class: "three" },
      field("share", "Share", SHARE_KEYS.share.default),
      field("min", "At least", SHARE_KEYS.min.default),
      field("max", "At most", "no limit"),
    ),
    textField({
      id: SECRETS_FIELD,
      label: "Memory for secrets",
      value: draft.secretsSize,
      usual: "none",
      about: "The most that the secrets' folder in memory can hold.",
      onInput: (value) =>
        store.change(({ draft: old, ...state }) => ({ ...state, draft: { ...old, secretsSize: value } })),
    }),
  );
}

const USUAL = describeReserve({ kind: "tiers" });

function setReserve(store: Store, change: Partial<ReserveDraft>): void {
  store.change(({ draft, ...state }) => ({
    ...state,
    draft: { ...draft, reserve: { ...draft.reserve, ...change } },
  }));
}
