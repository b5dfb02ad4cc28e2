import type { OwnerLine, OwnerOptions } from "./owner.ts";
import { startTalker, type Talker } from "./programs.ts";
import type { LastingServer } from "./server.ts";

/** One owner after the other, on one server. */
export interface Owners {
  /** Kills the one that runs, looks what it left, and resolves when the next one has cleaned up and hands out spaces: with whether one ran. */
  replace(): Promise<boolean>;
  /** Ends the last one as a run ends, and then cleans up whatever is left when no kept space's time is left. */
  finish(): Promise<void>;
  /** At once, without any cleaning up. */
  stop(): void;
  /** What was found after deaths, and those that neither journals nor the broker named. */
  readonly leftovers: { count: number; unlisted: string[]; failed: string[] };
  readonly leased: { all: number; reused: number };
  readonly notes: string[];
}

export interface OwnersOptions {
  file: string;
  server: LastingServer;
  /** Of the journals. */
  folder: string;
  port: number;
  token: string;
  reuse: OwnerOptions["reuse"];
}

/** Databases and roles of spaces, of their templates and of whoever makes them. */
const LEFT = `SELECT datname AS name FROM pg_database WHERE datname LIKE 'st\\_%'
  UNION SELECT rolname FROM pg_roles WHERE rolname LIKE 'st\\_%' UNION SELECT gid FROM pg_prepared_xacts`;
const DAY_MS = 86_400_000;
/** How long the server may take to be back after a crash. */
const BACK_MS = 30_000;

/** Names of everything that brokers have made in a server. */
export async function namesIn(server: LastingServer): Promise<string[]> {
  const until = Date.now() + BACK_MS;
  while (true) {
    try {
      return (await server.query(LEFT)).map(({ name }) => String(name));
    } catch (error) {
      if (Date.now() > until) throw error;
    }
  }
}

const isFound = (line: OwnerLine) => line.type === "found";
const isRecovered = (line: OwnerLine) => line.type === "recovered";
const isOpen = (line: OwnerLine) => line.type === "open";
const isList = (line: OwnerLine) => line.type === "list";

/** No owner yet. */
export function createOwners({ file, server, folder, port, token, reuse }: OwnersOptions): Owners {
  const leftovers = { count: 0, unlisted: [] as string[], failed: [] as string[] };
  const leased = { all: 0, reused: 0 };
  const notes: string[] = [];
  let runs = 0;
  let current: Talker<OwnerLine> | undefined;

  function onLine(line: OwnerLine): void {
    if (line.type === "note") notes.push(line.note);
    if (line.type !== "outcome") return;
    leased.all += line.leased;
    leased.reused += line.reused;
  }

  /** Starts one, and checks that it says of everything that is there that it is, before it drops any of it. */
  async function start(more: Partial<OwnerOptions>): Promise<Talker<OwnerLine>> {
    const there = await namesIn(server);
    const run = `owner-${++runs}`;
    const options: OwnerOptions = {
      run,
      folder,
      host: server.host,
      password: server.password,
      token,
      reuse,
      ...more,
    };
    const owner = startTalker(file, options, onLine);
    current = owner;
    const found = await owner.line(isFound);
    leftovers.count += there.length;
    const listed = new Set(found.type === "found" ? found.names : []);
    leftovers.unlisted.push(...there.filter((name) => !listed.has(name)));
    const recovered = await owner.line(isRecovered);
    if (recovered.type === "recovered")
      leftovers.failed.push(...recovered.failed.map(({ name, error }) => `${name}: ${error}`));
    return owner;
  }

  return {
    leftovers,
    leased,
    notes,
    async replace() {
      const isKilled = current?.child.kill("SIGKILL") ?? false;
      await current?.ended;
      const owner = await start({ port });
      await owner.line(isOpen);
      return isKilled;
    },
    async finish() {
      const last = current;
      if (last === undefined) return;
      // While it lives, the broker itself says what there is, but for what it makes spaces of.
      last.tell("list");
      const list = await last.line(isList);
      const known = list.type === "list" ? list.names : [];
      const prefix = /^st_[0-9a-f]{8}_/.exec(known[0] ?? "")?.[0] ?? "no spaces";
      const there = (await namesIn(server)).filter((name) => name.startsWith(prefix));
      leftovers.unlisted.push(
        ...there.filter((name) => !known.includes(name) && !name.startsWith(`${prefix}t`)),
      );
      last.tell("close");
      const { code, stderr } = await last.ended;
      if (code !== 0) throw new Error(`the owner ended with ${code}:\n${stderr}`);
      leftovers.failed.length = 0;
      const cleaner = await start({ ahead: DAY_MS });
      await cleaner.ended;
    },
    stop: () => void current?.child.kill("SIGKILL"),
  };
}
