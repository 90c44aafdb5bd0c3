/**
 * Tells the outbox of this process that something was queued. A transaction cannot say that it committed, so the outbox
 * looks a moment later, and once more; a schedule finds what both looks missed, or what another process queued.
 */
type Listener = () => void;
const listeners = new Set<Listener>();

/** Called by `queueMessage`. Never fails and never waits. */
export function tellQueued(): void {
  for (const listener of listeners) listener();
}

/** Calls the listener whenever a message is queued in this process; gives the way to stop. */
export function whenQueued(listener: Listener): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
