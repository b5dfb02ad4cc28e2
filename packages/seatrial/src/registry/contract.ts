import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe } from "vitest";
import type { RegistryClient, Repository } from "./registry.ts";
import { describeBlobs } from "./testing/contract-blobs.ts";
import { describeManifests } from "./testing/contract-manifests.ts";
import { describeReferrers } from "./testing/contract-referrers.ts";

/** One driver under the contract, with a registry that it may write to. */
export interface RegistrySubject extends AsyncDisposable {
  /** Host and port. */
  registry: string;
  connect(): RegistryClient;
}

export interface RegistryContext {
  readonly subject: RegistrySubject;
  /** A repository that nobody else uses, over a client of its own. */
  repository(part?: string): Repository;
  /** The same repository again, over another client. */
  again(repository: Repository): Repository;
  readonly signal: AbortSignal;
}

/** What every driver of the registry port promises, as tests. `make` is called once. */
export function describeRegistryContract(name: string, make: () => Promise<RegistrySubject>): void {
  describe(`the registry contract: ${name}`, () => {
    let context: RegistryContext | undefined;
    const clients: RegistryClient[] = [];

    beforeAll(async () => {
      const subject = await make();
      const connect = () => {
        const client = subject.connect();
        clients.push(client);
        return client;
      };
      context = {
        subject,
        repository: (part = "app") =>
          connect().repository({
            registry: subject.registry,
            repository: `seatrial-contract/${part}-${randomBytes(6).toString("hex")}`,
          }),
        again: (repository) => connect().repository(repository.name),
        signal: new AbortController().signal,
      };
    });
    afterAll(async () => {
      for (const client of clients) await client[Symbol.asyncDispose]();
      await context?.subject[Symbol.asyncDispose]();
    });

    const get = () => {
      if (context === undefined) throw new Error("the contract has no subject yet");
      return context;
    };
    describe("manifests", () => describeManifests(get));
    describe("blobs", () => describeBlobs(get));
    describe("referrers", () => describeReferrers(get));
  });
}
