import assert from "node:assert/strict";
import { cpSync, readFileSync } from "node:fs";
import { appendFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEmulator } from "../../scripts/emulator/emulator.ts";
import { BINARY, makeScratchImage, runProgram, type ScratchImage } from "../binary/support/scratch-image.ts";
import { run } from "../e2e/support/command.ts";
import { describeWhere, skipSuite } from "../e2e/support/requirements.ts";
import { listReadyTemplates, TEMPLATES_FOLDER } from "../unit/support/ready-templates.ts";
import { explainFewerFiles } from "./support/machine-limits.ts";
import { openPrograms, type Programs, PROGRAMS_REQUIREMENTS } from "./support/open-programs.ts";
import { commandFor, exampleOf, placeFile, renderReady, writeConfig } from "./support/ready-files.ts";
import { CHECKS, WITHOUT_PROGRAM } from "./support/template-checks.ts";
import type { Size } from "./support/tune.ts";

const SIZES: readonly Size[] = [
  { memory: "2GiB", vcpus: 1 },
  { memory: "16GiB", vcpus: 4 },
  { memory: "1TiB", vcpus: 128 },
];

/** Debian's own units, with the templates that they read. They all run at once on this machine. */
const UNITS: Readonly<Record<string, readonly string[]>> = {
  "etcd.service": ["etcd.env.hbs"],
  "haproxy.service": ["haproxy.cfg.hbs"],
  "influxdb.service": ["influxdb.env.hbs"],
  "memcached.service": ["memcached.conf.hbs"],
  "nginx.service": ["nginx.conf.hbs"],
  "pgbouncer.service": ["pgbouncer.ini.hbs"],
  "php8.2-fpm.service": ["php-fpm.ini.hbs"],
  "postgresql@15-main.service": ["postgresql.conf.hbs"],
  "redis-server.service": ["redis.conf.hbs"],
  "tomcat10.service": ["tomcat.service.hbs"],
  "varnish.service": ["varnish.service.hbs"],
};

describe("the list of what real programs are asked of the ready templates", () => {
  it("has every template, with a program that reads it or with the reason why no program is asked", () => {
    const secrets = listReadyTemplates().filter((name) => name.startsWith("secrets/"));
    const listed = [...CHECKS.map(({ template }) => template), ...Object.keys(WITHOUT_PROGRAM), ...secrets];
    assert.deepEqual(listed.toSorted(), listReadyTemplates().toSorted());
  });
});

const REQUIREMENTS = { ...PROGRAMS_REQUIREMENTS, programs: [...PROGRAMS_REQUIREMENTS.programs!, "openssl"] };

