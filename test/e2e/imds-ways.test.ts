// The ways in which an instance finds its IMDS, and those in which it does not: each made with real addresses, routes and rules in
// network namespaces, and told by the compiled binary in one line with its remedy.

import assert from "node:assert/strict";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, FaultAction } from "../../scripts/emulator/faults.ts";
import { ROLE_CREDENTIALS, type WorldInput } from "../../scripts/emulator/world.ts";
import { BINARY, makeScratchImage } from "../binary/support/scratch-image.ts";
import { assertWithin } from "../support/slowness.ts";
import { imdsdOf, startImdsd } from "../unit/support/varlink-imdsd.ts";
import { ADDRESS, createImdsSite, type ImdsSite } from "./support/imds-site.ts";
import { describeWhere } from "./support/requirements.ts";

const SECRETS: WorldInput = { secrets: [{ name: "prod/db", versions: [{ string: '{"password":"hunter2"}' }] }] };
/** More than half of it is the network's, in which a busy machine must have made a whole try of a second. */
const DEADLINE = "4s";

const { ipv4, ipv6 } = ADDRESS;

/** A rule for what comes from IMDS's port, with something in it: the answers, not the handshake. */
const ANSWERS = "tcp sport 80 meta length > 90";

const ROLE_DOCUMENT = JSON.stringify({
  Code: "Success",
  AccessKeyId: ROLE_CREDENTIALS.accessKeyId,
  SecretAccessKey: ROLE_CREDENTIALS.secretAccessKey,
  Token: ROLE_CREDENTIALS.token,
  Expiration: "2099-01-01T00:00:00Z",
});

/** Runs what follows where the folder is /run/systemd. */
function inFrontOf(folder: string): string[] {
  const script = 'mount -t tmpfs none /run; mkdir /run/systemd; mount --bind "$0" /run/systemd; exec "$@"';
  return ["unshare", "--mount", "--propagation", "private", "sh", "-ec", script, folder];
}

interface Way {
  readonly title: string;
  readonly isRouted?: boolean;
  readonly lay: (site: ImdsSite) => Promise<void>;
  /** Null: IMDS does not run. */
  readonly world?: WorldInput | null;
  /** Each of the run's lines, `parbake: ` before it. */
  readonly says: readonly RegExp[];
}

function always(action: FaultAction, match: Partial<Fault["match"]> = {}): WorldInput {
  return { faults: [{ match: { service: "imds", ...match }, do: action }] };
}

const MODIFY = "aws ec2 modify-instance-metadata-options --instance-id (?:ID|i-[0-9a-f]+) --http-endpoint enabled";

