import type { NatsInfo } from "./connection.ts";

/** Where our configuration files are in the service's container. */
export const CONFIG_FOLDER = "/tmp/seatrial-nats";

/** A folder for JetStream. Its parent is one in which every user may make it, as that of the configuration files is not. */
export function storeFolder(name: string): string {
  return `/tmp/seatrial-nats-${name}`;
}

/** What each of our servers has of the service's own. */
export interface NatsSettings {
  jetStream: boolean;
  maxPayload: number;
}

export const NO_SETTINGS: NatsSettings = { jetStream: false, maxPayload: 0 };

export function settingsOf({ jetStream, maxPayload }: NatsInfo): NatsSettings {
  return { jetStream, maxPayload };
}

/** A user of an account of its own. */
export interface NatsAccount {
  user: string;
  password: string;
}

/** A server for one user, whom its environment names: the file holds no secret. */
export function processConfig(settings: NatsSettings): string {
  return [
    ...commonLines(settings, "$SEATRIAL_SPACE_STORE"),
    "authorization {",
    "  user: $SEATRIAL_SPACE_USER",
    "  password: $SEATRIAL_SPACE_PASSWORD",
    "}",
    "",
  ].join("\n");
}

/** A server with an account for each. */
export function accountsConfig(
  settings: NatsSettings,
  { accounts, store }: { accounts: readonly NatsAccount[]; store: string },
): string {
  const blocks = accounts.flatMap(({ user, password }) => [
    `  ${quoted(user)} {`,
    ...(settings.jetStream ? ["    jetstream: enabled"] : []),
    `    users: [{ user: ${quoted(user)}, password: ${quoted(password)} }]`,
    "  }",
  ]);
  return [...commonLines(settings, store), "accounts {", ...blocks, "}", ""].join("\n");
}

/** The store stands in the file, as a reload takes one of the arguments for a change. */
function commonLines({ jetStream, maxPayload }: NatsSettings, store: string): string[] {
  return [
    ...(maxPayload > 0 ? [`max_payload: ${maxPayload}`] : []),
    ...(jetStream ? [`jetstream { store_dir: ${store.startsWith("$") ? store : quoted(store)} }`] : []),
  ];
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
