import assert from "node:assert/strict";
import { bootOldKernel, findKernel, SWAP_DISK } from "./support/old-kernel.ts";
import { describeWhere, skipSuite } from "./support/requirements.ts";

const CONFIG = `
imds: optional
secrets: { db: { id: prod/db, region: eu-west-1, keys: { password: { file: db/password } } } }
`;

// Nobody is there to give it a secret: what it does before it asks for one is all that matters.
const SCRIPT = `
export AWS_EC2_METADATA_DISABLED=true AWS_ACCESS_KEY_ID=AKIDEXAMPLE AWS_SECRET_ACCESS_KEY=example
parbake apply --deadline 12s --log-format text --log-level info
cat /run/parbake/report.json /proc/self/mountinfo

try() {
  umount /run/parbake/secrets
  mount -t tmpfs -o mode=0711,nosuid,nodev,noexec tmpfs /run/parbake/secrets
  parbake apply --config /etc/parbake/$2.yaml --deadline 2s
  echo "$1, $2:"
  cat /run/parbake/report.json
  echo "end of $1, $2"
}
mkswap ${SWAP_DISK} && swapon ${SWAP_DISK} && cat /proc/swaps
try swap-on swappable
try swap-on unswappable
swapoff ${SWAP_DISK}
try swap-off no-swap
`;

const LEAST = ["swappable", "unswappable", "no-swap"].map(
  (least) => [`etc/parbake/${least}.yaml`, `${CONFIG}secretsGuarantee: ${least}\n`] as const,
);

describeWhere(
  { debian: true, programs: ["qemu-system-x86_64", "cpio", "apt-get", "dpkg", "ldd"] },
  "a kernel whose tmpfs cannot be kept out of swap (Debian 12's 6.1)",
  function () {
    this.timeout(120_000);
    let said = "";

    before(async function () {
      this.timeout(240_000);
      const kernel = await findKernel();
      if (kernel.kind === "unavailable") skipSuite(this, kernel.reason);
      said = await bootOldKernel(kernel, SCRIPT, {
        "etc/parbake/parbake.yaml": CONFIG,
        ...Object.fromEntries(LEAST),
        "etc/passwd": "root:x:0:0::/:/bin/sh\n",
        "etc/group": "root:x:0:\n",
      });
    });

    it("refuses the mount with noswap", () => {
      assert.match(said, /tmpfs: Unknown parameter 'noswap'/);
    });

    it("gets ramfs in its place, with all that keeps devices and programs out, and parbake says so", () => {
      assert.match(said, /mounted the secrets folder: mount -t ramfs/);
      assert.match(said, /\/run\/parbake\/secrets rw,nosuid,nodev,noexec,relatime - ramfs ramfs rw,mode=711/);
      assert.match(said, /"fileSystem": "ramfs",\s+"guarantee": "unswappable"/);
    });

    function storageOf(which: string): readonly string[] {
      const start = said.indexOf(`${which}:`);
      assert.ok(start >= 0, said);
      const report = said.slice(start, said.indexOf(`end of ${which}`));
      return /"fileSystem": "(\w+)",\s+"guarantee": "([\w ]+)"/.exec(report)?.slice(1) ?? [report];
    }

    it("swaps on a disk, and then tmpfs is swappable, which is taken where the config accepts it", () => {
      assert.match(said, /\/dev\/nvme0n1\s+partition/);
      assert.deepEqual(storageOf("swap-on, swappable"), ["tmpfs", "swappable"]);
    });

    it("puts ramfs over a swappable tmpfs where the config does not", () => {
      assert.deepEqual(storageOf("swap-on, unswappable"), ["ramfs", "unswappable"]);
    });

    it("says that nothing swaps once the swap is off", () => {
      assert.deepEqual(storageOf("swap-off, no-swap"), ["tmpfs", "no swap on this machine"]);
    });
  },
);
