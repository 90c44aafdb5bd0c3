/**
 * A process to be killed: queues messages and drains the outbox, saying each reference once it is committed.
 * `node outbox-sender.ts FOLDER NOTIFY-URL NOTIFY-KEY SMTP-URL SECONDS-AHEAD MESSAGES-A-ROUND`
 * With 0 messages it drains what is left until nothing is due, says `done` and ends.
 */
import { writeSync } from "node:fs";
import { inTransaction, openDatabase } from "../../src/core/database/index.ts";
import { openMessages, queueMessages } from "../../src/core/messages/index.ts";
import { openVault } from "../../src/core/vault/index.ts";
import { contact, link, putContacts, trialTemplates } from "../harness/messages.ts";

const [folder = "", notifyUrl = "", notifyKey = "", smtpUrl = "", ahead = "0", size = "1"] = process.argv.slice(2);
const clock = { now: () => Temporal.Now.instant().add({ seconds: Number(ahead) }) };
const { db, close } = await openDatabase({ dataFolder: folder, mode: "hold" });
const vault = openVault({ dataFolder: folder });
await putContacts(db, vault, {
  mail: contact({ email: "mail@example.org" }),
  text: contact({ telephone: "07700 900001" }),
});
const { outbox } = openMessages({
  db,
  vault,
  clock,
  templates: trialTemplates,
  sending: { notifyKey, notifyUrl, smtpUrl, mailFrom: "help@example.org", production: true, demonstration: false },
  timeZone: "Europe/London",
  bodyName: "Northshore",
  telephone: "",
  log: (line) => process.stderr.write(`${line}\n`),
});
writeSync(1, "open\n");
if (Number(size) === 0) {
  await outbox.drain();
  await outbox.close();
  await close();
  writeSync(1, "done\n");
  process.exit(0);
}
for (;;) {
  const ids = await inTransaction(db, (transaction) =>
    queueMessages(
      transaction,
      vault,
      Array.from({ length: Number(size) }, (_, index) => ({
        subjectId: index % 2 === 0 ? "mail" : "text",
        template: link,
        values: { link: "https://handrail.example/l" },
        causedBy: null,
        now: clock.now(),
        urgent: true,
      })),
    ),
  );
  writeSync(1, `${ids.map((id, index) => `${index % 2 === 0 ? "mail" : "text"} ${id}`).join("\n")}\n`);
  await outbox.drain();
}
