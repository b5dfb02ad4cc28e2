const SECRET_WORDS =
  /^(.*(password|passwd|passphrase|secret|token|apikey|credentials?)|pass|key|keys|secrets|tokens|auth|pat)$/;

// `DB_PASSWORD_FILE`, `TOKEN_URL` and `KEY_PREFIX` speak about a secret, they do not hold it.
const ABOUT = new Set(
  "file path dir url uri host port name user prefix suffix length size ttl age expiry expires timeout enabled algorithm alg header type version mode id".split(
    " ",
  ),
);

/** True when a variable's name says that its value is secret: PASSWORD, TOKEN, SECRET, KEY, CREDENTIAL and the like. */
export function looksSecret(name: string): boolean {
  const words = name
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "");
  const last = words.at(-1);
  return last !== undefined && !ABOUT.has(last) && words.some((word) => SECRET_WORDS.test(word));
}
