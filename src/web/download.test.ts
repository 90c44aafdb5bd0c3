import assert from "node:assert/strict";
import { test } from "node:test";
import { csvText, fileResponse } from "./download.ts";

test("a table is written as CSV that any program reads, and that no spreadsheet runs", () => {
  assert.equal(
    csvText(
      ["place", "kept"],
      [
        ["Harbour, east", 0.83],
        ['the "Old" town', null],
        ["=HYPERLINK(1)", -4],
      ],
    ),
    'place,kept\r\n"Harbour, east",0.83\r\n"the ""Old"" town",\r\n\'=HYPERLINK(1),-4\r\n',
  );
});

test("a download says its type and its name", () => {
  const { headers } = fileResponse("waits-harbour.csv", "csv", "a\r\n");
  assert.equal(headers.get("content-type"), "text/csv; charset=utf-8; header=present");
  assert.equal(headers.get("content-disposition"), 'attachment; filename="waits-harbour.csv"');
  assert.throws(() => fileResponse('x"; y', "csv", ""), /plain file name/);
});
