// All files of an image → what must not be in it. Reads every plain file once, and changes nothing.

import type { Finding } from "../finding.ts";
import { FileSearch, type SearchTools } from "./search-file.ts";
import { walkImage, type Walked } from "./walk-image.ts";

interface Searched {
  readonly findings: readonly Finding[];
  readonly files: number;
  readonly bytes: number;
}

export async function searchImage(root: string, tools: SearchTools): Promise<Searched> {
  const search = new FileSearch(tools);
  const findings: Finding[] = [];
  let [files, bytes] = [0, 0];
  for (const walked of walkImage(root)) {
    await tools.breathe();
    if (walked.kind !== "file") {
      findings.push(unseen(walked));
      continue;
    }
    findings.push(...(await search.search(walked.path, walked.fd, walked.sizeBytes)));
    bytes += walked.sizeBytes;
    files += 1;
  }
  return { findings, files, bytes };
}

function unseen(walked: Exclude<Walked, { kind: "file" }>): Finding {
  const place = { file: `/${Buffer.from(walked.path, "latin1").toString("utf8")}` };
  switch (walked.kind) {
    case "mount":
      return {
        kind: "other-file-system",
        severity: "warn",
        place,
        what: "another file system, which was not searched",
        fix: "Where it becomes a part of the image, seal it too: `parbake seal --root`; else unmount it.",
      };
    case "unreadable":
      return {
        kind: "unreadable",
        severity: "fail",
        place,
        what: "what could not be read, so that nobody knows what is in it",
        fix: `Run seal as root; if it was, look at the file system: ${walked.errno}.`,
      };
  }
}
