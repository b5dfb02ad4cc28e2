import type { ServerProgram } from "../processes/index.ts";
import type { NatsAccount } from "./config.ts";
import { logIn } from "./connection.ts";

/** Where images have the server: in their PATH; the smallest have nothing but it, at the root. */
const PROGRAMS = ["nats-server", "/nats-server"];

export interface NatsProgramOptions {
  config: string;
  /** Who proves that it serves; a server for one user has no other. */
  account: NatsAccount;
  /** A folder for JetStream. */
  store: string;
}

export function natsProgram({ config, account, store }: NatsProgramOptions): ServerProgram {
  const { user, password } = account;
  return {
    title: "nats-server",
    programs: PROGRAMS,
    command: (port) => ({
      args: ["-c", config, "-p", String(port)],
      // What the file of a server for one user refers to.
      env: {
        SEATRIAL_SPACE_USER: user,
        SEATRIAL_SPACE_PASSWORD: password,
        SEATRIAL_SPACE_STORE: store,
      },
    }),
    ready: /Server is ready/,
    portTaken: /address already in use/,
    async ask(connection, signal) {
      await logIn(connection, account, signal);
    },
  };
}
