import { describeWhere } from "../e2e/support/requirements.ts";
import { readAssignmentsWithShell, readWordsWithShell, runService, splitAtNul, SYSTEMD } from "./support/programs.ts";
import { prove, TITLE, VALUES, type Case } from "./support/prove.ts";

/** The number of a case keeps its variables apart from those of the others: one process gets them all. */
const variable = (format: "env" | "systemd", name: string, line: string, read = "{}", least?: number): Case => ({
  format,
  line: line.replaceAll("VN", `${name}_N`),
  read,
  ...(least === undefined ? {} : { least }),
});

const ASSIGNMENTS: readonly Case[] = [
  variable("env", "V0", "VN={}"),
  variable("env", "V1", 'VN="{}"'),
  variable("env", "V2", 'VN="<{}>"', "<{}>"),
  variable("env", "V3", "VN='{}'", "{}", 50),
  variable("env", "V4", "VN=x{}y", "x{}y", 20),
  variable("env", "V5", "VN='b'\"{}\"c", "b{}c"),
  variable("env", "V6", "# {}\nVN=ok", "ok", 50),
];

const word = (line: string, read = "{}", least = VALUES.length): Case => ({ format: "sh", line, read, least });

describe(TITLE, () => {
  for (const shell of ["dash", "bash"]) {
    describeWhere({ programs: [shell] }, `environment files and words by ${shell}`, () => {
      prove(ASSIGNMENTS, (files) =>
        files.map(({ text, expected }, index) => readAssignmentsWithShell(shell, text, `V${index}_`, expected.length)),
      );
      prove(
        [
          word("{}"),
          word('"<{}>"', "<{}>"),
          word("'<{}>'", "<{}>"),
          word("x{}y", "x{}y"),
          word('"$(printf %s {})"', "{}", 20),
          word('"${HOME:+{}}"', "{}", 20),
        ],
        (files) => files.map(({ lines }) => readWordsWithShell(shell, lines)),
      );
      prove([{ ...word("# {}\nVN={}"), line: "VN={}" }], ([file]) => [
        readAssignmentsWithShell(shell, file!.text, "V", file!.expected.length),
      ]);
    });
  }

  describeWhere(SYSTEMD, "environment files and units by systemd itself", () => {
    const unit = (index: number, line: string, read = "{}"): Case => ({
      ...variable("systemd", `V${index}`, line, read, 20),
      before: "[Service]\n",
    });
    const units = [
      unit(7, "Environment=VN={}"),
      unit(8, 'Environment="VN={}"'),
      unit(9, "Environment='VN=<{}>' A=B", "<{}>"),
      unit(10, "Environment=VN=x{}y", "x{}y"),
      unit(11, '# {}\nEnvironment="VN=ok"', "ok"),
    ];
    prove([...ASSIGNMENTS, ...units], (files) => {
      const [environments, directives] = [files.slice(0, ASSIGNMENTS.length), files.slice(ASSIGNMENTS.length)];
      const output = runService({
        files: Object.fromEntries(environments.map(({ text }, index) => [`env${index}`, text])),
        lines: [
          ...environments.map((_, index) => `EnvironmentFile=/fuzz/env${index}\n`),
          ...directives.map(({ text }) => text.slice("[Service]\n".length)),
          "ExecStart=/usr/bin/env -0\n",
        ].join(""),
      });
      const found = new Map(splitAtNul(output).map((text) => splitAt(text, text.indexOf("="))));
      return files.map(({ expected }, index) => expected.map((_, number) => found.get(`V${index}_${number}`)));
    });

    const command = (line: string, read = "{}"): Case => ({
      format: "systemd",
      before: "[Service]\nExecStart=/usr/bin/printf '%%s\\\\0' \\\n",
      line,
      after: "\n  (end)\n",
      read,
      least: 20,
    });
    prove(
      [command("  {} \\"), command('  "{}" \\'), command("  '<{}>' \\", "<{}>"), command("  -o={} \\", "-o={}")],
      (files) => {
        const output = runService({ lines: files.map(({ text }) => text.slice("[Service]\n".length)).join("") });
        const all = splitAtNul(output);
        // What each command printed is told by how much it was given: a value may say anything.
        return files.map(({ expected }) => {
          const found = all.splice(0, expected.length + 1);
          return found.at(-1) === "(end)" ? found.slice(0, -1) : found;
        });
      },
    );
  });
});

function splitAt(text: string, index: number): [string, string] {
  return [text.slice(0, index), text.slice(index + 1)];
}
