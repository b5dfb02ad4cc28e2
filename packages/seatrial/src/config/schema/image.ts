import * as v from "valibot";
import { field, mapping, section } from "./section.ts";
import { environment, stageName, text } from "./values.ts";

/** A value that is kept outside of the configuration. */
export const imageSecret = section(
  {
    file: field(text, "A file of this machine; ~ is your home folder.", "~/.npmrc"),
    env: field(text, "A variable of the environment.", "NPM_TOKEN"),
  },
  {
    rules(value, report) {
      if (value.file === undefined && value.env === undefined) report("file", "a secret needs file or env");
      if (value.file !== undefined && value.env !== undefined)
        report("env", "a secret has file or env, not both");
    },
  },
);

export const imageSchema = section(
  {
    dockerfile: field(
      text,
      "The Dockerfile, relative to this file. Default: Dockerfile.",
      "docker/Dockerfile",
    ),
    context: field(text, "The build context, relative to this file. Default: the project's folder.", "."),
    release: field(
      stageName,
      "The stage that ships. Default: the last stage; must be said when several stages are used by no other, unless the last one has no name and the others are for tests.",
      "release",
    ),
    test: field(stageName, "The stage that suites run in. Default: the release stage.", "test"),
    contexts: field(
      mapping(v.pipe(v.string(), v.regex(/^[a-z0-9][a-z0-9._-]*$/, "a context's name (lower case)")), text),
      "Further build contexts, by the name that FROM and COPY --from know: folders relative to this file, docker-image://…, or addresses of Git and archives. Engines before 23 cannot.",
      { shared: "../shared" },
    ),
    args: field(environment, "Build arguments, as in Compose.", { GO_VERSION: "1.24" }),
    secrets: field(
      mapping(v.pipe(v.string(), v.regex(/^[\w.-]+$/, "a secret's id")), imageSecret),
      "Values that a build step may read (RUN --mount=type=secret,id=…) and that stay in no layer.",
      { npmrc: { file: "~/.npmrc" } },
    ),
    platform: field(
      v.pipe(
        v.string("a platform"),
        v.regex(/^[a-z0-9]+\/[a-z0-9_]+(\/[a-z0-9]+)?$/, "a platform such as linux/amd64"),
      ),
      "What to build for. Default: the engine's own.",
      "linux/amd64",
    ),
  },
  {
    synonyms: {
      file: "dockerfile",
      additional_contexts: "contexts",
      target: "release",
      stage: "release",
      build_args: "args",
    },
  },
);
