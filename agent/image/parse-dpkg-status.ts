// dpkg's status file → the packages that are installed. Its form is that of deb-control(5). Pure.

import type { Package } from "./package.ts";

/** @param text stanzas with blank lines between */
export function parseDpkgStatus(text: string): Package[] {
  return splitStanzas(text).flatMap((stanza) => {
    const [name, version, arch, status] = ["Package", "Version", "Architecture", "Status"].map((field) =>
      readField(stanza, field),
    );
    if (name == null || version == null || !isInstalled(status ?? null)) return [];
    return [{ name, version, arch: arch ?? "all" }];
  });
}

export function splitStanzas(text: string): string[] {
  return text.split(/\n\s*\n/);
}

// A continued line begins with a blank, and so never with a field's name.
export function readField(stanza: string, name: string): string | null {
  return new RegExp(`^${name}:[ \\t]*(\\S.*?)\\s*$`, "m").exec(stanza)?.[1] ?? null;
}

/** The third word of dpkg's Status: removed packages stay as `config-files`. Without one it is a single file for a package that is there. */
function isInstalled(status: string | null): boolean {
  return status === null || status.split(" ")[2] === "installed";
}
