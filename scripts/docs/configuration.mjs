import { code, link, page, sentence, table } from "./markdown.mjs";
import { flow, typeWords } from "./schema-words.mjs";

/** What the schema cannot say of a section. */
const NOTES = {
  "image.secrets.ID": "Each has one of the two.",
  "suites.NAME": [
    "- A suite has `binaries` (runner `go`), `command`, or `service`. A `pytest` suite needs none of them: it then runs what its image runs.",
    "- `binaries`, `testdata` and `parallel` are for the runner `go`, which takes no `command`. `target` does not go with `service`.",
    "- `binaries`, `workdir` and `artifacts` are absolute paths of the image.",
    "- `needs`, and what `app` and `service` bring, are the only services that are started.",
  ].join("\n"),
  network: "The pool is cut into networks of `size`; a run takes one that the engine accepts.",
};

/** `configuration.md`: every key of `seatrial.yaml`, one table for each section. */
export function configurationPage(schema) {
  const sections = collect(schema);
  const headingOf = (node) =>
    sections.find((section) => section.schema === node || same(section.schema, node))?.path;
  const describe = ({ path, schema: section }) => [
    path === "" ? "## Top level" : `## ${path}`,
    path === "" ? "" : sentence(section.description ?? parentText(schema, path)),
    NOTES[path] ?? "",
    keyTable({ path, section, headingOf }),
  ];
  return page("Configuration", [
    "`seatrial.yaml` lies in the project's folder and is looked for upwards, up to the git repository. Every key is optional. Without the file, the Dockerfile and the Compose file are all there is: a Compose service that is built from the same Dockerfile and is there for tests counts as a suite.",
    "Texts may hold variables as in Compose: `${NAME}`, `${NAME:-default}`, `${NAME:?message}`; `$$` is a dollar sign. Values come from the environment, then from `.env` or the files of `env_file`. `GIT_SHA`, `GIT_SHORT_SHA`, `GIT_BRANCH` and `GIT_TAG` are known where nobody sets them; in a pipeline, branch and tag are those that it runs for.",
    "An unknown key is an error that names file, line and the nearest known key; keys that start with `x-` are yours. Durations are texts such as `90s`, `10m` or `1h30m`, sizes such as `512m` or `1.5GiB`. Relative paths start at this file's folder.",
    "Editors check the file against the schema in the package: `# yaml-language-server: $schema=node_modules/seatrial/schema/seatrial.schema.json` as its first line.",
    ...sections.flatMap(describe),
  ]);
}

/** The sections in the order of the schema: mappings with known keys, each kind of them once. */
function collect(schema, path = "", found = []) {
  const section = sectionIn(schema, path);
  if (section === undefined) return found;
  if (found.some((each) => same(each.schema, section.schema))) return found;
  found.push(section);
  for (const [key, value] of Object.entries(section.schema.properties))
    collect(value, section.path === "" ? key : `${section.path}.${key}`, found);
  return found;
}

const PLACEHOLDERS = {
  "image.secrets": "ID",
  suites: "NAME",
  services: "NAME",
  "suites.NAME.spaces": "VARIABLE",
};

function sectionIn(schema, path) {
  if (schema.properties !== undefined) return { path, schema };
  if (typeof schema.additionalProperties === "object")
    return sectionIn(schema.additionalProperties, `${path}.${PLACEHOLDERS[path] ?? "NAME"}`);
  for (const each of [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])]) {
    const section = sectionIn(each, schema.items === each ? `${path}[]` : path);
    if (section !== undefined) return section;
  }
  return undefined;
}

function keyTable({ path, section, headingOf }) {
  const rows = Object.entries(section.properties).map(([key, value]) => {
    const { text, fallback } = splitDefault(value.description ?? "");
    const own = path === "" ? key : `${path}.${key}`;
    const heading = headingOf(sectionIn(value, own)?.schema);
    return [
      `${code(key)}${section.required?.includes(key) ? " (required)" : ""}`,
      typeWords(value, heading === undefined ? undefined : link(heading)),
      fallback,
      text,
      (value.examples ?? []).map((example) => code(flow(example))).join(", "),
    ];
  });
  return table(["key", "type", "default", "meaning", "example"], rows);
}

/** `What it is. Default: this.` in its two parts. */
function splitDefault(description) {
  const match = /\s*Default: (.+)\.$/.exec(description);
  if (match === null) return { text: description, fallback: "" };
  return { text: description.slice(0, match.index), fallback: match[1] };
}

/** The description of the key that a section belongs to. */
function parentText(schema, path) {
  let node = schema;
  let text = "";
  for (const part of path.split(".")) {
    const name = part.replace("[]", "");
    node = sectionIn(node, "")?.schema.properties[name] ?? node;
    text = node.description ?? text;
  }
  return splitDefault(text).text;
}

function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}
