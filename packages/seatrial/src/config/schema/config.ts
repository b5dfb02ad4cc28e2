import * as v from "valibot";
import { PROJECT_NAME } from "../project-name.ts";
import { checkSchema } from "./check.ts";
import { coverageSchema } from "./coverage.ts";
import { imageSchema } from "./image.ts";
import { releaseSchema } from "./release.ts";
import { field, mapping, section } from "./section.ts";
import { networkSchema, serviceSchema } from "./service.ts";
import { spaceName, spaceSchema } from "./spaces.ts";
import { envFile, suiteSchema } from "./suite.ts";
import { oneOrMany, serviceName, text } from "./values.ts";

const suiteName = v.pipe(
  v.string(),
  v.regex(
    // The checks of the image are attested as `check`: a suite of that name could pass for them.
    /^(?!check$)[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/,
    "a suite's name (a letter or digit, then letters, digits, dots, dashes and underscores, 63 at most; not check)",
  ),
);

const projectName = v.pipe(
  v.string("text"),
  v.regex(PROJECT_NAME, "a name of lower-case letters, digits, dashes and underscores, 63 at most"),
);

/** The whole of `seatrial.yaml`. */
export const configSchema = section(
  {
    name: field(
      projectName,
      "The project's name. Default: the Compose file's name, else the folder's.",
      "orders",
    ),
    image: field(imageSchema, "The image: what is built, tested and shipped."),
    compose: field(
      oneOrMany(text, "files"),
      "The Compose file or files. Default: the project's own, if there is one.",
      "compose.yaml",
    ),
    profiles: field(
      oneOrMany(text, "profiles"),
      "Compose profiles that are active. A service that a suite needs comes along whatever they are. Default: COMPOSE_PROFILES.",
      ["test"],
    ),
    env_file: field(
      envFile,
      "Files with values for ${…} in this file and the Compose file, in place of .env.",
      ".env.test",
    ),
    suites: field(mapping(suiteName, suiteSchema, "a mapping of names and suites"), "Named sets of tests."),
    services: field(
      mapping(serviceName, serviceSchema, "a mapping of names and services"),
      "What is different for services of the Compose file.",
    ),
    spaces: field(
      mapping(spaceName, spaceSchema, "a mapping of names and definitions of spaces"),
      "How clean parts of services are made for tests. A service of a known kind needs no entry here.",
    ),
    network: field(networkSchema, "Networks of runs."),
    redact: field(oneOrMany(text, "variables"), "Variables whose values never appear in output.", [
      "STRIPE_KEY",
    ]),
    coverage: field(
      coverageSchema,
      "What tests reach of the project's source: collected in runs, reported and judged.",
    ),
    check: field(checkSchema, "What must hold for the release image."),
    release: field(releaseSchema, "Where the tested image goes."),
  },
  {
    ignored: /^x-/,
    synonyms: {
      dockerfile: "image.dockerfile",
      context: "image.context",
      args: "image.args",
      secrets: "image.secrets",
      target: "image.release",
      space: "spaces",
      suite: "suites",
      tests: "suites",
      version: "x-version",
    },
  },
);

export type ConfigInput = v.InferOutput<typeof configSchema>;
export type SuiteInput = v.InferOutput<typeof suiteSchema>;
export type SpaceInput = v.InferOutput<typeof spaceSchema>;
export type ImageInput = v.InferOutput<typeof imageSchema>;
