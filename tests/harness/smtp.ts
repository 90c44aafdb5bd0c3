/** A mail server on this machine that keeps what it takes and fails on demand. */
import type { AddressInfo } from "node:net";
import { SMTPServer } from "smtp-server";

export interface TakenMail {
  readonly to: readonly string[];
  readonly messageId: string;
  readonly text: string;
}

/** `refuse`: at the recipient, for good. `later`: at the recipient, for now. `silence`: takes it and breaks the connection. */
export type MailAnswer = "take" | "refuse" | "later" | "silence" | "silence-untaken";

export interface MailStandIn {
  readonly url: string;
  readonly taken: readonly TakenMail[];
  answerWith(answer: (to: string) => MailAnswer): void;
  close(): Promise<void>;
}

export async function startMail(): Promise<MailStandIn> {
  const taken: TakenMail[] = [];
  let answer: (to: string) => MailAnswer = () => "take";
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ["STARTTLS", "AUTH"],
    logger: false,
    onRcptTo(address, _session, callback) {
      const way = answer(address.address);
      if (way === "refuse") return callback(Object.assign(new Error("No such mailbox"), { responseCode: 550 }));
      if (way === "later") return callback(Object.assign(new Error("Try again later"), { responseCode: 451 }));
      callback();
    },
    onData(stream, session, callback) {
      let text = "";
      stream.on("data", (chunk: Buffer) => (text += chunk.toString()));
      stream.on("end", () => {
        const to = session.envelope.rcptTo.map((each) => each.address);
        const way = answer(to[0] ?? "");
        const mail = { to, messageId: /^Message-ID: (.+)$/im.exec(text)?.[1]?.trim() ?? "", text };
        if (way !== "silence-untaken") taken.push(mail);
        if (way === "take") callback();
        else closeOf(session.id)?.();
      });
    },
  });
  const closeOf = (id: string): (() => void) | undefined => {
    const connections = (server as unknown as { connections: Set<{ id: string; _socket: { destroy(): void } }> })
      .connections;
    for (const connection of connections) if (connection.id === id) return () => connection._socket.destroy();
    return undefined;
  };
  server.on("error", () => {});
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  return {
    url: `smtp://127.0.0.1:${(server.server.address() as AddressInfo).port}`,
    taken,
    answerWith: (way) => {
      answer = way;
    },
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}
