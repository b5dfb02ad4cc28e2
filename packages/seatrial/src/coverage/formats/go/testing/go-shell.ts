import { spawn } from "node:child_process";
import { once } from "node:events";

const IMAGE = "golang:1.24";
/** What scripts/go-tests.mjs compiled there is not compiled again. */
const CACHE = "seatrial-test-go:/root/.cache/go-build";

/** Runs a shell script in `folder`, in which paths are relative, with this machine's Go or another version of it. */
export interface GoShell {
  /** `go1.22.12`, from Go's module proxy; `local`: the one that is there. */
  toolchain: string;
  folder: string;
  script: string;
}

/** Where this machine has no Go, in a container of one, to which the folder is brought and from which it is brought back. */
export async function runWithGo({ toolchain, folder, script }: GoShell): Promise<void> {
  const env = {
    ...process.env,
    GOTOOLCHAIN: toolchain,
    // As what is tested is built, so that the standard library is compiled once.
    GOFLAGS: "-buildvcs=false -mod=mod -trimpath -vet=off",
    CGO_ENABLED: "0",
    // Compilers are brief: they have no need to collect garbage as often.
    GOGC: "400",
  };
  if (await hasGo()) return await run(["sh", "-ec", script], { cwd: folder, env });
  const inside = 'mkdir /tmp/oracle && cd /tmp/oracle && tar x && sh -ec "$0" >&2 && tar c .';
  const container = `docker run --rm -i --env GOTOOLCHAIN --env GOFLAGS --env CGO_ENABLED --env GOGC --volume ${CACHE} --label seatrial.test=go-format ${IMAGE} sh -ec '${inside}' "$0"`;
  await run(["bash", "-o", "pipefail", "-ec", `tar c . | ${container} | tar x`, script], {
    cwd: folder,
    env,
  });
}

/** True where this machine has Go itself. */
export async function hasGo(): Promise<boolean> {
  const child = spawn("go", ["version"], { stdio: "ignore" });
  return await once(child, "close").then(
    ([code]) => code === 0,
    () => false,
  );
}

async function run(
  [file = "", ...args]: string[],
  where: { cwd: string; env: NodeJS.ProcessEnv },
): Promise<void> {
  const child = spawn(file, args, { ...where, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk));
  const [code] = await once(child, "close");
  if (code !== 0) throw new Error(`${file} ended with ${code}:\n${output}`);
}
