// The MESSAGE_ID of each kind of what parbake tells the journal, by which `journalctl -x` finds its explanation in
// systemd/parbake.catalog. An interface: whoever watches a journal may match them. Random, once and for all (`uuidgen`).

import type { RefusalCode } from "../refusal.ts";

export const MESSAGE_IDS: Readonly<Record<RefusalCode | "held" | "killed", string>> = {
  usage: "888035314ecb4776a10889001e55be2d",
  data: "54429a6650424b5ab49e2cc5f926732f",
  unavailable: "de8df18d1bf64d7eb3a027811f6ca08a",
  bug: "900d7473bb754a9c81da340145bf9921",
  system: "b0144f53714c46a3b0c90f1b86ff760a",
  "cannot-write": "bbf1f033184441cea8d63fcb819fb10d",
  locked: "ff215f6de8b045198d3b5768e16453a9",
  permission: "7eb5f52247074ba4a30968dec1ad5846",
  config: "446ee6d344d240a98b807444488ecab3",
  hangup: "12f1def9a8ed4327886ad67436dacd8f",
  interrupted: "524e9630e5684909b30f8a3c69db3779",
  terminated: "39f0ee51be674bc59cf2b4c84fe8a0c8",
  // systemd/parbake.service sends it: a run that was killed says nothing.
  killed: "5cce6be576cc4e948a5416acb55ce78b",
  held: "2878d2055dd6410aaa06119d07a03901",
};
