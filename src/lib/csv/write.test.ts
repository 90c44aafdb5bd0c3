import assert from "node:assert/strict";
import { test } from "node:test";
import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { csvLine } from "./write.ts";

test("a line that is written is read back field by field, whatever the fields hold", () => {
  const field = fc.oneof(fc.string(), fc.constantFrom('a "quoted" word', "two\nlines", "a,b", "\r\n", '"', " space "));
  fc.assert(
    fc.property(fc.array(field, { minLength: 2, maxLength: 6 }), (fields) => {
      assert.deepEqual(
        parse(csvLine(fields), { skip_empty_lines: false, relax_column_count: true, record_delimiter: "\r\r\n\n" }),
        [fields],
      );
    }),
  );
});

test("a field is quoted only where a comma, a quote or a line end asks for it", () => {
  assert.equal(
    csvLine(["plain", "", "one, two", 'say "so"', "two\nlines"]),
    'plain,,"one, two","say ""so""","two\nlines"',
  );
});
