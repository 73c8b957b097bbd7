// One reader for each format that has a grammar; plain text has none.

import type { TemplateFormat } from "../plan.ts";
import { readEnv } from "./env.ts";
import { readIni } from "./ini.ts";
import { readJson } from "./json.ts";
import { readNginx } from "./nginx.ts";
import { readPostgresql } from "./postgresql.ts";
import { readProperties } from "./properties.ts";
import type { Reader } from "./scanner.ts";
import { readSh } from "./sh.ts";
import { readSystemd } from "./systemd.ts";
import { readToml } from "./toml.ts";
import { readXml } from "./xml.ts";
import { readYaml } from "./yaml.ts";

export const READERS: Readonly<Record<TemplateFormat, Reader | null>> = {
  json: readJson,
  yaml: readYaml,
  toml: readToml,
  ini: readIni,
  properties: readProperties,
  env: readEnv,
  sh: readSh,
  xml: readXml,
  nginx: readNginx,
  systemd: readSystemd,
  postgresql: readPostgresql,
  text: null,
};
