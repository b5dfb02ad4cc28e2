import * as v from "valibot";
import { COVERAGE_FORMATS, COVERAGE_LANGUAGES } from "../../model/index.ts";
import { field, mapping, section } from "./section.ts";
import { maybeText, number, oneOrMany, stageName, text } from "./values.ts";

const percent = number({ least: 0, most: 100, whole: false });
const globs = oneOrMany(text, "paths or globs of the source");
const imagePath = v.pipe(
  v.string("an absolute path of the image"),
  v.regex(/^\/|\$/, "an absolute path of the image"),
);
const imagePaths = oneOrMany(imagePath, "absolute paths of the image");
const sources = oneOrMany(text, "suites and services");

const minimum = v.union(
  [
    percent,
    section(
      {
        total: field(percent, "Of everything that counts.", 80),
        files: field(
          mapping(text, percent, "a mapping of globs and percents"),
          "By glob of the project's paths: all files that fit, together.",
          { "internal/**": 90 },
        ),
        sources: field(
          mapping(text, percent, "a mapping of sources and percents"),
          "By suite or service: what it reaches by itself.",
          { unit: 60 },
        ),
        changed: field(percent, "Of the lines that differ from `diff`.", 90),
      },
      { synonyms: { file: "files", source: "sources", diff: "changed", all: "total" } },
    ),
  ],
  "a number from 0 to 100, or a mapping with total, files, sources, changed",
);

const llvm = section({
  binaries: field(imagePaths, "Where the programs are in the image.", ["/usr/local/bin/app"]),
  target: field(
    stageName,
    "The stage that has llvm-profdata, llvm-cov and the programs. Default: the image itself.",
    "build",
  ),
});

const java = section(
  {
    agent: field(imagePath, "JaCoCo's agent in the image.", "/opt/jacoco/jacocoagent.jar"),
    cli: field(imagePath, "JaCoCo's command line in the image.", "/opt/jacoco/jacococli.jar"),
    classes: field(imagePaths, "Folders and archives of the classes that count.", ["/app/classes"]),
    sources: field(imagePaths, "Folders of their sources in the image.", ["/app/src"]),
    target: field(
      stageName,
      "The stage that has java, `cli` and the classes. Default: the image itself.",
      "build",
    ),
  },
  {
    rules(value, report) {
      for (const key of ["agent", "cli", "classes"] as const)
        if (value[key] === undefined)
          report(key, `coverage of Java needs agent, cli and classes; ${key} is missing`);
    },
  },
);

/** What is collected of the project's own images, how it is reported, and what is asked of it. */
export const coverageSchema = section(
  {
    sources: field(
      sources,
      "Suites and services that must give coverage: one that does not fails the run. Default: where there is a minimum, all suites, apps and services of own images, but suites that only ask a program which is measured; without one none must, and it is told which of them gave nothing.",
      ["unit", "api"],
    ),
    elsewhere: field(
      oneOrMany(text, "sources"),
      "Sources that a run does not have: programs that run elsewhere, whose coverage is pulled. A run neither expects nor judges them.",
      ["staging"],
    ),
    languages: field(
      oneOrMany(
        v.picklist(COVERAGE_LANGUAGES, `one of ${COVERAGE_LANGUAGES.join(", ")}`),
        "languages of the programs",
      ),
      "What is collected. Default: go, python, llvm and node; java where `java` is set.",
      ["go"],
    ),
    minimum: field(minimum, "Percent of statements; less fails the run. A number is the total's.", 80, {
      total: 80,
      changed: 90,
    }),
    diff: field(maybeText, "The git revision that changed lines are counted from.", "origin/main"),
    formats: field(
      oneOrMany(v.picklist(COVERAGE_FORMATS, `one of ${COVERAGE_FORMATS.join(", ")}`), "formats"),
      "Which reports to write into the run's folder. Default: text.",
      ["text", "cobertura", "html"],
    ),
    include: field(globs, "Count only these files."),
    exclude: field(globs, "Leave these files out.", ["**/generated/**"]),
    paths: field(
      mapping(text, text, "a mapping of prefixes and folders"),
      "Folders of images, or prefixes of names in profiles, and what they are of the project. Default: found by working directory, module and longest unique suffix.",
      { "/app": "." },
    ),
    reports: field(
      imagePaths,
      "Reports in the form of lcov or Cobertura that tools write themselves in containers.",
      ["/app/coverage/lcov.info"],
    ),
    llvm: field(llvm, "Rust, C, C++: what llvm-cov needs to read profiles."),
    java: field(java, "Java: where JaCoCo is."),
  },
  {
    rules(value, report) {
      if (
        typeof value.minimum === "object" &&
        value.minimum.changed !== undefined &&
        value.diff === undefined
      )
        report("minimum", "changed lines need diff, the git revision that they are counted from");
      if (value.languages?.includes("java") === true && value.java === undefined)
        report("languages", "coverage of java needs the section java, which says where JaCoCo is");
    },
    synonyms: { threshold: "minimum", "fail-under": "minimum", fail_under: "minimum", base: "diff" },
  },
);
