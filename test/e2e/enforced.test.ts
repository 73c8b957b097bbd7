import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { bootRoot, DISK } from "./support/booted-kernel.ts";
import { run } from "./support/command.ts";
import { installParbake } from "./support/image.ts";
import { findKernel } from "./support/old-kernel.ts";
import { describeWhere, skipSuite } from "./support/requirements.ts";
import { buildRootfs, restoreRootfs } from "./support/rootfs.ts";

const CONFIG = `imds: optional
reserve: { memory: 128MiB }
apps:
  api: { profile: custom, memory: { weight: 1, max: 256MiB }, enforce: true, options: { limit: memoryBytes } }
  db: { profile: custom, memory: { weight: 1, max: 320MiB }, cpu: { weight: 2 }, enforce: my-db@main.service }
  web: { profile: custom, memory: { weight: 1, max: 128MiB }, enforce: web.service }
files:
  - template: api.env.hbs
    path: /etc/default/api
    onChange: { restart: api.service }
`;

const UNITS = ["api.service", "my-db@main.service"];

// Perl is all that a minimal Debian has to take memory with. It waits for a signal first.
const EAT = 'my ($mib, $x) = @ARGV; $SIG{USR1} = sub { $x = "x" x ($mib << 20) }; print "up\\n"; sleep 1 while 1';

// Holds some 40 MiB, and answers each of 200 clients until its socket takes no more.
const SERVE = String.raw`use IO::Socket::INET; use Fcntl; my $held = "y" x (20 << 20); my ($block, @clients) = "x" x 65536;
my $server = IO::Socket::INET->new(LocalAddr => "127.0.0.1", LocalPort => 7000, Listen => 4096) or die;
while (my $client = $server->accept) {
  push @clients, $client; fcntl($client, F_SETFL, O_NONBLOCK); 1 while syswrite($client, $block); last if @clients == 200;
}
open(my $done, ">", "/run/served"); close $done; sleep 1 while 1;`;

/** They read nothing. */
const CALL = String.raw`use IO::Socket::INET; my @calls;
push @calls, IO::Socket::INET->new(PeerAddr => "127.0.0.1", PeerPort => 7000) for 1 .. 200; sleep 1 while 1;`;

const FILES: Readonly<Record<string, string>> = {
  "etc/parbake/parbake.yaml": CONFIG,
  "etc/parbake/templates/api.env.hbs": "LIMIT={{apps.api.limit}}\n",
  "etc/systemd/system/api.service": `[Service]\nExecStart=/usr/bin/perl -e '${EAT}' 400\n[Install]\nWantedBy=multi-user.target\n`,
  "etc/systemd/system/my-db@.service": `[Service]\nExecStart=/usr/bin/perl -e '${EAT}' 200\n[Install]\nWantedBy=multi-user.target\n`,
  "etc/systemd/system/parbake.service.d/here.conf": "[Service]\nEnvironment=AWS_EC2_METADATA_DISABLED=true\n",
  "etc/systemd/system/web.service": "[Service]\nExecStart=/usr/bin/perl /srv/serve\n",
  "srv/serve": SERVE,
  "srv/call": CALL,
  "etc/fstab": "",
};

