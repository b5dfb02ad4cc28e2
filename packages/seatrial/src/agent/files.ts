import { Readable } from "node:stream";
import { isToolError } from "../support/error.ts";
import type { AgentFiles, FileDetails, TarSource } from "./agent.ts";
import { accepted, askJson, readJson } from "./answer.ts";
import type { Connection } from "./connection.ts";
import { drained } from "./drained.ts";
import { type Exchange, endedWell } from "./exchange.ts";
import { checkFile, checkFiles, checkStored } from "./payloads.ts";

/** The container's files over the agent's connection. Tar streams pass through; nothing is kept here. */
export function agentFiles(connection: Connection): AgentFiles {
  return {
    async put(path, tar, signal) {
      const what = `writing files to ${path}`;
      const exchange = await connection.open({
        method: "PUT",
        path: `/v1/files?${new URLSearchParams({ path })}`,
        what,
        body: true,
        signal,
      });
      return await sendTar(exchange, { tar, what });
    },
    async get(path, signal) {
      const what = `reading ${path}`;
      const exchange = await connection.open({
        method: "GET",
        path: `/v1/files?${new URLSearchParams({ path })}`,
        what,
        body: false,
        signal,
      });
      await accepted(exchange, what);
      return readBytes(exchange);
    },
    stat: (path, signal) => stat(connection, { query: { path }, signal }),
    statLink: (path, signal) => stat(connection, { query: { path, follow: "0" }, signal }),
    async list(path, { suffix, buildInfo, signal }) {
      const query = new URLSearchParams({ path });
      if (suffix !== undefined) query.set("suffix", suffix);
      if (buildInfo === true) query.set("build-info", "1");
      return await askJson(connection, {
        method: "GET",
        path: `/v1/list?${query}`,
        what: `listing ${path}`,
        check: checkFiles,
        signal,
      });
    },
  };
}

async function stat(
  connection: Connection,
  options: { query: { path: string; follow?: string }; signal: AbortSignal },
): Promise<FileDetails | undefined> {
  const { query, signal } = options;
  try {
    return await askJson(connection, {
      method: "GET",
      path: `/v1/stat?${new URLSearchParams(query)}`,
      what: `looking for ${query.path}`,
      check: checkFile,
      signal,
    });
  } catch (error) {
    if (isToolError(error, "FILE_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The agent may refuse before it has read everything: what it says counts more than the broken upload. */
async function sendTar(exchange: Exchange, { tar, what }: { tar: TarSource; what: string }) {
  const answer = readJson(exchange, { what, check: checkStored });
  const [stored, sent] = await Promise.allSettled([answer, upload(exchange, tar)]);
  if (sent.status === "rejected") throw sent.reason;
  if (stored.status === "rejected") throw stored.reason;
  return stored.value;
}

/** Sends the tar at the agent's pace. Fails only with the source's own error, untouched. */
async function upload({ stream, cancel }: Exchange, tar: TarSource): Promise<void> {
  // A source that stalls must not outlive the request.
  const stop = () => void tar.destroy?.();
  stream.once("close", stop);
  // The loop below throws it; some streams want a listener all the same.
  tar.once?.("error", () => undefined);
  try {
    for await (const chunk of tar) {
      if (stream.closed) return;
      if (!stream.write(chunk)) await drained(stream);
    }
    stream.end();
  } catch (error) {
    if (stream.closed) return;
    cancel();
    throw error;
  } finally {
    stream.removeListener("close", stop);
    stop();
  }
}

/** The bytes of an answer. They end only when the agent ended them; anything else is an error of the stream. */
function readBytes(exchange: Exchange): Readable {
  const { stream } = exchange;
  let whole = false;
  const bytes = new Readable({
    read: () => void stream.resume(),
    destroy(error, done) {
      if (!whole) exchange.cancel();
      done(error);
    },
  });
  stream.on("data", (chunk: Buffer) => {
    if (!bytes.push(chunk)) stream.pause();
  });
  stream.once("end", () => {
    whole = endedWell(stream);
    if (whole) bytes.push(null);
  });
  const onClose = () => {
    if (!whole) void exchange.failure().then((error) => bytes.destroy(error));
  };
  if (stream.destroyed) onClose();
  else stream.once("close", onClose);
  return bytes;
}
