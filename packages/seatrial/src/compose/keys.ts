import { asText } from "./value.ts";

/** What a run does with a key of a Compose service. */
export type KeyRule =
  /** It counts as written. */
  | { kind: "honoured" }
  /** It counts in another way; whoever translates it records the change. */
  | { kind: "rewritten" }
  /** Nothing of a run depends on it. */
  | { kind: "ignored" }
  | { kind: "dropped"; becomes: string; why: string }
  | { kind: "refused"; why: string; hint: string; unless?: (value: unknown) => boolean };

const honoured: KeyRule = { kind: "honoured" };
const rewritten: KeyRule = { kind: "rewritten" };
const ignored: KeyRule = { kind: "ignored" };

function dropped(why: string, becomes = "left out"): KeyRule {
  return { kind: "dropped", becomes, why };
}

function oneOf(...values: string[]): (value: unknown) => boolean {
  return (value) => values.includes(asText(value) ?? "");
}

const OVERRIDE = "Take it out in an override file that only Seatrial reads (`compose: [compose.yaml, …]`).";
const SCHEDULING = "a run leaves shares and placement to the engine; limits count";

/** Every key of a service in the Compose specification, each with the one thing that happens to it. */
export const SERVICE_KEYS: Readonly<Record<string, KeyRule>> = {
  build: honoured,
  cap_add: honoured,
  cap_drop: honoured,
  command: honoured,
  configs: honoured,
  cpus: honoured,
  depends_on: honoured,
  devices: honoured,
  entrypoint: honoured,
  environment: honoured,
  expose: honoured,
  extra_hosts: honoured,
  group_add: honoured,
  hostname: honoured,
  image: honoured,
  labels: honoured,
  mem_limit: honoured,
  pids_limit: honoured,
  platform: honoured,
  privileged: honoured,
  secrets: honoured,
  security_opt: honoured,
  shm_size: honoured,
  stop_grace_period: honoured,
  stop_signal: honoured,
  sysctls: honoured,
  tmpfs: honoured,
  ulimits: honoured,
  user: honoured,
  working_dir: honoured,

  container_name: rewritten,
  deploy: rewritten,
  healthcheck: rewritten,
  links: rewritten,
  networks: rewritten,
  ports: rewritten,
  pull_policy: rewritten,
  read_only: rewritten,
  restart: rewritten,
  scale: rewritten,
  volumes: rewritten,

  annotations: ignored,
  attach: ignored,
  develop: ignored,
  // Already part of `environment`, `labels` and the service itself in what Compose prints.
  env_file: ignored,
  extends: ignored,
  label_file: ignored,
  // The agent is an init in every container.
  init: ignored,
  profiles: ignored,

  blkio_config: dropped(SCHEDULING),
  cpu_count: dropped(SCHEDULING),
  cpu_percent: dropped(SCHEDULING),
  cpu_period: dropped(SCHEDULING),
  cpu_quota: dropped(SCHEDULING),
  cpu_rt_period: dropped(SCHEDULING),
  cpu_rt_runtime: dropped(SCHEDULING),
  cpu_shares: dropped(SCHEDULING),
  cpuset: dropped(SCHEDULING),
  dns: dropped("names are resolved by the run's network"),
  dns_opt: dropped("names are resolved by the run's network"),
  dns_search: dropped("names are resolved by the run's network"),
  domainname: dropped("services answer under their plain names"),
  isolation: dropped("it is for Windows containers"),
  logging: dropped("logs are kept whole in the run's folder", "the agent takes the output"),
  mac_address: dropped("addresses are given by the run's network"),
  mem_reservation: dropped(SCHEDULING),
  mem_swappiness: dropped(SCHEDULING),
  memswap_limit: dropped(SCHEDULING),
  oom_kill_disable: dropped("a service that runs out of memory fails the run"),
  oom_score_adj: dropped("a service that runs out of memory fails the run"),
  pre_stop: dropped("services of a run are ended, not drained"),
  pull_refresh_after: dropped("an image that the engine holds is used", "as pull_policy: missing"),
  stdin_open: dropped("a container's input belongs to the agent"),
  storage_opt: dropped("containers of a run are short-lived"),
  tty: dropped("a container's output belongs to the agent", "plain output"),

  cgroup: {
    kind: "refused",
    why: "a service of a run has its own control group",
    hint: OVERRIDE,
    unless: oneOf("private"),
  },
  cgroup_parent: {
    kind: "refused",
    why: "the engine decides where a run's containers belong",
    hint: OVERRIDE,
  },
  credential_spec: { kind: "refused", why: "Windows credentials cannot be handed on", hint: OVERRIDE },
  device_cgroup_rules: {
    kind: "refused",
    why: "device rules cannot be handed on",
    hint: "List single devices under `devices`.",
  },
  external_links: {
    kind: "refused",
    why: "a run reaches no container outside of it",
    hint: "Make it a service of this Compose file.",
  },
  gpus: { kind: "refused", why: "GPUs cannot be handed on yet", hint: OVERRIDE },
  ipc: {
    kind: "refused",
    why: "a service of a run shares memory with no one",
    hint: "Use `shm_size` for more shared memory inside the service.",
    unless: oneOf("private", "shareable", "none"),
  },
  models: { kind: "refused", why: "language models cannot be provided", hint: OVERRIDE },
  network_mode: {
    kind: "refused",
    why: "every service of a run is in the run's own network, and is reached there by its name",
    hint: "Use the service's name in place of localhost, and leave network_mode out.",
    unless: oneOf("bridge", "default"),
  },
  pid: { kind: "refused", why: "a service of a run sees its own processes only", hint: OVERRIDE },
  post_start: {
    kind: "refused",
    why: "commands after the start are not run",
    hint: "Make it part of the command, or a service of its own that others await with service_completed_successfully.",
  },
  provider: {
    kind: "refused",
    why: "what a provider sets up lies outside of the run",
    hint: "Give the service an image.",
  },
  runtime: {
    kind: "refused",
    why: "the engine's own runtime is used",
    hint: OVERRIDE,
    unless: oneOf("runc"),
  },
  use_api_socket: {
    kind: "refused",
    why: "a service of a run gets no access to the engine",
    hint: OVERRIDE,
  },
  userns_mode: { kind: "refused", why: "the engine's own user namespace is used", hint: OVERRIDE },
  uts: { kind: "refused", why: "a service of a run has its own host name", hint: OVERRIDE },
  volumes_from: {
    kind: "refused",
    why: "containers of a run share named volumes only",
    hint: "Name the volume under `volumes` of both services.",
  },
};
