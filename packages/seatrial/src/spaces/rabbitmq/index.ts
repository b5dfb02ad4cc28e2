// RabbitMQ: a space is a vhost with a user of its own, made over the management API. What is in a template is declared in each,
// messages are not. Leaves AMQP to the tests.
import type { SpaceKindDriver } from "../maker.ts";
import { rabbitmqClient, rabbitmqEnv, rabbitmqValues } from "./address.ts";
import { openVhostMaker } from "./maker.ts";

/** Spaces of RabbitMQ. */
export const rabbitmqKind: SpaceKindDriver = {
  kind: "rabbitmq",
  open: openVhostMaker,
  values: rabbitmqValues,
  env: rabbitmqEnv,
  client: rabbitmqClient,
};
