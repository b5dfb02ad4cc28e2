import * as v from "valibot";
import { field, section } from "./section.ts";
import { number, oneOrMany, text } from "./values.ts";

// Sections whose commands come later. They are checked by shape, so that a file written today stays valid.

const FORMATS = ["text", "lcov", "cobertura", "html", "json"] as const;
const glob = "paths or globs of the source";

export const coverageSchema = section({
  minimum: field(number({ least: 0, most: 100, whole: false }), "Percent of lines; less fails the run.", 80),
  formats: field(
    oneOrMany(v.picklist(FORMATS, `one of ${FORMATS.join(", ")}`), "formats"),
    "Which reports to write.",
    ["lcov", "html"],
  ),
  include: field(oneOrMany(text, glob), "Count only these files."),
  exclude: field(oneOrMany(text, glob), "Leave these files out.", ["**/generated/**"]),
});
