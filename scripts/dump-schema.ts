/** Writes migrations/schema.sql anew, after a migration was added. Run with: node scripts/dump-schema.ts */
import { writeFileSync } from "node:fs";
import { openClusterInMemory } from "../src/core/database/cluster.ts";
import { dumpSchema } from "../src/core/database/dump-schema.ts";
import { migrate, MIGRATIONS_FOLDER } from "../src/core/database/migrate.ts";
import { newDatabase } from "../src/core/database/open.ts";
import { socketPool } from "../src/core/database/pool.ts";

const cluster = await openClusterInMemory(null);
const db = newDatabase(socketPool(cluster.socketPath));
await migrate(db);
writeFileSync(new URL("schema.sql", MIGRATIONS_FOLDER), await dumpSchema(db));
await db.destroy();
await cluster.close();
