import type { Profile } from "../data.ts";
import {
  addCoberturaClass,
  type CoberturaClass,
  type CoberturaLine,
  type CoberturaMethod,
} from "./cobertura-class.ts";
import { createArmCounter } from "./counted-arms.ts";
import { hitsOf, lineOf } from "./numbers.ts";
import { createProfileBuilder } from "./profile-builder.ts";
import { isAbsolutePath, withSlashes } from "./slashes.ts";
import { readXml, type XmlOpening } from "./xml.ts";

/**
 * Reads Cobertura's XML, as coverage.py, gcovr, coverlet, Istanbul and others write it. It has no statements. Classes of one file add up.
 * A relative file name stands below the report's source folder when there is one; of several, nobody says which it is.
 */
export function parseCobertura(text: string): Profile {
  const builder = createProfileBuilder();
  const countArms = createArmCounter(text.length);
  const sources = new Set<string>();
  let current: CoberturaClass | undefined;
  let method: CoberturaMethod | undefined;
  let row: CoberturaLine | undefined;

  function openLine({ attributes, fail }: XmlOpening): void {
    const line = lineOf(attributes.number);
    const hits = hitsOf(attributes.hits);
    if (line === undefined) throw fail("a line without a number");
    if (hits === undefined) throw fail("a line without a count of hits");
    const conditions = attributes.branch === "false" ? undefined : attributes["condition-coverage"];
    row = { line, hits, conditions, ways: [] };
    (method ?? current)?.lines.push(row);
  }

  readXml({
    format: "Cobertura",
    text,
    root: "coverage",
    open(element) {
      const { name, attributes, fail } = element;
      if (name === "class") {
        if (attributes.filename === undefined || attributes.filename === "")
          throw fail("a class without a file");
        current = { file: withSlashes(attributes.filename), lines: [], methods: [] };
      } else if (name === "method" && current !== undefined) {
        method = { name: attributes.name ?? "", lines: [] };
        current.methods.push(method);
      } else if (name === "line") openLine(element);
      else if (name === "condition") row?.ways.push(attributes.coverage ?? "");
    },
    close(name, fail) {
      if (name === "line") row = undefined;
      if (name === "method") method = undefined;
      if (name !== "class" || current === undefined) return;
      addCoberturaClass({
        found: current,
        file: builder.file(current.file),
        countArms,
        tooMany: () => fail("it counts more branches than a report of this length can have"),
      });
      current = undefined;
    },
    content(name, content) {
      if (name === "source") sources.add(withSlashes(content.trim()).replace(/(.)\/+$/, "$1"));
    },
  });
  const folders = [...sources].filter((folder) => folder !== "" && folder !== ".");
  const folder = folders.length === 1 ? folders[0] : undefined;
  const { files } = builder.build();
  return { files: files.map((file) => ({ ...file, path: placed(file.path, folder) })) };
}

function placed(path: string, folder: string | undefined): string {
  if (folder === undefined || isAbsolutePath(path)) return path;
  return `${folder === "/" ? "" : folder}/${path.replace(/^(?:\.\/)+/, "")}`;
}
