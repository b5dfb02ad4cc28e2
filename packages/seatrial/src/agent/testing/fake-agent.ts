import { performServerHandshake, type ServerHttp2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { messageOf } from "../../support/error.ts";
import type { AgentHello, ProbeAnswer, ProcessSpec } from "../agent.ts";
import { memoryDuplexPair } from "./duplex-pair.ts";
import { answerFailure, answerJson, readRequest } from "./fake-answer.ts";
import { type FakeFiles, getFakeFiles, listFakeFiles, putFakeFiles, statFakeFile } from "./fake-files.ts";
import { type FakeProcessScript, serveFakeProcess } from "./fake-process.ts";
import { bridgeFakeTunnel, createFakeRelays } from "./fake-tunnel.ts";

/** A probe as it arrives: the spec's fields, the attempt's time in milliseconds, and where to. */
export interface FakeProbe {
  kind: string;
  timeout: number;
  port?: number;
  host?: string;
  argv?: string[];
  user?: string;
  env?: Record<string, string>;
}

/** What a fake container does. Everything not given is refused. */
export interface FakeAgentOptions {
  hello?: Partial<AgentHello>;
  processes?: FakeProcessScript;
  probe?: (probe: FakeProbe) => ProbeAnswer | Promise<ProbeAnswer>;
  files?: FakeFiles;
  /** The far end of a tunnel, or undefined to refuse it. */
  tunnel?: (address: { host: string; port: number }) => Duplex | undefined;
  /** Called with each request's method and path; `true` means that it takes over the answer. */
  intercept?: (stream: ServerHttp2Stream, request: { method: string; path: string }) => boolean;
}

export interface FakeAgent {
  /** The container's files, as given or as written by the owner. */
  readonly files: FakeFiles;
  /** Every process that was asked for, in order. */
  readonly specs: ProcessSpec[];
  /** A client in the container connects to a relay. */
  dial(port: number): Duplex;
  /** The stream ends, as when the container does. */
  end(): void;
}

/** A fake agent and the owner's end of its stream, for `connect`. */
export function fakeAgent(options: FakeAgentOptions = {}): FakeAgent & { stream: Duplex } {
  const [ours, theirs] = memoryDuplexPair();
  return { stream: ours, ...serveFakeAgent(theirs, options) };
}

/** Speaks the agent's protocol on `stream` by script, within this process. */
export function serveFakeAgent(stream: Duplex, options: FakeAgentOptions = {}): FakeAgent {
  const files: FakeFiles = options.files ?? new Map();
  const specs: ProcessSpec[] = [];
  const relays = createFakeRelays();
  const session = performServerHandshake(stream, { settings: { initialWindowSize: 4 * 1024 * 1024 } });
  // A broken session shows at the owner's end, which is what is tested.
  session.on("error", () => undefined);
  // As the real one: the end of its stdin is its end.
  stream.once("end", () => {
    session.destroy();
    stream.destroy();
  });
  session.on("stream", (request, headers) => {
    request.on("error", () => undefined);
    const method = headers[":method"] ?? "";
    const path = headers[":path"] ?? "";
    if (options.intercept?.(request, { method, path }) === true) return;
    route(request, method, new URL(path, "http://agent")).catch((error: unknown) =>
      answerFailure(request, { status: 422, code: "FILE_FAILED", message: messageOf(error) }),
    );
  });

  async function route(request: ServerHttp2Stream, method: string, url: URL): Promise<void> {
    const path = url.searchParams.get("path") ?? "/";
    const [, , name, id = "", verb] = url.pathname.split("/");
    switch ([method, name, verb].filter(Boolean).join(" ")) {
      case "GET hello":
        return answerJson(request, { ...HELLO, ...options.hello });
      case "POST processes":
        if (options.processes === undefined) break;
        return serveFakeProcess(request, {
          script: options.processes,
          pid: specs.length + 2,
          onSpec: (spec) => void specs.push(spec),
        });
      case "POST probe":
        if (options.probe === undefined) break;
        return answerJson(request, await options.probe(JSON.parse((await readRequest(request)).toString())));
      case "PUT files":
        return await putFakeFiles(request, files, path);
      case "GET files":
        return getFakeFiles(request, files, path);
      case "GET stat":
        return statFakeFile(request, files, path);
      case "GET list":
        return listFakeFiles(request, files, url.searchParams);
      case "POST tunnel":
        return serveTunnel(request, url.searchParams);
      case "POST relays":
        return relays.listen(request);
      case "POST relays accept":
        return relays.accept(request, id);
      case "DELETE relays":
        return relays.close(request, id);
    }
    answerFailure(request, {
      status: 404,
      code: "AGENT_PROTOCOL",
      message: `no script for ${method} ${url.pathname}`,
    });
  }

  function serveTunnel(request: ServerHttp2Stream, query: URLSearchParams): void {
    const address = { host: query.get("host") ?? "", port: Number(query.get("port")) };
    const far = options.tunnel?.(address);
    if (far !== undefined) {
      bridgeFakeTunnel(request, far);
      return;
    }
    const message = `${address.host}:${address.port}: connection refused`;
    answerFailure(request, { status: 502, code: "TUNNEL_REFUSED", message });
  }

  return { files, specs, dial: (port) => relays.dial(port), end: () => void stream.destroy() };
}

const HELLO: AgentHello = {
  protocol: 1,
  version: "0.0.0-fake",
  platform: "linux/amd64",
  hostname: "fake",
  uid: 0,
  addresses: ["10.0.0.2"],
};
