import { fileURLToPath } from "node:url";
import type { Hono } from "hono";
import { z } from "zod";
import { loadAssets } from "../../src/web/assets.ts";
import { renderChart } from "../../src/web/charts/render.ts";
import { monthlyShareSpec, waitsByBandSpec } from "../../src/web/charts/specs.ts";
import { miniRail, rail, type RailInput, type RailState, type Words } from "../../src/web/design/rail/rail.ts";
import { dateInputItems, emptyForm, formView, plainDate } from "../../src/web/form.ts";
import { formatsFor } from "../../src/web/format.ts";
import { loadMessages, translator, type Translate } from "../../src/web/messages.ts";
import { pagination } from "../../src/web/pagination.ts";
import { createRenderer } from "../../src/web/render.ts";
import { route, type AnyRoute } from "../../src/web/route.ts";
import { buildApp } from "../../src/web/server.ts";
import { sessionsInMemory } from "../harness/sessions.ts";
import { statementRoutes } from "../../src/web/statements.ts";

const day = (text: string) => Temporal.PlainDate.from(text);
const today = day("2025-02-11");
const now = Temporal.Instant.from("2025-02-11T09:00:00Z");
const anybody = { access: { kind: "public" }, audit: { kind: "none", why: "invented things in a test" } } as const;

const hip: RailInput = {
  state: "waiting",
  start: day("2024-12-02"),
  due: day("2025-03-14"),
  today,
  posts: [{ day: day("2025-01-24"), label: "MRI scan done" }],
  gaps: [{ from: day("2024-12-21"), to: day("2025-01-01"), label: "your 12 days" }],
  dayLabel: "Today, day 59",
  startLabel: "referral accepted",
};

/** Rails that are hard to draw: every state, much in little room, hours, nothing at all. */
const hardRails: Readonly<Record<string, RailInput>> = {
  soon: { ...hip, state: "soon", due: day("2025-02-15"), dayLabel: "Today, day 71", gaps: [] },
  overdue: {
    ...hip,
    state: "overdue",
    due: day("2025-02-04"),
    dayLabel: "Today, 7 days over",
    posts: [
      { day: day("2024-12-10"), label: "first appointment offered" },
      { day: day("2024-12-12"), label: "you missed an appointment" },
      { day: day("2024-12-14"), label: "new appointment" },
      { day: day("2025-01-29"), label: "scan done" },
      { day: day("2025-01-29"), label: "letter sent" },
    ],
  },
  kept: { ...hip, state: "kept", stopped: day("2025-02-01"), dayLabel: "Seen on day 49" },
  broken: {
    ...hip,
    state: "broken",
    due: day("2025-01-20"),
    stopped: day("2025-02-08"),
    dayLabel: "Seen 19 days late",
    gaps: [],
  },
  ended: { ...hip, state: "ended", stopped: day("2024-12-30"), dayLabel: "You withdrew", gaps: [], posts: [] },
  void: { ...hip, state: "void", stopped: day("2024-12-30"), dayLabel: "As if it never ran", gaps: [], posts: [] },
  pausedNow: { ...hip, gaps: [{ from: day("2025-01-29"), to: null, label: "waiting for your doctor" }], posts: [] },
  sameDay: {
    ...hip,
    start: today,
    due: today,
    dayLabel: "Today",
    startLabel: "you called",
    posts: [],
    gaps: [],
    state: "soon",
  },
  hours: {
    state: "overdue",
    start: Temporal.PlainDateTime.from("2025-02-11T08:10"),
    due: Temporal.PlainDateTime.from("2025-02-11T12:10"),
    today: Temporal.PlainDateTime.from("2025-02-11T13:05"),
    posts: [{ day: Temporal.PlainDateTime.from("2025-02-11T09:30"), label: "seen by a nurse" }],
    gaps: [],
    dayLabel: "Now, 55 minutes over",
    startLabel: "arrived",
  },
  crowded: {
    ...hip,
    posts: Array.from({ length: 9 }, (_, index) => ({
      day: day("2024-12-06").add({ days: index * 7 }),
      label: ["apwyntiad cyntaf wedi’i gynnig", "sgan", "llythyr wedi’i anfon at eich meddyg teulu"][index % 3] ?? "",
    })),
  },
};

function promiseView(
  input: RailInput,
  words: Words,
  texts: { stateText: string; headline: string; keep: string | null; why: string; id: string },
) {
  return {
    ...texts,
    state: input.state,
    rail: rail(input, words),
    note: null,
    actions: [
      { text: "Change or cancel my appointment", href: "https://example.org/appointments", kind: "primary" },
      { text: "Add the date to my calendar", href: "/calendar.ics", kind: "secondary" },
      { text: "Something here is wrong", href: "tel:+441632960000", kind: "link" },
    ],
    explanation: {
      summary: "Why 14 March?",
      steps: [
        {
          text: "Your referral was accepted on 2 December 2024, so your clock started that day.",
          source: { text: "National Patients’ Rights Act, section 2a", href: "/definitions/se" },
        },
        {
          text: "You asked to wait 12 days, from 21 December to 1 January. They are not counted.",
          source: { text: "Handbook, 4.2", href: null },
        },
      ],
    },
  };
}

