import type { ServerProgram } from "../processes/index.ts";
import { logIn, openRedis } from "./connection.ts";
import { type ServerSettings, settingLines } from "./settings.ts";

/** Where images have the server: in their PATH, or where Redis Stack puts it. */
const PROGRAMS = ["redis-server", "valkey-server", "keydb-server", "/opt/redis-stack/bin/redis-server"];

export interface RedisProgramOptions {
  /** Names its files, should a test have it write some. */
  name: string;
  password: string;
  settings: ServerSettings;
}

/** A server that keeps nothing and answers whoever knows the password. Its configuration comes through stdin, unseen by others. */
export function redisProgram({ name, password, settings }: RedisProgramOptions): ServerProgram {
  return {
    title: "redis-server",
    programs: PROGRAMS,
    command: (port) => ({
      args: ["-"],
      input: [
        ...settingLines(settings),
        `port ${port}`,
        `requirepass ${password}`,
        "protected-mode no",
        'save ""',
        "appendonly no",
        `dbfilename ${name}.rdb`,
        "daemonize no",
        'logfile ""',
        "loglevel notice",
        "",
      ].join("\n"),
    }),
    ready: /ready to accept connections/i,
    portTaken: /address already in use/i,
    async ask(stream, signal) {
      using connection = openRedis(stream, name);
      await logIn(connection, { password }, signal);
    },
  };
}
