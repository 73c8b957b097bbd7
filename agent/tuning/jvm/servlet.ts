// Tunes a JVM that serves HTTP by Tomcat: the plain JVM's division, and Tomcat's threads and connections within it.

import { KIB } from "../../size.ts";
import { count } from "../profile/build-setting.ts";
import type { Profile, Setting, Settings } from "../profile/profile.ts";
import { settingNamed } from "../profile/setting-named.ts";
import { jvm } from "./jvm.ts";

const CONNECTOR = "tomcat.apache.org, config/http";

/** Of the 250 threads that Paketo's calculator reckons with, 200 are Tomcat's own default; of fewer, as many parts. */
const REQUESTS_IN = 4;
const THREADS_IN = 5;

/** Tomcat's default. */
const MOST_CONNECTIONS = 8192;
/** Buffers of 8 KiB to read and to write by default; with TLS, a packet of 17 KiB each way. They are of the heap. */
const CONNECTION_BYTES = 52 * KIB;
const HEAP_PART = 4;

/** @param name of the profile */
export function servletProfile(name: string, about: string, source: string): Profile {
  return {
    ...jvm,
    name,
    about,
    tune(allotment, options) {
      const settings = jvm.tune(allotment, options);
      const maxThreads = tuneThreads(settings, source);
      return { ...settings, maxThreads, maxConnections: tuneConnections(settings, maxThreads, source) };
    },
  };
}

function tuneThreads(settings: Settings, source: string): Setting {
  const { value, boundBy } = settingNamed(settings, "threads");
  const threads = Number(value);
  return count(Math.max(1, Math.floor((threads * REQUESTS_IN) / THREADS_IN)), {
    formula: "max(1, threads * 4 / 5)",
    inputs: { threads },
    source: `${source}; ${CONNECTOR}, maxThreads`,
    boundBy,
    ...(boundBy === "ladder" ? { note: "Tomcat's own 200 would not fit with their stacks" } : {}),
  });
}

function tuneConnections(settings: Settings, maxThreads: Setting, source: string): Setting {
  const heapBytes = Number(settingNamed(settings, "heap").value);
  const bearable = Math.floor(heapBytes / HEAP_PART / CONNECTION_BYTES);
  const value = Math.min(MOST_CONNECTIONS, Math.max(Number(maxThreads.value), bearable));
  return count(value, {
    formula: "min(8192, max(maxThreads, heapBytes / 4 / connectionBytes))",
    inputs: { maxThreads: Number(maxThreads.value), heapBytes, connectionBytes: CONNECTION_BYTES },
    source: `${source}; ${CONNECTOR}, maxConnections and socket.appReadBufSize`,
    boundBy: value < MOST_CONNECTIONS ? "share" : null,
    ...(value < MOST_CONNECTIONS
      ? { note: "the buffers of Tomcat's own 8192 could take more than a quarter of the heap" }
      : {}),
  });
}
