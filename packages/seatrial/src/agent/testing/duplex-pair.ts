import { Duplex } from "node:stream";

/** Two ends of one connection in memory: what is written to one is read from the other, with back-pressure and half-close. */
export function memoryDuplexPair(): [Duplex, Duplex] {
  const a: End = createEnd(() => b);
  const b: End = createEnd(() => a);
  return [a.stream, b.stream];
}

interface End {
  stream: Duplex;
  /** The write that waits until this end is read. */
  waiting: (() => void) | undefined;
}

function createEnd(peer: () => End): End {
  const end: End = {
    waiting: undefined,
    stream: new Duplex({
      read() {
        const resume = end.waiting;
        end.waiting = undefined;
        resume?.();
      },
      write(chunk: Buffer, _encoding, done) {
        const other = peer();
        if (other.stream.destroyed) done(new Error("the other end is gone"));
        else if (other.stream.push(chunk)) setImmediate(done);
        else other.waiting = done;
      },
      final(done) {
        peer().stream.push(null);
        done();
      },
      destroy(error, done) {
        const other = peer();
        // As with a socket: the other end reads what was sent, and then its end.
        if (!other.stream.destroyed && !other.stream.readableEnded)
          setImmediate(() => other.stream.push(null));
        other.waiting?.();
        other.waiting = undefined;
        done(error);
      },
    }),
  };
  return end;
}