const WAYS: readonly Way[] = [
  {
    title: "switched off",
    lay: (site) => site.join("ipv4"),
    world: always({ kind: "switched-off" }),
    says: [/^IMDS at http:\/\/169\.254\.169\.254 answers 403: it is switched off.*--http-endpoint enabled\./],
  },
  {
    title: "behind a router, with a hop limit of 1",
    isRouted: true,
    lay: async (site) => {
      await site.join("ipv4");
      await site.rule("server", `ip saddr ${ipv4} ${ANSWERS} ip ttl set 1`);
    },
    says: [
      new RegExp(
        `^IMDS takes the connection, but its answer .* never arrives.*hop limit.*${MODIFY} --http-put-response-hop-limit 2`,
      ),
    ],
  },
  {
    title: "behind a router, with a hop limit of 1, by IPv6",
    isRouted: true,
    lay: async (site) => {
      await site.join("ipv6");
      await site.rule("server", `ip6 saddr ${ipv6} ${ANSWERS} ip6 hoplimit set 1`);
    },
    says: [/^IMDS takes the connection, but its answer .* never arrives.*--http-put-response-hop-limit 2/],
  },
  {
    title: "that an instance with IPv6 alone reaches, but that is not enabled there",
    lay: async (site) => {
      await site.join("ipv6");
      await site.rule("server", `ip6 saddr ${ipv6} drop`);
    },
    says: [
      new RegExp(
        `^this instance has IPv6 alone.*not enabled.*${ipv4}\\S+: ENETUNREACH.*${MODIFY} --http-protocol-ipv6 enabled`,
      ),
    ],
  },
  {
    title: "that an instance with IPv6 alone reaches, and where nobody listens",
    lay: (site) => site.join("ipv6"),
    world: null,
    says: [/^this instance has IPv6 alone.*ECONNREFUSED.*--http-protocol-ipv6 enabled/],
  },
  {
    title: "without a network",
    lay: async () => {},
    says: [
      /^the network never came up: .*169\.254\.169\.254\S+: ENETUNREACH; \S+fd00:ec2::254\S+: ENETUNREACH.*ip address, ip route/,
    ],
  },
  {
    title: "that a firewall of the instance rejects",
    lay: async (site) => {
      await site.join("ipv4");
      await site.rule("instance", `ip daddr ${ipv4} reject with tcp reset`);
    },
    says: [/^a firewall or a route rejects connections to IMDS: .*ECONNREFUSED.*nft list ruleset/],
  },
  {
    title: "that a firewall of the instance prohibits",
    lay: async (site) => {
      await site.join("ipv4");
      await site.rule("instance", `ip daddr ${ipv4} reject with icmp admin-prohibited`);
    },
    says: [/^a firewall or a route rejects connections to IMDS: .*EHOSTUNREACH.*nft list ruleset/],
  },
  {
    title: "whose packets a firewall drops",
    lay: async (site) => {
      await site.join("ipv4");
      await site.rule("server", `ip saddr ${ipv4} drop`);
    },
    says: [/^what is sent to IMDS gets lost: a firewall drops it.*no connection in 500 ms.*nft list ruleset/],
  },
  {
    title: "behind a route that prohibits it, without systemd-imdsd",
    lay: async (site) => {
      await site.join("ipv4");
      await site.ip("instance", "route", "add", "prohibit", ipv4);
    },
    says: [/^this machine forbids direct connections to IMDS: .*EACCES.*systemctl enable --now systemd-imdsd\.socket/],
  },
  {
    title: "that throttles",
    lay: (site) => site.join("ipv4"),
    world: always({ kind: "status", status: 503 }, { method: "PUT" }),
    says: [/^IMDS is throttling this instance.*HTTP 503.*ss -tnp dst 169\.254\.169\.254/],
  },
  {
    title: "that answers with nothing",
    lay: (site) => site.join("ipv4"),
    world: always({ kind: "status", status: 200, body: "" }, { method: "GET" }),
    says: [/^IMDS answers with nothing.*meta-data\/\S+: an empty answer.*ss -tnp/],
  },
  {
    title: "whose answers break off",
    lay: (site) => site.join("ipv4"),
    world: always({ kind: "garbage", as: "truncated" }),
    says: [/^what answers for IMDS breaks off.*an answer that breaks off.*no proxy/],
  },
  {
    title: "with a proxy in the way that has a page of its own",
    lay: (site) => site.join("ipv4"),
    world: always({ kind: "garbage", as: "body" }),
    says: [
      /^http:\/\/169\.254\.169\.254 answers the request for a session token with \d+ characters that are not a token.*nft list ruleset, iptables -t nat -S/,
    ],
  },
  {
    title: "with a proxy in the way that asks for a password",
    lay: (site) => site.join("ipv4"),
    world: always({ kind: "status", status: 407 }),
    says: [
      /^http:\/\/169\.254\.169\.254\/latest\/api\/token answers 407, which IMDS never does.*nft list ruleset, iptables -t nat -S/,
    ],
  },
  {
    title: "that speaks version 1",
    lay: (site) => site.join("ipv4"),
    world: always({ kind: "v1-only" }),
    says: [/^http:\/\/169\.254\.169\.254 answers 404 to IMDSv2's request/],
  },
  {
    title: "without an instance profile",
    lay: (site) => site.join("ipv4"),
    world: { ...SECRETS, imds: { role: null } },
    says: [
      /^\S+parbake\.yaml:3:16: this instance has no role.*aws ec2 associate-iam-instance-profile --instance-id \S+ --iam-instance-profile Name=PROFILE/,
    ],
  },
  {
    title: "with a role that EC2 may not assume",
    lay: (site) => site.join("ipv4"),
    world: {
      ...SECRETS,
      imds: {
        values: {
          "meta-data/iam/security-credentials/web": '{"Code":"AssumeRoleUnauthorizedAccess","Message":"hunter2"}',
        },
      },
    },
    says: [
      /^\S+parbake\.yaml:3:16: IMDS has no credentials for the role web: it gives the code AssumeRoleUnauthorizedAccess.*aws iam get-role --role-name web/,
    ],
  },
];

describeWhere(
  { root: true, programs: ["ip", "nft", "nsenter", "setpriv", "sysctl"] },
  "IMDS, for the compiled binary",
  function () {
    this.timeout(120_000);
    const made: { remove(): unknown }[] = [];
    afterEach(async () => {
      for (const each of made.splice(0).toReversed()) await each.remove();
    });

    async function open({
      isRouted,
      lay,
      world = SECRETS,
    }: Pick<Way, "isRouted" | "lay" | "world">): Promise<ImdsSite> {
      const site = await createImdsSite(isRouted);
      made.push(site);
      await lay(site);
      if (world !== null) await site.serve(world);
      return site;
    }

    function apply(site: ImdsSite, deadline: string, gateway = "10.99.0.1", front: readonly string[] = []) {
      const image = makeScratchImage();
      made.push(image);
      image.write("etc/parbake/templates/web.txt.hbs", "{{facts.instanceType}}\n{{facts.hostname}}\n");
      const argv = [...front, BINARY, "apply", "--log-level", "error", "--deadline", deadline, "--root", image.root];
      const outcome = site.run(argv, { AWS_ENDPOINT_URL: `http://${gateway}` });
      return { image, outcome };
    }

    for (const { says, ...way } of WAYS)
      it(`${way.title}, is told with its remedy, in one line`, async () => {
        const site = await open(way);
        const { outcome } = apply(site, DEADLINE);
        const { status, stdout, stderr } = await outcome;
        assert.equal(status, 69, stderr);
        assert.equal(stdout, "");
        assert.doesNotMatch(stderr, /hunter2/);
        const lines = stderr.trimEnd().split("\n");
        assert.equal(lines.length, says.length, stderr);
        for (const [index, line] of lines.entries()) assert.match(line.replace(/^parbake: /, ""), says[index]!);
      });

    for (const family of ["ipv4", "ipv6"] as const)
      it(`is found by an instance with ${family === "ipv4" ? "IPv4" : "IPv6"} alone, without a word from anyone`, async () => {
        const site = await open({ lay: (each) => each.join(family) });
        const { image, outcome } = apply(site, "20s", family === "ipv4" ? "10.99.0.1" : "[fd99::1]");
        const startMs = performance.now();
        const { status, stderr } = await outcome;
        assert.deepEqual([status, stderr], [0, ""]);
        assertWithin(3_000, performance.now() - startMs);
        assert.match(image.read("etc/web/web.txt"), /^m7g\.large\n/);
      });

    it("is found by IPv6 where a firewall drops what goes to the other address", async () => {
      const site = await open({
        lay: async (each) => {
          await each.join("ipv4");
          await each.join("ipv6");
          await each.rule("server", `ip saddr ${ipv4} drop`);
        },
      });
      const { status, stderr } = await apply(site, "20s").outcome;
      assert.deepEqual([status, stderr], [0, ""]);
    });

    it("is found by a network that comes late, at once", async () => {
      const site = await open({ lay: async () => {} });
      const { outcome } = apply(site, "60s");
      await sleep(6_000);
      await site.join("ipv4");
      const startMs = performance.now();
      const { status, stderr } = await outcome;
      assert.deepEqual([status, stderr], [0, ""]);
      // The longest wait between two tries, and the rest of the run.
      assertWithin(600, performance.now() - startMs);
    });

    it("is asked by way of systemd-imdsd where a route locks it", async () => {
      const keys = {
        "/meta-data/instance-type": "r7i.large",
        "/meta-data/local-hostname": "ip-10-0-0-1",
        "/meta-data/placement/region": "eu-west-1",
        "/meta-data/placement/availability-zone": "eu-west-1a",
        "/meta-data/iam/security-credentials/": "web",
        "/meta-data/iam/security-credentials/web": ROLE_DOCUMENT,
      };
      const imdsd = await startImdsd(imdsdOf(keys));
      made.push({ remove: () => imdsd.close() });
      const site = await open({
        lay: async (each) => {
          await each.join("ipv4");
          await each.ip("instance", "route", "add", "prohibit", ipv4);
        },
      });
      const { image, outcome } = apply(site, "20s", "10.99.0.1", inFrontOf(dirname(imdsd.socket)));
      const { status, stderr } = await outcome;
      assert.deepEqual([status, stderr], [0, ""]);
      assert.equal(image.read("etc/web/web.txt"), "r7i.large\nip-10-0-0-1\n");
      assert.equal(image.read("run/parbake/secrets/db/password"), "hunter2");
      const asked = imdsd.calls.map(({ parameters }) => parameters);
      assert.deepEqual(
        asked.find(({ key }) => key === "/meta-data/iam/security-credentials/web"),
        {
          key: "/meta-data/iam/security-credentials/web",
          cache: false,
        },
      );
    });

    it("gives a host name as DHCP options made it", async () => {
      const world = {
        ...SECRETS,
        imds: { values: { "meta-data/local-hostname": "ip-10-0-0-1.a_b.example,other.example" } },
      };
      const site = await open({ lay: (each) => each.join("ipv4"), world });
      const { image, outcome } = apply(site, "20s");
      const { status, stderr } = await outcome;
      assert.deepEqual([status, stderr], [0, ""]);
      assert.equal(image.read("etc/web/web.txt"), "m7g.large\nip-10-0-0-1.a_b.example,other.example\n");
    });
  },
);
