import assert from "node:assert/strict";
import { test } from "node:test";
import { loadMessages } from "./messages.ts";
import { pagination } from "./pagination.ts";

const t = loadMessages("en");
const at = (page: number, total: number) =>
  pagination({ page, pageSize: 50, total }, new URL("http://x/worklist?state=soon&page=3"), t) as {
    previous?: { href: string };
    next?: { href: string };
    items: { number?: number; current?: boolean; ellipsis?: boolean }[];
  } | null;
const pages = (page: number, total: number) =>
  at(page, total)
    ?.items.map(({ number, current, ellipsis }) => (ellipsis ? "…" : current ? `[${number}]` : `${number}`))
    .join(" ");

test("a list that fits one page has no pages to turn", () => {
  assert.equal(at(1, 50), null);
  assert.equal(at(1, 0), null);
});

test("first, last, here and beside are offered, and the filters stay", () => {
  assert.equal(pages(1, 120), "[1] 2 3");
  assert.equal(pages(13, 1284), "1 … 12 [13] 14 … 26");
  assert.equal(pages(26, 1284), "1 … 25 [26]");
  assert.equal(at(13, 1284)?.next?.href, "/worklist?state=soon&page=14");
  assert.equal(at(26, 1284)?.next, undefined);
  assert.equal(at(1, 1284)?.previous, undefined);
});