describeWhere(REQUIREMENTS, "real programs and the ready templates", function () {
  this.timeout(120_000);
  let programs: Programs;

  before(async function () {
    this.timeout(1_200_000);
    const opened = await openPrograms();
    if ("reason" in opened) skipSuite(this, opened.reason);
    programs = opened;
  });
  after(() => programs?.close());

  for (const { template, title, limit, accept } of CHECKS)
    describe(`${template}: ${title}`, () => {
      for (const size of SIZES)
        it(`takes what is rendered for ${size.memory}`, async function () {
          const file = await renderReady(template, size);
          const reason = limit?.(file) ?? null;
          if (reason !== null) {
            this.test!.title += ` (not tried: ${reason})`;
            return this.skip();
          }
          await placeFile(programs, file);
          await accept(programs, file);
        });
    });

  describe("the validators that the templates show", () => {
    for (const { template } of CHECKS) {
      if (exampleOf(template).config.files.every(({ validate }) => validate === null)) continue;
      it(`take ${template} and refuse it when it is spoilt`, async function () {
        const file = await renderReady(template, SIZES[1]!);
        if (file.validate === null) return this.skip();
        await placeFile(programs, file);
        await programs.machine.run(commandFor(file));
        const spoilt = { ...file, path: `${file.path}.spoilt`, text: `${file.text}nonsense ( {\n` };
        await placeFile(programs, spoilt);
        try {
          assert.notEqual((await programs.machine.attempt(commandFor(spoilt))).status, 0);
        } finally {
          await programs.machine.run(["rm", join("/", spoilt.path)]);
        }
      });
    }
  });

  it("are what Debian's own units start with, once apply --root has written them", async function () {
    const { machine, root } = programs;
    const config = writeConfig(root, Object.values(UNITS).flat().map(exampleOf));
    await appendFile(join(root, "etc/redis/redis.conf"), "include /etc/redis/parbake.conf\n");
    await appendFile(join(root, "etc/pgbouncer/pgbouncer.ini"), "\n%include /etc/pgbouncer/parbake.ini\n");
    const { status, stdout, stderr } = await runProgram(null, [BINARY, "apply", "--root", root, "--config", config]);
    assert.equal(status, 0, stdout + stderr);
    const reason = await allowFewerFiles(root);
    if (reason !== null) this.test!.title += ` (HAProxy without its strict limits: ${reason})`;
    await machine.run(["systemctl", "daemon-reload"]);
    for (const unit of Object.keys(UNITS)) {
      await machine.run(["systemctl", "restart", unit]);
      assert.equal(await machine.show(unit, "ActiveState"), "active", unit);
    }
    const argv = await machine.run(["cat", `/proc/${await machine.show("haproxy.service", "MainPID")}/cmdline`]);
    assert.match(argv, /\0-f\0\/etc\/haproxy\/parbake\.cfg\0.*\0-m\0\d+\0-f\0\/etc\/haproxy\/haproxy\.cfg/);
    await machine.run(["systemctl", "stop", ...Object.keys(UNITS)]);
  });

  describe("of secrets, written by apply from an emulated Secrets Manager", () => {
    const PASSWORD = `pass "word" 'with' $all \`of\` \\it`;
    let image: ScratchImage;

    before(async () => {
      const tls = await makeCertificate();
      const string = (value: object) => [{ string: JSON.stringify(value) }];
      const secrets = [
        { name: "prod/keystore", versions: string({ password: PASSWORD }) },
        { name: "prod/tls", versions: string(tls) },
      ];
      const emulator = await startEmulator({ world: { secrets } });
      image = makeScratchImage();
      try {
        image.write(
          "etc/passwd",
          "root:x:0:0::/:/bin/false\nmyapp:x:900:900::/:/bin/false\nhaproxy:x:901:901::/:/bin/false\n",
        );
        image.write("etc/group", "root:x:0:\nmyapp:x:900:\nhaproxy:x:901:\n");
        cpSync(TEMPLATES_FOLDER, join(image.root, "etc/parbake/templates"), { recursive: true });
        image.write("etc/parbake/parbake.yaml", exampleOf("secrets/keystore-password.txt.hbs").yaml);
        image.write("etc/parbake/parbake.d/swap.yaml", "secretsGuarantee: swappable\n");
        image.write("etc/parbake/parbake.d/tls.yaml", exampleOf("secrets/tls.pem.hbs").yaml);
        const { status, stderr } = await image.run(emulator, "apply");
        assert.equal(status, 0, stderr);
      } finally {
        await emulator.close();
      }
    });
    after(() => image?.remove());

    async function handOver(name: string): Promise<string> {
      const path = `/srv/${name}`;
      await placeFile(programs, { path, text: readFileSync(join(image.root, "run/parbake/secrets", name), "utf8") });
      return path;
    }

    it("keytool makes and opens a keystore with keystore-password.txt", async () => {
      const path = await handOver("keystore-password.txt");
      const store = ["-keystore", "/srv/keystore.p12", "-storepass:file", path];
      const { machine } = programs;
      await machine.run(["keytool", "-genkeypair", "-alias", "a", "-keyalg", "EC", "-dname", "CN=a", ...store]);
      assert.match(await machine.run(["keytool", "-list", ...store]), /1 entry/);
      const wrong = ["-keystore", "/srv/keystore.p12", "-storepass", "wrong!"];
      await assert.rejects(machine.run(["keytool", "-list", ...wrong]), /keystore password was incorrect/);
    });

    it("HAProxy takes tls.pem for a certificate with its key", async () => {
      const path = await handOver("tls.pem");
      const config = `defaults\n  mode http\n  timeout client 1s\n  timeout server 1s\n  timeout connect 1s\nfrontend a\n  bind 127.0.0.1:8443 ssl crt ${path}\n`;
      await placeFile(programs, { path: "/srv/tls.cfg", text: config });
      await programs.machine.run(["haproxy", "-c", "-f", "/srv/tls.cfg"]);
    });
  });
});

/** Has HAProxy go on where this machine lets it have fewer files than it wants: why, or null where it does not have to. */
async function allowFewerFiles(root: string): Promise<string | null> {
  const [, files] = /ulimit-n (\d+)/.exec(await readFile(join(root, "etc/haproxy/parbake.cfg"), "utf8"))!;
  const reason = explainFewerFiles(Number(files));
  if (reason !== null) await appendFile(join(root, "etc/haproxy/haproxy.cfg"), "global\n  no strict-limits\n");
  return reason;
}

/** A CA and a server's certificate, in the parts that the template wants. */
async function makeCertificate(): Promise<{ certificate: string; chain: string; key: string }> {
  const folder = await mkdtemp(join(tmpdir(), "parbake-tls-"));
  try {
    const at = (name: string) => join(folder, name);
    const key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
    await run(["openssl", "req", "-x509", ...key, "-keyout", at("ca.key"), "-out", at("ca.pem"), "-subj", "/CN=ca"]);
    const signed = ["-CA", at("ca.pem"), "-CAkey", at("ca.key")];
    await run([
      "openssl",
      "req",
      "-x509",
      ...key,
      "-keyout",
      at("key"),
      "-out",
      at("pem"),
      "-subj",
      "/CN=a",
      ...signed,
    ]);
    const read = (name: string) => readFileSync(at(name), "utf8");
    return { certificate: read("pem"), chain: read("ca.pem"), key: read("key") };
  } finally {
    await rm(folder, { recursive: true });
  }
}
