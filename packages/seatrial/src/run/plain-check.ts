import type { PresetName } from "../services/index.ts";

/** Commands that ask a server no more than its preset does: whether it answers. */
const PLAIN: Readonly<Record<PresetName, readonly RegExp[]>> = {
  postgres: [/^pg_isready\b/],
  mysql: [
    /^(mysqladmin|mariadb-admin)\b.*\s(ping|status)\b/,
    /^healthcheck\.sh(\s+--(connect|innodb_initialized|su-mysql))*$/,
  ],
  redis: [/^(redis|valkey)-cli\b.*\bping\b/i],
  mongodb: [/^(mongosh?)\b.*\bping\b/, /^echo\s.*\bping\b.*\|\s*mongosh?\b[^|]*$/],
  rabbitmq: [/^(rabbitmq-diagnostics|rabbitmqctl)\b.*\s(ping|status|check_running|check_port_connectivity)$/],
  kafka: [
    /^kafka-(topics|broker-api-versions)(\.sh)?\b(?=.*\s--bootstrap-server\b)(?!.*\s--(create|describe|topic)\b)/,
  ],
  nats: [],
};

/** Whether a health check asks no more than its server's preset, which asks by the server's own protocol and more often. */
export function isPlainCheck(argv: readonly string[], preset: PresetName): boolean {
  const script = argv[1] === "-c" ? (argv[2] ?? "") : argv.join(" ");
  const command = script
    .trim()
    .replace(/^(exec\s+)?(\/[\w./-]*\/)?/, "")
    .replace(/\s*\|\|\s*(exit\s+1|false)$/, "")
    .replace(/\s*\|\s*grep\s+(-\w+\s+)?["']?(PONG|1)["']?$/, "");
  const isOne = !/[;&\n`<>]|\$\(|\|\|/.test(command) && (preset === "mongodb" || !command.includes("|"));
  return isOne && PLAIN[preset].some((pattern) => pattern.test(command));
}
