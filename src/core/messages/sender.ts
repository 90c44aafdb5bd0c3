/** The ways out of the installation, as the outbox sees them. */
import type { Outcome, Provider } from "./outcome.ts";
import type { Channel, WrittenMessage } from "./templates.ts";

/** One message on its way out. */
export interface Outgoing extends WrittenMessage {
  /** Its reference, the same in every attempt. */
  readonly id: string;
  readonly subjectId: string;
  readonly channel: Channel;
  /** Address or number; the lines of a postal address with line breaks between them. */
  readonly to: string;
  readonly language: string;
}

/** What a provider says of a message it was given before. */
export type Receipt =
  /** It has it; no more is known yet. */
  | { readonly kind: "taken"; readonly providerId: string; readonly fragments: number | null }
  | { readonly kind: "delivered" }
  /** `contact`: the address or number does not work, for good. */
  | { readonly kind: "failed"; readonly contact: boolean; readonly reason: string }
  /** It never got it. */
  | { readonly kind: "unknown" }
  | { readonly kind: "later"; readonly after: Temporal.Duration | null; readonly reason: string };

export interface Sender {
  /** The provider a channel goes by now, or null; asked once for each batch. */
  providers(): Promise<ReadonlyMap<Channel, Provider>>;
  /** Why some channel cannot be used, as a sentence for staff; null when all is well. */
  problem(): string | null;
  /** Hands a message over. Never throws: what went wrong is an outcome. */
  send(outgoing: Outgoing, provider: Provider): Promise<Outcome>;
  /** Asks Notify by reference. Never throws. */
  ask(id: string): Promise<Receipt>;
  close(): Promise<void>;
}

/** One provider of a sender. */
export interface Transport {
  readonly provider: Provider;
  readonly channels: () => Promise<readonly Channel[]>;
  readonly problem: () => string | null;
  readonly send: (outgoing: Outgoing) => Promise<Outcome>;
  readonly ask?: (id: string) => Promise<Receipt>;
  readonly close: () => Promise<void>;
}

/** Joins transports: a channel goes by the first that offers it. */
export function joinTransports(transports: readonly Transport[]): Sender {
  const byProvider = new Map(transports.map((each) => [each.provider, each]));
  return {
    async providers() {
      const found = new Map<Channel, Provider>();
      for (const each of transports)
        for (const channel of await each.channels()) if (!found.has(channel)) found.set(channel, each.provider);
      return found;
    },
    problem() {
      const problems = transports.map((each) => each.problem()).filter((each) => each !== null);
      return problems.length === 0 ? null : problems.join(" ");
    },
    send(outgoing, provider) {
      const transport = byProvider.get(provider);
      if (transport === undefined)
        return Promise.resolve({ kind: "later", reason: "no-provider", after: null, stops: "all" });
      return transport.send(outgoing);
    },
    ask: (id) =>
      byProvider.get("notify")?.ask?.(id) ??
      Promise.resolve({ kind: "later", after: null, reason: "no-provider" } as const),
    async close() {
      for (const each of transports) await each.close();
    },
  };
}
