import { type BrokerAddress, type BrokerClient, createBrokerClient } from "./broker.ts";
import { SpaceError } from "./space-error.ts";

/**
 * The clients of this process, by address. A process has one session with a broker, whoever in it asks; this is why they are kept
 * here and not given along.
 */
const clients = new Map<string, BrokerClient>();

/** The process's client of the broker at an address. */
export function brokerClient(address: BrokerAddress = addressOf(process.env)): BrokerClient {
  const key = JSON.stringify([address.url, address.token]);
  const client = clients.get(key) ?? createBrokerClient(address);
  clients.set(key, client);
  return client;
}

function addressOf(env: NodeJS.ProcessEnv): BrokerAddress {
  const { SEATRIAL_BROKER: url = "", SEATRIAL_TOKEN: token = "" } = env;
  if (url !== "" && token !== "") return { url, token };
  throw new SpaceError({
    code: "SPACE_BROKER_MISSING",
    message: `There is no broker to ask for a space: ${url === "" ? "SEATRIAL_BROKER" : "SEATRIAL_TOKEN"} is not set`,
    hint: "Run the tests with `seatrial test`; or start what they need with `seatrial up`, and run them with `seatrial exec -- <command>`.",
  });
}
