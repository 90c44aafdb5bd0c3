import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Command } from "commander";
import { buildSite, strands } from "../../src/app.ts";
import { program } from "../../src/cli.ts";
import { route } from "../../src/web/route.ts";
import {
  commandsOf,
  describeCommands,
  describeRoutes,
  generateDocuments,
  unusedSettings,
  unusedSite,
} from "./documents.ts";
import { ROOT } from "./tree.ts";

const documents = await generateDocuments();
const textOf = (path: string): string => documents.get(`docs/generated/${path}`) ?? assert.fail(`no ${path}`);

for (const [path, text] of documents) {
  test(`${path} says what the code says`, () => {
    assert.equal(readFileSync(join(ROOT, path), "utf8"), text, `${path} is behind the code: run \`npm run docs\``);
  });
}

test("every address that the site answers is on the page of routes", () => {
  const site = buildSite({ ...unusedSettings(), log: () => assert.fail("nothing is asked of this site") });
  const answered = site.routes.filter(({ method, path }) => method !== "ALL" && !path.startsWith("/assets/"));
  assert.ok(answered.length >= 20, `the site has only ${answered.length} addresses`);
  const page = textOf("routes.md");
  for (const { method, path } of answered) assert.ok(page.includes(`| \`${method} ${path}\` |`), `${method} ${path}`);
});

test("a route stands with who may open it and what is logged", () => {
  const page = describeRoutes([
    {
      name: "trial",
      routes: [
        route({
          name: "trial.secret",
          method: "POST",
          path: "/secret",
          access: { kind: "list", action: "view", what: "promises" },
          audit: { kind: "list", purpose: "see a | list" },
          input: null,
          handle: ({ redirect }) => redirect("/"),
        }),
      ],
    },
  ]);
  assert.match(
    page,
    /^\| trial\.secret \| `POST \/secret` \| whom the table lets view promises, of those rows \| one line for each person shown: see a \\\| list \|$/m,
  );
});

test("every command is on the page of commands, with every option and argument", () => {
  const page = textOf("commands.md");
  const commands = commandsOf(program);
  assert.ok(commands.length >= 12, `only ${commands.length} commands were found`);
  for (const { name, command } of commands) {
    const section = page.split(`## ${name}\n`)[1]?.split("\n## ")[0] ?? assert.fail(`${name} is not on the page`);
    assert.ok(command.summary() !== "" || command.description() !== "", `${name} does not say what it does`);
    for (const { flags, description } of command.options) {
      assert.ok(section.includes(`| \`${flags}\` | `) && description !== "", `${name} ${flags}`);
    }
    for (const { description } of command.registeredArguments) assert.ok(section.includes(description), name);
  }
});

test("a command inside a command is found by the words one types", () => {
  const root = new Command("handrail");
  root
    .command("outer")
    .summary("outer")
    .command("inner <file>")
    .summary("does the work")
    .option("--deep <n>", "how deep");
  assert.deepEqual(
    commandsOf(root).map(({ name }) => name),
    ["handrail outer inner"],
  );
  assert.match(
    describeCommands(root),
    /## handrail outer inner\n\nDoes the work\.\n[^]*\| `--deep <n>` \| how deep \|/,
  );
});

test("every fact that a strand writes is in the register, and nothing in it lacks a purpose, a ground or an end", () => {
  const page = textOf("data.md");
  const facts = strands(unusedSite()).flatMap((strand) => strand.facts);
  assert.ok(facts.length >= 30, `only ${facts.length} types of facts were found`);
  for (const { type, purpose, lawfulBasis, retention, says } of facts) {
    assert.ok(page.includes(`| \`${type}\` | `), `${type} is not in docs/generated/data.md`);
    for (const words of [purpose, lawfulBasis, retention, says])
      assert.ok(words.trim() !== "", `${type} leaves words out`);
  }
});
