import assert from "node:assert/strict";
import { recogniseFormat } from "../../../agent/formats/recognise-format.ts";

describe("recogniseFormat", () => {
  for (const [text, formats] of [
    ["#!/bin/sh\nA=1\n", ["sh"]],
    ["#!/usr/bin/env bash\n", ["sh"]],
    ['{\n  "a": secret\n}\n', ["json"]],
    ['[{"a": 1}]\n', ["json"]],
    ["{}\n", ["json"]],
    ['<?xml version="1.0"?>\n<a>', ["xml"]],
    ["<!-- made -->\n<a><b>1</b></a>\n", ["xml"]],
    ["# c\n[Service]\nLimitNOFILE=1\n", ["ini", "systemd", "toml"]],
    ["[[inputs.cpu]]\npercpu = true\n", ["toml"]],
    ['[agent]\n  interval = "10s"\n[[outputs.http]]\n', ["toml"]],
    ['[["a"], []]\n', ["json"]],
    ["storage:\n  dbPath: /var/lib\n", ["yaml"]],
    ["users:\n- ada\n", ["yaml"]],
    ["---\na: 1\n", ["yaml"]],
    ["server {\n  listen 80;\n}\n", ["nginx"]],
    ["# made\nDB_PASSWORD=secret\nDB_HOST=b\n", ["env", "sh", "properties"]],
    ["export A=1\nB=2\n", ["sh"]],
  ] as const) {
    it(`takes ${JSON.stringify(text)} for ${formats.join(" or ")}`, () =>
      assert.deepEqual(recogniseFormat(text)?.formats, formats));
  }

  for (const text of [
    "",
    "secret",
    "Welcome to <this> machine: a=b\n",
    "Note: keep it.\nSee: the page\n",
    "From: a@b\nTo: c@d\n\nkeys:\n",
    "Package: *\nPin: release a=stable\nPin-Priority: 100\n",
    "Types: deb\nSigned-By:\n -----BEGIN PGP\n",
    "<VirtualHost *:80>\n  ServerName a\n</VirtualHost>\n",
    '<IfModule mod_ssl.c>\nListen 443\n</IfModule>\n<Directory "/srv">\n</Directory>\n',
    "maxmemory 100mb\nmaxmemory-policy noeviction\n",
    "global\n  maxconn 100\n",
    "-m 64\n-c 1024\n",
    "-Xms1g\n-Xmx1g\n",
    "memory = 512m\n",
    "vm_memory_high_watermark.absolute = 1GB\n",
    "w /sys/kernel/mm/hugepages/hugepages-1048576kB/nr_hugepages - - - - 1\n",
    "#!/usr/bin/python3\nA=1\nprint(A)\n",
    "/var/log/app.log {\n  weekly\n}\n",
    "{\n\tadmin off\n}\nexample.com {\n}\n",
    "host all all 127.0.0.1/32 scram-sha-256\n",
    'ACTION=="add", KERNEL=="sd*", ATTR{queue/scheduler}="none"\n',
    "UUID=1-2 / ext4 defaults 0 1\nLABEL=data /data xfs nofail 0 2\n",
    "[{rabbit, [{tcp_listeners, [5672]}]}].\n",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
  ]) {
    it(`takes ${JSON.stringify(text)} for nothing`, () => assert.equal(recogniseFormat(text), null));
  }
});