const people = [
  "Ines Marchetti",
  "Oskar Lind",
  "Tom Abiola",
  "Grace Whitfield",
  "Shabnam Rao",
  "Maximiliana Featherstonehaugh-Llanfairpwllgwyngyll",
  "Li Wei",
];

function worklistView(words: Words) {
  const states: readonly [RailState, string][] = [
    ["overdue", "7 days over"],
    ["soon", "1 day left"],
    ["soon", "2 days left"],
    ["waiting", "29 days left"],
    ["waiting", "38 days left"],
    ["kept", "Kept"],
    ["broken", "Kept late"],
  ];
  return {
    caption: "Promises that run out next, soonest first",
    columns: [
      { label: "Person" },
      { label: "Promise" },
      { label: "Days used", hideLabel: false },
      { label: "State", hideLabel: true },
      { label: "Next step" },
    ],
    rows: people.map((name, index) => {
      const [state, text] = states[index] ?? ["waiting", "50 days left"];
      const due =
        state === "overdue" || state === "broken"
          ? day("2025-02-04")
          : state === "soon"
            ? day("2025-02-14")
            : day("2025-03-20");
      return {
        cells: [
          { text: name, href: `/people/${index}`, sub: "born 4 May 1951 · 943 476 5919" },
          { text: "Specialist, hips" },
          {
            rail: miniRail(
              {
                ...hip,
                state,
                due,
                gaps: index % 2 === 0 ? hip.gaps : [],
                stopped: state === "kept" || state === "broken" ? today : null,
              },
              words,
            ),
          },
          { state, text },
          { text: "Offer another provider", href: `/people/${index}#offer` },
        ],
      };
    }),
  };
}

const monthly = Array.from({ length: 24 }, (_, index) => ({
  month: Temporal.PlainYearMonth.from("2023-03").add({ months: index }),
  share: index === 9 ? 0.65 : 0.78 + 0.07 * Math.sin(index / 3),
  lower: 0.68,
  upper: 0.88,
  ...(index === 9 ? { note: "new record system" } : {}),
}));

async function placeView(words: Words) {
  const { formats } = words;
  const share = await renderChart(
    monthlyShareSpec({ months: monthly, standard: { share: 0.92, text: "the standard, 92%" }, formats }),
    "Share of promises kept each month, March 2023 to February 2025: between 65% and 85%, below the standard of 92% throughout.",
  );
  const bands = [
    { label: "0 to 6 weeks", count: 412, late: false },
    { label: "7 to 12 weeks", count: 530, late: false },
    { label: "13 to 18 weeks", count: 371, late: false },
    { label: "19 to 26 weeks", count: 204, late: true },
    { label: "27 to 52 weeks", count: 88, late: true },
    { label: "more than a year", count: 3, late: true },
  ];
  const waits = await renderChart(
    waitsByBandSpec({ bands, limitText: "promised: 18 weeks", formats }),
    "People waiting, by how long: most between 7 and 12 weeks; 295 longer than the 18 weeks promised.",
  );
  return {
    figures: [
      { value: "83%", meaning: "seen within the promise, up 4 points in a year", href: null },
      { value: "61 days", meaning: "the middle wait for a specialist", href: null },
      { value: "£412", meaning: "cost of a first visit; £388 in the region", href: "/definitions/cost" },
      { value: "9 in 10", meaning: "check-in warnings answered within an hour", href: null },
    ],
    share: {
      title: "Promises kept, month by month",
      chart: share,
      meaning: "The band is ordinary variation: points inside it are not news.",
      table: {
        head: ["Month", "Kept in time"],
        rows: monthly.map(({ month, share: kept }) => [formats.month(month), formats.percent(kept)]),
      },
      downloads: [
        { text: "CSV", href: "/figures.csv" },
        { text: "JSON", href: "/figures.json" },
      ],
      definition: { text: "How it is counted", href: "/definitions/se" },
    },
    waits: {
      title: "How long people wait",
      column: "narrow",
      chart: waits,
      meaning: null,
      table: { head: ["Wait", "People"], rows: bands.map(({ label, count }) => [label, formats.number(count)]) },
      downloads: [{ text: "CSV", href: "/waits.csv" }],
      definition: { text: "How it is counted", href: "/definitions/se" },
    },
  };
}

