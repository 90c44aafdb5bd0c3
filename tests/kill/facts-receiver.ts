/**
 * A process to be killed: takes facts from programs, over a connection, into a folder. Says its address and a token once
 * it listens. `node facts-receiver.ts FOLDER`
 */
import { writeSync } from "node:fs";
import { openDatabase } from "../../src/core/database/index.ts";
import { serve } from "../../src/web/serve.ts";
import { machineSite } from "../harness/machines.ts";

const { db } = await openDatabase({ dataFolder: process.argv[2] as string, mode: "hold" });
const site = machineSite(db);
const token = await site.tokenFor(await site.addMachine());
const { url } = await serve(site.app, 0);
writeSync(1, `${url} ${token}\n`);
