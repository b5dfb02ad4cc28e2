import { BSON } from "mongodb";
import { pause } from "../../support/abort.ts";
import { describeKind, type KindSubject } from "../testing/contract.ts";
import { mongoPlan, seedApp } from "../testing/mongo-plan.ts";
import { connectClient, startMongoServer } from "../testing/mongo-server.ts";
import { mongodbKind } from "./index.ts";

describeKind({
  name: "MongoDB, at the level of its protocol",
  async open(): Promise<KindSubject> {
    const { server, store } = startMongoServer({ accounts: true });
    seedApp(store);
    return {
      driver: mongodbKind,
      openMaker: (prefix, signal) =>
        mongodbKind.open({
          plan: mongoPlan({ from: "app", steps: [] }),
          server,
          prefix,
          runStep: async () => undefined,
          onNote: () => undefined,
          signal,
        }),
      async connect(space) {
        const client = await connectClient(server, space);
        await client.database.collection("orders").findOne();
        const over = new AbortController();
        return {
          // The server leaves connections open and takes their rights.
          ended: (async () => {
            while (!over.signal.aborted) {
              const isAllowed = await client.database
                .collection("orders")
                .findOne()
                .then(
                  () => true,
                  () => false,
                );
              if (!isAllowed) return;
              await pause(5, over.signal).catch(() => undefined);
            }
          })(),
          async [Symbol.asyncDispose]() {
            over.abort();
            await client[Symbol.asyncDispose]();
          },
        };
      },
      async fingerprint({ name }) {
        return BSON.EJSON.stringify([...(store.databases.get(name) ?? [])], { relaxed: false });
      },
      async dirty(space) {
        await using client = await connectClient(server, space);
        await client.database.collection("orders").insertOne({ total: 3 });
      },
      async [Symbol.asyncDispose]() {},
    };
  },
});
