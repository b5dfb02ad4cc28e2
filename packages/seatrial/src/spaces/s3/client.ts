import { sign } from "aws4";
import { pause } from "../../support/abort.ts";
import type { ToolError } from "../../support/error.ts";
import { parseXml, textOf, type XmlElement } from "../../support/xml.ts";
import { spaceError } from "../errors.ts";
import { createHttpClient, type HttpAnswer } from "../http-client.ts";
import type { SpaceServer } from "../maker.ts";
import type { S3Keys } from "./servers.ts";

/** S3's requests, signed. Fails with SPACE_SERVER_LOST only: a refusal is an answer. */
export interface S3Client extends Disposable {
  readonly service: string;
  readonly keys: S3Keys;
  readonly region: string;
  send(request: S3Request, signal: AbortSignal): Promise<S3Answer>;
}

export interface S3Request {
  method: "GET" | "PUT" | "POST" | "DELETE";
  bucket?: string;
  key?: string;
  query?: Readonly<Record<string, string>>;
  headers?: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
}

export interface S3Answer extends HttpAnswer {
  /** The document's root element, if the body is XML. */
  xml: XmlElement | undefined;
  /** S3's word for why not: `NoSuchBucket`, else the status; undefined: it was done. */
  refusal: string | undefined;
}

/** S3's answers that mean: ask again. */
const BUSY = [500, 503];
const ATTEMPTS = 4;
const BUSY_MS = 20;

/** A client of one server: every bucket is a path, since its container's name has no names below it. */
export function createS3Client(options: { server: SpaceServer; keys: S3Keys; region: string }): S3Client {
  const { server, keys, region } = options;
  const http = createHttpClient({ server, port: server.port });
  const credentials = { accessKeyId: keys.user, secretAccessKey: keys.password };

  return {
    service: server.service,
    keys,
    region,
    async send(request, signal) {
      for (let attempt = 1; ; attempt += 1) {
        const answer = await once(request, signal);
        if (!BUSY.includes(answer.status) || attempt === ATTEMPTS) return answer;
        await pause(attempt * BUSY_MS, signal);
      }
    },
    [Symbol.dispose]: () => http[Symbol.dispose](),
  };

  async function once({ method, body, ...request }: S3Request, signal: AbortSignal): Promise<S3Answer> {
    const signed = sign(
      {
        service: "s3",
        region,
        method,
        host: `localhost:${server.port}`,
        path: pathOf(request),
        headers: { "content-type": "application/octet-stream", ...request.headers },
        ...(body === undefined ? {} : { body: Buffer.from(body) }),
      },
      credentials,
    );
    const headers = Object.entries(signed.headers ?? {}).map(([name, value]) => [
      name.toLowerCase(),
      String(value),
    ]);
    const sent = {
      method,
      path: signed.path ?? "/",
      headers: Object.fromEntries(headers),
      body: body ?? (method === "GET" ? undefined : ""),
    };
    return answerOf(await http.send(sent, signal));
  }
}

/** True when every request is let in, signed or not, so that any keys will do. */
export async function isOpenToAll(server: SpaceServer, signal: AbortSignal): Promise<boolean> {
  using http = createHttpClient({ server, port: server.port });
  const answer = answerOf(await http.send({ method: "GET", path: "/" }, signal));
  return answer.status === 200 && answer.xml?.name === "ListAllMyBucketsResult";
}

/** The answer, unless it is a refusal other than these; that one fails with SPACE_NOT_MADE and the server's words. */
export async function must(
  client: S3Client,
  request: S3Request & { unless?: readonly string[] },
  signal: AbortSignal,
): Promise<S3Answer> {
  const { unless = [], ...wanted } = request;
  const answer = await client.send(wanted, signal);
  if (answer.refusal === undefined || unless.includes(answer.refusal)) return answer;
  throw refused(client, wanted, answer);
}

/** SPACE_NOT_MADE for a refusal. */
export function refused(client: S3Client, request: S3Request, answer: S3Answer): ToolError {
  const { method, bucket = "", key } = request;
  const what = [
    method,
    `/${bucket}${key === undefined ? "" : `/${key}`}`,
    ...Object.keys(request.query ?? {}),
  ];
  const isForbidden = answer.status === 403;
  return spaceError({
    code: "SPACE_NOT_MADE",
    message:
      `${client.service}: the S3 server answered ${what.join(" ")} with ${answer.status}: ${answer.refusal} ${textOf(answer.xml, "Message")}`.trim(),
    hint: isForbidden
      ? `access key ${client.keys.user} and its secret were taken from the service's settings; is it the administrator's?`
      : undefined,
  });
}

/** Percent-encoded as S3's signatures want it. */
export function encodeKey(key: string): string {
  return key.split("/").map(encode).join("/");
}

function encode(text: string): string {
  const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  return encodeURIComponent(text).replace(/[!'()*]/g, percent);
}

function pathOf({ bucket, key, query = {} }: Omit<S3Request, "method">): string {
  const place = [bucket, key].filter((part) => part !== undefined).map(encodeKey);
  const parameters = Object.entries(query).map(([name, value]) => `${encode(name)}=${encode(value)}`);
  return `/${place.join("/")}${parameters.length === 0 ? "" : `?${parameters.join("&")}`}`;
}

function answerOf(answer: HttpAnswer): S3Answer {
  const text = answer.body.subarray(0, 1).toString() === "<" ? answer.body.toString() : "";
  const xml = text === "" ? undefined : parseXml(text);
  // Copies may fail after their answer has begun: with status 200.
  const isError = answer.status >= 300 || xml?.name === "Error";
  return { ...answer, xml, refusal: isError ? textOf(xml, "Code") || String(answer.status) : undefined };
}
