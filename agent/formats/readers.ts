// One reader for each format that has a grammar; plain text has none.

import type { TemplateFormat } from "./format.ts";
import { readEnv } from "./readers/env.ts";
import { readIni } from "./readers/ini.ts";
import { readJson } from "./readers/json.ts";
import { readNginx } from "./readers/nginx.ts";
import { readPostgresql } from "./readers/postgresql.ts";
import { readProperties } from "./readers/properties.ts";
import type { Reader } from "./readers/scanner.ts";
import { readSh } from "./readers/sh.ts";
import { readSystemd } from "./readers/systemd.ts";
import { readToml } from "./readers/toml.ts";
import { readXml } from "./readers/xml.ts";
import { readYaml } from "./readers/yaml.ts";

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
