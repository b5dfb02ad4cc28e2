import * as v from "valibot";
import { SPACE_ISOLATIONS, SPACE_KINDS, type SpaceIsolation, type SpaceKind } from "../../model/index.ts";
import { field, section } from "./section.ts";
import {
  command,
  duration,
  environment,
  number,
  oneOrMany,
  serviceName,
  size,
  stageName,
  text,
  variableName,
} from "./values.ts";

const isolations: readonly SpaceIsolation[] = [...new Set(Object.values(SPACE_ISOLATIONS).flat())];

const kind = v.pipe(
  v.picklist([...SPACE_KINDS, "mariadb"], `one of ${SPACE_KINDS.join(", ")}`),
  v.transform((word): SpaceKind => (word === "mariadb" ? "mysql" : word)),
);

/** The name of a definition; it may be a service's. */
export const spaceName = v.pipe(
  v.string("a name of spaces"),
  v.regex(/^[a-zA-Z0-9][a-zA-Z0-9._-]*$/, "a name (letters, digits, dots, dashes and underscores)"),
);

const migration = section(
  {
    command: field(
      command,
      "A command that changes the template; text is split into words, no shell is involved.",
      "migrate up",
    ),
    image: field(
      stageName,
      "Where the command runs: test, release, or the name of a stage. Default: test.",
      "test",
    ),
    env: field(environment, "The command's further environment, as in Compose."),
    service: field(
      serviceName,
      "A Compose service that changes the template and ends: a migration.",
      "migrate",
    ),
    variable: field(
      variableName,
      "The variable in which it finds the template's address. Default: DATABASE_URL.",
      "DATABASE_URL",
    ),
  },
  {
    rules(value, report) {
      if ((value.command === undefined) === (value.service === undefined))
        report("command", "a migration has command, or service");
      else if (value.service !== undefined)
        for (const key of ["image", "env"] as const)
          if (value[key] !== undefined)
            report(key, `${key} is for a command; the service has its own in the Compose file`);
    },
    synonyms: { target: "image", run: "command", environment: "env" },
  },
);

const migrations = v.union(
  [
    v.pipe(
      text,
      v.transform((one) => [one]),
    ),
    v.pipe(
      migration,
      v.transform((one) => [one]),
    ),
    v.array(v.union([text, migration], "files, or a mapping with command or service")),
  ],
  "files, a mapping with command or service, or a list of these",
);

/** A definition of spaces. */
export const spaceSchema = section(
  {
    service: field(
      serviceName,
      "The service that its spaces are parts of. Default: the definition's name.",
      "postgres",
    ),
    kind: field(kind, "What kind of server it is. Default: told from the service's image.", "postgres"),
    isolation: field(
      v.picklist(isolations, `one of ${isolations.join(", ")}`),
      "How spaces are kept apart. Default: the kind's first.",
      "database",
    ),
    from: field(
      text,
      "A database of the server that each space is copied from. Default: an empty one.",
      "app",
    ),
    migrations: field(
      migrations,
      "What then changes the template that spaces are copied from: files or globs, a command, or a Compose service.",
      "migrations/*.sql",
      [{ command: "migrate up", image: "test", variable: "DATABASE_URL" }, { service: "migrate" }],
    ),
    reuse: field(
      v.picklist(["auto", "connected", "recreate"], "one of auto, connected, recreate"),
      "auto: what a test changed is put back where that is safe. connected: the same, over a session that stays in each space of PostgreSQL: quicker, but tests can see it. recreate: every used space is dropped. Default: auto.",
    ),
    warm: field(
      number({ least: 0, most: 1000 }),
      "How many clean spaces wait ahead of need. Default: as the tests' pace asks for.",
      8,
    ),
    limit: field(
      number({ least: 1, most: 10_000 }),
      "How many spaces exist at most, kept ones included. Default: 64.",
      64,
    ),
    ttl: field(duration, "A space that is not given back ends after this time. Default: 10m.", "10m"),
    keep: field(
      section({
        count: field(number({ least: 0, most: 1000 }), "How many. Default: 10.", 10),
        time: field(duration, "How long. Default: 30m.", "30m"),
        size: field(size(1000), "How large together. Default: 1GB.", "1GB"),
      }),
      "How many spaces of failed tests are kept.",
    ),
    files: field(
      oneOrMany(text, "files"),
      "Configuration templates, files or globs, that are rendered for each space.",
      "config.d/*.tmpl",
    ),
  },
  {
    rules(value, report) {
      const known: readonly string[] = value.kind === undefined ? isolations : SPACE_ISOLATIONS[value.kind];
      if (value.isolation !== undefined && !known.includes(value.isolation))
        report("isolation", `spaces of kind ${value.kind} are kept apart by ${known.join(" or ")}`);
      if (value.warm !== undefined && value.limit !== undefined && value.warm > value.limit)
        report("warm", `${value.warm} spaces cannot wait where ${value.limit} are the limit`);
    },
    synonyms: { template: "from", database: "from", timeout: "ttl", migrate: "migrations", size: "limit" },
  },
);

/** What a variable of a suite gets: `postgres`, `postgres.host`, or the same as a mapping. */
export const spaceUse = v.union(
  [
    spaceName,
    section(
      {
        space: v.pipe(spaceName, v.description("A definition of spaces, or a service.")),
        part: field(
          v.pipe(
            v.string("a part"),
            v.regex(/^[a-zA-Z][a-zA-Z0-9_-]*$/, "a part of an address, such as host"),
          ),
          "The part of its address: url, host, port, user, password, name, or what the kind adds. Default: url.",
          "name",
        ),
      },
      { synonyms: { service: "space", name: "space", key: "part", value: "part" } },
    ),
  ],
  "a space such as postgres, a part such as postgres.host, or a mapping with space and part",
);
