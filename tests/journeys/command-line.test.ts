/** The command line as those use it who type it: child processes, files and a folder of their own. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

const HANDRAIL = fileURLToPath(new URL("../../bin/handrail.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "handrail-command-line-"));
after(() => rmSync(folder, { recursive: true, force: true }));

type Ran = { readonly code: number | null; readonly out: string; readonly err: string };

/** Runs handrail in the test's folder. */
function handrail(
  args: readonly string[],
  options: { readonly input?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<Ran> {
  const { DATABASE_URL: _, NODE_ENV: __, ...environment } = process.env;
  const child = spawn(process.execPath, [HANDRAIL, ...args], {
    cwd: folder,
    env: { ...environment, HANDRAIL_DATA: join(folder, "data"), ...options.env },
  });
  child.stdin.end(options.input ?? "");
  const texts = { out: "", err: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (texts.out += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (texts.err += text));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, ...texts }));
  });
}

function file(name: string, ...lines: readonly string[]): string {
  writeFileSync(join(folder, name), `${lines.join("\n")}\n`);
  return name;
}
const json = (text: string) =>
  text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
const HEADER = "case,person,type,occurred,id,replaces";
const WAITS = file(
  "waits.csv",
  HEADER,
  "c1,p1,referral-received,2024-01-08,e1,",
  "c1,p1,treatment-started,2024-05-14,e2,",
  "c2,p2,referral-received,2024-03-01,e3,",
);
const BAD = file(
  "bad.csv",
  HEADER,
  "c1,p1,referral-received,2024-01-08,e1,",
  "c2,p2,referral-recieved,2024-01-09,e2,",
  "c3,p3,referral-received,2024-02-30,e3,",
);
const EVALUATE = ["evaluate", "--guarantee", "eng-rtt", "--as-at", "2024-06-01"];

describe("help", () => {
  test("lists the commands, and says what the exit codes mean", async () => {
    const { code, out } = await handrail(["--help"]);
    assert.equal(code, 0);
    for (const command of ["start", "evaluate", "explain", "import", "export", "rebuild", "definitions", "demo"]) {
      assert.match(out, new RegExp(`^ {2}${command} `, "m"));
    }
    assert.match(out, /Exit codes: 0 done · 1 something failed · 2 the input is not in order/);
  });

  test("of a command has examples that can be typed", async () => {
    const commands = ["start", "evaluate", "explain", "import", "export", "demo", "definitions"];
    const helps = await Promise.all(commands.map((command) => handrail([command, "--help"])));
    for (const [index, { code, out }] of helps.entries()) {
      assert.equal(code, 0);
      assert.match(out, new RegExp(`Examples?:\\n(.*\\n)*.*handrail ${commands[index]}`));
    }
  });
});

