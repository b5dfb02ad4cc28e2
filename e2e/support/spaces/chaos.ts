import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { freePort } from "../free-port.ts";
import type { ClientLine, ClientOptions } from "./client.ts";
import { findOverlaps, type Use } from "./overlaps.ts";
import { createOwners, namesIn, type OwnersOptions } from "./owners.ts";
import { bundlePrograms, startTalker, type Talker } from "./programs.ts";
import { createRandom, type Random } from "./random.ts";
import type { LastingServer } from "./server.ts";

export interface ChaosOptions {
  server: LastingServer;
  seed: number;
  /** How used spaces are put back. */
  reuse: OwnersOptions["reuse"];
  /** How many spaces tests get in all. */
  spaces: number;
  /** How many clients run at once. */
  clients: number;
  /** How often each is tried, at random moments. */
  deeds: Deeds;
  /** Called before each deed. */
  onDeed?: (deed: string, given: number) => void;
}

interface Deeds {
  /** kill -9 of a process of tests; another one is started. */
  killClient: number;
  /** kill -9 of the broker's process; the next one cleans up after it. */
  killOwner: number;
  /** kill -9 of a process of the server, which then ends all others and recovers. */
  killBackend: number;
  /** The server ends half of all sessions. */
  endSessions: number;
}

/** What was seen. */
export interface ChaosReport {
  seconds: number;
  /** Spaces that tests got. */
  given: number;
  /** Of those that owners counted before they ended well: given out again after a reset. */
  reused: string;
  /** Tests whose server or broker went away. */
  disturbed: number;
  /** Requests that were refused, by code. */
  refused: Record<string, number>;
  /** What must never be: foreign marks, spaces that are not fresh, unknown refusals. */
  faults: string[];
  /** Names that two tests had at once, or one after another one that was killed. */
  shared: string[];
  /** How often each deed hit somebody. */
  done: Deeds;
  /** What owners found in the server when they started. */
  leftovers: number;
  /** Of these, and of what there was at the end, what neither journals nor brokers named. */
  unlisted: string[];
  /** What could not be dropped in the end. */
  undropped: string[];
  /** In the server after the end. */
  left: string[];
  /** Journals after the end. */
  journals: string[];
}

const TOKEN = "the-token-of-the-crash-test";
const SESSIONS = `FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`;

/** The longest that a busy machine takes to replace an owner or to recover a server is ten seconds. */
const LONGEST_GAP_MS = 120_000;

