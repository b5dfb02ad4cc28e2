import type { Profile } from "../../data.ts";
import { createArmCounter } from "../counted-arms.ts";
import { hitsOf, lineOf } from "../numbers.ts";
import { createProfileBuilder } from "../profile-builder.ts";
import { readXml, type XmlOpening } from "../xml.ts";

interface Method {
  file: string;
  name: string;
  identity: string;
  line: number;
}

/**
 * Reads JaCoCo's XML report. Its figures for lines, branches and methods are ours; what it calls instructions are no statements, so lines
 * are what counts. It tells whether, never how often: hits are 0 or 1. Paths are `com/example/Cart.java`; groups are not part of them.
 */
export function parseJacoco(xml: string): Profile {
  const builder = createProfileBuilder();
  const countArms = createArmCounter(xml.length);
  let packageName = "";
  let type = { name: "", file: "" };
  let method: Method | undefined;
  let sourceFile = "";

  const pathOf = (file: string) => (packageName === "" ? file : `${packageName}/${file}`);

  function addLine({ attributes, fail }: XmlOpening): void {
    const line = lineOf(attributes.nr);
    const [instructions, missedBranches, branches] = [attributes.ci, attributes.mb, attributes.cb].map(
      hitsOf,
    );
    if (line === undefined) throw fail("a line without a number");
    if (instructions === undefined || missedBranches === undefined || branches === undefined)
      throw fail("a line without counts");
    const file = builder.file(sourceFile);
    file.line(line, instructions > 0 ? 1 : 0);
    const total = missedBranches + branches;
    if (!countArms(file, { line, block: 0, covered: branches, total }))
      throw fail("it counts more branches than a report of this length can have");
  }

  function addMethod({ attributes, fail }: XmlOpening, { file, identity, name, line }: Method): void {
    const covered = hitsOf(attributes.covered);
    if (covered === undefined) throw fail("a counter without counts");
    builder.file(file).function({ name, line, hits: covered > 0 ? 1 : 0 }, identity);
  }

  readXml({
    format: "JaCoCo",
    text: xml,
    root: "report",
    open(element) {
      const { name, attributes, parents, fail } = element;
      if (name === "package") packageName = attributes.name ?? "";
      else if (name === "class") {
        type = { name: attributes.name ?? "", file: attributes.sourcefilename ?? "" };
      } else if (name === "method") {
        // Compiled without line numbers, it still is a method of its file.
        const line = attributes.line === undefined ? 1 : lineOf(attributes.line);
        if (line === undefined) throw fail("a method without a line number");
        const called = `${type.name.slice(type.name.lastIndexOf("/") + 1)}.${attributes.name ?? ""}`;
        const identity = `${type.name}.${attributes.name}${attributes.desc}`;
        method = type.file === "" ? undefined : { file: pathOf(type.file), name: called, identity, line };
      } else if (name === "sourcefile") {
        if (attributes.name === undefined || attributes.name === "")
          throw fail("a source file without a name");
        sourceFile = pathOf(attributes.name);
        builder.file(sourceFile);
      } else if (name === "line" && parents.at(-1) === "sourcefile") addLine(element);
      else if (name === "counter" && attributes.type === "METHOD" && method !== undefined)
        addMethod(element, method);
    },
    close(name) {
      if (name === "method") method = undefined;
    },
  });
  return builder.build();
}
