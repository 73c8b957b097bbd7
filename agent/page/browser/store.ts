// The page's one state: who changes it, who is told, and the address that keeps it.

import { type PageState, parseState, writeState } from "../page-state.ts";

export class Store {
  #state: PageState;
  readonly #usual: PageState;
  readonly #tell: (state: PageState, isFromAddress: boolean) => void;
  #saving: ReturnType<typeof setTimeout> | null = null;

  /** @param usual where the address says nothing */
  constructor(usual: PageState, tell: (state: PageState, isFromAddress: boolean) => void) {
    this.#usual = usual;
    this.#tell = tell;
    this.#state = readAddress() ?? usual;
    window.addEventListener("hashchange", () => this.#take(readAddress() ?? this.#usual));
    window.addEventListener("pagehide", () => this.#save());
  }

  get state(): PageState {
    return this.#state;
  }

  change(change: (state: PageState) => PageState): void {
    this.#state = change(this.#state);
    // Browsers allow an address to change some hundred times in half a minute.
    if (this.#saving !== null) clearTimeout(this.#saving);
    this.#saving = setTimeout(() => this.#save(), SAVE_AFTER_MS);
    this.#tell(this.#state, false);
  }

  /** What is edited is gone. */
  startAgain(): void {
    this.change(() => this.#usual);
    this.#tell(this.#state, true);
  }

  #take(state: PageState): void {
    this.#state = state;
    this.#tell(state, true);
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
