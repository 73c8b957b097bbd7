// What mocha does before all tests, after each and after all, failed or not: .mocharc.json names this file.

import assert from "node:assert/strict";
import { removeFolders } from "./folders.ts";
import { listOwnFiles } from "./host.ts";

let before: readonly string[] = [];

export const mochaHooks = {
  beforeAll(): void {
    before = listOwnFiles();
  },
  afterEach(): void {
    removeFolders("test");
  },
  afterAll(): void {
    removeFolders();
    assert.deepEqual(listOwnFiles(), before, "a test has run or installed parbake on this machine itself");
  },
};
