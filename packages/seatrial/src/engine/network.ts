/** The engine's networks. */
export interface NetworkEngine {
  /** Creates a network and returns its id. An overlapping subnet fails with SUBNET_TAKEN, a taken name with NAME_TAKEN. */
  create(spec: NetworkSpec, signal: AbortSignal): Promise<string>;
  /** Missing is fine; one with containers fails with NETWORK_IN_USE. */
  remove(id: string, signal: AbortSignal): Promise<void>;
  list(labels: Record<string, string>, signal: AbortSignal): Promise<NetworkSummary[]>;
  /** The names of the containers that run in it, whoever made them; undefined when there is no such network. */
  users(id: string, signal: AbortSignal): Promise<string[] | undefined>;
}

export interface NetworkSpec {
  name: string;
  labels: Record<string, string>;
  /** CIDR, such as `10.213.4.0/26`. */
  subnet: string;
  /** No way out of the network. */
  internal: boolean;
}

export interface NetworkSummary {
  id: string;
  name: string;
  labels: Record<string, string>;
  /** CIDRs, of every family. Empty where the network has none of its own. */
  subnets: string[];
  /** Milliseconds since 1970. */
  createdAt: number;
}
