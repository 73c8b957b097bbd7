// What the linter holds. The floors are the rooms of agent/, lowest first: a room imports only from the floors below its own, so
// that no folder is in a circle. test/project/rooms.test.ts holds the same against the imports themselves.

import { relative } from "node:path/posix";
import { defineConfig, type OxlintOverride } from "oxlint";

/** Folders of agent/; `.` is agent/*.ts. Rooms of one floor do not know each other. */
export const FLOORS: readonly (readonly string[])[] = [
  ["."],
  ["names"],
  ["http"],
  ["formats/encoders"],
  ["formats/readers", "template/tree"],
  ["formats"],
  ["host"],
  ["host/files"],
  ["host/inputs", "host/cell"],
  ["image"],
  ["process"],
  ["config"],
  ["config/keys"],
  ["config/yaml"],
  ["config/read"],
  ["seal"],
  ["seal/rules"],
  ["seal/places"],
  ["seal/search", "seal/clean"],
  ["facts/catalogue", "facts/hardware"],
  ["facts/imds"],
  ["facts"],
  ["tuning/profile"],
  ["tuning/system", "tuning/runtimes"],
  ["tuning/caches", "tuning/custom", "tuning/databases", "tuning/jvm", "tuning/servers"],
  ["tuning"],
  ["schema", "fmt"],
  ["template/context"],
  ["template/helpers"],
  ["template/lint"],
  ["template"],
  ["fleet"],
  ["plan"],
  ["aws/route"],
  ["aws"],
  ["aws/calls"],
  ["aws/ec2", "aws/secrets-manager"],
  ["apply/state"],
  ["bake", "sandbox"],
  ["report"],
  ["apply/change"],
  ["apply/targets"],
  ["apply/files"],
  ["apply/secrets"],
  ["apply/units"],
  ["apply/transaction"],
  ["apply/confirm"],
  ["apply"],
  ["inspect"],
  ["init", "install", "analyze"],
  ["logs"],
  ["cli"],
  ["cli/print", "cli/completion"],
  ["page"],
  ["page/browser"],
  ["commands"],
  ["warm"],
];

/** What decides and never acts. */
const PURE = /^(names|formats|template|tuning|fleet|plan|page$)\b/;

/** What runs in a browser. */
const BROWSER = /^page\/browser$/;

/** The two files of agent/ that stand above all rooms. */
const TOP = ["agent/main.ts", "agent/run.ts"];

function lintRoom(room: string, above: readonly string[]): OxlintOverride {
  const floors = {
    group: above.map((other) => filesOf(other, room)),
    message: "A room imports only from the floors below it: see oxlint.config.ts.",
  };
  const effects = { group: ["node:*"], message: "This room is pure: effects belong to host/, facts/, aws/ or apply/." };
  const browser = { group: ["node:*"], message: "This room runs in a browser, which has nothing of Node's." };
  const [isPure, isBrowser] = [PURE.test(room), BROWSER.test(room)];
  const patterns = [floors, ...(isPure ? [effects] : []), ...(isBrowser ? [browser] : [])];
  return {
    files: [room === "." ? "agent/*.ts" : `agent/${room}/*.ts`],
    excludeFiles: TOP,
    rules: {
      "no-restricted-imports": ["error", { patterns }],
      ...(isBrowser && { "no-restricted-globals": ["error", "process", "Buffer", "require", "fetch", "eval"] }),
      ...(isPure && {
        "no-restricted-globals": ["error", "process", "Date", "performance", "setTimeout", "fetch", "console"],
      }),
    },
  };
}

/** How a file of one room would name the files of another. */
function filesOf(other: string, room: string): string {
  const path = relative(room, other);
  return `${path.startsWith(".") ? path : `./${path}`}/*.ts`;
}

const rooms = FLOORS.map((floor, index) =>
  floor.map((room) =>
    lintRoom(
      room,
      FLOORS.slice(index)
        .flat()
        .filter((other) => other !== room),
    ),
  ),
).flat();

export default defineConfig({
  categories: { correctness: "error", suspicious: "error" },
  rules: {
    "typescript/no-floating-promises": "error",
    "typescript/switch-exhaustiveness-check": "error",
    "no-console": "error",
    "typescript/consistent-return": "off",
    "typescript/no-unsafe-type-assertion": "off",
  },
  overrides: [
    ...rooms,
    {
      files: ["scripts/**", "test/**"],
      rules: { "no-console": "off", "unicorn/consistent-function-scoping": "off" },
    },
  ],
  ignorePatterns: ["dist", ".cache"],
});
