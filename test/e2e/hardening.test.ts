import assert from "node:assert/strict";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installParbake } from "./support/image.ts";
import { bootMachine, type Machine } from "./support/machine.ts";
import { createNamespace, type Namespace } from "./support/namespace.ts";
import { describeWhere } from "./support/requirements.ts";
import { openBakedRoot, SITE_REQUIREMENTS, type BakedRoot } from "./support/site.ts";

/** systemd-analyze's own measure: 0.0 is sealed, 10.0 open; with this suite's config, which has validators. */
const MOST_EXPOSURE = {
  "parbake.service": 3.4,
  "parbake-refresh.service": 3.2,
  "parbake-ready@nginx.service": 2.5,
  "parbake-over.service": 0.7,
  "parbake-held.service": 0.7,
};

/** Each is there when the image is baked, but the last, which a run makes. */
const FOLDERS = ["/home/app/conf", "/srv/app", "/opt/app/etc", "/usr/local/etc/app", "/var/lib/app", "/run/app"];

const NGINX = "events {}\nhttp { server { listen 127.0.0.1:8{{facts.vcpus}}; } }\n";

const POSTGRES = [
  "/usr/bin/setpriv --reuid=postgres --regid=postgres --clear-groups --",
  "/usr/lib/postgresql/15/bin/postgres -C shared_buffers -D /var/lib/postgresql/15/main -c config_file={}",
].join(" ");

/** Ends with 1 where it could write to a place that no file of the config is in. */
const PROBE = `#!/bin/sh
for file in /etc/probe /etc/systemd/system/probe /usr/probe /home/probe /home/app/probe /srv/probe /opt/probe /root/probe \\
  /var/spool/probe /proc/sys/kernel/domainname /sys/kernel/mm/probe; do
  if (: >"$file") 2>/dev/null; then echo "$file could be written to"; exit 1; fi
done
`;

function configOf(folders: readonly string[], check = "validate: [/usr/local/bin/probe]"): string {
  const files = folders.map((folder) => `  - { template: app.env.hbs, path: ${folder}/app.env, ${check} }`);
  return `imds: optional
folders: [{ path: /run/app }]
apps: { web: { profile: nginx } }
files:
  - { template: nginx.conf.hbs, path: /etc/nginx/nginx.conf, validate: [/usr/sbin/nginx, -t, -q, -c, "{}"] }
  - { template: pg.conf.hbs, path: /etc/postgresql/15/main/conf.d/90.conf, owner: postgres, validate: [${POSTGRES.split(
    " ",
  )
    .map((word) => JSON.stringify(word))
    .join(", ")}] }
  - { template: app.env.hbs, path: /etc/as/runuser.env, validate: [/sbin/runuser, -u, postgres, --, /usr/bin/test, -r, /etc/passwd] }
  - { template: app.env.hbs, path: /etc/as/su.env, validate: [/bin/su, -s, /bin/sh, postgres, -c, "id -un | grep -x postgres"] }
${files.join("\n")}
`;
}

async function bake(root: string): Promise<void> {
  const put = async (path: string, text: string): Promise<void> => {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  };
  for (const folder of [...FOLDERS.slice(0, -1), "/srv/app/slow", "/srv/other", "/etc/as"])
    await mkdir(join(root, folder), { recursive: true });
  await put("/usr/local/bin/probe", PROBE);
  await put("/usr/local/bin/slow", "#!/bin/sh\n: >/run/slow\nsleep 3\n");
  for (const name of ["probe", "slow"]) await chmod(join(root, "usr/local/bin", name), 0o755);
  await put("/etc/parbake/parbake.yaml", configOf(FOLDERS));
  await put("/etc/parbake/environment", "AWS_EC2_METADATA_DISABLED=true\n");
  await put("/etc/parbake/templates/nginx.conf.hbs", NGINX);
  await put("/etc/parbake/templates/pg.conf.hbs", "max_connections = {{facts.vcpus}}0\n");
  await put("/etc/parbake/templates/app.env.hbs", "VCPUS={{facts.vcpus}}\n");
  await installParbake(root, ["nginx.service"]);
}

