import { describeWhere } from "../e2e/support/requirements.ts";
import { describeWithSysctl, fetchFromNginx, readWithPostgres, readWithSysctl } from "./support/programs.ts";
import { prove, TITLE, VALUES, type Case } from "./support/prove.ts";

/** PostgreSQL is started for each. */
const FEW = VALUES.filter((_, index) => index % 9 === VALUES.length % 9);

describe(TITLE, () => {
  describeWithSysctl("kernel settings by systemd-sysctl", () => {
    // It is started for each.
    const values = VALUES.filter((value) => Buffer.byteLength(value) < 60).slice(0, 30);
    const setting = (line: string, read = "{}"): Case => ({ format: "ini", line, read, values, least: 5 });
    prove(
      [
        setting("kernel.domainname = {}"),
        setting("-kernel.domainname={}"),
        setting("kernel/domainname = <{}>", "<{}>"),
      ],
      (files) => files.map(({ lines }) => readWithSysctl(lines.map((line) => `# c\n${line}\n`))),
    );
  });

  describeWhere({ programs: ["postgres"] }, "postgresql.conf by postgres -C", () => {
    const setting = (line: string, read = "{}"): Case => {
      return { format: "postgresql", line, read, values: FEW, least: FEW.length / 2 };
    };
    const cases = [
      setting("a.vN = {}"),
      setting("a.vN = '{}'"),
      setting("a.vN '<{}>' # comment", "<{}>"),
      setting("# {}\na.vN = ok", "ok"),
    ];
    prove(cases, (files) =>
      files.map(({ text, expected }) =>
        readWithPostgres(
          text,
          expected.map((_, index) => `a.v${index}`),
        ),
      ),
    );
  });

  describeWhere({ programs: ["nginx"] }, "nginx.conf by nginx, which answers with what it has read", () => {
    const answer = (line: string, read = "{}", least = 50): Case => {
      return { format: "nginx", before: "server {\n", after: "\n}\n", line, read, least };
    };
    const cases = [
      answer("location = /N { return 200 {}; }"),
      answer('location = /N { return 200 "{}"; }'),
      answer("location = /N { return 200 '<{}>'; }", "<{}>"),
      answer("location = /N { return 200 x{}y; }", "x{}y", 20),
      answer("# {}\nlocation = /N { return 200 ok; }", "ok"),
    ];
    prove(cases, (files) => Promise.all(files.map(({ text, expected }) => fetchFromNginx(text, expected.length))));
  });
});
