import { z } from "zod";
import { readDirectory } from "../../../core/directory/index.ts";
import type { Operation } from "../../../web/api/operation.ts";
import { FACTS_PATH } from "../../../web/api/paths.ts";
import { problemResponse } from "../../../web/api/problem.ts";
import { route, type AnyRoute } from "../../../web/route.ts";
import { traceOf } from "../../../web/trace.ts";
import type { GuaranteeTools } from "../actions.ts";
import { MOST_ROWS_AT_ONCE, rowTaker, type SentLine, type TakeRequest, type Verdict } from "../actions/take-rows.ts";
import { rowsOfBytes } from "../files/stream.ts";

const NAME = "api.facts";
const SCOPE = "facts:write";
const PURPOSE = "events sent by the system of an organisation";
const NDJSON = "application/x-ndjson";
const NDJSON_TYPES = new Set([NDJSON, "application/ndjson", "application/jsonl", "application/x-jsonlines"]);
const LARGEST_BODY_BYTES = 50_000_000;
const MOST_ROWS = 100_000;

/** Facts from other systems: a row in, a verdict out, and nothing is answered that is not on record. */
export function factRoutes(tools: GuaranteeTools): readonly AnyRoute[] {
  const take = rowTaker(tools);
  return [
    route({
      name: NAME,
      method: "POST",
      path: FACTS_PATH,
      access: { kind: "machine", scope: SCOPE },
      audit: { kind: "list", purpose: PURPOSE },
      input: null,
      largestBody: LARGEST_BODY_BYTES,
      handle: async ({ request, machine, now, shown }) => {
        if (machine === null) throw new Error("A route for machines was opened by none.");
        const type = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
        if (!NDJSON_TYPES.has(type)) return notNdjson(type);
        const packed = request.headers.get("content-encoding")?.trim().toLowerCase() ?? "identity";
        if (packed !== "identity") return notPlain();
        const { services } = await readDirectory(tools.db);
        const sender = { clientId: machine.clientId, organisationId: machine.organisationId };
        // The access log is written batch by batch, before the verdicts of each go out.
        shown([]);
        const body = request.body ?? new Blob([]).stream();
        const started = { sender, persons: new Map(), services, route: NAME, purpose: PURPOSE, now };
        return new Response(
          verdictStream(
            body,
            (lines) => take({ ...started, lines }),
            (what) => tools.log(`${now} error ${NAME}: ${what}`),
          ),
          {
            headers: { "content-type": `${NDJSON}; charset=utf-8`, "cache-control": "no-store" },
          },
        );
      },
    }),
  ];
}

function notNdjson(type: string): Response {
  return problemResponse({
    status: 415,
    title: "Not NDJSON",
    detail: `Send one JSON object a line with \`Content-Type: ${NDJSON}\`${type === "" ? "" : `, not ${type.slice(0, 100)}`}. With curl, \`--data-binary @FILE\` keeps the line ends.`,
    headers: { "accept-post": NDJSON },
  });
}

/** A small body could unpack to any size; rows are sent as they are. */
function notPlain(): Response {
  return problemResponse({
    status: 415,
    title: "Compressed body",
    detail: "Send the rows uncompressed, without Content-Encoding.",
    headers: { "accept-encoding": "identity" },
  });
}

type Take = (lines: TakeRequest["lines"]) => Promise<readonly Verdict[]>;

/** Why not all rows were read; null when they were. */
type Stopped = { readonly row: number; readonly message: string };

/**
 * The verdicts, a batch at a time as it was committed, and the totals. They are not held back for a reader: most clients
 * send all of their body before they read, and waiting for them would have both wait for ever. A request holds at
 * most `MOST_ROWS` verdicts, of a few hundred bytes each.
 */
function verdictStream(
  body: ReadableStream<Uint8Array>,
  take: Take,
  log: (what: string) => void,
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let gone = false;
  return new ReadableStream<Uint8Array>({
    async start(controller) {
      const totals = { rows: 0, appended: 0, repeated: 0, refused: 0 };
      const say = (lines: readonly object[]): void => {
        if (!gone) controller.enqueue(encoder.encode(lines.map((line) => `${JSON.stringify(line)}\n`).join("")));
      };
      const stopped = await takeAll(
        body,
        async (lines) => {
          const verdicts = await take(lines);
          for (const { verdict } of verdicts) totals[verdict]++;
          totals.rows += verdicts.length;
          say(verdicts);
        },
        () => gone,
        log,
      );
      say([{ totals, ...(stopped === null ? {} : { stopped }) }]);
      if (!gone) controller.close();
    },
    cancel() {
      gone = true;
    },
  });
}

