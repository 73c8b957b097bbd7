import assert from "node:assert/strict";
import { tellFormat, tellFormatByProfiles } from "../../../agent/formats/format-of.ts";

describe("tellFormat", () => {
  for (const [path, expected] of [
    ["/etc/app/app.json", "json: the target's name"],
    ["/etc/app/app.yml", "yaml: the target's name"],
    ["/etc/app/APP.YAML", "yaml: the target's name"],
    ["/etc/app.toml", "toml: the target's name"],
    ["/etc/my.cnf", "ini: the target's name"],
    ["/etc/yum.repos.d/app.repo", "ini: the target's name"],
    ["/srv/app/application.properties", "properties: the target's name"],
    ["/run/parbake/secrets/db.env", "env: the target's name"],
    ["/srv/app/.env", "env: the target's name"],
    ["/srv/app/.env.production", "env: the target's name"],
    ["/etc/default/api", "env: target in /etc/default"],
    ["/etc/sysconfig/memcached", "env: target in /etc/sysconfig"],
    ["/etc/profile.d/app.sh", "sh: the target's name"],
    ["/etc/log4j2.xml", "xml: the target's name"],
    ["/etc/nginx/nginx.conf", "nginx: target in nginx"],
    ["/etc/nginx/conf.d/postgresql.conf", "nginx: target in nginx"],
    ["/etc/nginx/sites-available/default", "nginx: target in nginx/sites-available"],
    ["/opt/web/nginx.conf", "nginx: the target's name"],
    ["/etc/postgresql/16/main/postgresql.conf", "postgresql: the target's name"],
    ["/etc/postgresql/16/main/conf.d/90-parbake.conf", "postgresql: target in conf.d"],
    ["/var/lib/pgsql/data/conf.d/x.conf", "postgresql: target in conf.d"],
    ["/etc/systemd/system/web.service", "systemd: the target's name"],
    ["/etc/systemd/system/web.service.d/90-parbake.conf", "systemd: target in web.service.d"],
    ["/etc/systemd/system/db@.service.d/nginx.conf", "systemd: target in db@.service.d"],
    ["/etc/systemd/journald.conf", "systemd: target in systemd"],
    ["/etc/systemd/journald.conf.d/size.conf", "systemd: target in systemd/journald.conf.d"],
    ["/etc/sysctl.d/90-parbake.conf", "ini: target in sysctl.d"],
    ["/etc/sysctl.conf", "ini: the target's name"],
    ["/etc/php/8.2/fpm/pool.d/www.conf", "ini: target in pool.d"],
    ["/etc/systemd/network/10-eth0.network", "systemd: target in systemd/network"],
    ["/etc/systemd/network/10-eth0.network.d/mtu.conf", "systemd: target in systemd/network"],
    ["/etc/supervisor/conf.d/app.conf", "ini: target in supervisor/conf.d"],
    ["/etc/telegraf/telegraf.conf", "toml: the target's name"],
    ["/etc/telegraf/telegraf.d/out.conf", "toml: target in telegraf.d"],
    ["/etc/cloud/cloud.cfg.d/99-app.cfg", "yaml: target in cloud/cloud.cfg.d"],
    ["/etc/unbound/unbound.conf.d/app.conf", "text: target in unbound"],
    ["/etc/pip.conf", "ini: the target's name"],
    ["/etc/locale.conf", "env: the target's name"],
    ["/etc/udev/rules.d/99-app.rules", "text: target in udev/rules.d"],
    ["/etc/mongod.conf", "yaml: the target's name"],
    ["/etc/motd.txt", "text: the target's name"],
    ["/run/parbake/secrets/tls.pem", "text: the target's name"],
  ] as const) {
    it(`takes ${path} for ${expected}`, () => {
      const named = tellFormat({ format: null, path, template: "x.hbs" });
      assert.equal(named.kind === "told" && `${named.format}: ${named.reason}`, expected);
    });
  }

  for (const path of [
    "/etc/app/app.conf",
    "/etc/app",
    "/etc/app/json",
    "/etc/app/target",
    "/etc/postgresql/16/main/pg_hba.conf",
    "/etc/app/conf.d/x.conf",
    "/etc/app.constructor",
    "/etc/sysconfig/iptables",
    "/etc/tmpfiles.d/x.conf",
    "/etc/prometheus/alerts.rules",
  ]) {
    it(`does not know ${path}`, () =>
      assert.deepEqual(tellFormat({ format: null, path, template: "x.hbs" }), { kind: "untold" }));
  }

  it("takes the template's name where the target's says nothing", () => {
    const file = { format: null, path: "/etc/kubernetes/kubelet.conf.d/90-parbake.conf", template: "kubelet.yaml.hbs" };
    assert.deepEqual(tellFormat(file), { kind: "told", format: "yaml", reason: "the template's name" });
  });

  it("names both formats where target and template disagree", () => {
    const file = { format: null, path: "/etc/app/conf.json", template: "conf.yaml.hbs" };
    assert.deepEqual(tellFormat(file), { kind: "contradicted", target: "json", template: "yaml" });
  });

  it("takes what the config says over any name", () => {
    const file = { format: "text", path: "/etc/app/conf.json", template: "conf.yaml.hbs" } as const;
    assert.deepEqual(tellFormat(file), { kind: "told", format: "text", reason: "as the config says" });
  });
});

describe("tellFormatByProfiles", () => {
  it("knows whose conf.d it is by the one profile whose settings are printed", () => {
    assert.deepEqual(tellFormatByProfiles("/srv/web/conf.d/x.conf", new Set(["nginx"])), {
      format: "nginx",
      reason: "target in conf.d, with settings of nginx",
    });
  });

  for (const [title, path, profiles] of [
    ["another folder", "/srv/web/x.conf", ["nginx"]],
    ["two profiles", "/srv/web/conf.d/x.conf", ["nginx", "postgresql"]],
    ["a profile whose format it does not know", "/srv/conf.d/x.conf", ["rabbitmq"]],
    ["no profile", "/srv/conf.d/x.conf", []],
  ] as const) {
    it(`says nothing of ${title}`, () => assert.equal(tellFormatByProfiles(path, new Set(profiles)), null));
  }
});
