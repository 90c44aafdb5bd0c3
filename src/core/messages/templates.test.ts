import assert from "node:assert/strict";
import { test } from "node:test";
import { link, reminder, trialTemplates } from "../../../tests/harness/messages.ts";
import { declareTemplates, describeTemplates, type Template, writeMessage } from "./templates.ts";

const changed = (over: Partial<Template>): Template => ({ ...reminder, ...over });
const inBoth = (words: Template["words"]["en"]): Template["words"] => ({ en: words, cy: words });

test("a template that would say what somebody suffers from is refused: only placeholders of the list exist", () => {
  for (const name of ["diagnosis", "service", "clinic", "name", "Date"]) {
    assert.throws(
      () => declareTemplates([changed({ words: inBoth({ text: `Your {${name}}` }) })]),
      new RegExp(`\\{${name}\\} is used and not declared`),
      name,
    );
    assert.throws(
      () => declareTemplates([changed({ placeholders: [name as "date"], words: inBoth({ text: `Your {${name}}` }) })]),
      new RegExp(`\\{${name}\\} is not a placeholder`),
      name,
    );
  }
});

test("every fault of the templates is named at once: twice the same id, a channel missing in one language, no words", () => {
  const wrong = () =>
    declareTemplates([
      reminder,
      changed({ words: { en: { text: "x" }, cy: { letter: { heading: "x", body: "x" } } } }),
      changed({ id: "trial.empty", words: inBoth({}) }),
      changed({ id: "trial.long", words: inBoth({ text: "x".repeat(481) }) }),
    ]);
  for (const fault of [
    /declared twice/,
    /cy has words for other channels/,
    /no words for any/,
    /more than 480 characters/,
  ])
    assert.throws(wrong, fault);
});

test("words are filled; a value with a line break cannot become a header of an e-mail", () => {
  const writing = { channel: "email", language: "en", format: "standard" } as const;
  const values = { bodyName: "Northshore\r\nBcc: all@example.org", link: "https://x", telephone: "01632 960 000" };
  assert.deepEqual(writeMessage(link, writing, values), {
    subject: "Your link from Northshore Bcc: all@example.org",
    body: "Go to https://x\nNorthshore\r\nBcc: all@example.org, 01632 960 000",
  });
  assert.throws(() => writeMessage(link, writing, { bodyName: "x" }), /needs \{link\}/);
  assert.throws(() => writeMessage(link, { ...writing, format: "easy-read" }, values), /no easy-read words/);
});

test("a value that looks like a placeholder stays as it is", () => {
  const writing = { channel: "text", language: "en", format: "standard" } as const;
  assert.equal(
    writeMessage(link, writing, { bodyName: "{link}", link: "$& {bodyName}" }).body,
    "{link}: $& {bodyName}",
  );
});

test("the page of templates says what each says and whether it can be switched off", () => {
  const page = describeTemplates(trialTemplates);
  assert.match(page, /## trial\.link\n\nA link you asked for\. By email, text, letter\. It cannot be switched off\./);
  assert.match(page, /Reminders\. By email, text\. A person may switch it off\./);
});
