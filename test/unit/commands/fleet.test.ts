import assert from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import { run } from "../../../agent/run.ts";
import { StopRequest } from "../../../agent/stop.ts";
import { startEmulator, type Emulator } from "../../../scripts/emulator/emulator.ts";
import type { Fault } from "../../../scripts/emulator/faults.ts";
import { ROLE_CREDENTIALS, type WorldInput } from "../../../scripts/emulator/world.ts";
import { daysAgo, imageOf, instanceOf } from "../support/fleet-world.ts";
import { readPrometheusText } from "../support/prometheus-text.ts";

const [OLD, MIDDLE, NEWEST, GONE, PUBLIC, NEWER_PUBLIC, PUBLIC_X86] = [1, 2, 3, 4, 5, 6, 7].map(
  (digit) => `ami-0000000000000000${digit}`,
) as [string, string, string, string, string, string, string];
const AMAZON = "137112412989";

const IMAGES = [
  imageOf({ id: OLD, name: "a", age: 60, family: "web", deprecated: daysAgo(9) }),
  imageOf({ id: MIDDLE, name: "b", age: 29, family: "web" }),
  imageOf({ id: NEWEST, name: "c", age: 9, family: "web" }),
  // Others' tags are not to be seen.
  imageOf({ id: PUBLIC, name: "al2023-ami-2023.9.20251117.1-arm64", age: 40, owner: AMAZON, family: "web" }),
  imageOf({ id: NEWER_PUBLIC, name: "al2023-ami-2023.9.20261117.0-arm64", age: 4, owner: AMAZON }),
  imageOf({
    id: PUBLIC_X86,
    name: "al2023-ami-2023.9.20261127.0-arm64",
    age: 2,
    owner: AMAZON,
    architecture: "x86_64",
  }),
];

const INSTANCES = [
  instanceOf(1, { image: OLD, group: "web-asg", spot: true, tags: { role: "web" } }),
  instanceOf(2, { image: OLD, group: "web-asg", tags: { role: "web" } }),
  instanceOf(3, { image: MIDDLE, group: "api-asg", tags: { role: "api" } }),
  instanceOf(4, { image: NEWEST }),
  instanceOf(5, { image: GONE, age: 12 }),
  instanceOf(6, { image: PUBLIC }),
  instanceOf(7, { image: OLD, state: "stopped" }),
  instanceOf(8, { image: MIDDLE, region: "us-east-1" }),
];

const KEY = {
  AWS_ACCESS_KEY_ID: ROLE_CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: ROLE_CREDENTIALS.secretAccessKey,
  AWS_SESSION_TOKEN: ROLE_CREDENTIALS.token,
};

interface Ended {
  readonly status: number;
  readonly out: string;
  readonly told: string;
}

