import type { RedisConnection } from "./connection.ts";
import { isRefusal, listOf, type Reply, textOf } from "./resp.ts";

/** What a server process is told besides where it listens: lines of a configuration file. */
export interface ServerSettings {
  modules: string[];
  values: ReadonlyMap<string, string>;
  /** Users but the default one, as `ACL LIST` shows them. */
  users: string[];
}

export const NO_SETTINGS: ServerSettings = { modules: [], values: new Map(), users: [] };

/**
 * What belongs to one process and not to how it behaves: addresses, persistence, replication, TLS, paths, and how it shares
 * its machine.
 */
const OWN = new RegExp(
  `^(?:${[
    "port|bind.*|protected-mode|unixsocket.*|tls-.*|maxclients|tcp-backlog|socket-mark-id",
    "requirepass|(master|primary)(auth|user)|aclfile",
    "dir|dbfilename|save|append.*|(auto-)?aof-.*|.*-fsync.*|rdb-(?!compression|checksum).*|stop-writes-on-bgsave-error",
    "(repl|replica|slave|primary|cluster)-.*|replicaof|slaveof|min-(slaves|replicas)-.*",
    "logfile|loglevel|pidfile|daemonize|supervised|syslog-.*|crash-.*|always-show-logo|watchdog-period",
    "set-proc-title|proc-title-template|oom-score-.*|.*[_-]cpulist|io-threads.*|disable-thp|ignore-warnings|shutdown-.*",
  ].join("|")})$`,
);

/** Everything that the server says about itself. */
export async function readSettings(
  connection: RedisConnection,
  signal: AbortSignal,
): Promise<ServerSettings> {
  const [config, modules, users] = await connection.askAll(
    [
      ["CONFIG", "GET", "*"],
      ["MODULE", "LIST"],
      ["ACL", "LIST"],
    ],
    signal,
  );
  if (isRefusal(config)) throw new Error(`its settings cannot be read: ${config.refused}`);
  return {
    values: new Map(pairsOf(config).map(([name, value]) => [name, textOf(value)])),
    // Older servers say neither paths nor who the users are, and then there is nothing to carry over.
    modules: listOf(modules).flatMap(loadLine),
    users: listOf(users)
      .map(textOf)
      .filter((line) => !line.startsWith("user default ")),
  };
}

/** What must be said to a plain server to make it behave like the one that these settings are of. */
export function settingsBeyond(settings: ServerSettings, plain: ServerSettings): Map<string, string> {
  const differing = [...settings.values].filter(
    ([name, value]) => !OWN.test(name) && plain.values.get(name) !== value,
  );
  return new Map(differing);
}

/** As lines of a configuration file. */
export function settingLines({ modules, values, users }: ServerSettings): string[] {
  return [...modules, ...[...values].flatMap(([name, value]) => valueLines(name, value)), ...users];
}

function valueLines(name: string, value: string): string[] {
  if (name !== "client-output-buffer-limit") return [`${name} ${quoted(value)}`];
  // A class, and three numbers for it, for each class.
  const words = value.split(" ");
  const classes = Array.from({ length: Math.floor(words.length / 4) }, (_, at) =>
    words.slice(at * 4, at * 4 + 4),
  );
  return classes.map((each) => `${name} ${each.join(" ")}`);
}

function loadLine(reply: Reply): string[] {
  const about = new Map(pairsOf(reply));
  const path = textOf(about.get("path"));
  // Modules that are built in have no path.
  if (!path.startsWith("/")) return [];
  return [["loadmodule", path, ...listOf(about.get("args")).map(textOf)].map(quoted).join(" ")];
}

function pairsOf(reply: Reply | undefined): [string, Reply][] {
  const list = listOf(reply);
  return Array.from({ length: Math.floor(list.length / 2) }, (_, at) => [
    textOf(list[at * 2]),
    list[at * 2 + 1] ?? null,
  ]);
}

/** A word of Redis' configuration and command files. */
export function quoted(word: string): string {
  if (/^[\w./:-]+$/.test(word)) return word;
  const bytes = [...Buffer.from(word)].map((byte) => {
    const text = String.fromCharCode(byte);
    return /[ !#-[\]-~]/.test(text) ? text : `\\x${byte.toString(16).padStart(2, "0")}`;
  });
  return `"${bytes.join("")}"`;
}