/** Lets tests run until so many had a space, while clients, owners and the server's processes are killed. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const { server, seed, reuse } = options;
  const random = createRandom(seed);
  const plan = planDeeds(options, random);
  const from = performance.now();
  const folder = await mkdtemp(`${tmpdir()}/seatrial-e2e-chaos-`);
  const journals = `${folder}/journals`;
  await mkdir(journals);
  const program = await bundlePrograms(["owner", "client"], folder);
  const port = await freePort();
  const owners = createOwners({
    file: program("owner"),
    server,
    folder: journals,
    port,
    token: TOKEN,
    reuse,
  });
  const done: Deeds = { killClient: 0, killOwner: 0, killBackend: 0, endSessions: 0 };
  const tests = createTests({ file: program("client"), url: `http://127.0.0.1:${port}`, random });

  /** Each says whether it hit somebody. */
  const deeds: { [Name in keyof Deeds]: () => Promise<boolean> } = {
    killClient: async () => tests.kill(random.below(options.clients)),
    killOwner: () => owners.replace(),
    async killBackend() {
      // Sessions are brief: one that was seen may have ended before it is killed.
      for (let attempt = 0; attempt < 10; attempt += 1) {
        await namesIn(server);
        const pids = await server.query(`SELECT pid ${SESSIONS} ORDER BY backend_start, pid`);
        const pid = pids[random.below(pids.length)]?.["pid"];
        if (pid === undefined || !(await server.kill(Number(pid)))) continue;
        await namesIn(server);
        return true;
      }
      return false;
    },
    async endSessions() {
      const half = `SELECT pg_terminate_backend(pid) AS ended ${SESSIONS} AND random() < 0.5`;
      return (await server.query(half)).some(({ ended }) => ended === true);
    },
  };

  try {
    await owners.replace();
    for (let index = 0; index < options.clients; index += 1) tests.start();
    for (const [at, deed] of plan) {
      await tests.given(at);
      options.onDeed?.(deed, tests.uses.length);
      // The server may be away because of the deed before.
      if (await deeds[deed]().catch(() => false)) done[deed] += 1;
    }
    await tests.given(options.spaces);
    await tests.finish();
    await owners.finish();
    const { uses, refused, faults, disturbed } = tests;
    return {
      seconds: (performance.now() - from) / 1000,
      given: uses.length,
      reused: `${owners.leased.reused} of ${owners.leased.all}`,
      ...{ disturbed: disturbed(), refused, faults, shared: findOverlaps(uses), done },
      leftovers: owners.leftovers.count,
      unlisted: owners.leftovers.unlisted,
      undropped: owners.leftovers.failed,
      left: await namesIn(server),
      journals: await readdir(journals),
    };
  } finally {
    tests.stop();
    owners.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

/** After how many spaces what is done. */
function planDeeds({ deeds, spaces }: ChaosOptions, random: Random): [number, keyof Deeds][] {
  const names = Object.keys(deeds) as (keyof Deeds)[];
  const all = names.flatMap((name) =>
    Array.from({ length: deeds[name] }, (): [number, keyof Deeds] => [random.below(spaces * 0.95), name]),
  );
  return all.sort(([one], [other]) => one - other);
}

/** The processes of tests. */
function createTests({ file, url, random }: { file: string; url: string; random: Random }) {
  const processes: { talker: Talker<ClientLine>; use: (Use & { isDisturbed?: boolean }) | undefined }[] = [];
  const uses: (Use & { isDisturbed?: boolean })[] = [];
  const refused: Record<string, number> = {};
  const faults: string[] = [];
  const waiting = new Set<() => void>();
  let started = 0;
  let isOver = false;

  function start(): void {
    const name = `client ${++started}`;
    const options: ClientOptions = { url, token: TOKEN, name, seed: random.below(2 ** 32) };
    const own: (typeof processes)[number] = {
      use: undefined,
      talker: startTalker<ClientLine>(file, options, (line) => {
        if (line.type === "refused") refused[line.code] = (refused[line.code] ?? 0) + 1;
        if (line.type === "fault") faults.push(`${name}, ${line.name}: ${line.what}`);
        if (line.type === "begin") {
          own.use = { name: line.name, from: BigInt(line.at), to: undefined };
          uses.push(own.use);
        }
        if (line.type === "end" && own.use !== undefined) {
          own.use.to = BigInt(line.at);
          own.use.isDisturbed = line.result === "disturbed";
        }
        for (const look of waiting) look();
      }),
    };
    processes.push(own);
    void own.talker.ended.then(({ signal, stderr }) => {
      processes.splice(processes.indexOf(own), 1);
      for (const look of waiting) look();
      if (isOver) return;
      // Only one that was killed is replaced: another one would come to the same end again and again.
      if (signal !== null) start();
      else faults.push(`${name} ended by itself: ${stderr}`);
    });
  }

  const told = () => [JSON.stringify(refused), ...faults].join("\n");

  return {
    uses,
    refused,
    faults,
    start,
    disturbed: () => uses.filter(({ isDisturbed }) => isDisturbed === true).length,
    /** Resolves when so many spaces were given; rejects when for a long time none was. */
    given: (count: number) =>
      new Promise<void>((resolve, reject) => {
        let had = uses.length;
        const giveUp = () => {
          waiting.delete(look);
          reject(new Error(`no space was given in ${LONGEST_GAP_MS / 1000} s, since ${had} were: ${told()}`));
        };
        const clock = setTimeout(giveUp, LONGEST_GAP_MS);
        const look = () => {
          if (uses.length > had) {
            had = uses.length;
            clock.refresh();
          }
          if (uses.length < count && processes.length > 0) return;
          clearTimeout(clock);
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    /** Says whether there was one. */
    kill: (index: number) => processes[index]?.talker.child.kill("SIGKILL") ?? false,
    /** Resolves when every test that runs has come to its end. */
    async finish() {
      isOver = true;
      await Promise.all(
        processes.map(({ talker }) => {
          talker.child.stdin?.end();
          return talker.ended;
        }),
      );
    },
    stop() {
      isOver = true;
      for (const { talker } of processes) talker.child.kill("SIGKILL");
    },
  };
}
