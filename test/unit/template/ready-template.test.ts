import assert from "node:assert/strict";
import { describeTemplate, findTemplates } from "../../../agent/template/ready-template.ts";

const ALL = (
  [
    ["redis.conf.hbs", "redis"],
    ["sysctl.conf.hbs", "sysctl"],
    ["thp.conf.hbs", "sysctl"],
    ["secrets/app.env.hbs", null],
  ] as const
).map(([name, profile]) => ({ name, profile, about: "" }));

describe("a ready template", () => {
  for (const [head, profile, about] of [
    ["The memory of the app with the profile `redis`.\nMore.", "redis", "The memory"],
    ["The flags, for the app\nwith the profile `jvm`: more", "jvm", "The flags"],
    ["Debian's /etc/x.conf, which is one file, for the app with the profile `x`.", "x", "Debian's /etc/x.conf"],
    ["A server's key, as HAProxy reads it. More.", null, "A server's key, as HAProxy reads it"],
  ] as const)
    it(`says what it is in its head: ${about}`, () =>
      assert.deepEqual(describeTemplate("a.hbs", `{{!--\n${head}\n--}}\ntext`), { name: "a.hbs", profile, about }));

  for (const [text, names] of [
    ["redis", ["redis.conf.hbs"]],
    ["redis.conf.hbs", ["redis.conf.hbs"]],
    ["secrets/app.env", ["secrets/app.env.hbs"]],
    ["sysctl", ["sysctl.conf.hbs", "thp.conf.hbs"]],
    ["thp", ["thp.conf.hbs"]],
    ["sys", []],
  ] as const)
    it(`is meant by ${text}: ${names.join(", ")}`, () =>
      assert.deepEqual(
        findTemplates(text, ALL).map(({ name }) => name),
        names,
      ));
});