describe("parbake fleet", () => {
  let emulator: Emulator;

  before(async () => {
    emulator = await startEmulator();
    // The package takes seconds to load from source, which are not to count against a deadline.
    await import("@aws-sdk/client-ec2");
  });
  beforeEach(() => setWorld({}));
  afterEach(() => assert.deepEqual(emulator.surprises, []));
  after(() => emulator.close());

  function setWorld(world: WorldInput): void {
    emulator.setWorld({ images: IMAGES, instances: INSTANCES, ...world });
  }

  async function fleet(
    words: string,
    environment: Readonly<Record<string, string>> = KEY,
    onOut: (stop: AbortController) => void = () => undefined,
  ): Promise<Ended> {
    let [out, told] = ["", ""];
    const stop = new AbortController();
    const status = await run(["fleet", ...words.split(" ").filter((word) => word !== "")], {
      environment: {
        AWS_ENDPOINT_URL: emulator.endpoint,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: emulator.endpoint,
        AWS_REGION: "eu-west-1",
        ...environment,
      },
      writeOut(text) {
        out += text;
        onOut(stop);
      },
      writeError: (text) => (told += text),
      rewrite: () => assert.fail("no terminal"),
      stop: stop.signal,
      isTerminalOut: false,
      isTerminalError: false,
    });
    return { status, out, told };
  }

  function callsSince(start: number): string[] {
    return emulator.requests.slice(start).flatMap(({ service, operation }) => (service === "ec2" ? operation! : []));
  }

  interface ImageDocument {
    readonly imageId: string;
    readonly [field: string]: unknown;
  }

  async function imagesOf(words: string): Promise<ReadonlyMap<string, ImageDocument>> {
    const { out } = await fleet(`--json ${words}`);
    const { images } = JSON.parse(out) as { images: readonly ImageDocument[] };
    return new Map(images.map((image) => [`${String(image["region"])} ${image.imageId}`, image]));
  }

  it("groups the instances by image, the one that is gone first, then the oldest, with what there is to know of each", async () => {
    const { status, out, told } = await fleet("");
    assert.deepEqual([status, told], [0, ""]);
    const cells = out.split("\n").map((line) => line.trim().split(/ {2,}/));
    assert.deepEqual(cells, [
      ["eu-west-1: 6 instances of 5 images"],
      ["IMAGE", "NAME", "INSTANCES", "AGE", "BEHIND", "LAUNCHED", "GROUPS", "NOTES"],
      [GONE, "?", "1", "?", "?", "12 d ago", "-", "deregistered, or not to be seen by this account"],
      [OLD, "a", "2", "60 d", `2 images, 51 d: ${NEWEST}`, "24 h ago", "web-asg", "deprecated 9 d ago, 1 spot"],
      [PUBLIC, "al2023-ami-2023.9.20251117.1-arm64", "1", "40 d", `1 image, 36 d: ${NEWER_PUBLIC}`, "24 h ago", "-"],
      [MIDDLE, "b", "1", "29 d", `1 image, 20 d: ${NEWEST}`, "24 h ago", "api-asg"],
      [NEWEST, "c", "1", "9 d", "newest", "24 h ago", "-"],
      [""],
    ]);
  });

  it("asks once for the instances, once for their images and once for the families of each owner", async () => {
    const start = emulator.requests.length;
    await fleet("");
    assert.deepEqual(callsSince(start), ["DescribeInstances", "DescribeImages", "DescribeImages", "DescribeImages"]);
  });

  it("exits 2 where an image is older, farther behind, deprecated or gone, as told, and 0 where none is", async () => {
    const rows: readonly (readonly [words: string, status: number, outdated: number])[] = [
      ["--max-age 61d", 0, 0],
      ["--max-age 59d", 2, 2],
      ["--max-age 30d", 2, 3],
      // The instance of the one that is gone was launched 12 days ago.
      ["--max-age 11d", 2, 5],
      ["--max-behind 2", 0, 0],
      ["--max-behind 1", 2, 2],
      ["--max-behind 0", 2, 4],
      ["--fail-on deprecated", 2, 2],
      ["--fail-on deregistered", 2, 1],
      ["--fail-on deprecated,deregistered", 2, 3],
    ];
    for (const [words, expected, outdated] of rows) {
      const { status, out } = await fleet(`${words} --json`);
      assert.deepEqual(
        [words, status, (JSON.parse(out) as { outdated: number }).outdated],
        [words, expected, outdated],
      );
    }
  });

  it("says in words what is not allowed, and that an age is not known", async () => {
    const { out } = await fleet("--max-age 30d --max-behind 1 --fail-on deprecated");
    assert.match(out, new RegExp(`${OLD}.* too old, too far behind, deprecated 9 d ago, 1 spot\n`));
    assert.match(out, new RegExp(`${PUBLIC}.* too old\n`));
    assert.match(out, /\nthe age of 1 deregistered image is not known: --fail-on deregistered refuses it\n/);
    assert.match(out, /\n3 of 6 instances run an image that is not allowed\n$/);
    assert.match((await fleet("--max-age 90d")).out, /\nno instance runs an image that is not allowed\n$/);
  });

  it("takes the instances of tags, of groups, in states and in regions, and no others", async () => {
    const keysOf = async (words: string): Promise<unknown> =>
      [...(await imagesOf(words))].map(([key, { instanceCount }]) => [key, instanceCount]);
    assert.deepEqual(await keysOf("--tag role=web"), [[`eu-west-1 ${OLD}`, 2]]);
    assert.deepEqual(await keysOf("--tag role=web --tag role=api"), [
      [`eu-west-1 ${OLD}`, 2],
      [`eu-west-1 ${MIDDLE}`, 1],
    ]);
    assert.deepEqual(await keysOf("--tag role=web --tag other=x"), []);
    assert.deepEqual(await keysOf("--tag role=a*"), [[`eu-west-1 ${MIDDLE}`, 1]]);
    assert.deepEqual(await keysOf("--asg api-asg"), [[`eu-west-1 ${MIDDLE}`, 1]]);
    assert.deepEqual(await keysOf("--state stopped"), [[`eu-west-1 ${OLD}`, 1]]);
    assert.deepEqual(await keysOf("--region us-east-1"), [[`us-east-1 ${MIDDLE}`, 1]]);
    assert.deepEqual(await keysOf("--region us-east-1,eu-west-1 --asg api-asg --tag role=api"), [
      [`eu-west-1 ${MIDDLE}`, 1],
    ]);
    assert.equal((await imagesOf("--region us-east-1,eu-west-1")).size, 6);
  });

  it("says so where nothing is like what was asked for", async () => {
    assert.deepEqual(await fleet("--tag role=wbe"), {
      status: 0,
      out: "eu-west-1: no instance like that\nlook at --region, --state (default running), --tag and --asg\n",
      told: "",
    });
    const { out } = await fleet("--region us-west-2,us-east-1 --all --max-age 300d");
    assert.match(out, /^i-.*\nus-west-2: no instance like that\nus-east-1: 1 instance of 1 image\n/);
  });

  it("goes by another tag of the images, with any characters in its value", async () => {
    const tags = [{ Key: "app", Value: "w*b? \\1" }];
    const images = IMAGES.map((image) => (image.ImageId === NEWEST ? image : { ...image, Tags: tags }));
    setWorld({ images });
    const found = await imagesOf("--family-tag app");
    assert.deepEqual(
      [OLD, MIDDLE, NEWEST].map((id) => {
        const { family, familyBy, behind } = found.get(`eu-west-1 ${id}`)!;
        return [family, familyBy, behind];
      }),
      [
        ["w*b? \\1", "tag", 1],
        ["w*b? \\1", "tag", 0],
        ["c", "name", 0],
      ],
    );
  });

  it("tells an image that is disabled from one that is gone", async () => {
    setWorld({ images: IMAGES.map((image) => (image.ImageId === OLD ? { ...image, State: "disabled" } : image)) });
    assert.match((await fleet("")).out, new RegExp(`${OLD}.* disabled, deprecated 9 d ago`));
  });

  it("prints each instance on a line of its own where it is told to", async () => {
    const { out } = await fleet("--all --asg web-asg --asg api-asg");
    const lines = out
      .replaceAll(/(?<=launched )\d{4}-\d\d-\d\d/g, "DAY")
      .split("\n")
      .slice(0, 3);
    const end = `web-asg  ${OLD}  60 d  2 images, 51 d: ${NEWEST}  deprecated`;
    assert.deepEqual(lines, [
      `i-00000000000000001  eu-west-1b  m7g.large  spot       running  launched DAY  ${end}`,
      `i-00000000000000002  eu-west-1c  m7g.large  on-demand  running  launched DAY  ${end}`,
      `i-00000000000000003  eu-west-1a  m7g.large  on-demand  running  launched DAY  api-asg  ${MIDDLE}  29 d  1 image, 20 d: ${NEWEST}`,
    ]);
  });

  it("writes the instances into its JSON as they come, in one document", async () => {
    const { out } = await fleet("--all --json");
    const document = JSON.parse(out) as { instances: readonly Record<string, unknown>[]; instanceCount: number };
    assert.equal(document.instanceCount, 6);
    assert.equal(out.split("\n").length, 9);
    const [first] = document.instances;
    assert.deepEqual(
      { ...first, launchedAt: null, ageMs: null },
      {
        instanceId: "i-00000000000000001",
        region: "eu-west-1",
        availabilityZone: "eu-west-1b",
        instanceType: "m7g.large",
        lifeCycle: "spot",
        state: "running",
        launchedAt: null,
        autoScalingGroup: "web-asg",
        imageId: OLD,
        ageMs: null,
        behind: 2,
        deprecated: true,
        deregistered: false,
      },
    );
    const none = JSON.parse((await fleet("--all --json --state pending")).out) as Record<string, unknown>;
    assert.deepEqual(
      { ...none, takenAt: null },
      {
        schema: 1,
        instances: [],
        takenAt: null,
        instanceCount: 0,
        outdated: 0,
        images: [],
      },
    );
  });

  it("prints metrics that Prometheus takes, and none for a single instance", async () => {
    const { status, out } = await fleet("--prometheus --fail-on deprecated");
    assert.equal(status, 2);
    const series = readPrometheusText(out);
    const valueOf = (name: string, labels: Readonly<Record<string, string>> = {}): number | undefined =>
      series.find((each) => each.name === `parbake_fleet_${name}` && isDeepStrictEqual(each.labels, labels))?.value;
    const labels = { region: "eu-west-1", image: OLD, family: "web" };
    assert.equal(valueOf("instances", { ...labels, life_cycle: "spot" }), 1);
    assert.equal(valueOf("image_behind", labels), 2);
    assert.equal(valueOf("image_deprecated", labels), 1);
    assert.equal(valueOf("image_outdated", labels), 1);
    assert.equal(valueOf("image_deregistered", { ...labels, image: GONE, family: "" }), 1);
    assert.equal(valueOf("image_info", { ...labels, name: "a", newest: NEWEST }), 1);
    assert.equal(valueOf("outdated_instances"), 2);
    assert.doesNotMatch(out, /"i-0000/);
  });

  it("uses the role and the region of the instance where the environment has none", async () => {
    const { status, out } = await fleet("", { AWS_REGION: "" });
    assert.equal(status, 0);
    assert.match(out, /^eu-west-1: 6 instances/);
  });

  it("says without credentials how a laptop gets some, and soon", async () => {
    const environment = { AWS_EC2_METADATA_DISABLED: "true" };
    const { status, told } = await fleet("--deadline 20s", environment);
    assert.equal(status, 69);
    assert.match(told, /no credentials to ask EC2 with.*aws configure export-credentials --profile NAME --format env/);
    const none = await fleet("--deadline 20s", { ...environment, AWS_REGION: "" });
    assert.equal(none.status, 64);
    assert.match(none.told, /no region is known to ask EC2 in\. Name it: --region eu-west-1, or AWS_REGION/);
  });

  function script(
    ...faults: readonly (Fault["do"] & { readonly operation?: string; readonly times?: number })[]
  ): void {
    emulator.setFaults(
      faults.map(({ operation, times, ...action }) => ({
        match: { service: "ec2", ...(operation === undefined ? {} : { operation }) },
        ...(times === undefined ? {} : { times }),
        do: action,
      })),
    );
  }

  const passing: readonly (readonly [title: string, action: Fault["do"]])[] = [
    ["a throttled call", { kind: "throttle", perSecond: 0 }],
    ["an internal fault", { kind: "status", status: 500, errorCode: "InternalError" }],
    ["a page of a captive portal", { kind: "garbage", as: "body" }],
    ["an answer that is no HTTP", { kind: "garbage", as: "http" }],
    ["an answer that breaks off", { kind: "garbage", as: "truncated" }],
    ["a reset connection", { kind: "reset" }],
    ["a proxy's 502", { kind: "status", status: 502, body: "Bad Gateway" }],
  ];
  for (const [title, action] of passing) {
    it(`asks again after ${title}, of instances and of images`, async () => {
      for (const operation of ["DescribeInstances", "DescribeImages"]) {
        script({ ...action, operation, times: 1 });
        const { status, out, told } = await fleet("--json");
        assert.equal(status, 0, told);
        assert.equal((JSON.parse(out) as { instanceCount: number }).instanceCount, 6);
        assert.match(told, new RegExp(`${operation} in eu-west-1: .*trying again`));
      }
    });
  }

  it("ends with 69 where it is throttled until the deadline, or nothing answers", async () => {
    script({ kind: "throttle", perSecond: 0 });
    const throttled = await fleet("--deadline 2s");
    assert.equal(throttled.status, 69);
    assert.match(throttled.told, /DescribeInstances in eu-west-1: EC2 is throttling this account, after \d+ tr/);
    script({ kind: "hang" });
    const silent = await fleet("--deadline 300ms");
    assert.equal(silent.status, 69);
    assert.match(silent.told, /no answer from 127\.0\.0\.1:\d+ \(AWS_ENDPOINT_URL\)/);
  });

  it("takes an answer without instances for no empty fleet", async () => {
    script({ kind: "garbage", as: "body" });
    const { status, told } = await fleet("--deadline 1s");
    assert.equal(status, 69);
    assert.match(told, /gives an answer that is not EC2's/);
  });

  it("ends with 77 where a call is denied, and names it", async () => {
    for (const operation of ["DescribeInstances", "DescribeImages"]) {
      script({ kind: "status", status: 403, errorCode: "UnauthorizedOperation", operation });
      const { status, told } = await fleet("");
      assert.equal(status, 77);
      assert.match(told, new RegExp(`may not call ec2:${operation}\\. Allow it ec2:${operation}`));
    }
  });

  it("ends its JSON whole where EC2 stops answering on the way, and says what happened in it", async () => {
    script({ kind: "status", status: 403, errorCode: "UnauthorizedOperation", operation: "DescribeImages" });
    const { status, out, told } = await fleet("--all --json");
    assert.equal(status, 77);
    const { instances, error } = JSON.parse(out) as { instances: unknown[]; error: { code: string; status: number } };
    assert.deepEqual([instances, error.code, error.status], [[], "permission", 77]);
    assert.match(told, /may not call ec2:DescribeImages/);
  });

  it("ends its JSON whole where it is stopped on the way, at once and with the signal's status", async () => {
    const instances = Array.from({ length: 1_001 }, (_, index) => instanceOf(index, { image: OLD }));
    setWorld({ instances });
    const { status, out, told } = await fleet("--all --json", KEY, (stop) => stop.abort(new StopRequest("SIGINT")));
    assert.equal(status, 130);
    const document = JSON.parse(out) as { instances: unknown[]; error: { code: string; status: number } };
    assert.deepEqual([document.error.code, document.error.status], ["interrupted", 130]);
    assert.equal(document.instances.length, 1_000);
    assert.match(told, /stopped by SIGINT: nothing was changed/);
  });

  it("says what went wrong in every region", async () => {
    script({ kind: "status", status: 403, errorCode: "UnauthorizedOperation" });
    const { told } = await fleet("--region eu-west-1,us-east-1");
    assert.match(told, /DescribeInstances in eu-west-1: .*\n.*DescribeInstances in us-east-1: /);
  });

  it("reads page after page, each instance once, and asks for no image twice", async () => {
    const instances = Array.from({ length: 2_345 }, (_, index) =>
      instanceOf(index, { image: index < 2_000 ? OLD : MIDDLE }),
    );
    setWorld({ instances });
    for (const words of ["--json", "--all --json"]) {
      const start = emulator.requests.length;
      const { out } = await fleet(words);
      const document = JSON.parse(out) as { instanceCount: number; instances?: readonly { instanceId: string }[] };
      assert.equal(document.instanceCount, 2_345);
      if (document.instances !== undefined)
        assert.equal(new Set(document.instances.map(({ instanceId }) => instanceId)).size, 2_345);
      const calls = callsSince(start);
      assert.equal(calls.filter((name) => name === "DescribeInstances").length, 3);
      // An image and its family; with rows, another image of the same family on the last page.
      assert.equal(calls.filter((name) => name === "DescribeImages").length, document.instances === undefined ? 2 : 3);
    }
  });

  it("asks for at most two hundred images in a call", async () => {
    const images = Array.from({ length: 450 }, (_, index) =>
      imageOf({ id: `ami-${index}`, name: `golden ${index}`, age: 1 }),
    );
    setWorld({ images, instances: images.map(({ ImageId }, index) => instanceOf(index, { image: ImageId })) });
    const start = emulator.requests.length;
    const { out } = await fleet("--json");
    assert.equal((JSON.parse(out) as { images: unknown[] }).images.length, 450);
    // 200, 200 and 50 images; and all are of one family.
    assert.equal(callsSince(start).filter((name) => name === "DescribeImages").length, 4);
  });
});
