import * as v from "valibot";
import { RUNNERS } from "../../model/index.ts";
import { field, mapping, section } from "./section.ts";
import { spaceUse } from "./spaces.ts";
import { checkSuite } from "./suite-rules.ts";
import {
  command,
  duration,
  environment,
  flag,
  number,
  oneOrMany,
  port,
  ready,
  serviceName,
  size,
  stageName,
  text,
  variableName,
} from "./values.ts";

const envFileEntry = section({
  path: v.pipe(text, v.description("The file, relative to this one.")),
  required: field(flag, "false: a missing file is fine. Default: true."),
  format: field(v.picklist(["raw"], "raw"), "raw: no quotes and no variables, each line is taken as it is."),
});

/** Files with `NAME=value` lines, as in Compose. */
export const envFile = v.union(
  [
    v.pipe(
      text,
      v.transform((path) => [path]),
    ),
    v.array(v.union([text, envFileEntry], "a file, or a mapping with path")),
  ],
  "a file, or a list of files",
);

export type EnvFileInput = v.InferOutput<typeof envFile>;

const app = section({
  image: field(stageName, "release, or the name of a stage. Default: release.", "release"),
  name: field(serviceName, "Its host name in the run's network. Default: app.", "app"),
  ports: field(oneOrMany(port, "ports"), "Where it listens. Default: what the image exposes.", [8000]),
  ready: field(
    ready,
    "How to learn that it is ready. Default: its first port accepts.",
    "http://:8000/healthz",
    "tcp://:6379",
  ),
  deadline: field(duration, "How long it may take to become ready. Default: 60s.", "60s"),
  env: field(environment, "Its environment, as in Compose.", { LOG_LEVEL: "debug" }),
  env_file: field(envFile, "Files with its environment."),
  command: field(command, "In place of the image's command.", "serve --port 8000"),
});

export const suiteSchema = section(
  {
    runner: field(
      v.picklist(RUNNERS, `one of ${RUNNERS.join(", ")}`),
      "How results are read. Default: guessed from the command.",
    ),
    binaries: field(text, "go: the folder of the image under which every *.test file is run.", "/out/tests"),
    testdata: field(
      mapping(v.string(), text, "a mapping of package paths and folders"),
      "go: where a package's folder is in the image, when it is not under the working directory.",
      { "example.com/shop/cart": "/src/cart" },
    ),
    command: field(
      command,
      "What to run; text is split into words, no shell is involved.",
      "pytest tests/integration",
    ),
    service: field(
      serviceName,
      "A Compose service that is the suite: its image, command, environment and dependencies count.",
      "api-tests",
    ),
    target: field(stageName, "The stage it runs in. Default: image.test.", "test"),
    needs: field(
      oneOrMany(serviceName, "services"),
      "Services of the Compose file that it needs; their dependencies come along.",
      ["postgres", "redis"],
    ),
    app: field(app, "The release image as a service beside the suite, for black-box tests."),
    env: field(environment, "Its environment, as in Compose.", { REDIS_URL: "redis://redis:6379" }),
    env_file: field(envFile, "Files with its environment, as in Compose.", [".environment"]),
    spaces: field(
      mapping(variableName, spaceUse, "a mapping of variables and spaces"),
      "Variables that get a part of the address of a clean space: each test process has one of its own.",
      {
        DATABASE_URL: "postgres",
        DB_HOST: "postgres.host",
        DB_NAME: { space: "postgres", part: "name" },
      },
    ),
    shards: field(
      number({ least: 1, most: 64 }),
      "Parallel parts, each in its own container. Default: 1.",
      2,
    ),
    parallel: field(
      number({ least: 1, most: 256 }),
      "go: binaries at once in a shard. Default: one for each CPU of the engine.",
    ),
    timeout: field(
      duration,
      "The suite is ended after this time, its results are kept. Default: 10m.",
      "10m",
    ),
    reports: field(
      text,
      "Where report files appear in the image, a path or glob. Default: any *.xml under $SEATRIAL_RESULTS.",
      "/app/reports/*.xml",
    ),
    artifacts: field(
      oneOrMany(text, "absolute paths"),
      "Further files to keep, absolute paths of the image.",
      ["/app/screenshots"],
    ),
    "allow-empty": field(flag, "A suite that ran no test passes. Default: false."),
    workdir: field(text, "In place of the image's working directory.", "/app"),
    user: field(scalarUser(), "In place of the image's user.", "1000:1000"),
    memory: field(size(1024), "Its memory limit.", "512m"),
    cpus: field(number({ least: 0.01, most: 1024, whole: false }), "Its CPU limit.", 1.5),
  },
  {
    rules: checkSuite,
    synonyms: {
      depends_on: "needs",
      services: "needs",
      environment: "env",
      working_dir: "workdir",
      image: "target",
      mem_limit: "memory",
    },
  },
);

function scalarUser() {
  return v.pipe(
    v.union([text, v.number()], "a user: a name or number, perhaps with :group"),
    v.transform(String),
  );
}
