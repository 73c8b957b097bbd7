import assert from "node:assert/strict";
import { formatOf } from "../../../agent/plan/template-format.ts";

describe("formatOf", () => {
  for (const [name, format] of [
    ["app.json.hbs", "json"],
    ["app.yml.hbs", "yaml"],
    ["api/app.yaml.hbs", "yaml"],
    ["app.toml.hbs", "toml"],
    ["my.cnf.hbs", "ini"],
    ["jvm.env.hbs", "env"],
    ["start.sh.hbs", "sh"],
    ["log4j2.xml.hbs", "xml"],
    ["application.properties.hbs", "properties"],
    ["nginx.conf.hbs", "nginx"],
    ["db/postgresql.conf.hbs", "postgresql"],
    ["api.service.hbs", "systemd"],
    ["sysctl.conf.hbs", "text"],
    ["README.hbs", "text"],
    ["app.constructor.hbs", "text"],
    ["app.json", "json"],
  ] as const) {
    it(`${name} is ${format}`, () => assert.equal(formatOf(name), format));
  }
});
