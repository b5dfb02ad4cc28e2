import type { ServerHttp2Stream } from "node:http2";
import { posix } from "node:path";
import { extract, pack } from "tar-stream";
import type { FileDetails, GoBuildInfo } from "../agent.ts";
import { answerFailure, answerJson } from "./fake-answer.ts";

/** A file of the fake container. */
export interface FakeFile {
  content: string | Buffer;
  mode?: number;
  uid?: number;
  gid?: number;
  go?: GoBuildInfo;
}

/** The fake container's regular files by absolute path. Folders exist where files are below them. */
export type FakeFiles = Map<string, FakeFile>;

/** PUT /v1/files: files land in the map. */
export async function putFakeFiles(
  stream: ServerHttp2Stream,
  files: FakeFiles,
  folder: string,
): Promise<void> {
  const tar = extract();
  const counted = { files: 0, bytes: 0 };
  stream.once("close", () => void tar.destroy());
  stream.pipe(tar);
  for await (const entry of tar) {
    const chunks: Buffer[] = [];
    for await (const chunk of entry) chunks.push(chunk as Buffer);
    const { name, type, mode, uid, gid } = entry.header;
    if (type !== "file") continue;
    const content = Buffer.concat(chunks);
    files.set(posix.join(folder, name), {
      content,
      ...(mode !== undefined && { mode }),
      ...(uid !== undefined && { uid }),
      ...(gid !== undefined && { gid }),
    });
    counted.files += 1;
    counted.bytes += content.length;
  }
  answerJson(stream, counted);
}

/** GET /v1/files. */
export function getFakeFiles(stream: ServerHttp2Stream, files: FakeFiles, path: string): void {
  const found = below(files, path);
  if (found.length === 0) {
    answerNotFound(stream, path);
    return;
  }
  const tar = pack();
  for (const [name, file] of found) {
    const { mode = 0o644, uid = 0, gid = 0 } = file;
    tar.entry(
      { name: name === path ? posix.basename(name) : posix.relative(path, name), mode, uid, gid },
      file.content,
    );
  }
  tar.finalize();
  stream.respond({ ":status": 200, "content-type": "application/x-tar" });
  tar.pipe(stream);
}

/** GET /v1/stat. */
export function statFakeFile(stream: ServerHttp2Stream, files: FakeFiles, path: string): void {
  const file = files.get(path);
  if (file !== undefined) answerJson(stream, { ...details(path, file), go: undefined });
  else if (below(files, path).length > 0)
    answerJson(stream, { path, kind: "folder", size: 4096, mode: 0o777, uid: 0, gid: 0 });
  else answerNotFound(stream, path);
}

/** GET /v1/list. */
export function listFakeFiles(stream: ServerHttp2Stream, files: FakeFiles, query: URLSearchParams): void {
  const path = query.get("path") ?? "/";
  const found = below(files, path);
  if (found.length === 0) {
    answerNotFound(stream, path);
    return;
  }
  const suffix = query.get("suffix") ?? "";
  const withGo = query.get("build-info") === "1";
  const listed = found
    .filter(([name]) => name.endsWith(suffix))
    .map(([name, file]) => ({ ...details(name, file), ...(withGo ? {} : { go: undefined }) }));
  answerJson(stream, listed);
}

function below(files: FakeFiles, path: string): [string, FakeFile][] {
  const folder = path.endsWith("/") ? path : `${path}/`;
  return [...files]
    .filter(([name]) => name === path || name.startsWith(folder))
    .sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function details(path: string, { content, mode = 0o644, uid = 0, gid = 0, go }: FakeFile): FileDetails {
  return { path, kind: "file", size: Buffer.byteLength(content), mode, uid, gid, go };
}

function answerNotFound(stream: ServerHttp2Stream, path: string): void {
  answerFailure(stream, { status: 404, code: "FILE_NOT_FOUND", message: `${path}: nothing is there` });
}