describe("evaluating a file", () => {
  test("writes one clock a line when piped, sorted by case", async () => {
    const { code, out, err } = await handrail([...EVALUATE, WAITS]);
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(
      json(out).map((row) => [row["case"], row["person"], row["state"], row["due"], row["elapsed"]]),
      [
        ["c1", "p1", "broken", "2024-05-13", 127],
        ["c2", "p2", "waiting", "2024-07-05", 92],
      ],
    );
  });

  test("reads standard input", async () => {
    const { out } = await handrail([...EVALUATE, "-"], {
      input: '{"case":"c9","type":"referral-received","occurred":"2024-05-01"}\n',
    });
    assert.deepEqual(
      json(out).map((row) => row["case"]),
      ["c9"],
    );
  });

  test("explains each step by its event, its paragraph and a sentence", async () => {
    const { out } = await handrail([...EVALUATE, "--explain", WAITS]);
    const why = json(out)[0]?.["why"] as { event: string; rule: string; text: string }[];
    assert.ok(why.every((step) => Object.keys(step).toSorted().join() === "event,rule,text" && step.text.length > 20));
    assert.deepEqual([why[0]?.event, why.at(-1)?.event], ["e1", "e2"]);
    assert.match(why.at(-1)?.rule ?? "", /rule 4/);
    assert.match(why.at(-1)?.text ?? "", /14 May 2024.*127 days/);
  });

  test("writes CSV and a table when asked", async () => {
    assert.match(
      (await handrail([...EVALUATE, "--format", "csv", WAITS])).out,
      /^case,person,guarantee,.*\nc1,p1,eng-rtt,/,
    );
    assert.match((await handrail([...EVALUATE, "--format", "table", WAITS])).out, /^case +promise +# +state/);
  });

  test("stops quietly when the reader of its output has seen enough", async () => {
    const many = file(
      "many.csv",
      "case,type,occurred",
      ...Array.from({ length: 20_000 }, (_, index) => `c${index},referral-received,2024-01-01`),
    );
    const child = spawn(process.execPath, [HANDRAIL, ...EVALUATE, many], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let err = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (err += text));
    child.stdout.once("data", () => child.stdout.destroy());
    const code = await new Promise((resolve) => child.on("close", resolve));
    assert.deepEqual([code, err], [0, ""]);
  });
});

describe("input that is not in order", () => {
  test("is named by file, line and column with exit code 2, and nothing is written", async () => {
    const { code, out, err } = await handrail([...EVALUATE, BAD]);
    assert.deepEqual([code, out], [2, ""]);
    assert.match(err, /2 rows are not in order, and nothing was written:/);
    assert.match(err, /^bad\.csv:3: type "referral-recieved" is an event type that no definition names$/m);
    assert.match(err, /^bad\.csv:4: occurred "2024-02-30" is a date that does not exist$/m);
    assert.match(err, /--skip-bad-rows/);
  });

  test("is left out with --skip-bad-rows, which says how much and where it is listed", async () => {
    const { code, out, err } = await handrail([...EVALUATE, "--skip-bad-rows", "--bad-rows", "left-out.csv", BAD]);
    assert.equal(code, 0);
    assert.deepEqual(
      json(out).map((row) => row["case"]),
      ["c1"],
    );
    assert.match(err, /2 bad rows were left out; left-out\.csv lists them/);
    const listed = readFileSync(join(folder, "left-out.csv"), "utf8").trimEnd().split("\n");
    assert.equal(listed[0], "file,line,column,problem");
    assert.deepEqual(
      listed.slice(1).map((line) => line.split(",").slice(0, 3)),
      [
        ["bad.csv", "3", "type"],
        ["bad.csv", "4", "occurred"],
      ],
    );
  });

  const slips: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["a guarantee", ["evaluate", "--guarantee", "eng-rt", WAITS], /no guarantee "eng-rt"\. Did you mean "eng-rtt"\?/],
    ["a promise", [...EVALUATE, "--promise", "treatmnt", WAITS], /no promise "treatmnt"\. Did you mean "treatment"\?/],
    [
      "a parameter",
      [...EVALUATE, "--set", "later=appointment", WAITS],
      /no parameter "later"; it has: later-missed-stop/,
    ],
    ["a moment", ["evaluate", "--guarantee", "eng-rtt", "--as-at", "soon", WAITS], /--as-at: "soon" is not a date/],
    ["a file", [...EVALUATE, "none.csv"], /none\.csv: there is no such file/],
    ["a command", ["evalute"], /unknown command 'evalute'/],
    ["a definition to show", ["definitions", "show", "uk-sr"], /no definition "uk-sr"\. Did you mean "uk-sar"\?/],
  ];
  test("a name or file that does not exist is exit code 2 with what does, and nothing on the output", async () => {
    const answers = await Promise.all(slips.map(([, args]) => handrail(args)));
    for (const [index, { code, out, err }] of answers.entries()) {
      const [what, , says] = slips[index] as (typeof slips)[number];
      assert.deepEqual([code, out], [2, ""], what);
      assert.match(err, says, what);
      assert.doesNotMatch(err, /\n {4}at /, `${what}: no trace of the program`);
    }
  });
});

describe("definitions", () => {
  test("are listed, shown and documented", async () => {
    const listed = json((await handrail(["definitions", "list"])).out);
    assert.ok(listed.some((row) => row["id"] === "se-vardgaranti"));
    const shown = await handrail(["definitions", "show", "uk-sar"]);
    assert.match(shown.out, /^id: uk-sar$/m);
    assert.match(
      (await handrail(["definitions", "docs", "uk-sar"])).out,
      /^# Access to your own data \(`uk-sar`\)[^]*## Examples[^]*\| response \| 1 \| waiting \|/,
    );
    assert.equal((JSON.parse((await handrail(["definitions", "schema"])).out) as { type: string }).type, "object");
  });

  test("are checked: in order, with a fault, with an example that does not come out", async () => {
    const text = (await handrail(["definitions", "show", "uk-sar"])).out;
    writeFileSync(join(folder, "good.yaml"), text);
    const good = await handrail(["definitions", "check", "good.yaml"]);
    assert.equal(good.code, 0);
    assert.match(good.out, /good\.yaml is in order: 1 promises?, 1 versions?, 5 examples/);
    writeFileSync(join(folder, "faulty.yaml"), text.replace("limit: 1 month", "limit: one month"));
    const faulty = await handrail(["definitions", "check", "faulty.yaml"]);
    assert.deepEqual([faulty.code, faulty.out], [2, ""]);
    assert.match(faulty.err, /^faulty\.yaml:35:12: promises › response › limit: write a number and a unit/m);
    writeFileSync(join(folder, "wrong.yaml"), text.replace("due: 2024-10-03", "due: 2024-10-04"));
    const wrong = await handrail(["definitions", "check", "wrong.yaml"]);
    assert.equal(wrong.code, 1);
    assert.match(
      wrong.err,
      /^wrong\.yaml:50:\d+: example "Asked on 3 September.*": .*due is "2024-10-03", the example says "2024-10-04"/m,
    );
  });
});

