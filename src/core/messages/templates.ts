/**
 * What messages say. Whoever sends a message declares its template in code; its words hold placeholders, and only those of
 * a short list exist: a date, a link, a code. So no health detail can reach a text or an e-mail, which travel and lie
 * about in the clear (UK GDPR article 5(1)(c) and (f)): the detail waits behind the link. Pure.
 */

/** All that words may be filled with. Nothing here names a condition, a service or another person. */
export const PLACEHOLDERS = [
  "bodyName",
  "telephone",
  "reference",
  "link",
  "code",
  "date",
  "time",
  "minutes",
  "days",
  "count",
] as const;
export type Placeholder = (typeof PLACEHOLDERS)[number];

/** Known of every message without being said: who writes, where to call, the message's own reference. */
export const KNOWN_PLACEHOLDERS = ["bodyName", "telephone", "reference"] as const;
export type KnownPlaceholder = (typeof KNOWN_PLACEHOLDERS)[number];

export const CHANNELS = ["email", "text", "letter"] as const;
/** The ways a message can go. */
export type Channel = (typeof CHANNELS)[number];

export const LANGUAGES = ["en", "cy"] as const;
/** BCP 47; every template has its words in each. */
export type Language = (typeof LANGUAGES)[number];

/** The words for one language. A channel left out is one the message may not go by. */
export interface TemplateWords {
  readonly email?: { readonly subject: string; readonly body: string };
  readonly text?: string;
  readonly letter?: { readonly heading: string; readonly body: string };
}

type InEachLanguage = Readonly<Record<Language, TemplateWords>>;

/** A template as the outbox keeps it. */
export interface Template {
  /** Dotted, the sender's name first: `identity.sign-in-link`. */
  readonly id: string;
  /** Why the body writes to people about this, for the settings page and the docs. */
  readonly purpose: Readonly<Record<Language, string>>;
  /** What the words are filled with, beside what is known of every message. */
  readonly placeholders: readonly Placeholder[];
  readonly words: InEachLanguage;
  /** The same in easy read, for people who asked for it. */
  readonly easyRead?: InEachLanguage;
  /** True for what a person may not switch off, such as a link to sign in. */
  readonly essential: boolean;
}

/** The names in braces of a text, as a type. */
type NamesIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never;

type TextsOf<Words> = Words extends string ? Words : Words extends object ? TextsOf<Words[keyof Words]> : never;

type Undeclared<T extends Template> = Exclude<
  NamesIn<TextsOf<T["words"]>> | (T extends { readonly easyRead: infer Easy } ? NamesIn<TextsOf<Easy>> : never),
  T["placeholders"][number] | KnownPlaceholder
>;

/** What the sender of a message has to give: the template's own placeholders. */
export type ValuesOf<T extends Template> = Readonly<Record<T["placeholders"][number], string>>;

/**
 * Declares one template. A text that uses a placeholder the template does not declare does not compile:
 * the parameter's type then names the placeholder.
 */
export function template<const T extends Template>(
  declared: T & ([Undeclared<T>] extends [never] ? unknown : { readonly usesUndeclared: Undeclared<T> }),
): T {
  return declared;
}

export type Templates = ReadonlyMap<string, Template>;

const IN_BRACES = /\{([^{}]*)\}/g;
/** A text of more than this many characters costs more than four fragments; say less and give a link. */
const LONGEST_TEXT = 480;

/**
 * The templates of every strand, by id, each checked: ids once, placeholders of the list and declared, words in each
 * language for the same channels.
 * @throws with every fault, a sentence each.
 */
export function declareTemplates(templates: readonly Template[]): Templates {
  const byId = new Map<string, Template>();
  const faults: string[] = [];
  for (const each of templates) {
    if (byId.has(each.id)) faults.push(`The template ${each.id} is declared twice.`);
    byId.set(each.id, each);
    faults.push(...faultsOfTemplate(each));
  }
  if (faults.length > 0) throw new Error(`The message templates are not in order:\n${faults.join("\n")}`);
  return byId;
}

