// What the executable carries the page's code as: scripts/building/bundle-page.ts makes it.

export const PAGE_SCRIPT = "page/page.js";
