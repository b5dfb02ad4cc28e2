import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import type { Endpoint } from "../endpoint/endpoint.ts";
import { testEndpoint } from "./endpoint.ts";
import type { FakeBroker } from "./fake-broker.ts";

/** A real endpoint at a port of 127.0.0.1, as tests find it. */
export async function listeningEndpoint(options: Parameters<typeof testEndpoint>[0] = {}): Promise<
  {
    endpoint: Endpoint;
    broker: FakeBroker;
    address: { url: string; token: string };
    env: { SEATRIAL_BROKER: string; SEATRIAL_TOKEN: string };
  } & AsyncDisposable
> {
  const { endpoint, broker } = testEndpoint(options);
  const server = createServer((connection) => endpoint.accept(connection)).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const { token } = endpoint;
  return {
    endpoint,
    broker,
    address: { url, token },
    env: { SEATRIAL_BROKER: url, SEATRIAL_TOKEN: token },
    async [Symbol.asyncDispose]() {
      await endpoint.close();
      server.close();
      await once(server, "close");
    },
  };
}
