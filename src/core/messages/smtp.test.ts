import assert from "node:assert/strict";
import { test } from "node:test";
import { startMail } from "../../../tests/harness/smtp.ts";
import { smtpOutcome, smtpTransport } from "./smtp.ts";

const ATTEMPT = { channel: "email", subject: "Your link", body: "A secret", language: "en" } as const;

test("a mail server without TLS gets nothing, whatever its url asks, unless it is on this machine", async () => {
  const mail = await startMail();
  const { port } = new URL(mail.url);
  // Another name of this machine that does not say so, as a server elsewhere would have.
  const elsewhere = `smtp://0.0.0.0:${port}`;
  try {
    for (const [url, kind] of [
      [elsewhere, "later"],
      [`${elsewhere}?requireTLS=false`, "later"],
      [`${elsewhere}/?requireTLS=false&ignoreTLS=true`, "later"],
      [mail.url, "accepted"],
      [`smtp://LOCALHOST:${port}`, "accepted"],
    ] as const) {
      const transport = smtpTransport({ url, from: "help@northshore.example" });
      const before = mail.taken.length;
      const outcome = await transport.send({ ...ATTEMPT, id: "m-1", to: "ann@example.org" } as Parameters<
        typeof transport.send
      >[0]);
      await transport.close();
      assert.equal(outcome.kind, kind, url);
      assert.equal(mail.taken.length - before, kind === "accepted" ? 1 : 0, url);
    }
  } finally {
    await mail.close();
  }
});

test("a refused TLS is nobody's fault but the server's: every message waits, and none is given up", () => {
  const failure = { code: "ETLS", responseCode: 502, command: "STARTTLS" };
  assert.deepEqual(smtpOutcome(failure), { kind: "later", reason: "smtp-no-tls", after: null, stops: "all" });
});
