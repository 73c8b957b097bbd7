import assert from "node:assert/strict";
import fc from "fast-check";
import { alone, GIB, KIB, MIB, numberOf, texts } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

describe("spring-boot", () => {
  // Spring Boot's own server.tomcat.threads.max and server.tomcat.max-connections.
  it("has on 4 GiB what Spring Boot has by itself", () => {
    assert.deepEqual(texts(alone("spring-boot", 4 * GIB, 2), "maxThreads", "maxConnections"), {
      maxThreads: "200",
      maxConnections: "8192",
    });
  });
  it("has what a Tomcat has, whose server it is", () => {
    const names = ["options", "maxThreads", "maxConnections"];
    for (const mib of [300, 512, 1024])
      assert.deepEqual(
        texts(alone("spring-boot", mib * MIB, 2), ...names),
        texts(alone("tomcat", mib * MIB, 2), ...names),
      );
  });

  it("serves fewer where memory is short, and says that its share is why", () => {
    const { maxThreads, maxConnections } = alone("spring-boot", 512 * MIB, 2);
    assert.deepEqual([maxThreads!.value, maxThreads!.boundBy], [16, "ladder"]);
    assert.deepEqual([maxConnections!.value, maxConnections!.boundBy], [1476, "share"]);
  });

  provePromises({
    profile: "spring-boot",
    given: fc.record({ loadedClasses: fc.integer({ min: 0, max: 40_000 }) }, { requiredKeys: [] }),
    worstBytes(settings) {
      const parts = ["heap", "metaspace", "codeCache", "directMemory", "gcMemory"].map((name) =>
        numberOf(settings, name),
      );
      return parts.reduce((sum, each) => sum + each) + numberOf(settings, "threads") * 512 * KIB;
    },
  });
});
