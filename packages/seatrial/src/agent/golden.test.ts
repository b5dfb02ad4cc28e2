import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { createFrameDecoder, createFrameEncoder, FRAME, PROCESS_ANSWERS, TUNNEL_ANSWERS } from "./frames.ts";
import {
  type Check,
  checkExit,
  checkFailure,
  checkFile,
  checkHello,
  checkProbeAnswer,
  checkRelay,
  checkStarted,
  checkStored,
} from "./payloads.ts";

const golden = new URL("../../../../protocol/golden/", import.meta.url);

interface GoldenFrames {
  note: string;
  from: "owner" | "agent";
  hex: string;
  broken?: boolean;
  frames?: { kind: number; name: string; sequence: number; payload?: unknown; payloadHex?: string }[];
}

const checks: Record<string, Check<unknown>> = {
  hello: checkHello,
  "process-exit": checkExit,
  "process-started": checkStarted,
  "probe-answer": checkProbeAnswer,
  file: checkFile,
  "files-put": checkStored,
  relay: checkRelay,
  error: checkFailure,
};
/** Sent by us, never received. */
const ours = ["probe", "process-spec", "process-signal", "process-resize"];

function readJson(name: string): unknown {
  return JSON.parse(readFileSync(new URL(name, golden), "utf8"));
}

function jsonFiles(folder: string): string[] {
  const names = readdirSync(new URL(folder, golden)).filter((name) => name.endsWith(".json"));
  if (names.length === 0) throw new Error(`protocol/golden/${folder} holds nothing to test against`);
  return names;
}

describe("golden messages", () => {
  for (const name of jsonFiles(".")) {
    const schema = name.split(".")[0] ?? name;
    if (ours.includes(schema)) continue;
    test(`${name} passes its check unchanged`, () => {
      const check = checks[schema];
      if (check === undefined) throw new Error(`there is no check for golden messages named ${schema}`);
      expect(check(readJson(name))).toEqual(readJson(name));
    });
    test(`${name} with a further field passes, and without any one of its fields is refused or optional`, async () => {
      const check = checks[schema] ?? (() => undefined);
      const message = readJson(name) as Record<string, unknown>;
      expect(check({ ...message, later: 1 })).toEqual(message);
      for (const key of Object.keys(message)) {
        const { [key]: _, ...rest } = message;
        if (["go", "instance"].includes(key)) expect(check(rest)).toEqual(rest);
        else await expect(() => check(rest)).toThrowWithCode("AGENT_PROTOCOL");
      }
    });
  }
});

describe("golden frames", () => {
  const all = Object.values(FRAME);
  for (const name of jsonFiles("frames/")) {
    const { hex, from, broken, frames = [], note } = readJson(`frames/${name}`) as GoldenFrames;
    const bytes = Buffer.from(hex, "hex");
    const expected = from === "owner" ? all : name.startsWith("tunnel") ? TUNNEL_ANSWERS : PROCESS_ANSWERS;
    if (broken === true) {
      test(`${name} is refused: ${note}`, async () => {
        const decode = () => {
          const decoder = createFrameDecoder(expected);
          decoder.push(bytes);
          decoder.end();
        };
        await expect(decode).toThrowWithCode("AGENT_PROTOCOL");
      });
      continue;
    }
    test(`${name} is read as written down: ${note}`, () => {
      const decoder = createFrameDecoder(expected);
      const read = decoder
        .push(bytes)
        .map(({ kind, payload }) => ({ kind, payload: payload.toString("hex") }));
      decoder.end();
      expect(read).toEqual(frames.map((frame) => ({ kind: frame.kind, payload: payloadHex(frame) })));
    });
    test(`${name} is written byte for byte: ${note}`, () => {
      const encode = createFrameEncoder();
      const written = frames.map((frame) => encode(frame.kind, Buffer.from(payloadHex(frame), "hex")));
      expect(Buffer.concat(written).toString("hex")).toBe(hex);
    });
    test(`${name} uses the numbers of the kinds that are used here`, () => {
      const camel = (text: string) => text.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
      for (const frame of frames) expect(FRAME[camel(frame.name) as keyof typeof FRAME]).toBe(frame.kind);
    });
  }
});

function payloadHex(frame: { payload?: unknown; payloadHex?: string }): string {
  return frame.payloadHex ?? Buffer.from(JSON.stringify(frame.payload)).toString("hex");
}
