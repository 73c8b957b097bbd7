// What an operator may call an app or a secret. Pure.

// A template says the name between dots (`apps.db.heap`), which digits in front, blanks and further dots would break.
export const CONFIG_NAME = /^[A-Za-z][A-Za-z0-9_-]{0,62}$/;

// No template may say what leads into JavaScript.
const INTERNAL: ReadonlySet<string> = new Set(["prototype", ...Object.getOwnPropertyNames(Object.prototype)]);

export function isConfigName(text: string): boolean {
  return CONFIG_NAME.test(text) && !INTERNAL.has(text);
}

export function adviseConfigName(text: string): string {
  if (CONFIG_NAME.test(text)) return "Choose another: JavaScript reserves it, so no template can use it.";
  return "Use a letter, then letters, digits, - or _; 63 at most: templates use it between dots.";
}
