import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Problem, RunEvent } from "../../model/index.ts";
import type { Description } from "../../run/index.ts";
import { EXIT, type ExitCode } from "../../support/error.ts";
import type { Stamped } from "../../support/events.ts";
import type { RunFlags } from "../flags.ts";
import type { Surroundings } from "../surroundings.ts";
import type { InfrastructureRequest } from "./request.ts";

/** What an owner says on its stdout, a line each. After the last kind of message it needs nobody who listens. */
export type OwnerMessage =
  | Stamped<RunEvent>
  /** Infrastructure is ready, and stays until its lease ends. */
  | { type: "ready"; description: Description }
  /** Another owner was quicker, or was there before. */
  | { type: "taken"; run: string; control: string }
  /** With what went wrong, where stderr does not say it. */
  | { type: "exit"; code: ExitCode; problem?: Problem | undefined };

/** A process of its own, which can outlive this one. As long as it is followed, it ends when this process does. */
export interface SpawnedOwner {
  /** Ends with the owner; leaving the loop early leaves the owner to itself. */
  messages(): AsyncIterable<{ message: OwnerMessage; line: string }>;
}

/** Starts `seatrial own`. Aborting asks it to stop, as long as it is followed. */
export function spawnOwner(options: {
  surroundings: Surroundings;
  request: RunFlags | InfrastructureRequest;
  signal: AbortSignal;
}): SpawnedOwner {
  const { surroundings, request, signal } = options;
  const { environment, stderr } = surroundings;
  const owner = spawn(process.execPath, [process.argv[1] ?? "", "own", JSON.stringify(request)], {
    cwd: environment.cwd,
    env: environment.env,
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
  owner.stderr.on("data", (chunk: Buffer) => stderr.write(chunk));
  const stop = () => void owner.kill("SIGINT");
  signal.addEventListener("abort", stop, { once: true });
  // It may end before it has read that nobody wants it any more.
  owner.stdin.on("error", () => undefined);
  const ended = new Promise<void>((resolve) => {
    owner.once("exit", () => resolve());
    owner.once("error", () => resolve());
  });

  return {
    async *messages() {
      let said = false;
      try {
        for await (const line of createInterface(owner.stdout)) {
          const message = JSON.parse(line) as OwnerMessage;
          said ||= message.type === "exit";
          yield { message, line };
        }
        if (said) return;
        await ended;
        yield { message: { type: "exit", code: EXIT.bug }, line: "" };
      } finally {
        // What becomes of whoever followed is no business of an owner that lives on, which must not keep this process alive either.
        signal.removeEventListener("abort", stop);
        owner.unref();
        owner.stdin.destroy();
        owner.stdout.destroy();
        owner.stderr.destroy();
      }
    },
  };
}