function faultsOfTemplate(each: Template): readonly string[] {
  const faults: string[] = [];
  const declared = new Set<string>([...each.placeholders, ...KNOWN_PLACEHOLDERS]);
  for (const name of each.placeholders) {
    if (!(PLACEHOLDERS as readonly string[]).includes(name))
      faults.push(`${each.id}: {${name}} is not a placeholder; there are ${PLACEHOLDERS.join(", ")}.`);
  }
  for (const words of [each.words, ...(each.easyRead === undefined ? [] : [each.easyRead])]) {
    const channels = LANGUAGES.map((language) => CHANNELS.filter((channel) => words[language][channel] !== undefined));
    if (channels[0]?.length === 0) faults.push(`${each.id}: there are no words for any channel.`);
    for (const [index, language] of LANGUAGES.entries()) {
      if (String(channels[index]) !== String(channels[0]))
        faults.push(`${each.id}: ${language} has words for other channels than ${LANGUAGES[0]}.`);
      for (const text of textsOf(words[language])) {
        for (const [, name = ""] of text.matchAll(IN_BRACES)) {
          if (!declared.has(name)) faults.push(`${each.id} (${language}): {${name}} is used and not declared.`);
        }
      }
      if ((words[language].text?.length ?? 0) > LONGEST_TEXT)
        faults.push(`${each.id} (${language}): the text has more than ${LONGEST_TEXT} characters.`);
    }
  }
  return faults;
}

function textsOf(words: TemplateWords): readonly string[] {
  return [
    ...(words.email === undefined ? [] : [words.email.subject, words.email.body]),
    ...(words.text === undefined ? [] : [words.text]),
    ...(words.letter === undefined ? [] : [words.letter.heading, words.letter.body]),
  ];
}

/** A message in words, ready to be handed over. A text has no subject. */
export interface WrittenMessage {
  readonly subject: string | null;
  readonly body: string;
}

export interface Writing {
  readonly channel: Channel;
  readonly language: Language;
  readonly format: "standard" | "easy-read";
}

/** Fills a template's words. @throws when the template has no such words or a value is missing: our own mistake. */
export function writeMessage(
  { id, words: standard, easyRead }: Template,
  { channel, language, format }: Writing,
  values: Readonly<Record<string, string>>,
): WrittenMessage {
  const words = (format === "easy-read" ? easyRead : standard)?.[language];
  const fill = (text: string): string =>
    text.replace(IN_BRACES, (_, name: string) => {
      const value = values[name];
      if (value === undefined) throw new Error(`The template ${id} needs {${name}} and the message has none.`);
      return value;
    });
  switch (channel) {
    case "email":
      if (words?.email !== undefined)
        return { subject: oneLine(fill(words.email.subject)), body: fill(words.email.body) };
      break;
    case "text":
      if (words?.text !== undefined) return { subject: null, body: fill(words.text) };
      break;
    case "letter":
      if (words?.letter !== undefined)
        return { subject: oneLine(fill(words.letter.heading)), body: fill(words.letter.body) };
      break;
  }
  throw new Error(`The template ${id} has no ${format} words for ${channel} in ${language}.`);
}

/** A value with a line break must not become a header of an e-mail (RFC 5322, section 2.2). */
function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");
}

/** The templates as a page of the documentation. */
export function describeTemplates(templates: Templates): string {
  const lines = [
    "# What messages say",
    "",
    "Generated from the templates: do not edit, run `npm run docs`. A text can be filled with nothing but the placeholders",
    `of a short list (${PLACEHOLDERS.join(", ")}), so that no health detail travels in it.`,
    "",
  ];
  for (const each of [...templates.values()].toSorted((left, right) => (left.id < right.id ? -1 : 1))) {
    const ways = CHANNELS.filter((channel) => each.words.en[channel] !== undefined);
    lines.push(
      `## ${each.id}`,
      "",
      `${each.purpose.en} By ${ways.join(", ")}. ${each.essential ? "It cannot be switched off." : "A person may switch it off."}`,
      "",
      "```",
      ...textsOf(each.words.en),
      "```",
      "",
    );
  }
  return lines.join("\n");
}