describe("the record on the command line", () => {
  const state = async () =>
    json((await handrail(EVALUATE)).out).map((row) => [row["case"], row["state"], row["stopped"]]);

  test("takes events in once, corrects them by later ones, explains, exports, takes its own export in again, and rebuilds", async () => {
    const bad = await handrail(["import", "--guarantee", "eng-rtt", BAD]);
    assert.deepEqual([bad.code, bad.out], [2, ""], "nothing of a file with a bad row");
    assert.deepEqual(await handrail(["import", "--guarantee", "eng-rtt", WAITS]), {
      code: 0,
      out: "3 events added, 0 were there already.\n",
      err: "",
    });
    assert.deepEqual(await handrail(["import", "--guarantee", "eng-rtt", WAITS]), {
      code: 0,
      out: "0 events added, 3 were there already.\n",
      err: "",
    });
    const fromFile = json((await handrail([...EVALUATE, WAITS])).out);
    assert.deepEqual(json((await handrail(EVALUATE)).out), fromFile, "the record gives the clocks that the file gave");

    file("correction.csv", HEADER, "c1,p1,treatment-started,2024-05-13,e4,e2");
    assert.match((await handrail(["import", "correction.csv"])).out, /^1 events? added/);
    assert.deepEqual(await state(), [
      ["c1", "kept", "2024-05-13"],
      ["c2", "waiting", null],
    ]);

    const explained = await handrail(["explain", "c1"]);
    assert.match(explained.out, /^eng-rtt treatment 1: kept\n( {2}- .*\n)*.*13 May 2024/);
    const unknown = await handrail(["explain", "nobody"]);
    assert.deepEqual([unknown.code, unknown.out, unknown.err], [1, "", 'There is no case "nobody" on record.\n']);

    assert.match(
      (await handrail(["export", "--output", "events.parquet"])).out,
      /^4 events written to events\.parquet/,
    );
    const exported = await handrail(["export", "--format", "csv"]);
    writeFileSync(join(folder, "events.csv"), exported.out);
    assert.match(
      (await handrail(["import", "events.csv", "events.parquet"])).out,
      /^0 events added, 8 were there already/,
    );

    assert.match((await handrail(["rebuild"])).out, /Rebuilt from the facts of 2 cases/);
    assert.deepEqual(await state(), [
      ["c1", "kept", "2024-05-13"],
      ["c2", "waiting", null],
    ]);
  });

  test("is not begun by a question: an empty folder says how to fill it", async () => {
    const { code, out, err } = await handrail(["explain", "c1"], { env: { HANDRAIL_DATA: join(folder, "nothing") } });
    assert.deepEqual([code, out], [1, ""]);
    assert.match(
      err,
      /Nothing is on record in .*nothing yet\. Add events with handrail import, or fill it with handrail demo/,
    );
  });

  test("never holds invented people where NODE_ENV is production, and starts empty there", async () => {
    const env = { HANDRAIL_DATA: join(folder, "production"), NODE_ENV: "production", PORT: "0" };
    const demo = await handrail(["demo"], { env });
    assert.deepEqual([demo.code, demo.out], [1, ""]);
    assert.match(demo.err, /Invented people are never loaded where NODE_ENV is production/);

    const { DATABASE_URL: _, ...environment } = process.env;
    const site = spawn(process.execPath, [HANDRAIL, "start"], { cwd: folder, env: { ...environment, ...env } });
    let said = "";
    await new Promise<void>((resolve, reject) => {
      site.stdout.setEncoding("utf8").on("data", (text: string) => {
        said += text;
        if (said.includes("is ready")) resolve();
      });
      site.on("exit", () => reject(new Error(`the site did not start: ${said}`)));
    });
    site.removeAllListeners("exit");
    const stopped = new Promise((resolve) => site.on("exit", resolve));
    site.kill("SIGTERM");
    await stopped;
    const { out } = await handrail(["export"], { env });
    assert.equal(out, "");
    assert.ok(existsSync(join(folder, "production")));
  });
});
