import * as v from "valibot";
import { field, section } from "./section.ts";
import { flag, maybeText, number, oneOrMany, size, text } from "./values.ts";

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

export const checkSchema = section({
  absent: field(oneOrMany(text, "programs"), "Programs that must not be in the release image.", [
    "pytest",
    "gcc",
  ]),
  user: field(text, "Who the release image runs as: non-root, or a name or number.", "non-root"),
  "max-size": field(size(1000), "The largest that the release image may be, uncompressed.", "50MB"),
});

export const releaseSchema = section({
  repository: field(maybeText, "Where it is released to.", "registry.example.com/acme/orders"),
  tags: field(
    oneOrMany(maybeText, "tags"),
    "Tags that never move: refused when one exists with another digest.",
    ["${GIT_SHA}"],
  ),
  floating: field(oneOrMany(maybeText, "tags"), "Tags that may move.", ["${GIT_BRANCH}", "latest"]),
  "allow-sibling": field(flag, "Release although no suite speaks for the release image. Default: false."),
});
