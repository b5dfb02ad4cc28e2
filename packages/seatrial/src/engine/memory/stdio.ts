import { type Duplex, duplexPair, PassThrough, Duplex as StreamDuplex } from "node:stream";

/** Both ends of a container's attached stream. When either is destroyed, the other one ends. */
export function createStdio(): { owner: Duplex; container: Duplex } {
  const [owner, container] = duplexPair();
  endWith(owner, container);
  endWith(container, owner);
  // Writing to a peer that is gone is no error in a pipe between processes that look at its end anyway.
  container.on("error", () => undefined);
  // A write that nobody will ever read breaks the pipe; otherwise the writer would wait for ever.
  owner.once("close", () => {
    if (container.writableLength > 0) container.destroy();
  });
  return { owner, container };
}

/** The stream of a container that nobody attached to: stdin stays open, stdout is thrown away. */
export function createDetachedStdio(): Duplex {
  const stdin = new PassThrough();
  const stdout = new PassThrough().resume();
  return StreamDuplex.from({ readable: stdin, writable: stdout });
}

function endWith(gone: Duplex, other: Duplex): void {
  gone.once("close", () => {
    if (!gone.writableEnded && !other.destroyed) other.push(null);
  });
}