const SCRIPT = `
export AWS_EC2_METADATA_DISABLED=true NO_COLOR=1
api=/sys/fs/cgroup/system.slice/api.service
slice='/sys/fs/cgroup/system.slice/system-my\\x2ddb.slice'
db=$slice/my-db@main.service
show() { echo "$1: $(cat "$2")"; }
pid() { systemctl show -P MainPID "$1"; }
reloads() { echo "$1: $(journalctl -b _PID=1 -o cat | grep -c '^Reloading')"; }
db_pid=$(pid my-db@main.service)
same() { echo "$1: $([ $db_pid = $(pid my-db@main.service) ] && echo the same process)"; }
wait_for() { for i in $(seq 60); do eval "$1" && return; sleep 1; done; echo "never: $1"; }
apply() { parbake apply --log-format text >/run/said 2>&1; echo "$1: $?"; }

echo "slice: $(systemctl show -P Slice my-db@main.service)"
for name in memory.max memory.high cpu.weight pids.max; do show "api $name" $api/$name; show "db $name" "$db/$name"; done
show "slice cpu.weight" "$slice/cpu.weight"
echo "api score: $(cat /proc/$(pid api.service)/oom_score_adj)"
echo "api says: $(grep -h OOMScoreAdjust /etc/systemd/system/api.service.d/60-parbake-share.conf)"
for key in fs.file-max kernel.threads-max kernel.shmmax; do show $key /proc/sys/$(echo $key | tr . /); done
reloads "reloads of the boot"
apply "second run"
reloads "reloads after it"

systemd-run --unit=reader --property=MemoryMax=64M --wait --quiet dd if=${DISK} of=/dev/null bs=1M status=none
echo "reader: $?"

systemctl kill -s USR1 my-db@main.service
wait_for '[ $(cat "$db/memory.current") -gt 200000000 ]'
systemctl kill -s USR1 api.service
wait_for '[ $(systemctl show -P ActiveState api.service) = failed ]'
echo "api ended by: $(systemctl show -P Result api.service)"
same "db beside it"
echo "failed: $(systemctl --failed --no-legend --plain | cut -d' ' -f1)"

sed -i 's/320MiB/128MiB/' /etc/parbake/parbake.yaml
parbake plan --log-format text 2>&1 | grep 'my-db@main.service runs with'
sed -i 's/128MiB }, cpu/512MiB }, cpu/' /etc/parbake/parbake.yaml
apply "raised"
show "raised memory.max" "$db/memory.max"
same "db after it"

share=/etc/systemd/system/my-db@main.service.d/60-parbake-share.conf
sed -i 's/MemoryMax=.*/MemoryMax=1G/' $share
parbake status | grep 'drifted.*my-db@main'
apply "mended"
sed -i 's/, enforce: my-db@main.service//' /etc/parbake/parbake.yaml
apply "freed"
show "freed memory.max" "$db/memory.max"
show "freed cpu.weight" "$slice/cpu.weight"
same "db at last"
echo "left: $(ls /etc/systemd/system/my-db@main.service.d)"

web=/sys/fs/cgroup/system.slice/web.service
sed -i '/^reserve:/d' /etc/parbake/parbake.yaml
apply "with the usual reserve"
systemctl start web.service
sleep 1
systemd-run --unit=clients --quiet perl /srv/call
wait_for '[ -e /run/served ]'
show "web memory.max" $web/memory.max
show "web memory.current" $web/memory.current
echo "web sockets: $(sed -n 's/^sock //p' $web/memory.stat)"
echo "web: $(systemctl show -P ActiveState web.service)"
systemctl stop clients web
`;

