// Writes the pictures of the README beside itself. Usage: write-pictures.ts

import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawBoot } from "./boot.ts";
import { drawPipeline } from "./pipeline.ts";

export const PICTURES: Readonly<Record<string, () => string>> = { "pipeline.svg": drawPipeline, "boot.svg": drawBoot };

export const FOLDER = import.meta.dirname;

if (import.meta.main) for (const [name, draw] of Object.entries(PICTURES)) writeFileSync(join(FOLDER, name), draw());
