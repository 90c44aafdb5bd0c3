/// <reference lib="dom" />
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { parse } from "csv-parse/sync";
import { openDemonstration, type Demonstration } from "../browser/demonstration.ts";
import { follow } from "../browser/harness.ts";

let site: Demonstration;
before(async () => {
  site = await openDemonstration();
});
after(() => site.close());

type Figure = { readonly month: string; readonly kept: number; readonly broken: number };

test("a reader finds a place and a service, and the files hold the figures of the table, to the last one", async () => {
  const page = await site.openAs(null);
  await page.goto(site.url);
  await follow(page.getByRole("link", { name: "Find your place" }));
  await follow(page.getByRole("link", { name: "Northshore", exact: true }).last());
  await page.getByRole("link", { name: /^All \d+ services$/ }).click();
  await follow(page.locator("#services").getByRole("link", { name: /^Emergency department\s?, Northshore General$/ }));
  assert.match(await page.getByRole("heading", { level: 1 }).innerText(), /^Emergency department, Northshore General/);

  await page.getByText("The figures as a table").first().click();
  const rows = await page
    .locator("figure")
    .first()
    .locator("tbody tr")
    .evaluateAll((lines) => lines.map((line) => [...line.children].map((cell) => cell.textContent ?? "")));
  const shown = {
    kept: sum(rows.map((row) => Number(row[1]?.replace(",", "")))),
    broken: sum(rows.map((row) => Number(row[2]?.replace(",", "")))),
  };
  assert.equal(rows.length, 24, "two years of months");
  assert.ok(shown.kept + shown.broken > 0, "nothing is counted");

  const csvAddress = (await page.getByRole("link", { name: "Download CSV" }).first().getAttribute("href")) ?? "";
  const jsonAddress = (await page.getByRole("link", { name: "Download JSON" }).first().getAttribute("href")) ?? "";
  const csv = parse(await (await page.request.get(site.url + csvAddress)).text(), {
    columns: true,
    cast: true,
    bom: true,
  }) as readonly Figure[];
  const json = (await (await page.request.get(site.url + jsonAddress)).json()) as {
    readonly invented: boolean;
    readonly rows: readonly Figure[];
  };
  assert.deepEqual({ kept: sum(csv.map((row) => row.kept)), broken: sum(csv.map((row) => row.broken)) }, shown);
  assert.deepEqual(
    { kept: sum(json.rows.map((row) => row.kept)), broken: sum(json.rows.map((row) => row.broken)) },
    shown,
  );
  assert.equal(json.invented, true);
  await page.context().close();
});

test("a reader compares what the versions of a definition say, side by side, and reads the examples first", async () => {
  const page = await site.openAs(null);
  await page.goto(`${site.url}/guarantees`);
  await follow(page.getByRole("link", { name: "Treatment within 18 weeks" }));
  const headings = await page.getByRole("heading", { level: 2 }).allInnerTexts();
  assert.deepEqual(headings.slice(0, 2), ["Examples", "Versions side by side"]);
  const table = page.locator(".hr-versions");
  assert.deepEqual(await table.getByRole("columnheader").allInnerTexts(), ["Version", "2007", "2015", "2025"]);
  const pause = await table.getByRole("row").filter({ hasText: "Time not counted" }).getByRole("cell").allInnerTexts();
  assert.match(pause[0] ?? "", /time you asked for was not counted/);
  assert.deepEqual(pause.slice(1), ["no such rule", "no such rule"]);
  assert.match(
    await page.locator("main").innerText(),
    /Appointment cancelled \(Who cancelled: The hospital\)/,
    "examples speak in words",
  );
  await page.context().close();
});

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