describeWhere(
  {
    root: true,
    debian: true,
    programs: ["qemu-system-x86_64", "cpio", "apt-get", "apt-cache", "dpkg", "mmdebstrap", "zstd"],
  },
  "a booted machine whose apps are kept to their shares (Debian 12's kernel, cgroups of version 2)",
  function () {
    this.timeout(300_000);
    let said = "";

    before(async function () {
      this.timeout(900_000);
      const kernel = await findKernel();
      if (kernel.kind === "unavailable") skipSuite(this, kernel.reason);
      const rootfs = await buildRootfs([]);
      if (rootfs.kind === "unavailable") skipSuite(this, rootfs.reason);
      const root = await mkdtemp(join(tmpdir(), "parbake-e2e-"));
      try {
        await restoreRootfs(rootfs.path, root);
        for (const [name, text] of Object.entries(FILES)) {
          await mkdir(dirname(join(root, name)), { recursive: true });
          await writeFile(join(root, name), text);
        }
        await run(["systemctl", `--root=${root}`, "enable", ...UNITS]);
        await installParbake(root, UNITS);
        said = (await bootRoot(kernel.image, root, SCRIPT)).replaceAll("\r", "");
      } finally {
        await rm(root, { recursive: true, force: true });
      }
    });

    /** What the script said of it. */
    const of = (name: string): string | undefined =>
      said
        .split("\n")
        .find((line) => line.startsWith(`${name}: `))
        ?.slice(name.length + 2);

    it("has the numbers of parbake in the kernel's own files, after one daemon-reload of its first boot", () => {
      const kernels = ["memory.max", "memory.high", "cpu.weight", "pids.max"].map((file) => [
        of(`api ${file}`),
        of(`db ${file}`),
      ]);
      assert.deepEqual(
        kernels,
        [
          ["268435456", "335544320"],
          ["max", "max"],
          ["100", "200"],
          ["2048", "2560"],
        ],
        said,
      );
      assert.deepEqual([of("reloads of the boot"), of("second run"), of("reloads after it")], ["1", "0", "1"]);
    });
    it("shows why sysctl leaves some keys alone: systemd and the kernel have their most already", () => {
      assert.equal(of("fs.file-max"), "9223372036854775807");
      assert.equal(of("kernel.shmmax"), "18446744073692774399");
      // A thread for each 128 KiB of what the 3 GiB have left beside the initramfs.
      const threads = Number(of("kernel.threads-max"));
      assert.ok(threads > 20_000 && threads < 24_576, String(threads));
    });
    it("has the weight of an instance at the slice, where it counts beside other services", () => {
      assert.deepEqual([of("slice"), of("slice cpu.weight")], [String.raw`system-my\x2ddb.slice`, "200"]);
    });
    it("has started the unit with its score", () => {
      // 256 MiB of the some 2.9 GiB that the kernel has of 3.
      assert.match(of("api score") ?? "", /^-(?:8[4-9]|9[01])$/);
      assert.equal(of("api says"), `OOMScoreAdjust=${of("api score")}`);
    });
    it("kills nobody for page cache: a unit reads three times its limit from a disk", () => {
      assert.equal(of("reader"), "0");
    });
    it("kills the unit that takes more than its share, and that alone", () => {
      assert.deepEqual(
        [of("api ended by"), of("db beside it"), of("failed")],
        ["oom-kill", "the same process", "api.service"],
      );
    });
    it("kills nobody for clients that do not read: what they hold is the reserve's", () => {
      const [max, current, sockets] = ["web memory.max", "web memory.current", "web sockets"].map((name) =>
        Number(of(name)),
      );
      const shareBytes = 128 * 2 ** 20;
      assert.equal(of("web"), "active", said);
      assert.ok(sockets! > 50 * 2 ** 20 && current! > shareBytes, `${sockets} of ${current}`);
      assert.ok(max! > shareBytes + 150 * 2 ** 20 && max! < shareBytes + 200 * 2 ** 20, String(max));
    });
    it("is warned of a share below what the running unit holds, before anything is done", () => {
      assert.match(
        said,
        /my-db@main\.service runs with 20\d(?:\.\d)? MiB that the kernel cannot take back, and is to be kept to 128 MiB/,
      );
    });
    it("gives a running unit its new limit, and restarts nothing for it", () => {
      assert.deepEqual(
        [of("raised"), of("raised memory.max"), of("db after it")],
        ["0", "536870912", "the same process"],
        said,
      );
    });
    it("tells a limit that was edited by hand, and mends it", () => {
      assert.match(said, /drifted .*my-db@main\.service\.d\/60-parbake-share\.conf/);
      assert.equal(of("mended"), "0");
    });
    it("frees the unit once the config no longer enforces its share", () => {
      assert.deepEqual(
        [of("freed"), of("freed memory.max"), of("freed cpu.weight"), of("db at last"), of("left")],
        ["0", "max", "100", "the same process", "10-parbake.conf"],
        said,
      );
    });
  },
);
