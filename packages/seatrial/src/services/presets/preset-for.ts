import { commandWords } from "./command-words.ts";
import { parseImageName } from "./image-name.ts";
import { KAFKA_IMAGES, kafkaPreset } from "./kafka.ts";
import { MONGODB_IMAGES, mongodbPreset } from "./mongodb.ts";
import { MYSQL_IMAGES, mysqlPreset } from "./mysql.ts";
import { NATS_IMAGES, natsPreset } from "./nats.ts";
import { POSTGRES_IMAGES, postgresPreset } from "./postgres.ts";
import type { Preset, PresetContext, PresetName } from "./preset.ts";
import { RABBITMQ_IMAGES, rabbitmqPreset } from "./rabbitmq.ts";
import { REDIS_IMAGES, redisPreset } from "./redis.ts";

export interface PresetOptions {
  /** The reference as the user wrote it. Absent for an image that is built. */
  image?: string | undefined;
  /** The service's own environment, over the image's where that is known. */
  env: Readonly<Record<string, string>>;
  /** As far as the service sets them; absent means the image's own. */
  entrypoint?: readonly string[] | undefined;
  command?: readonly string[] | undefined;
  /** Forces a preset, `mariadb` being one of mysql's names. `none` means none. Default: told from the image. */
  name?: string | undefined;
  /** The text of a file that the service is given, such as a secret, by its path in the container. */
  fileText?: ((path: string) => string | undefined) | undefined;
}

interface Kind {
  images: readonly string[];
  make: (context: PresetContext) => Preset;
}

const KINDS: Readonly<Record<PresetName, Kind>> = {
  postgres: { images: POSTGRES_IMAGES, make: postgresPreset },
  mysql: { images: MYSQL_IMAGES, make: mysqlPreset },
  redis: { images: REDIS_IMAGES, make: redisPreset },
  mongodb: { images: MONGODB_IMAGES, make: mongodbPreset },
  rabbitmq: { images: RABBITMQ_IMAGES, make: rabbitmqPreset },
  kafka: { images: KAFKA_IMAGES, make: kafkaPreset },
  nats: { images: NATS_IMAGES, make: natsPreset },
};

/** What is known of the server in an image, or undefined for an image that we do not know. */
export function presetFor(options: PresetOptions): Preset | undefined {
  const image = options.image === undefined ? undefined : parseImageName(options.image);
  const name = options.name ?? image?.name ?? "";
  const kind = Object.entries(KINDS).find(
    ([preset, { images }]) => preset === name || images.includes(name),
  )?.[1];
  const { env } = options;
  return kind?.make({
    image,
    env,
    words: [...commandWords(options.entrypoint ?? [], env), ...commandWords(options.command ?? [], env)],
    fileText: options.fileText ?? (() => undefined),
  });
}
