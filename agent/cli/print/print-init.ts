// What `init` found and wrote, and what to do next, for people. Pure.

import { quote } from "../../host/trust.ts";
import type { StartingConfig } from "../../init/starting-config.ts";
import { formatColumns } from "../columns.ts";
import type { GlobalOptions } from "../invocation.ts";
import type { Paint } from "../text.ts";
import { formatProblems } from "./print-problems.ts";

type Initialised = StartingConfig & { readonly options: Pick<GlobalOptions, "root" | "configFile"> };

export function formatInit(start: Initialised, paint: Paint): string {
  const { system, apps, templates, kept, config, warnings } = start;
  const found = apps.map(({ name, unit, evidence }) => [name, unit ?? "", evidence.join(", ")]);
  const written = [...templates, config].map(({ path }) => [path]);
  return [
    `${paint.bold("system")}  ${system.name}\n`,
    `${paint.bold("found")}\n${found.length === 0 ? "  no app that parbake has a profile for\n" : formatColumns(found, paint, "  ")}`,
    `${paint.bold("wrote")}\n${formatColumns(written, paint, "  ")}`,
    kept.length === 0
      ? ""
      : `${paint.bold("left as they are")}\n${formatColumns(
          kept.map((path) => [path]),
          paint,
          "  ",
        )}`,
    formatProblems(warnings, paint),
    `${paint.bold("next")}\n${listCommands(start)
      .map((command) => `  ${command}\n`)
      .join("")}`,
  ].join("");
}

function listCommands({ units, config, options: { root } }: Initialised): readonly string[] {
  const where = root === "/" ? "" : ` --root ${quote(root)}`;
  const isUsual = config.path === "/etc/parbake/parbake.yaml";
  const which = isUsual ? where : ` --config ${quote(`${root.replace(/\/+$/, "")}${config.path}`)}${where}`;
  return [
    `parbake check${which}`,
    `parbake install${where}${units.map((unit) => ` --unit ${quote(unit)}`).join("")}`,
    `parbake apply --dry-run --instance-type m7g.large,r7g.4xlarge${which}`,
  ];
}
