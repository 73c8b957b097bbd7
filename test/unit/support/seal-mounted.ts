// Run by mounted.test.ts in a mount namespace of its own: cleans, resets and walks an image in which other folders are mounted.

import { resetIdentity } from "../../../agent/bake/reset-identity.ts";
import { cleanImage } from "../../../agent/seal/clean/clean-image.ts";
import { walkImage } from "../../../agent/seal/search/walk-image.ts";

const root = process.argv[2]!;
const actions = [...cleanImage(root), ...(await resetIdentity(root, () => Promise.reject(new Error("no program"))))];
const walked = [...walkImage(root)].map(({ kind, path }) => `${kind} ${path}`).toSorted();
process.stdout.write(JSON.stringify({ did: actions.map(({ did, path }) => `${did} ${path}`), walked }));
