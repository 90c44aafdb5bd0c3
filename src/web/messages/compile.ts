/** Values put into a message. Numbers are written the way the language writes them; pass text to keep a year plain. */
export type MessageValues = Readonly<Record<string, string | number>>;

type Part =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "value"; readonly name: string }
  | { readonly kind: "count" }
  | { readonly kind: "plural"; readonly name: string; readonly cases: ReadonlyMap<string, readonly Part[]> };

/**
 * Compiles the part of ICU MessageFormat that the message files use: `{name}`, and
 * `{count, plural, =0 {…} one {# day} other {# days}}` with `#` for the number, nested freely.
 * Welsh has six plural forms, so the categories come from `Intl.PluralRules`. Throws on a message it cannot read.
 */
export function compileMessage(text: string, language: string, key: string): (values: MessageValues) => string {
  const parts = parse(text, key);
  const rules = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);

  const write = (list: readonly Part[], values: MessageValues, count: number | null): string =>
    list.map((part) => writePart(part, values, count)).join("");

  const valueOf = (name: string, values: MessageValues): string | number => {
    const value = values[name];
    if (value === undefined) throw new Error(`The message "${key}" needs a value for {${name}}.`);
    return value;
  };

  const writePart = (part: Part, values: MessageValues, count: number | null): string => {
    switch (part.kind) {
      case "text":
        return part.text;
      case "value": {
        const value = valueOf(part.name, values);
        return typeof value === "number" ? number.format(value) : value;
      }
      case "count":
        return count === null ? "#" : number.format(count);
      case "plural": {
        const value = valueOf(part.name, values);
        if (typeof value !== "number") throw new Error(`The message "${key}" needs a number for {${part.name}}.`);
        const chosen = part.cases.get(`=${value}`) ?? part.cases.get(rules.select(value)) ?? part.cases.get("other");
        return write(chosen ?? [], values, value);
      }
    }
  };
  return (values) => write(parts, values, null);
}

function parse(text: string, key: string): readonly Part[] {
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`The message "${key}" cannot be read: ${what} at character ${at + 1} of: ${text}`);
  };
  const take = (pattern: RegExp): string => {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0] ?? "";
    at += found.length;
    return found;
  };
  const expect = (character: string): void => {
    take(/\s*/y);
    if (text[at] !== character) fail(`expected "${character}"`);
    at += 1;
  };

  const parts = (inPlural: boolean): Part[] => {
    const found: Part[] = [];
    for (;;) {
      const plain = take(inPlural ? /[^{}#]+/y : /[^{}]+/y);
      if (plain !== "") found.push({ kind: "text", text: plain });
      if (text[at] === "#" && inPlural) {
        at += 1;
        found.push({ kind: "count" });
      } else if (text[at] === "{") found.push(argument());
      else return found;
    }
  };

  const argument = (): Part => {
    expect("{");
    take(/\s*/y);
    const name = take(/[a-zA-Z][a-zA-Z0-9]*/y);
    if (name === "") fail("expected a name");
    take(/\s*/y);
    if (text[at] === "}") {
      at += 1;
      return { kind: "value", name };
    }
    expect(",");
    take(/\s*/y);
    if (take(/[a-z]+/y) !== "plural") fail('only "plural" is known');
    expect(",");
    const cases = new Map<string, readonly Part[]>();
    for (take(/\s*/y); text[at] !== "}"; take(/\s*/y)) {
      const category = take(/=\d+|zero|one|two|few|many|other/y);
      if (category === "") fail("expected a plural form");
      expect("{");
      cases.set(category, parts(true));
      expect("}");
    }
    at += 1;
    if (!cases.has("other")) fail('a plural needs the form "other"');
    return { kind: "plural", name, cases };
  };

  const all = parts(false);
  if (at < text.length) fail('a "}" without its "{"');
  return all;
}
