import assert from "node:assert/strict";
import { test } from "node:test";
import { withTestDatabase } from "../../../tests/harness/database.ts";
import { type Installation, putDirectory, putInstallation, readDirectory, readInstallation } from "./index.ts";

const installation: Installation = {
  bodyName: "Invented Health Region",
  kind: "demonstration",
  timeZone: "Europe/London",
  country: "GB",
  telephone: "01632 960000",
  webAddress: null,
  createdAt: Temporal.Instant.from("2026-03-01T09:00:00Z"),
};

test("an installation says once whether its people are invented", async () => {
  await withTestDatabase(async (db) => {
    assert.equal(await readInstallation(db), undefined);
    await putInstallation(db, installation);
    const later = Temporal.Instant.from("2027-01-01T00:00:00Z");
    await putInstallation(db, { ...installation, bodyName: "Renamed", createdAt: later });
    const read = await readInstallation(db);
    assert.deepEqual(
      [read?.bodyName, read?.kind, String(read?.createdAt)],
      ["Renamed", "demonstration", "2026-03-01T09:00:00Z"],
    );
    await assert.rejects(putInstallation(db, { ...installation, kind: "real" }), /is a demonstration and stays so/);
  });
});

test("the directory is read as it was written and changed under the same ids", async () => {
  await withTestDatabase(async (db) => {
    const area = { code: "A1", name: "North", kind: "ward", parentCode: null };
    const organisation = {
      id: "h1",
      name: "Hospital",
      kind: "hospital",
      areaCode: "A1",
      telephone: null,
      webAddress: "https://h1.example",
    };
    const service = {
      id: "h1-hips",
      organisationId: "h1",
      name: "Hips",
      kind: "orthopaedics",
      areaCode: "A1",
      telephone: "01632 960001",
      bookingUrl: "https://h1.example/book",
      cancelUrl: null,
    };
    await putDirectory(db, {
      areas: [{ ...area, name: "Old" }],
      organisations: [organisation],
      services: [service],
    });
    await putDirectory(db, {
      areas: [area, { code: "A11", name: "North End", kind: "street", parentCode: "A1" }],
    });
    const read = await readDirectory(db);
    assert.deepEqual(
      [...read.areas.values()].map((one) => one.name),
      ["North", "North End"],
    );
    assert.deepEqual(read.organisations.get("h1"), organisation);
    assert.deepEqual(read.services.get("h1-hips"), service);
  });
});