function galleryRoutes(words: Words): readonly AnyRoute[] {
  const { t, formats } = words;
  const eventForm = z.object({
    kind: z.enum(["offer", "missed"], "Choose what happened"),
    occurred: plainDate,
    note: z.string().max(200),
  });
  const eventPage = (form: ReturnType<typeof emptyForm>) => ({
    title: "Record an event",
    back: { text: "Back to the worklist", href: "/worklist" },
    form,
    dateItems: dateInputItems(form, "occurred", t),
    summary: [
      { key: { text: "Promise" }, value: { text: "Specialist, hips" } },
      { key: { text: "Due" }, value: { text: formats.date(day("2025-03-14")) } },
    ],
  });
  return [
    route({
      ...anybody,
      name: "gallery.person",
      method: "GET",
      path: "/",
      input: null,
      handle: ({ page }) =>
        page("gallery/person.njk", {
          title: "Your promises",
          main: promiseView(hip, words, {
            id: "hip",
            stateText: "On time so far",
            headline: "We promise you a hip specialist by",
            keep: "Friday 14 March",
            why: "Your legal right: within 90 days of 2 December. You asked to wait 12 days over the holidays; they are not counted.",
          }),
          events: [
            { when: "24 January", datetime: "2025-01-24", title: "MRI scan done", text: "at Northshore General" },
            {
              when: "21 December to 1 January",
              title: "You chose to wait.",
              text: "You were told of the promise on 3 December, offered 23 December, and said no.",
              note: "Recorded on 3 December by the booking office",
            },
            { when: "2 December", datetime: "2024-12-02", title: "Referral accepted.", text: "Your clock started." },
          ],
        }),
    }),
    route({
      ...anybody,
      name: "gallery.rails",
      method: "GET",
      path: "/rails",
      input: null,
      handle: ({ page }) =>
        page("gallery/rails.njk", {
          title: "Rails that are hard to draw",
          list: Object.entries(hardRails).map(([name, input]) =>
            promiseView(input, words, {
              id: name,
              stateText: name,
              headline: `A promise that is ${name}`,
              keep: null,
              why: "Your legal right, an invented one.",
            }),
          ),
        }),
    }),
    route({
      ...anybody,
      name: "gallery.worklist",
      method: "GET",
      path: "/worklist",
      input: {
        query: z.object({
          page: z.coerce.number().int().min(1).max(999).default(7),
          state: z.enum(["running", "none"]).optional(),
        }),
      },
      handle: ({ page, input, url }) =>
        page("gallery/worklist.njk", {
          title: "Who runs out next",
          counts: "1,284 running · 37 over · 61 within a week",
          filters: {
            action: "/worklist",
            search: { name: "search", label: "Name or number", value: "" },
            selects: ["Service", "Place", "Promise"].map((label) => ({
              name: label.toLowerCase(),
              label,
              options: [
                { value: "", text: "All", selected: true },
                { value: "a", text: "Northshore General", selected: false },
              ],
            })),
            clear: "/worklist",
          },
          list: input.query.state === "none" ? null : worklistView(words),
          pages: pagination({ page: input.query.page, pageSize: 50, total: 1284 }, url, t),
        }),
    }),
    route({
      ...anybody,
      name: "gallery.place",
      method: "GET",
      path: "/place",
      input: null,
      handle: async ({ page }) =>
        page("gallery/place.njk", {
          title: "How services keep their promises in Harbour",
          ...(await placeView(words)),
        }),
    }),
    route({
      ...anybody,
      name: "gallery.event",
      method: "GET",
      path: "/event",
      input: null,
      handle: ({ page }) => page("gallery/event.njk", eventPage(emptyForm(eventForm))),
    }),
    route({
      ...anybody,
      name: "gallery.event.record",
      method: "POST",
      path: "/event",
      input: { form: eventForm },
      handle: ({ page, input, redirect }) =>
        input.form.ok
          ? redirect("/worklist")
          : page("gallery/event.njk", eventPage(formView(input.form.typed, input.form.faults)), { status: 422 }),
    }),
    route({
      ...anybody,
      name: "gallery.broken",
      method: "GET",
      path: "/broken",
      input: null,
      handle: () => {
        throw new Error("broken on purpose");
      },
    }),
  ];
}

/** A small site that shows every component of the kit in several states. */
export function galleryApp(t: Translate = loadMessages("en")): Hono {
  const sessions = sessionsInMemory();
  const site = {
    bodyName: "Northshore",
    demonstration: true,
    secure: false,
    sourceUrl: "https://example.org/source",
    contact: { email: "help@northshore.example", telephone: "01632 960 000" },
  };
  return buildApp({
    routes: [...statementRoutes(site), ...galleryRoutes({ t, formats: formatsFor(t) })],
    site,
    navigate: () => [
      { href: "/", text: "Your promises" },
      { href: "/worklist", text: "Worklist" },
      { href: "/place", text: "Figures" },
      { href: "/event", text: "Record" },
      { href: "/cookies", text: "Amara Osei" },
    ],
    clock: { now: () => now },
    t,
    render: createRenderer({ t, folders: { gallery: fileURLToPath(new URL("gallery", import.meta.url)) } }),
    assets: loadAssets(),
    sessions,
    findVisitor: async () => null,
    findMachine: async () => null,
    findWhose: async (subjectId) => ({ subjectId, places: [] }),
    writeAudit: () => {},
    log: (line) => (line.includes("broken on purpose") ? undefined : console.error(line)),
  });
}

/** The kit's English under another language tag: enough to see a page laid out from right to left. */
export function asLanguage(language: string): Translate {
  const english = loadMessages("en");
  return translator(language, english.words);
}
