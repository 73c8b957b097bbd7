// What mocha does after each test and after all, failed or not: .mocharc.json names this file.

import { removeFolders } from "./folders.ts";

export const mochaHooks = {
  afterEach(): void {
    removeFolders("test");
  },
  afterAll(): void {
    removeFolders();
  },
};
