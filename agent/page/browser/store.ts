// The page's one state: who changes it, who is told, and the address that keeps it.

import { type PageState, parseState, writeState } from "../page-state.ts";

/** @param isReplaced not by what somebody did in the forms, which show another state */
type Tell = (state: PageState, isReplaced: boolean) => void;

export class Store {
  #state: PageState;
  readonly #usual: PageState;
  readonly #tell: Tell;
  #saving: ReturnType<typeof setTimeout> | null = null;

  /** @param usual where the address says nothing */
  constructor(usual: PageState, tell: Tell) {
    this.#usual = usual;
    this.#tell = tell;
    this.#state = readAddress() ?? usual;
    window.addEventListener("hashchange", () => this.#take(readAddress() ?? this.#usual, true));
    window.addEventListener("pagehide", () => this.#save());
  }

  get state(): PageState {
    return this.#state;
  }

  change(change: (state: PageState) => PageState): void {
    this.#saveSoon();
    this.#take(change(this.#state), false);
  }

  /** What is edited is gone. */
  startAgain(): void {
    this.#saveSoon();
    this.#take(this.#usual, true);
  }

  #take(state: PageState, isReplaced: boolean): void {
    this.#state = state;
    this.#tell(state, isReplaced);
  }

  /** Browsers allow an address to change some hundred times in half a minute. */
  #saveSoon(): void {
    if (this.#saving !== null) clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(), SAVE_AFTER_MS);
  }

  #save(): void {
    if (this.#saving === null) return;
    clearTimeout(this.#saving);
    this.#saving = null;
    history.replaceState(null, "", `#${writeState(this.#state)}`);
  }
}

const SAVE_AFTER_MS = 300;

function readAddress(): PageState | null {
  return location.hash.length > 1 ? parseState(location.hash.slice(1)) : null;
}
