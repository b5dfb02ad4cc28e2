import type { ToolError } from "../support/error.ts";
import { agentError } from "./errors.ts";

/** Every kind of frame, with its number on the wire; see protocol/agent.md. */
export const FRAME = {
  spec: 1,
  stdin: 2,
  stdinEnd: 3,
  signal: 4,
  resize: 5,
  started: 16,
  stdout: 17,
  stderr: 18,
  exit: 19,
  failed: 20,
  data: 32,
  dataEnd: 33,
} as const;

/** What may come from the agent for a process. */
export const PROCESS_ANSWERS: readonly number[] = [
  FRAME.started,
  FRAME.stdout,
  FRAME.stderr,
  FRAME.exit,
  FRAME.failed,
];
/** What may come from the agent on a tunnel or an accepted connection. */
export const TUNNEL_ANSWERS: readonly number[] = [FRAME.data, FRAME.dataEnd, FRAME.failed];

/** One message of a process or a tunnel. */
export interface Frame {
  kind: number;
  payload: Buffer;
}

/** The longest payload of a frame, in bytes. */
export const MAX_PAYLOAD = 1024 * 1024;

const HEADER = 9;

/** Numbers the frames of one direction, from 1, and turns them into bytes. */
export function createFrameEncoder(): (kind: number, payload?: Uint8Array) => Buffer {
  let seq = 0;
  return (kind, payload = Buffer.alloc(0)) => {
    if (payload.length > MAX_PAYLOAD) throw new Error(`a frame of ${payload.length} bytes was to be sent`);
    seq += 1;
    const frame = Buffer.allocUnsafe(HEADER + payload.length);
    frame.writeUInt8(kind, 0);
    frame.writeUInt32BE(seq, 1);
    frame.writeUInt32BE(payload.length, 5);
    frame.set(payload, HEADER);
    return frame;
  };
}

export interface FrameDecoder {
  /** The frames that are complete with these bytes. Fails with AGENT_PROTOCOL on the first thing that is not as written down. */
  push(chunk: Buffer): Frame[];
  /** To be called at the end of the bytes: a frame cut in two is AGENT_PROTOCOL. */
  end(): void;
}

/** Reads the frames of one direction out of chunks of any size. Holds at most one frame. */
export function createFrameDecoder(expected: readonly number[]): FrameDecoder {
  let pending: Buffer[] = [];
  let pendingBytes = 0;
  let needed = HEADER;
  let seq = 0;

  function checkHeader(bytes: Buffer): void {
    const kind = bytes.readUInt8(0);
    const found = bytes.readUInt32BE(1);
    const length = bytes.readUInt32BE(5);
    if (!expected.includes(kind))
      throw brokenFrames(`frame ${seq + 1} is of kind ${kind}, which does not belong here`);
    if (found !== seq + 1) throw brokenFrames(`frame ${seq + 1} carries the number ${found}`);
    if (length > MAX_PAYLOAD)
      throw brokenFrames(`frame ${found} announces ${length} bytes, more than ${MAX_PAYLOAD}`);
    needed = HEADER + length;
  }

  return {
    push(chunk) {
      pending.push(chunk);
      pendingBytes += chunk.length;
      if (pendingBytes < needed) return [];
      const bytes = pending.length === 1 ? chunk : Buffer.concat(pending, pendingBytes);
      const frames: Frame[] = [];
      let at = 0;
      while (bytes.length - at >= HEADER) {
        checkHeader(bytes.subarray(at, at + HEADER));
        if (bytes.length - at < needed) break;
        frames.push({ kind: bytes.readUInt8(at), payload: bytes.subarray(at + HEADER, at + needed) });
        seq += 1;
        at += needed;
        needed = HEADER;
      }
      pending = at < bytes.length ? [bytes.subarray(at)] : [];
      pendingBytes = bytes.length - at;
      return frames;
    },
    end() {
      if (pendingBytes > 0)
        throw brokenFrames(`the stream ends after ${pendingBytes} of ${needed} bytes of frame ${seq + 1}`);
    },
  };
}

/** AGENT_PROTOCOL: what is wrong with what came. */
export function brokenFrames(what: string): ToolError {
  return agentError({
    code: "AGENT_PROTOCOL",
    message: `the agent's frames are broken: ${what}`,
    hint: "the agent and this program do not speak the same protocol; install seatrial again",
  });
}
