import assert from "node:assert/strict";
import { flawOfSecretsFolder, ownerOf, ownerOfMetrics } from "../../../agent/names/own-places.ts";

const PLACES = { secretsFolder: "/run/parbake/secrets", config: ["/opt/app/parbake.yaml", "/opt/app/parbake.d"] };

describe("parbake's own places", () => {
  const owned: readonly (readonly [path: string, owner: string])[] = [
    ["/etc/parbake/parbake.yaml", "parbake's own config"],
    ["/etc/parbake/parbake.d/90.yaml", "parbake's own config"],
    ["/etc/parbake/templates/a.hbs", "parbake's own config"],
    ["/etc/parbake/environment", "parbake's own config"],
    ["/etc/parbake", "parbake's own config"],
    ["/opt/app/parbake.yaml", "parbake's own config"],
    ["/opt/app/parbake.d/x.yaml", "parbake's own config"],
    ["/run/parbake", "parbake's own state"],
    ["/run/parbake/lock/1", "parbake's own state"],
    ["/run/parbake/report.json", "parbake's own state"],
    ["/run/parbake/ready/all", "parbake's own state"],
    ["/var/lib/parbake/managed.json", "parbake's own state"],
    ["/run/parbake/secrets", "the secrets folder itself"],
    ["/usr/bin/parbake", "parbake's own program"],
    ["/usr/share/parbake/bake.json", "parbake's own description of the image"],
    ["/etc/systemd/system/parbake.service", "a unit of parbake's own"],
    ["/etc/systemd/system/parbake.service.d/x.conf", "a unit of parbake's own"],
    ["/usr/lib/systemd/system/parbake-ready@.service", "a unit of parbake's own"],
    ["/run/systemd/system/parbake-ready@api.service.d", "a unit of parbake's own"],
    ["/etc/systemd/system/parbake-retry.timer", "a unit of parbake's own"],
    ["/run/systemd/transient/parbake-revert.timer", "a unit of parbake's own"],
    ["/etc/systemd/system/multi-user.target.wants/parbake.service", "a unit of parbake's own"],
    ["/lib/systemd/system/run-parbake-secrets.mount", "a unit of parbake's own"],
    ["/etc/systemd/system/nginx.service.d/10-parbake.conf", "a unit of parbake's own"],
  ];
  for (const [path, owner] of owned) it(`has ${path}`, () => assert.equal(ownerOf(path, PLACES), owner));

  for (const path of [
    "/etc/parbake.conf",
    "/etc/parbaked/x",
    "/opt/app/other.yaml",
    "/run/parbake/secrets/db/password",
    "/etc/systemd/system/parbake-exporter.service",
    "/etc/systemd/system/nginx.service.d/20-app.conf",
    "/usr/bin/parbaker",
  ])
    it(`leaves ${path} to others`, () => assert.equal(ownerOf(path, PLACES), null));

  it("lets no metrics lie among the secrets", () => {
    assert.equal(ownerOfMetrics("/run/parbake/secrets/x.prom", PLACES), "in the secrets folder");
    assert.equal(ownerOfMetrics("/run/parbake/x.prom", PLACES), "parbake's own state");
    assert.equal(ownerOfMetrics("/var/lib/node_exporter/x.prom", PLACES), null);
  });
});

describe("the secrets folder", () => {
  for (const path of ["/run/parbake/secrets", "/run/parbake/other", "/run/app/secrets", "/secrets", "/run/secrets"])
    it(`may be ${path}`, () => assert.equal(flawOfSecretsFolder(path, ["/opt/app/parbake.yaml"]), null));

  const flaws: readonly (readonly [path: string, flaw: string])[] = [
    ["/etc", "is a folder that other programs use, too"],
    ["/run", "is a folder that other programs use, too"],
    ["/dev/shm", "is a folder that other programs use, too"],
    ["/var/lib", "is a folder that other programs use, too"],
    ["/run/parbake", "holds /run/parbake, which is parbake's own"],
    ["/etc/parbake", "holds /etc/parbake, which is parbake's own"],
    ["/etc/parbake/secrets", "is within /etc/parbake, which is parbake's own"],
    ["/var/lib/parbake/secrets", "is within /var/lib/parbake, which is parbake's own"],
    ["/run/parbake/ready", "is parbake's own state"],
    ["/run/parbake/lock/x", "is parbake's own state"],
    ["/run/parbake/waiting", "is parbake's own state"],
    ["/run/parbake/over", "is parbake's own state"],
    ["/opt/app", "holds /opt/app/parbake.yaml, which is parbake's own"],
  ];
  for (const [path, flaw] of flaws)
    it(`may not be ${path}`, () => assert.equal(flawOfSecretsFolder(path, ["/opt/app/parbake.yaml"]), flaw));
});
