import type { ChildProcessByStdio } from "node:child_process";
import { Duplex, type Readable, type Writable } from "node:stream";
import { deferred } from "../../support/abort.ts";
import type { ToolError } from "../../support/error.ts";
import { engineError } from "../errors.ts";

/** A running ssh whose stdin and stdout are the connection. */
export type SshChild = ChildProcessByStdio<Writable, Readable, Readable>;

export interface SshConnectionOptions {
  child: SshChild;
  /** The engine's, for messages. */
  url: string;
  /** Called once, when the other side has answered or the connection is over. */
  onReady: () => void;
}

/** After ssh is gone, how long its last words may take. */
const STDERR_GRACE_MS = 200;
const STDERR_LIMIT = 4_000;

/** The connection that an ssh process carries. It fails with ssh's own words when ssh ends with an error. */
export function createSshConnection(options: SshConnectionOptions): Duplex {
  return new SshConnection(options);
}

/** The two pipes of an ssh process as one connection, with the few methods of a socket that Node's HTTP agent calls. */
class SshConnection extends Duplex {
  readonly #child: SshChild;
  #stderr = "";
  #answered = false;
  #ended = false;

  constructor(options: SshConnectionOptions) {
    super({ allowHalfOpen: true });
    const { child } = options;
    this.#child = child;
    const exited = deferred<number | null>();
    child.once("exit", exited.resolve);
    child.stderr.on("data", (chunk: Buffer) => {
      this.#stderr = (this.#stderr + chunk.toString()).slice(-STDERR_LIMIT);
    });
    child.stdout.once("data", () => {
      this.#answered = true;
      options.onReady();
    });
    child.stdout.on("data", (chunk: Buffer) => {
      if (!this.push(chunk)) child.stdout.pause();
    });
    // The exit code says whether the end was the engine's or a failure, so it is waited for.
    child.stdout.once("end", () => void exited.promise.then((code) => this.#finish({ ...options, code })));
    child.stdin.on("error", () => undefined);
    this.once("close", options.onReady);
  }

  async #finish(options: { code: number | null; url: string }): Promise<void> {
    const { stderr } = this.#child;
    if (!stderr.readableEnded) {
      const drained = deferred<void>();
      const timer = setTimeout(drained.resolve, STDERR_GRACE_MS);
      stderr.once("end", drained.resolve);
      await drained.promise;
      clearTimeout(timer);
    }
    this.#ended = true;
    if (options.code === 0) this.push(null);
    else this.destroy(sshFailure({ ...options, stderr: this.#stderr.trim(), answered: this.#answered }));
  }

  override _read(): void {
    this.#child.stdout.resume();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // After the other side's end nothing can arrive; the reader learns why it ended.
    if (this.#child.stdin.destroyed) done();
    else this.#child.stdin.write(chunk, () => done());
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#child.stdin.end(() => done());
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    if (!this.#ended) this.#child.kill("SIGTERM");
    done(error);
  }

  /** An idle connection does not keep the program alive. */
  unref(): this {
    for (const part of this.#parts()) part.unref?.();
    return this;
  }

  ref(): this {
    for (const part of this.#parts()) part.ref?.();
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setTimeout(): this {
    return this;
  }

  #parts(): { ref?: () => void; unref?: () => void }[] {
    const { stdin, stdout, stderr } = this.#child;
    return [this.#child, stdin as object, stdout as object, stderr as object];
  }
}

function sshFailure(failure: {
  code: number | null;
  url: string;
  stderr: string;
  answered: boolean;
}): ToolError {
  const { stderr } = failure;
  const message = `The ssh connection to the engine at ${failure.url} ended with code ${failure.code}: ${stderr === "" ? "ssh said nothing" : stderr}`;
  if (failure.answered) {
    return engineError({
      code: "ENGINE_CONNECTION_LOST",
      message,
      hint: "That machine or the network in between went away, or its sshd was stopped.",
    });
  }
  const denied = /permission denied|host key verification failed|too many authentication/i.test(stderr);
  const noDocker = failure.code === 127 || /command not found|not found$/im.test(stderr);
  let hint = "Try the same by hand: ssh to that machine and run `docker version`.";
  if (denied) {
    hint =
      "Check that `ssh` to that machine works without a question (key in ssh-agent, known host key), and that the user may use docker there.";
  }
  if (noDocker) hint = "The docker command line must be installed on that machine.";
  return engineError({
    code: denied ? "ENGINE_DENIED" : "ENGINE_UNREACHABLE",
    message,
    hint,
  });
}
