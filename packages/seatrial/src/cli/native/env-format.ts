/** How `up` prints variables. */
export const ENV_FORMATS = ["shell", "dotenv", "json"] as const;
export type EnvFormat = (typeof ENV_FORMATS)[number];
