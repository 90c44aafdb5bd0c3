/**
 * One client of the embedded cluster: PostgreSQL's wire protocol, version 3, between a socket and PGlite.
 * Source: PostgreSQL documentation, chapter "Frontend/Backend Protocol", sections "Message Flow" and "Message Formats".
 */
import type { Socket } from "node:net";
import type { PGlite } from "@electric-sql/pglite";
import type { Turn, Turns } from "./turns.ts";

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
const [QUERY, SYNC, TERMINATE, FLUSH] = [..."QSXH"].map((letter) => letter.charCodeAt(0));
const READY_FOR_QUERY = "Z".charCodeAt(0);
const IDLE = "I".charCodeAt(0);

/**
 * A transaction left open without a statement for this long while others wait is ended (SQLSTATE 25P03). It is what
 * happens when code uses the outer database handle inside a transaction: without this it would hang for ever.
 */
const IDLE_IN_TRANSACTION_MILLISECONDS = 30_000;

/** Serves a client until its socket closes. Whatever transaction it leaves open is rolled back. */
export function serveClient(
  pglite: PGlite,
  turns: Turns,
  socket: Socket,
  idleMilliseconds = IDLE_IN_TRANSACTION_MILLISECONDS,
): void {
  let turn: Turn | undefined;
  let gone = false;
  let started = false;
  let idleTimer: NodeJS.Timeout | undefined;
  const incoming = createMessageBuffer();
  let work = Promise.resolve();

  const leave = async (): Promise<void> => {
    clearTimeout(idleTimer);
    if (turn === undefined) return;
    // Closes both an open transaction and an extended-protocol cycle that was cut short.
    await execute(pglite, SYNC_MESSAGE, () => {});
    if (pglite.isInTransaction()) await pglite.exec("rollback");
    turn.end();
    turn = undefined;
  };

  const run = async (messages: Uint8Array, endsCycle: boolean): Promise<void> => {
    turn ??= await turns.take();
    clearTimeout(idleTimer);
    if (gone) return;
    let tail: Uint8Array = new Uint8Array();
    await execute(pglite, messages, (data) => {
      if (data.length >= 6) tail = data.slice(-6);
      if (socket.writable) socket.write(data.slice()); // PGlite reuses its buffer
    });
    const idle = tail[0] === READY_FOR_QUERY && tail[5] === IDLE;
    if (endsCycle && idle) {
      turn.end();
      turn = undefined;
    } else {
      idleTimer = setTimeout(() => {
        if (turns.waiting() > 0) dismiss(socket);
        else idleTimer?.refresh();
      }, idleMilliseconds);
      idleTimer.unref();
    }
  };

  const handle = async (): Promise<void> => {
    while (!started) {
      const packet = incoming.takeStartup();
      if (packet === undefined) return;
      const code = packet.readInt32BE(4);
      if (code === SSL_REQUEST || code === GSS_REQUEST) socket.write("N");
      else if (code === CANCEL_REQUEST) return void socket.end();
      else {
        started = true;
        await run(packet, true);
      }
    }
    for (;;) {
      // Everything up to a Sync, Flush or simple Query goes to PGlite at once: one crossing a statement, not five.
      const batch = incoming.takeBatch((type) => type === QUERY || type === SYNC || type === FLUSH);
      if (batch === undefined) return;
      if (batch[0] === TERMINATE) return void socket.end();
      const last = incoming.lastType();
      await run(batch, last === QUERY || last === SYNC);
    }
  };

  const fail = (): void => void socket.destroy();
  socket.on("data", (chunk) => {
    incoming.add(chunk as Buffer);
    work = work.then(handle).catch(fail);
  });
  socket.on("error", fail);
  socket.once("close", () => {
    gone = true;
    work = work.then(leave).catch(fail);
  });
}

const SYNC_MESSAGE = Uint8Array.of(SYNC as number, 0, 0, 0, 4);

function execute(pglite: PGlite, messages: Uint8Array, onData: (data: Uint8Array) => void): Promise<void> {
  return pglite.runExclusive(() => pglite.execProtocolRawStream(messages, { onRawData: onData }));
}

function dismiss(socket: Socket): void {
  const fields =
    "SFATAL\0VFATAL\0C25P03\0MThis transaction was left idle while others waited for the embedded database. Inside a transaction, use the transaction's own handle for every statement.\0\0";
  const body = Buffer.from(fields, "utf8");
  const message = Buffer.alloc(5 + body.length);
  message.write("E", 0);
  message.writeInt32BE(4 + body.length, 1);
  body.copy(message, 5);
  socket.end(message);
  socket.destroySoon();
}

interface MessageBuffer {
  add(chunk: Buffer): void;
  /** A packet without a type byte, as the first ones of a connection are; undefined until it is complete. */
  takeStartup(): Buffer | undefined;
  /** All messages up to and with the first whose type ends a batch (or a lone Terminate); undefined until complete. */
  takeBatch(ends: (type: number) => boolean): Buffer | undefined;
  lastType(): number;
}

/** Collects chunks without copying each time one arrives: a statement's parameters may be a hundred megabytes. */
export function createMessageBuffer(): MessageBuffer {
  let chunks: Buffer[] = [];
  let length = 0;
  let needed = 0;
  let scanned = 0; // start of the first message not yet known to be complete
  let last = 0;

  const whole = (): Buffer => {
    if (chunks.length !== 1) chunks = [Buffer.concat(chunks, length)];
    return chunks[0] as Buffer;
  };
  const take = (end: number): Buffer => {
    const all = whole();
    chunks = [all.subarray(end)];
    length -= end;
    scanned = 0;
    needed = 0;
    return all.subarray(0, end);
  };

  return {
    add(chunk) {
      chunks.push(chunk);
      length += chunk.length;
    },
    takeStartup() {
      if (length < 8) return undefined;
      const size = whole().readInt32BE(0);
      return length < size ? undefined : take(size);
    },
    takeBatch(ends) {
      while (length >= Math.max(needed, scanned + 5)) {
        const all = whole();
        const type = all[scanned] as number;
        const end = scanned + 1 + all.readInt32BE(scanned + 1);
        if (end > length) {
          needed = end;
          return undefined;
        }
        scanned = end;
        last = type;
        if (ends(type) || type === TERMINATE || type === COPY_DATA || type === COPY_DONE || type === COPY_FAIL) {
          return take(end);
        }
      }
      return undefined;
    },
    lastType: () => last,
  };
}

const [COPY_DATA, COPY_DONE, COPY_FAIL] = [..."dcf"].map((letter) => letter.charCodeAt(0));
