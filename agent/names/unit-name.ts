// The names of systemd's units, by its own grammar (unit_name_is_valid in src/basic/unit-name.c, systemd.unit(5)), less one thing:
// none begins with a hyphen here, which only `-.mount` and `-.slice` do, and which a program may take for an option. Pure.

import { nearest } from "../nearest.ts";

const TYPES = [
  "service",
  "socket",
  "target",
  "timer",
  "path",
  "mount",
  "automount",
  "swap",
  "slice",
  "scope",
  "device",
] as const;

type UnitType = (typeof TYPES)[number];

interface UnitName {
  readonly type: UnitType;
  /** `api.service`, `api@.service`, `api@1.service`: only the first and the last are ever running. */
  readonly kind: "plain" | "template" | "instance";
}

/** UNIT_NAME_MAX, less the NUL at its end. */
export const MOST_CHARACTERS = 255;

// A backslash begins an escape such as \x2d. The first @ is what divides template from instance; an instance may have more.
// Of what can be told: no template, which nothing runs as, and no device, which is the kernel's.
export const RUNNABLE =
  /^[A-Za-z0-9:_.\\][A-Za-z0-9:_.\\-]*(?:@[A-Za-z0-9:_.\\@-]+)?\.(?:service|socket|target|timer|path|mount|automount|swap|slice|scope)$/;
export const LIMITABLE = /^[A-Za-z0-9:_.\\][A-Za-z0-9:_.\\-]*(?:@[A-Za-z0-9:_.\\@-]+)?\.(?:service|slice)$/;
export const SERVICE = /^[A-Za-z0-9:_.\\][A-Za-z0-9:_.\\-]*(?:@[A-Za-z0-9:_.\\@-]*)?\.service$/;
const UNIT = /^[A-Za-z0-9:_.\\][A-Za-z0-9:_.\\-]*(@[A-Za-z0-9:_.\\@-]*)?\.([a-z]+)$/;

/** Null: no name of a unit. */
export function parseUnitName(text: string): UnitName | null {
  if (text.length > MOST_CHARACTERS) return null;
  const [, instance, suffix] = UNIT.exec(text) ?? [];
  const type = TYPES.find((known) => known === suffix);
  if (type === undefined) return null;
  return { type, kind: instance === undefined ? "plain" : instance === "@" ? "template" : "instance" };
}

export function isUnitName(text: string): boolean {
  return parseUnitName(text) !== null;
}

/** Whether systemctl can reload or restart it. */
export function isRunnable(text: string): boolean {
  return text.length <= MOST_CHARACTERS && RUNNABLE.test(text);
}

export function isService(text: string): boolean {
  return text.length <= MOST_CHARACTERS && SERVICE.test(text);
}

/** What the machine's own services run in, such as sshd and journald, which no app's limit may be for. */
const OF_THE_MACHINE: ReadonlySet<string> = new Set(["-.slice", "system.slice", "user.slice", "init.scope"]);

export function isOfTheMachine(text: string): boolean {
  return OF_THE_MACHINE.has(text);
}

/** Whether the kernel can keep it to a share: no template, whose instances would get the whole share each. */
export function isLimitable(text: string): boolean {
  return text.length <= MOST_CHARACTERS && LIMITABLE.test(text) && !isOfTheMachine(text);
}

/**
 * The slice that systemd puts an instance into where its unit names none (unit_set_default_slice in src/core/unit.c): instances
 * of one template share it, and it competes with the other services. Null: the unit is no instance.
 */
export function sliceOf(unit: string): string | null {
  const parsed = parseUnitName(unit);
  if (parsed?.kind !== "instance" || parsed.type !== "service") return null;
  const prefix = unit.slice(0, unit.indexOf("@"));
  const escaped = prefix.replaceAll(/^\.|[^A-Za-z0-9:_.]/g, (found) => `\\x${found.charCodeAt(0).toString(16)}`);
  return `system-${escaped}.slice`;
}

/** Whether a slice holds a unit whose file names no slice: `a.slice` holds `a-b.slice` by its name (systemd.slice(5)). */
export function isInSlice(unit: string, slice: string): boolean {
  if (!slice.endsWith(".slice")) return false;
  const within = unit.endsWith(".slice") ? unit : (sliceOf(unit) ?? "system.slice");
  const isNested = within.startsWith(`${slice.slice(0, -".slice".length)}-`);
  return isNested || (within === slice && within !== unit);
}

/** What a person starts, or systemd at boot, and so can start later. */
const HOLDABLE: ReadonlySet<UnitType> = new Set(["service", "socket", "target", "timer", "path"]);

/** Whether it can wait for parbake: instances of a template too, and all of them. */
export function isHoldable(text: string): boolean {
  const unit = parseUnitName(text);
  return unit !== null && HOLDABLE.has(unit.type);
}

/** What to write instead of a text that is none. */
export function adviseHeld(text: string): string {
  return isUnitName(text) ? "Name a service, a socket, a target, a timer or a path." : adviseUnit(text);
}

/** `api@.service` of `api@1.service`; null of a unit that is no instance. */
export function templateOf(unit: string): string | null {
  if (parseUnitName(unit)?.kind !== "instance") return null;
  return `${unit.slice(0, unit.indexOf("@") + 1)}${unit.slice(unit.lastIndexOf("."))}`;
}

/** What to write instead of a text that is no unit, or none that can be told. */
export function adviseUnit(text: string): string {
  if (text.startsWith("-")) return "Remove the hyphen at its beginning.";
  if (text.length > MOST_CHARACTERS) return `Shorten it to ${MOST_CHARACTERS} characters.`;
  if (/[^A-Za-z0-9:_.\\@-]/.test(text))
    return "It may have letters, digits and :_.\\@-; `systemd-escape` writes the others.";
  if (parseUnitName(text)?.type === "device") return "Name the unit that uses it.";
  if (parseUnitName(text)?.kind === "template") return `Name an instance: ${text.replace("@.", "@main.")}.`;
  const dot = text.lastIndexOf(".");
  const type = dot < 0 ? null : nearest(text.slice(dot + 1), TYPES);
  if (type !== null && isUnitName(`${text.slice(0, dot)}.${type}`))
    return `Did you mean '${text.slice(0, dot)}.${type}'?`;
  return isUnitName(`${text}.service`) ? `Give it with its suffix: ${text}.service.` : "Write it as api.service.";
}
