import type { Duration } from "../../model/index.ts";
import { orAborted, withDeadline } from "../../support/abort.ts";
import { spaceError } from "../errors.ts";
import type { MakerOptions } from "../maker.ts";
import { createProcesses, type ServerProcess } from "../processes/index.ts";
import { removeFolder } from "./base.ts";
import { accountsConfig, CONFIG_FOLDER, type NatsAccount, type NatsSettings, storeFolder } from "./config.ts";
import { newPassword } from "./password.ts";
import { natsProgram } from "./program.ts";
import { shareWork } from "./shared-work.ts";

const RELOAD_MS: Duration = 10_000;

/** One server process of ours, whose accounts come and go. */
export interface AccountServer extends AsyncDisposable {
  /** Of those who have an account, whether the server knows it already or still. */
  readonly accounts: Map<string, NatsAccount>;
  /** Makes the server know these accounts and no others, starting it if need be. Resolves with its port. */
  apply(): Promise<number>;
}

export function createAccountServer(options: MakerOptions, settings: NatsSettings): AccountServer {
  const { server, prefix, onLost = () => undefined } = options;
  const { signal } = new AbortController();
  const title = `${prefix}accounts`;
  const config = `${CONFIG_FOLDER}/${title}.conf`;
  const store = storeFolder(title);
  const accounts = new Map<string, NatsAccount>();
  // Without any account the server would let everybody in.
  const ours: NatsAccount = { user: `${prefix}server`, password: newPassword() };
  let running: ServerProcess | undefined;
  const processes = createProcesses({
    server,
    onLost(_name, why) {
      running = undefined;
      const lost = [...accounts.keys()];
      accounts.clear();
      for (const name of lost) onLost(name, why);
    },
  });

  const apply = shareWork(async () => {
    const content = accountsConfig(settings, { accounts: [ours, ...accounts.values()], store });
    // The image's user must be able to read it, whose number we do not know; nobody else is in the container.
    await server.writeFile({ path: config, content, mode: 0o644 }, signal);
    if (running !== undefined) {
      await reload(running, server.service);
      return;
    }
    await processes.stop(title);
    running = await processes.start(title, natsProgram({ config, account: ours, store }), signal);
  });

  return {
    accounts,
    async apply() {
      await apply();
      if (running !== undefined) return running.port;
      throw spaceError({
        code: "SPACE_SERVER_LOST",
        message: `the nats-server that ${options.plan.name} shares ended`,
      });
    },
    async [Symbol.asyncDispose]() {
      await processes[Symbol.asyncDispose]();
      if (settings.jetStream) await removeFolder(options, store);
    },
  };
}

async function reload(running: ServerProcess, service: string): Promise<void> {
  using limit = withDeadline(new AbortController().signal, {
    ms: RELOAD_MS,
    error: () =>
      spaceError({
        code: "SPACE_NOT_MADE",
        message: `nats-server in the container of ${service} did not reload its accounts within ${RELOAD_MS / 1000} s`,
        lastLines: running.lines.last(),
      }),
  });
  const answer = running.lines.next(/Reloaded server configuration|[Ff]ailed to reload/);
  await running.signal("HUP");
  const line = await orAborted(answer, limit.signal);
  if (line?.includes("Reloaded")) return;
  throw spaceError({
    code: "SPACE_NOT_MADE",
    message: `nats-server in the container of ${service} did not reload its accounts: ${line ?? "it ended"}`,
    lastLines: running.lines.last(),
  });
}
