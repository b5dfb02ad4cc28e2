/** A kind of key or credentials that is known by its looks. */
export interface SecretFormat {
  /** For people: `AWS access key`. */
  name: string;
  /** Every occurrence begins with one of these. */
  beginnings: string[];
  /** The one that is there, as far as `text` goes on; it begins with a beginning. `before` is the character before it. */
  find(text: string, before: string): string | undefined;
  /** Published packages have such for their tests: not looked for in folders of package managers and system libraries. */
  isInPackages: boolean;
}

/** How much of the text a format looks at. */
export const FORMAT_BYTES = 512;

const inWord = (character: string) => /[A-Za-z0-9_]/.test(character);

interface TokenFormat {
  name: string;
  beginnings: string[];
  pattern: RegExp;
  isInPackages?: boolean;
}

/** What follows a fixed beginning, as one word. */
function token({ name, beginnings, pattern, isInPackages = false }: TokenFormat): SecretFormat {
  return {
    name,
    beginnings,
    isInPackages,
    find(text, before) {
      const found = pattern.exec(text)?.[0];
      const fits = found !== undefined && !inWord(before) && hasManyKinds(found) && !/EXAMPLE/i.test(found);
      return fits ? found : undefined;
    },
  };
}

/** Placeholders such as `ghp_xxxxxxxx` have few. */
function hasManyKinds(text: string): boolean {
  return new Set(text).size >= 10;
}

const LINE_END = String.raw`(?:\r?\n|\\n|\\r\\n)`;
/** Lines such as `Proc-Type: 4,ENCRYPTED`, then base64. */
const PEM = new RegExp(
  `^-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY-----${LINE_END}(?:[A-Za-z-]+: [^\\n]{1,80}${LINE_END})*(?:${LINE_END})?[ \\t]*[A-Za-z0-9+/]{24}(?:[A-Za-z0-9+/=]|\\s|\\\\[rn])*`,
);

/** It looks like any base64: what says that it is one comes before it. */
const AWS_SECRET_KEY: SecretFormat = {
  name: "AWS secret key",
  beginnings: [
    "aws_secret_access_key",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SECRET_KEY",
    "SecretAccessKey",
    "secretAccessKey",
  ],
  isInPackages: false,
  find(text) {
    const [found, key = ""] =
      /^\w+(?:\\?["'])?\s{0,4}(?:=>|[:=]|\s)\s{0,4}(?:\\?["'])?([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/=])/.exec(
        text,
      ) ?? [];
    const fits = hasManyKinds(key) && /[a-z]/.test(key) && /[A-Z]/.test(key) && !/EXAMPLE/.test(key);
    return fits ? found : undefined;
  },
};

/** Private keys and credentials that are recognised without knowing their values. */
export const FORMATS: readonly SecretFormat[] = [
  {
    name: "private key",
    beginnings: [
      "-----BEGIN PRIVATE KEY-----",
      "-----BEGIN RSA PRIVATE KEY-----",
      "-----BEGIN EC PRIVATE KEY-----",
      "-----BEGIN DSA PRIVATE KEY-----",
      "-----BEGIN OPENSSH PRIVATE KEY-----",
      "-----BEGIN ENCRYPTED PRIVATE KEY-----",
    ],
    isInPackages: true,
    find(text) {
      const found = PEM.exec(text)?.[0];
      return found !== undefined && hasManyKinds(found.slice(found.indexOf("KEY-----") + 8))
        ? found
        : undefined;
    },
  },
  token({
    name: "AWS access key",
    beginnings: ["AKIA", "ASIA"],
    pattern: /^A[KS]IA[A-Z2-7]{16}(?![A-Za-z0-9+/=_])/,
  }),
  AWS_SECRET_KEY,
  token({
    name: "Azure account key",
    beginnings: ["AccountKey=", "SharedAccessKey="],
    // Keys of storage accounts have 64 bytes, those of buses and hubs 32. The one of the emulator is in its manual.
    pattern:
      /^(?:AccountKey=(?!Eby8vdM02xNOcqFl)[A-Za-z0-9+/]{86}==|SharedAccessKey=[A-Za-z0-9+/]{43}=)(?!=)/,
  }),
  token({
    name: "Google API key",
    beginnings: ["AIza"],
    pattern: /^AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])/,
    // Those of browsers and of samples are published with them.
    isInPackages: true,
  }),
  token({
    name: "Stripe key",
    beginnings: ["sk_live_", "rk_live_"],
    pattern: /^[sr]k_live_[A-Za-z0-9]{24,}(?![A-Za-z0-9_])/,
  }),
  token({
    name: "GitHub token",
    beginnings: ["ghp_", "gho_", "ghu_", "ghs_", "ghr_"],
    pattern: /^gh[pousr]_[A-Za-z0-9]{36}(?![A-Za-z0-9_])/,
  }),
  token({
    name: "GitHub token",
    beginnings: ["github_pat_"],
    pattern: /^github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59}(?![A-Za-z0-9_])/,
  }),
  token({ name: "GitLab token", beginnings: ["glpat-"], pattern: /^glpat-[A-Za-z0-9_-]{20,}/ }),
  token({
    name: "Slack token",
    beginnings: ["xoxa-", "xoxb-", "xoxp-", "xoxr-", "xoxs-"],
    pattern: /^xox[abprs]-\d{9,}-[A-Za-z0-9-]{16,}/,
  }),
  token({
    name: "npm token",
    beginnings: ["npm_"],
    pattern: /^npm_[A-Za-z0-9]{36}(?![A-Za-z0-9_])/,
  }),
  {
    name: "npm token",
    beginnings: [":_authToken="],
    isInPackages: false,
    find(text) {
      const found = /^:_authToken="?[A-Za-z0-9+/=._-]{16,}/.exec(text)?.[0];
      return found !== undefined && hasManyKinds(found.slice(12, 48)) ? found : undefined;
    },
  },
  {
    name: "docker credentials",
    // In a shell's double quotes the inner ones are escaped.
    beginnings: ['"auth"', '"auth\\"'],
    isInPackages: false,
    find(text) {
      const [found, value = ""] = /^"auth\\?"\s*:\s*\\?"([A-Za-z0-9+/]{8,}={0,2})\\?"/.exec(text) ?? [];
      // User, colon, password: all of it can be typed.
      const decoded = Buffer.from(value, "base64").toString("latin1");
      return /^[\x21-\x39\x3b-\x7e]+:[\x20-\x7e]+$/.test(decoded) ? found : undefined;
    },
  },
];
