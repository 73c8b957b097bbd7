// Changes one app of the draft.

import type { AppDraft } from "../draft.ts";
import type { Store } from "./store.ts";

export function changeApp(store: Store, index: number, change: Partial<AppDraft>): void {
  store.change(({ draft, ...state }) => {
    const apps = draft.apps.map((app, at) => (at === index ? { ...app, ...change } : app));
    return { ...state, draft: { ...draft, apps } };
  });
}
