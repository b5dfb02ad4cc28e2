import { type Ended, type ProgramOptions, seatrial } from "./program.ts";
import { project, type TestProject } from "./project.ts";

/** Speaks to a Redis: `node redis.mjs URL "SET a b" …`, each reply in a line. */
const REDIS = `import { connect } from "node:net";
const [url, ...commands] = process.argv.slice(2);
const { hostname, port, username, password } = new URL(url);
const login = password === "" ? [] : [["AUTH", username || "default", decodeURIComponent(password)].join(" ")];
const socket = connect(Number(port), hostname);
let text = "";
socket.on("data", (chunk) => { text += chunk; });
socket.on("end", () => process.stdout.write(text.replaceAll("\\r\\n", "\\n").replace(/^(\\+OK\\n)/, login.length > 0 ? "" : "$1").replace(/\\+OK\\n$/, "")));
socket.write([...login, ...commands, "QUIT"].map((line) => line + "\\r\\n").join(""));
`;

/** A project with a Redis that its suite needs; the suite's own test is one of this machine, too. */
export async function nativeProject(name: string): Promise<TestProject> {
  return await project({
    Dockerfile: "FROM redis:8\n",
    "compose.yaml": "services:\n  cache:\n    image: redis:8\n",
    "seatrial.yaml": `name: ${name}
suites:
  it:
    runner: command
    command: sh -c 'redis-cli -h cache incr runs'
    needs: [cache]
    env: { CACHE: "cache:6379", CACHE_HOST: cache, CACHE_PORT: "6379" }
    spaces: { SPACE_URL: cache }
`,
    "redis.mjs": REDIS,
  });
}

/** Brings a project up, and gives its variables. */
export async function up(
  options: ProgramOptions,
  ...flags: string[]
): Promise<Ended & { variables: Record<string, string> }> {
  const ended = await seatrial(["up", "--format", "json", ...flags], options);
  return { ...ended, variables: ended.code === 0 ? JSON.parse(ended.stdout) : {} };
}

/** The words that run a script against the Redis that a variable names. */
export function redis(variable: string, ...commands: string[]): string[] {
  const words = commands.map((command) => `'${command}'`).join(" ");
  return ["sh", "-c", `node redis.mjs "$${variable}" ${words}`];
}
