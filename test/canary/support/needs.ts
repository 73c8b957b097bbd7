// What a test on a machine with a disk of its own cannot do without.

import type { Requirements } from "../../e2e/support/requirements.ts";

export const NEEDS: Requirements = { root: true, programs: ["unshare", "nsenter", "setpriv", "mkfs.ext4", "mount"] };
