import * as v from "valibot";
import { field, mapping, section } from "./section.ts";
import { envFile } from "./suite.ts";
import {
  command,
  duration,
  environment,
  flag,
  oneOrMany,
  port,
  ready,
  serviceName,
  size,
  text,
} from "./values.ts";

const globs = oneOrMany(text, "paths or globs of the image");

const entrypoint = section(
  {
    ready: field(
      ready,
      "How to learn that it answers. Default: its first port accepts.",
      "http://:8000/healthz",
    ),
    ports: field(oneOrMany(port, "ports"), "Where it listens. Default: what the image exposes.", [8000]),
    exit: field(
      v.pipe(v.union([v.number(), v.string()], "an exit code"), v.transform(Number)),
      "It is a command that ends with this exit code, not a server.",
      0,
    ),
    deadline: field(duration, "How long it may take. Default: 60s.", "60s"),
    command: field(command, "In place of the image's command.", "serve --port 8000"),
    env: field(environment, "Its environment, as in Compose.", { LOG_LEVEL: "debug" }),
    env_file: field(envFile, "Files with its environment."),
    needs: field(oneOrMany(serviceName, "services"), "Services of the Compose file that it needs.", [
      "postgres",
    ]),
  },
  {
    rules(value, report) {
      if (value.exit !== undefined && value.ready !== undefined)
        report("exit", "an entrypoint has ready or exit, not both");
    },
  },
);

const file = v.union(
  [
    v.literal("absent"),
    v.literal("present"),
    section({
      mode: field(
        v.pipe(v.string('a mode such as "0755"'), v.regex(/^0?[0-7]{3,4}$/, 'a mode such as "0755"')),
        "Its permissions.",
        "0755",
      ),
      user: field(v.pipe(v.union([text, v.number()]), v.transform(String)), "The number of its owner.", 1000),
      group: field(
        v.pipe(v.union([text, v.number()]), v.transform(String)),
        "The number of its group.",
        1000,
      ),
      executable: field(flag, "Whether its owner may run it."),
    }),
  ],
  "present, absent, or a mapping with mode, user, group, executable",
);

const expectation = v.union(
  [
    v.literal(true),
    v.literal("present"),
    v.literal("absent"),
    section({
      equals: field(v.string("text"), "The exact value.", "production"),
      matches: field(
        v.string("a regular expression"),
        "A regular expression for the whole value.",
        "v\\d+.*",
      ),
    }),
  ],
  "present, absent, or a mapping with equals or matches",
);

/** What must hold for the release image. */
export const checkSchema = section(
  {
    absent: field(
      oneOrMany(text, "commands and packages"),
      "Commands and packages that must not be in the release image: looked for in every layer, and run.",
      ["pytest", "gcc"],
    ),
    "no-sources": field(
      v.union([flag, globs], "true, or a list of globs"),
      "No sources in the release image: true for the usual files of compiled languages, tests and version control, or globs.",
      true,
    ),
    user: field(text, "Who the release image runs as: non-root, or a name or number.", "non-root"),
    "max-size": field(size(1000), "The largest that the release image may be, uncompressed.", "50MB"),
    secrets: field(
      v.union(
        [
          flag,
          section({
            allow: field(
              globs,
              "Files, and variables as env:NAME, that may hold what looks like keys or credentials. The value of a build secret is found there too.",
              ["/etc/ssl/private/test.key", "env:MAPS_KEY"],
            ),
            "allow-empty": field(
              oneOrMany(text, "ids of build secrets"),
              "Build secrets that may be empty, since the build goes without them at times. Others fail: their values cannot be looked for.",
              ["github_token"],
            ),
          }),
        ],
        "true, false, or a mapping with allow and allow-empty",
      ),
      "Values of build secrets, private keys and cloud credentials are in no layer. Default: true.",
    ),
    entrypoint: field(entrypoint, "The release image starts as it is and answers."),
    files: field(
      mapping(
        v.pipe(v.string(), v.regex(/^\//, "an absolute path of the image")),
        file,
        "a mapping of paths",
      ),
      "Files of the release image.",
      { "/app/server": { mode: "0755", user: 0 }, "/app/.env": "absent" },
    ),
    labels: field(mapping(v.string(), expectation, "a mapping of labels"), "Labels of the release image.", {
      "org.opencontainers.image.source": "present",
    }),
    env: field(
      mapping(v.string(), expectation, "a mapping of variables"),
      "Variables that the release image sets.",
      { NODE_ENV: { equals: "production" }, DEBUG: "absent" },
    ),
    waste: field(
      size(1000),
      "How many bytes the project's own layers may hold that later ones overwrite or delete. Default: told, not judged.",
      "5MB",
    ),
    structure: field(
      oneOrMany(text, "files"),
      "Files of container-structure-test, run as they are.",
      "structure.yaml",
    ),
  },
  { synonyms: { size: "max-size", max_size: "max-size", sources: "no-sources", no_sources: "no-sources" } },
);
