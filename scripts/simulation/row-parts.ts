// What rows of both kinds of machine are made of.

import type { Promises } from "./row.ts";

export type Held = Promises["held"];

export const none: Held = () => false;
export const ofHardware: Held = ({ wave }) => wave === "hardware";

/** All is well in the end. What needs nothing has nothing to wait for, however late the rest comes. */
export const WELL: Promises = { held: none, hardwareWithin: 2, says: null, status: 0 };

/** Without KVM a start of parbake takes as long as many of systemd's steps. */
export const EMULATED: Promises = { ...WELL, hardwareWithin: 6 };

/** One more file, of the simulation's own. */
export const extraFile = (template: string, entry: string) => ({
  files: {
    "etc/parbake/templates/simulated.conf.hbs": `${template}\n`,
    // An image's own lets parbake write only where its own files are.
    "etc/systemd/system/parbake.service.d/90-simulated.conf": "[Service]\nReadWritePaths=/etc\n",
    "etc/parbake/parbake.d/90-simulated.yaml": `files:\n  - { template: simulated.conf.hbs, path: /etc/simulated.conf, format: text${entry} }\n`,
  },
});
