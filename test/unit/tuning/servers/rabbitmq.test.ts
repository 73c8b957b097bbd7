import assert from "node:assert/strict";
import fc from "fast-check";
import { tuneAlone } from "../../../../agent/tuning/compute-tuning.ts";
import { rabbitmq } from "../../../../agent/tuning/servers/rabbitmq.ts";
import { allot, alone, GIB, type Given, MIB, numberOf, texts, tryAlone } from "../../support/alone.ts";
import { provePromises } from "../../support/prove-profile.ts";

const TIB = 1024 * GIB;

describe("rabbitmq", () => {
  // What nodes have reported, and the example of the documentation: of so many bytes, at so many per cent. They are what the
  // operator's headroom of a fifth, 2 GiB at most, leaves of the share.
  for (const [memory, total, watermarkPercent, mark] of [
    [1_298_472_960, 1_038_778_368, 40, 415_511_347],
    [5_025_853_440, 4_020_682_752, 60, 2_412_409_651],
    [GIB, 858_993_459, 60, 515_396_075],
    [98_859 * MIB, 101_513_691_136, 40, 40_605_476_454],
    [1280 * MIB, 1_073_741_824, 40, 429_496_729],
    [10 * GIB, 8_589_934_592, 60, 5_153_960_755],
    [12_147_483_648, 10_000_000_000, 40, 4_000_000_000],
    [18 * GIB, 17_179_869_184, 60, 10_307_921_510],
  ] as const) {
    it(`lets publishers wait at ${mark} of ${memory} bytes, and at as little free disk`, () => {
      const settings = alone("rabbitmq", memory, 4, { watermarkPercent, disk: "1TiB" });
      const names = ["total_memory_available_override_value", "vm_memory_high_watermark_absolute"];
      assert.deepEqual(texts(settings, ...names, "disk_free_limit_absolute"), {
        total_memory_available_override_value: String(total),
        vm_memory_high_watermark_absolute: String(mark),
        disk_free_limit_absolute: String(mark),
      });
    });
  }

  // The mark, and a quarter of the disk: a root volume of 8 or 30 GiB is not in alarm from its first boot.
  for (const [memoryGib, diskGib, limit, boundBy] of [
    [8, 8, 2_147_483_648, "disk"],
    [4, 30, 2_061_584_301, null],
    [64, 8, 2_147_483_648, "disk"],
    [64, 30, 8_053_063_680, "disk"],
    [64, 500, 39_943_195_852, null],
    [1024, 30, 8_053_063_680, "disk"],
    [1024, 1024, 274_877_906_944, "disk"],
  ] as const) {
    it(`keeps ${limit} bytes free of a disk of ${diskGib} GiB beside ${memoryGib} GiB of memory`, () => {
      const seen = tuneAlone("rabbitmq", allot(memoryGib * GIB, 4, { dataDiskBytes: diskGib * GIB }), {});
      assert.ok(seen.kind === "tuned");
      const given = alone("rabbitmq", memoryGib * GIB, 4, { disk: `${diskGib}GiB` });
      for (const { disk_free_limit_absolute: setting } of [seen.settings, given])
        assert.deepEqual([setting!.value, setting!.boundBy], [limit, boundBy]);
    });
  }
  it("keeps what RabbitMQ's operator for Kubernetes does of a disk that is not known, 2 GB", () => {
    const limits = [512 * MIB, 4 * GIB, TIB].map((memory) => {
      const setting = alone("rabbitmq", memory, 4)["disk_free_limit_absolute"]!;
      return [setting.text, setting.boundBy];
    });
    assert.deepEqual(limits, [
      ["257698037", null],
      ["2000000000", "cap"],
      ["2000000000", "cap"],
    ]);
  });
  it("believes the option more than the disk that it sees", () => {
    const seen = allot(64 * GIB, 4, { dataDiskBytes: 8 * GIB });
    const result = tuneAlone("rabbitmq", seen, { disk: "500GiB" });
    assert.ok(result.kind === "tuned");
    assert.equal(result.settings["disk_free_limit_absolute"]!.value, 39_943_195_852);
  });

  // 128 KiB each, in half of what the mark leaves beside 132 MiB; files: four for each, and the checklist's 50K.
  for (const [memory, connections, files] of [
    [309 * MIB, 65, 50_000],
    [512 * MIB, 455, 50_000],
    [GIB, 1438, 50_000],
    [4 * GIB, 7336, 50_000],
    [16 * GIB, 33_878, 135_512],
    [64 * GIB, 100_000, 400_000],
    [32 * TIB, 100_000, 400_000],
  ] as const) {
    it(`takes ${connections} connections in ${memory / MIB} MiB`, () => {
      const settings = alone("rabbitmq", memory, 4);
      assert.deepEqual(texts(settings, "connection_max", "channel_max", "LimitNOFILE"), {
        connection_max: String(connections),
        channel_max: "2047",
        LimitNOFILE: String(files),
      });
    });
  }

  it("says what bound the connections and files", () => {
    const bounds = (memory: number): unknown[] => {
      const settings = alone("rabbitmq", memory, 4);
      return ["connection_max", "LimitNOFILE"].map((name) => settings[name]!.boundBy);
    };
    assert.deepEqual(bounds(GIB), [null, "floor"]);
    assert.deepEqual(bounds(16 * GIB), [null, null]);
    assert.deepEqual(bounds(64 * GIB), ["cap", null]);
  });
  it("needs a mark that holds itself and a few connections twice, and the 256 MiB that a node must always have", () => {
    assert.ok(tryAlone("rabbitmq", 309 * MIB, 1));
    assert.equal(tryAlone("rabbitmq", 308 * MIB, 1), null);
    assert.equal(tryAlone("rabbitmq", 309 * MIB, 1, { watermarkPercent: 40 }), null);
    assert.ok(tryAlone("rabbitmq", 463 * MIB, 1, { watermarkPercent: 40 }));
    assert.ok(tryAlone("rabbitmq", 256 * MIB, 1, { watermarkPercent: 80 }));
    assert.equal(tryAlone("rabbitmq", 255 * MIB, 1, { watermarkPercent: 90 }), null);
  });
  it("says that a mark below the 256 MiB that a node should have is little", () => {
    const { least } = rabbitmq.useful({})["vm_memory_high_watermark_absolute"]!;
    assert.equal(least, 268_435_456);
    const marks = [512 * MIB, 560 * MIB].map((memory) =>
      numberOf(alone("rabbitmq", memory, 2), "vm_memory_high_watermark_absolute"),
    );
    assert.deepEqual(
      marks.map((mark) => mark >= least),
      [false, true],
    );
  });
  it("starts a scheduler per CPU, in the runtime's own words", () => {
    const flags = (vcpus: number, given: Given = {}): unknown =>
      alone("rabbitmq", 4 * GIB, vcpus, given)["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"]!.value;
    assert.equal(flags(4), "+S 4:4");
    assert.equal(flags(1024), "+S 1024:1024");
    assert.equal(flags(8, { schedulers: 2 }), "+S 2:2");
    assert.equal(flags(4, { busyWait: false }), "+S 4:4 +sbwt none +sbwtdcpu none +sbwtdio none");
  });
  it("takes what is asked for, if it fits", () => {
    const given = { connection_max: 1000, channel_max: 128, schedulers: 3, disk_free_limit_absolute: "2GiB" };
    const settings = alone("rabbitmq", GIB, 8, given);
    assert.deepEqual(texts(settings, ...Object.keys(given)), {
      connection_max: "1000",
      channel_max: "128",
      schedulers: "3",
      disk_free_limit_absolute: "2147483648",
    });
    for (const name of Object.keys(given)) assert.equal(settings[name]!.boundBy, "user");
    assert.equal(tryAlone("rabbitmq", GIB, 8, { connection_max: 2000 }), null);
  });

  provePromises({
    profile: "rabbitmq",
    given: fc.record(
      {
        watermarkPercent: fc.integer({ min: 10, max: 90 }),
        connection_max: fc.integer({ min: 1, max: 20_000 }),
        schedulers: fc.integer({ min: 1, max: 64 }),
        busyWait: fc.boolean(),
        disk: fc.integer({ min: MIB, max: TIB }),
      },
      { requiredKeys: [] },
    ),
    // At the mark publishers wait. All connections may be there before the first message: they leave half of it.
    worstBytes(settings) {
      const mark = numberOf(settings, "vm_memory_high_watermark_absolute");
      const connections = 132 * MIB + 2 * numberOf(settings, "connection_max") * 128 * 1024;
      return connections <= mark ? mark : Infinity;
    },
  });
});
