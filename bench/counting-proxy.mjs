// A registry seen through a counter: what each contestant asks and how many bytes it moves, with the same delay for all.
import { once } from "node:events";
import { createServer, request } from "node:http";

/** Listens on loopback in front of a registry. `take` gives the counts since the last time. */
export async function countingProxy(target) {
  let counts = nothing();
  const server = createServer((incoming, outgoing) => {
    counts.requests += 1;
    // Of what a registry is sent, blobs go to places for uploads; the rest is manifests.
    const isBlob = /\/blobs\/uploads\//.test(incoming.url);
    incoming.on("data", (chunk) => {
      counts.up += chunk.length;
      if (isBlob) counts.blobsUp += chunk.length;
    });
    // The registry names places for uploads by the host that it was asked under.
    const forwarded = request(`http://${target}${incoming.url}`, {
      method: incoming.method,
      headers: incoming.headers,
    });
    forwarded.on("response", (response) => {
      response.on("data", (chunk) => (counts.down += chunk.length));
      outgoing.writeHead(response.statusCode, response.headers);
      response.pipe(outgoing);
    });
    forwarded.on("error", () => outgoing.destroy());
    incoming.pipe(forwarded);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    host: `127.0.0.1:${server.address().port}`,
    take() {
      const taken = counts;
      counts = nothing();
      return taken;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

const nothing = () => ({ requests: 0, up: 0, blobsUp: 0, down: 0 });
