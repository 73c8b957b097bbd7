// Writes the settings of a server on the JVM as the flags of the java command.

import { text } from "../profile/build-setting.ts";
import type { Setting } from "../profile/profile.ts";
import type { ServerSettings } from "./jvm-server.ts";

/** The flags that every server has; the server adds those of its collector. */
export function memoryFlags(settings: ServerSettings, processors: Setting): readonly string[] {
  return [...heapFlags(settings), ...flagsBesideHeap(settings, processors)];
}

export function heapFlags({ heap }: ServerSettings): readonly string[] {
  return [`-Xms${heap.text}`, `-Xmx${heap.text}`];
}

export function flagsBesideHeap(settings: ServerSettings, processors: Setting): readonly string[] {
  const { metaspace, codeCache, directMemory, threadStack } = settings;
  return [
    ...metaspaceFlags(metaspace),
    `-XX:ReservedCodeCacheSize=${codeCache.text}`,
    `-XX:MaxDirectMemorySize=${directMemory.text}`,
    `-Xss${threadStack.text}`,
    `-XX:ActiveProcessorCount=${processors.text}`,
  ];
}

// Sets a limit only if an option gives it, as no server's own scripts do: plugins load classes of their own, and would hit
// it.
function metaspaceFlags({ text: written, boundBy }: Setting): readonly string[] {
  return boundBy === "user" ? [`-XX:MaxMetaspaceSize=${written}`] : [];
}

export function joinFlags(flags: readonly string[], source: string): Setting {
  return text(flags.join(" "), { formula: "all of the above as flags", source });
}