/** Reads the body and takes its rows in batches, until its end or a limit. What was taken stays taken. */
async function takeAll(
  body: ReadableStream<Uint8Array>,
  take: (lines: readonly SentLine[]) => Promise<void>,
  gone: () => boolean,
  log: (what: string) => void,
): Promise<Stopped | null> {
  let batch: SentLine[] = [];
  let rows = 0;
  let last = 0;
  let doing: "reading" | "writing" = "reading";
  const flush = async (): Promise<void> => {
    if (batch.length === 0) return;
    const lines = batch;
    batch = [];
    doing = "writing";
    await take(lines);
    doing = "reading";
    last = lines.at(-1)?.line ?? last;
  };
  try {
    for await (const row of rowsOfBytes(counted(body))) {
      if (gone()) return null;
      if (++rows > MOST_ROWS) {
        await flush();
        return {
          row: row.line,
          message: `One request holds at most ${MOST_ROWS} rows. Send this row and those after it in another.`,
        };
      }
      batch.push(row);
      if (batch.length === MOST_ROWS_AT_ONCE) await flush();
    }
    await flush();
    return null;
  } catch (error) {
    if (doing === "reading" && !(error instanceof TooLarge))
      return {
        row: last + 1,
        message: "The body ended before it was whole. Send it again: what was taken is then repeated.",
      };
    if (error instanceof TooLarge) {
      await flush();
      return {
        row: last + 1,
        message: `One request holds at most ${LARGEST_BODY_BYTES} bytes. Send this row and those after it in another.`,
      };
    }
    log(traceOf(error));
    return {
      row: last + 1,
      message:
        "Something went wrong on our side; this row and those after it may not be on record. Send the whole body again: what was taken is then repeated.",
    };
  }
}

class TooLarge extends Error {}

async function* counted(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > LARGEST_BODY_BYTES) throw new TooLarge();
    yield chunk;
  }
}

const text = z.string().max(200);

/** A row, as docs/how-to/send-facts.md explains it; other columns are fields of the event. */
const sentRow = z.looseObject({
  case: text.min(1).describe("The referral, request or application."),
  person: text.optional().describe("Whose it is; the case's own when absent."),
  type: text
    .min(1)
    .describe(
      "A word that a definition names: /guarantees lists them. `withdrawn-entry` cancels the event it replaces.",
    ),
  occurred: z.string().min(1).describe("ISO date, local date-time, or instant with offset."),
  recorded: z.string().optional().describe("The same forms: when it was learnt."),
  id: text.optional().describe("The event's id; made of its content when absent."),
  replaces: text.optional().describe("The id of the event it corrects."),
  reason: z.string().max(2_000).optional().describe("Why it is corrected."),
  organisation: text.optional().describe("The program's own when absent."),
  service: text.optional().describe("Whose promises hold for the case."),
  area: text.optional().describe("Where; a code of the directory."),
  data: z.looseObject({}).optional().describe("The event's fields, where they are not columns."),
});

const verdict = z.object({
  row: z.int().min(1).describe("The line of the body."),
  id: z.string().nullable().describe("The event's id; null when the row could not be read so far."),
  verdict: z.enum(["appended", "repeated", "refused"]).describe("The first two are on record, the last is not."),
  problems: z
    .array(
      z.object({
        column: z.string().describe("Empty when the whole row is meant."),
        message: z.string().describe("What is wrong, and what to do."),
      }),
    )
    .optional()
    .describe("Of a row that was refused."),
});

const lastLine = z.object({
  totals: z
    .object({
      rows: z.int().describe("How many were judged."),
      appended: z.int().describe("How many are new on record."),
      repeated: z.int().describe("How many were there before."),
      refused: z.int().describe("How many were not taken."),
    })
    .describe("The last line."),
  stopped: z
    .object({
      row: z.int().describe("The first that was not read."),
      message: z.string().describe("Why, and what to do."),
    })
    .optional()
    .describe("Only when not all rows were read: from which on, and why."),
});

export const factsOperation: Operation = {
  route: NAME,
  summary: "Send events",
  description: `One JSON object a line, at most ${MOST_ROWS.toLocaleString("en")} rows and ${LARGEST_BODY_BYTES / 1_000_000} MB. Each row gets a verdict, in order, once it is on record; a last line gives the totals. Rows that are refused do not hold up the others. Sending a row again changes nothing. An answer without the last line was cut off: send the whole body again.`,
  body: {
    mediaType: NDJSON,
    schema: sentRow,
    eachLine: true,
    example: '{"case":"R-1001","person":"P-17","type":"referral-received","occurred":"2025-03-03","id":"R-1001-1"}\n',
  },
  answers: {
    200: { says: "A verdict on each row, and the totals.", content: { [NDJSON]: [verdict, lastLine] } },
  },
};
