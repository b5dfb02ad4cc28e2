import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fieldsOf, readDeclarations, readField } from "./declarations.mjs";
import { code, link, page, table } from "./markdown.mjs";

/** `events.md`: what stands in `events.ndjson` and `outcome.json`. */
export async function eventsPage({ src, constants }) {
  const declared = await readModel(src);
  const get = (name) => declared.get(name) ?? fail(`the model has no type ${name}`);
  const told = [get("RunEvent"), get("Outcome"), ...reachable(["RunEvent", "Outcome"], declared)];
  const shapes = told.filter((each) => isShape(each));
  const words = told.filter((each) => !isShape(each));
  const type = (text) => describeType(text, declared);
  return page("Events and outcome", [
    "A run leaves two files for programs: `events.ndjson`, what happened in order, and `outcome.json`, what came out. Both are in `.seatrial/runs/<id>/`, those of the last run in `.seatrial/latest/`. Times are in milliseconds, secret values are replaced by `[redacted]`, and a field that is not known is left out.",
    "## Events",
    "Each line of `events.ndjson` is one object. Besides the fields below each has `type`, `seq` (its number in the run, from 1) and `at` (milliseconds since the run began). `--json` prints the same lines while they happen. Neither holds `output` events; only their numbers are missing.",
    ...get("RunEvent").members.flatMap((member) => alternative(member, "type", type)),
    "## Outcome",
    get("Outcome").comment.includes("outcome.json")
      ? "The content of `outcome.json`."
      : fail("Outcome is no file"),
    fieldTable(get("Outcome").members.map(readField), type),
    "## What they are made of",
    ...shapes.slice(2).flatMap((each) => [`### ${each.name}`, each.comment, ...bodyOf(each, type)]),
    "### Words and numbers",
    table(
      ["type", "values", "meaning"],
      words.map((each) => [
        `<a id="${each.name.toLowerCase()}"></a>${code(each.name)}`,
        values(each, constants),
        each.comment,
      ]),
    ),
  ]);
}

async function readModel(src) {
  const folder = join(src, "model");
  const names = (await readdir(folder)).filter(
    (name) => name.endsWith(".ts") && !/^index\.ts$|\.test\.ts$/.test(name),
  );
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return new Map(texts.flatMap((text) => [...readDeclarations(text)]));
}

/** The declared types that these are made of, in the order in which they are first named. */
function reachable(names, declared) {
  const seen = new Set(names);
  const queue = [...names];
  for (const name of queue) {
    const text = declared
      .get(name)
      .members.map((member) => member.text)
      .join("\n");
    for (const [word] of text.replace(/"[^"]*"/g, "").matchAll(/\b[A-Z]\w+/g)) {
      if (seen.has(word) || !declared.has(word)) continue;
      seen.add(word);
      queue.push(word);
    }
  }
  return queue.slice(names.length).map((name) => declared.get(name));
}

/** An interface, or a choice between objects. */
function isShape({ kind, members }) {
  return kind === "interface" || members.every((member) => fieldsOf(member.text) !== undefined);
}

function bodyOf({ kind, members }, type) {
  if (kind === "interface") return [fieldTable(members.map(readField), type)];
  const rows = members.map((member) => {
    const [first, ...others] = fieldsOf(member.text);
    const fields = others.map((field) => `${code(field.name)}: ${type(field.type)}`).join(", ");
    return [code(`${first.name}: ${first.type}`), fields, member.comment];
  });
  return [table(["which", "further fields", "meaning"], rows)];
}

function alternative(member, discriminant, type) {
  const fields = fieldsOf(member.text);
  const name = JSON.parse(fields.find((field) => field.name === discriminant).type);
  const others = fields.filter((field) => field.name !== discriminant);
  if (member.comment === "") fail(`event ${name} has no comment`);
  return [`### ${name}`, member.comment, fieldTable(others, type)];
}

/** A table where there is something to say of a field, one line otherwise. */
function fieldTable(fields, type) {
  if (fields.every((field) => field.comment === ""))
    return fields
      .map(({ name, optional, type: text }) => `${code(name)} ${type(text)}${optional ? " (optional)" : ""}`)
      .join(" · ");
  const rows = fields.map(({ name, optional, type: text, comment }) => [
    `${code(name)}${optional ? " (optional)" : ""}`,
    type(text),
    comment,
  ]);
  return table(["field", "type", "meaning"], rows);
}

/** A type for people: declared ones are links, texts and words are what they are in JSON. */
function describeType(text, declared) {
  const list = /^(.+)\[\]$/.exec(text);
  if (list !== null && !/[|]/.test(list[1].replace(/\{.*\}/, "")))
    return `list of ${describeType(list[1], declared)}`;
  if (declared.has(text))
    return isShape(declared.get(text)) ? link(text) : `[${text}](#${text.toLowerCase()})`;
  const fields = fieldsOf(text);
  if (fields !== undefined) {
    const parts = fields.map(
      (each) =>
        `${code(each.name)} ${describeType(each.type, declared)}${each.optional ? " (optional)" : ""}`,
    );
    return `object: ${parts.join(", ")}`;
  }
  if (/^("[^"]*"( \| )?)+$/.test(text)) return text.split(" | ").map(code).join(", ");
  return { string: "text", number: "number", boolean: "true or false" }[text] ?? code(text);
}

function values({ members }, constants) {
  const [first, ...others] = members.map((member) => member.text);
  const constant = /^\(typeof (\w+)\)\[number\]$/.exec(first);
  if (constant !== null) return constants[constant[1]].map((each) => code(JSON.stringify(each))).join(", ");
  if (others.length > 0) return [first, ...others].map(code).join(", ");
  return { string: "text", number: "number" }[first] ?? (first.startsWith("`") ? "text" : code(first));
}

function fail(message) {
  throw new Error(message);
}
