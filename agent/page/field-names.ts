// The ids of the page's fields, by which a problem finds the field that it is about. Pure.

export const RESERVE_FIELD = "reserve";
export const SECRETS_FIELD = "secrets-size";
/** Of what is wrong with an app's options together. */
export const OPTIONS_FIELD = "options";

/** @param index of the app */
export function fieldOf(index: number, name: string): string {
  return `app-${index}-${name}`;
}
