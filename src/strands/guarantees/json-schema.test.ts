import assert from "node:assert/strict";
import { test } from "node:test";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";
import { library } from "./library.ts";
import { definitionJsonSchema } from "./model/json-schema.ts";

const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(definitionJsonSchema());

test("every file of the library is in order by the published JSON Schema, as an editor would judge it", () => {
  assert.ok(library().texts.size >= 20);
  for (const [id, text] of library().texts) {
    assert.equal(validate(parse(text)), true, `${id}: ${JSON.stringify(validate.errors?.slice(0, 3))}`);
  }
});

test("the published schema refuses a word that the language does not have", () => {
  const text = library().texts.get("eng-rtt") ?? "";
  assert.equal(validate(parse(text.replace("    limit: 18 weeks", "    limits: 18 weeks"))), false);
});
