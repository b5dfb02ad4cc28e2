import type { Scalar } from "yaml";
import { checkConfig } from "./check-config.ts";
import { interpolate } from "./interpolate.ts";
import { type Mistake, mistakesError } from "./mistake.ts";
import type { ConfigInput } from "./schema/config.ts";
import { codeFrame, placeOf, type Source, type Span } from "./source.ts";
import { variablesIn } from "./template.ts";
import type { Variables } from "./variables.ts";
import { readYaml, type YamlDocument } from "./yaml/document.ts";
import { spanOf } from "./yaml/span.ts";
import { type Filled, type Path, readTree, type Tree } from "./yaml/tree.ts";

/** A configuration file that is YAML, not yet checked. */
export interface ConfigDocument {
  source: Source;
  document: YamlDocument;
  /** A top-level value before variables are filled in. */
  raw: Record<string, unknown>;
}

export interface CheckedConfig {
  input: ConfigInput;
  tree: Tree;
  warnings: string[];
  /** Of the release section, those in defaults included. */
  releaseVariables: string[];
}

/** Reads the YAML. All syntax errors are one CONFIG_INVALID. */
export function parseConfig(source: Source): ConfigDocument {
  const document = readYaml(source.text);
  const tree = readTree({
    text: source.text,
    document,
    fill: (text) => ({ text, showable: true }),
    keepsNull: () => false,
  });
  const { mistakes } = document;
  if (mistakes.length > 0) throw mistakesError({ source, mistakes, code: "CONFIG_INVALID" });
  return { source, document, raw: tree.value as Record<string, unknown> };
}

/** Fills in variables and checks the result against the schema. All mistakes are one CONFIG_INVALID. */
export async function checkDocument(config: ConfigDocument, variables: Variables): Promise<CheckedConfig> {
  const { source, document } = config;
  await variables.prepare(document.strings.flatMap(variablesIn));
  const mistakes: Mistake[] = [];
  const unfilled: Span[] = [];
  const warnings: string[] = [];
  const releaseVariables = new Set<string>();

  function fill(text: string, node: Scalar, path: Path): Filled | undefined {
    const result = interpolate(text, variables.lookup);
    const names = variablesIn(text);
    if (path[0] === "release") for (const name of names) releaseVariables.add(name);
    const placed = (part: Span) => partOf(source.text, node, text.slice(part.start, part.end));
    if (!result.ok) {
      mistakes.push({ ...placed(result.fault), message: result.fault.message });
      unfilled.push(spanOf(node));
      return undefined;
    }
    // Release tags are made of variables that only a release needs: it checks them itself.
    for (const variable of path[0] === "release" ? [] : result.unset) {
      warnings.push(
        `${placeOf(source, placed(variable))}: variable ${variable.name} is not set and counts as empty`,
      );
    }
    return { text: result.text, showable: !names.some(variables.isSecret) };
  }

  const tree = readTree({ text: source.text, document, fill, keepsNull });
  mistakes.push(...tree.mistakes);
  const checked = checkConfig(tree);
  if ("mistakes" in checked) {
    // What the schema says about a value that could not be filled in would only repeat it.
    mistakes.push(...checked.mistakes.filter(({ start }) => !unfilled.some((span) => span.start === start)));
  }
  if (mistakes.length > 0 || "mistakes" in checked)
    throw mistakesError({ source, mistakes, code: "CONFIG_INVALID" });
  return { input: checked.value, tree, warnings, releaseVariables: [...releaseVariables] };
}

/** Tells where a value is, in the words of an error; undefined when it is not there. */
export function locatorOf(
  source: Source,
  tree: Tree,
): (path: Path) => { place: string; frame: string } | undefined {
  return (path) => {
    if (!tree.has(path)) return undefined;
    const span = tree.locate(path);
    return { place: placeOf(source, span), frame: codeFrame(source.text, span) };
  };
}

/** In a mapping of variables, a name alone takes its value from the environment; an empty suite is a mistake, not an absent one. */
function keepsNull(path: Path): boolean {
  const parent = path.at(-2);
  return parent === "env" || parent === "args" || (path.length === 2 && parent === "suites");
}

function partOf(text: string, node: Scalar, part: string): Span {
  const span = spanOf(node);
  const at = text.slice(span.start, span.end).indexOf(part);
  return at < 0 ? span : { start: span.start + at, end: span.start + at + part.length };
}
