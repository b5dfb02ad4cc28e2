import { spaceError } from "../errors.ts";
import type { Rows } from "./session.ts";

/** What a server is, and what follows from it. */
export interface Flavour {
  kind: "mariadb" | "mysql";
  version: string;
  /** The name of its own client program. */
  client: "mariadb" | "mysql";
  /** What it can carry a comment on. */
  comments: "database" | "user" | "nothing";
  /** Names of databases in grants are patterns. */
  patterns: boolean;
  /** Names the transactions that wait for their second phase. */
  preparedQuery: string;
  /** What each session of ours sets besides `SESSION_SETUP`. */
  setup: string[];
}

/** What tells the flavour. */
export const FLAVOUR_QUERIES = [
  "SELECT VERSION() AS version",
  "SHOW GLOBAL VARIABLES LIKE 'partial_revokes'",
];

const OLDEST = { mariadb: [10, 4], mysql: [5, 7, 6] } as const;

/** Reads the answers to `FLAVOUR_QUERIES`. Fails with SPACE_NOT_MADE for a server that is too old. */
export function flavourOf(answers: readonly Rows[], service: string): Flavour {
  const version = answers[0]?.[0]?.["version"] ?? "";
  const kind = /mariadb/i.test(version) ? "mariadb" : "mysql";
  const isAtLeast = (wanted: readonly number[]) => compareVersions(version, wanted) >= 0;
  if (!isAtLeast(OLDEST[kind])) {
    throw spaceError({
      code: "SPACE_NOT_MADE",
      message: `${service} is ${kind} ${version}, which is too old for spaces`,
      hint: "they need MariaDB 10.4, MySQL 5.7.6, or a later one",
    });
  }
  if (kind === "mariadb") {
    return {
      kind,
      version,
      client: isAtLeast([10, 5]) ? "mariadb" : "mysql",
      comments: isAtLeast([10, 5]) ? "database" : "nothing",
      patterns: true,
      preparedQuery: "XA RECOVER FORMAT = 'SQL'",
      setup: [
        "SET SESSION check_constraint_checks = 0, max_statement_time = 0",
        ...(isAtLeast([10, 11]) ? ["SET SESSION system_versioning_insert_history = 1"] : []),
      ],
    };
  }
  return {
    kind,
    version,
    client: "mysql",
    comments: isAtLeast([8, 0, 21]) ? "user" : "nothing",
    patterns: answers[1]?.[0]?.["Value"] !== "ON",
    preparedQuery: "XA RECOVER CONVERT XID",
    setup: [
      ...(isAtLeast([8]) ? ["SET SESSION information_schema_stats_expiry = 0"] : []),
      ...(isAtLeast([8, 0, 13]) ? ["SET SESSION sql_require_primary_key = 0"] : []),
    ],
  };
}

function compareVersions(version: string, wanted: readonly number[]): number {
  const found = version.split(/[^\d]+/).map(Number);
  for (const [at, part] of wanted.entries()) {
    const difference = (found[at] ?? 0) - part;
    if (difference !== 0) return difference;
  }
  return 0;
}
