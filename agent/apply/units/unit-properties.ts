// What `systemctl show` prints of one unit, or of systemd itself → its properties. Pure.

/** By name, as systemd prints them. */
export function parseProperties(output: string): ReadonlyMap<string, string> {
  const lines = output.split("\n").filter((line) => line.includes("="));
  return new Map(lines.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]));
}
