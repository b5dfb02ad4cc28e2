import type { SeenRequest, ServerFault } from "./registry-server.ts";

/** Which requests a fault is for: `GET /v2/app/manifests/`, matched from the start. */
type Which = string;

/** Answers these requests by itself. */
export function answers(
  which: Which,
  answer: { status: number; headers?: Record<string, string>; body?: string | Buffer },
): ServerFault {
  return (request, response) => {
    if (!isMeant(request, which)) return;
    request.stream.resume();
    response.writeHead(answer.status, answer.headers);
    response.end(answer.body);
    return true;
  };
}

/** Only the first so often; later ones go through. */
export function times(count: number, fault: ServerFault): ServerFault {
  let left = count;
  return async (request, response) => {
    if (left <= 0) return;
    const handled = await fault(request, response);
    if (handled) left -= 1;
    return handled;
  };
}

/** Promises so many bytes, sends fewer, and breaks the connection off. */
export function cuts(
  which: Which,
  options: { body: Buffer; after: number; headers?: Record<string, string> },
): ServerFault {
  const { body, after, headers } = options;
  return (request, response) => {
    if (!isMeant(request, which)) return;
    response.writeHead(200, { "content-length": String(body.length), ...headers });
    response.write(body.subarray(0, after), () => setTimeout(() => response.destroy(), 5));
    return true;
  };
}

/** Breaks the connection off without a word. */
export function hangsUp(which: Which): ServerFault {
  return (request) => {
    if (!isMeant(request, which)) return;
    request.stream.destroy();
    return true;
  };
}

/** Takes the request, and says nothing. */
export function isSilent(which: Which): ServerFault {
  return (request) => isMeant(request, which) || undefined;
}

function isMeant({ method, path }: SeenRequest, which: Which): boolean {
  return `${method} ${path}`.startsWith(which);
}
