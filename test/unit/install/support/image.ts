// A small image to install into, and the commands run on it in this process.

import { hash } from "node:crypto";
import { lstatSync, mkdirSync, readdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "../../../../agent/run.ts";
import { makeFolder } from "../../../support/folders.ts";

export interface Image {
  readonly root: string;
  /** The program that is installed: it lies beside the root. */
  readonly binary: string;
  at(path: string): string;
  write(path: string, text: string, mode?: number): void;
  read(path: string): string;
  link(path: string, text: string): void;
  /** With `--root`. */
  run(...words: string[]): Promise<Outcome>;
}

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly told: string;
}

/** With two units of its own, and folders that are empty already. */
export function makeImage(): Image {
  const base = makeFolder(tmpdir(), "install", "test");
  const root = join(base, "image");
  const image: Image = {
    root,
    binary: join(base, "parbake"),
    at: (path) => join(root, path),
    write(path, text, mode = 0o644) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text, { mode });
    },
    read: (path) => readFileSync(join(root, path), "utf8"),
    link(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      symlinkSync(text, join(root, path));
    },
    run: (...words) => runHere([...words, "--root", root]),
  };
  writeFileSync(image.binary, "#!/bin/sh\n", { mode: 0o755 });
  for (const folder of ["usr/bin", "etc/systemd/system/multi-user.target.wants", "etc/systemd/system/db@.service.d"])
    mkdirSync(join(root, folder), { recursive: true });
  for (const unit of ["app.service", "db@.service"]) image.write(`usr/lib/systemd/system/${unit}`, "[Service]\n");
  return image;
}

async function runHere(argv: readonly string[]): Promise<Outcome> {
  let [out, told] = ["", ""];
  const status = await run(argv, {
    environment: {},
    writeOut: (text) => (out += text),
    writeError: (text) => (told += text),
    rewrite: () => undefined,
    isTerminalOut: false,
    isTerminalError: false,
  });
  return { status, out, told };
}

/** What there is, whose it is and what it says; with `identity`, whether it was touched too. */
export function snapshot(root: string, identity = false): string[] {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
  return paths.map((path) => {
    const file = join(root, path);
    const stats = lstatSync(file, { bigint: true });
    const text = stats.isFile() ? hash("sha256", readFileSync(file)) : stats.isSymbolicLink() ? readlinkSync(file) : "";
    const touched = identity ? `${stats.ino} ${stats.ctimeNs}` : "";
    return `${path} ${stats.mode.toString(8)} ${stats.uid}:${stats.gid} ${text} ${touched}`;
  });
}