describeWhere(SITE_REQUIREMENTS, "the sandbox of the units, in a booted machine", function () {
  this.timeout(120_000);
  let site: BakedRoot;
  let namespace: Namespace;
  let machine: Machine;

  before(async function () {
    this.timeout(1_200_000);
    site = await openBakedRoot(this, bake);
    namespace = await createNamespace({ imds: false });
    machine = await bootMachine(site.root, namespace);
  });
  after(async () => {
    await machine?.powerOff();
    await namespace?.remove();
    await site?.remove();
  });

  const configure = (text: string) => writeFile(join(site.root, "etc/parbake/parbake.yaml"), text);
  const journal = (unit: string) => machine.run(["journalctl", "--no-pager", "-o", "cat", "-u", unit]);

  for (const [unit, most] of Object.entries(MOST_EXPOSURE))
    it(`has ${unit} no more exposed than ${most}`, async () => {
      const told = await machine.run(["systemd-analyze", "security", "--no-pager", unit]);
      const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(told)?.[1]);
      assert.ok(exposure <= most, told);
    });

  it("lets a boot write wherever the config has a file, its validators do their work, and nothing write elsewhere", async () => {
    assert.equal(await machine.show("parbake.service", "Result"), "success", await journal("parbake.service"));
    for (const folder of FOLDERS) assert.match(await machine.run(["cat", `${folder}/app.env`]), /^VCPUS=\d+$/);
    assert.equal(await machine.show("nginx.service", "ActiveState"), "active");
    const probe = await machine.attempt(["/usr/local/bin/probe"]);
    // Outside of the sandbox it could.
    assert.equal(probe.status, 1);
    await machine.run(["sh", "-c", "rm -f /etc/probe"]);
  });

  it("waits for a run that a person has started", async () => {
    await writeFile(
      join(site.root, "etc/slow.yaml"),
      `${configOf(["/srv/app/slow"], "healthCheck: [/usr/local/bin/slow]")}templates: /etc/parbake/templates\n`,
    );
    const steps = [
      "AWS_EC2_METADATA_DISABLED=true parbake apply --config /etc/slow.yaml & until test -e /run/slow; do sleep 0.1; done",
      "systemctl reload parbake.service; wait",
    ];
    assert.match(await machine.run(["sh", "-c", steps.join("\n")]), /create {2}\/srv\/app\/slow\/app\.env/);
    // Which the unit's config does not have: its run took it away again, after the person's.
    assert.equal(await machine.run(["ls", "/srv/app/slow"]), "");
  });

  it("refuses a file in a folder that it does not know, says so beforehand, and takes it after `parbake install`", async () => {
    await configure(configOf(["/srv/other"], "validate: [/bin/true]"));
    const checked = await machine.attempt(["parbake", "check"]);
    assert.equal(checked.status, 78, checked.stdout);
    assert.match(
      checked.stderr,
      /\/etc\/systemd\/system\/parbake\.service\.d\/20-parbake-sandbox\.conf is of another config: parbake\.service may not write below \/srv\/other, which this one needs\. Write it anew: parbake install$/m,
    );
    const reload = await machine.attempt(["systemctl", "reload", "parbake.service"]);
    assert.notEqual(reload.status, 0);
    assert.match(
      await journal("parbake.service"),
      /\/srv\/other\/\S+ is mounted read-only for this process alone: ReadWritePaths= of its unit does not list the folder\. Run `parbake install`/,
    );
    assert.match(
      await machine.run(["parbake", "install"]),
      /^installed \/etc\/systemd\/system\/parbake\.service\.d\/20-parbake-sandbox\.conf$/m,
    );
    await machine.run(["parbake", "check"]);
    await machine.run(["systemctl", "reload", "parbake.service"]);
    assert.match(await machine.run(["cat", "/srv/other/app.env"]), /^VCPUS=\d+$/);
  });
});
