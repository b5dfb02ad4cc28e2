import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";

/** A key and its certificate, in PEM. */
export interface Certificate {
  cert: string;
  key: string;
}

/** A fresh authority and what it signed: a server at 127.0.0.1, localhost and any further names, and a client. Valid around now. */
export function createCertificates(names: string[] = []): {
  ca: Certificate;
  server: Certificate;
  client: Certificate;
} {
  const ca = certify({ name: "seatrial test authority", isAuthority: true });
  const signer = { name: "seatrial test authority", key: createPrivateKey(ca.key) };
  return {
    ca,
    server: certify({ name: "seatrial test server", signer, serverNames: ["localhost", ...names] }),
    client: certify({ name: "seatrial test client", signer }),
  };
}

interface CertificateOptions {
  name: string;
  signer?: { name: string; key: KeyObject };
  isAuthority?: boolean;
  serverNames?: string[];
}

const DAY_MS = 86_400_000;
const ECDSA_SHA256 = sequence(oid("2a8648ce3d040302"));

/** An X.509 version 3 certificate; Node reads them but makes none. */
function certify(options: CertificateOptions): Certificate {
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const body = sequence(
    tagged(0xa0, integer(Buffer.from([2]))),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    ECDSA_SHA256,
    commonName(options.signer?.name ?? options.name),
    sequence(utcTime(Date.now() - DAY_MS), utcTime(Date.now() + DAY_MS)),
    commonName(options.name),
    pair.publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions(options))),
  );
  const signature = sign("sha256", body, options.signer?.key ?? pair.privateKey);
  const der = sequence(body, ECDSA_SHA256, tagged(0x03, Buffer.concat([Buffer.from([0]), signature])));
  // An empty line before the end, where the last one is full, would be no PEM.
  const lines = der.toString("base64").replace(/.{1,64}/g, "$&\n");
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`,
    key: pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  };
}

function extensions(options: CertificateOptions): Buffer[] {
  const authority = sequence(oid("551d13"), octets(sequence(tagged(0x01, Buffer.from([0xff])))));
  const address = tagged(0x87, Buffer.from([127, 0, 0, 1]));
  const hosts = (options.serverNames ?? []).map((name) => tagged(0x82, Buffer.from(name)));
  const names = sequence(oid("551d11"), octets(sequence(...hosts, address)));
  return [...(options.isAuthority ? [authority] : []), ...(hosts.length > 0 ? [names] : [])].concat(
    // An extension list may not be empty: say what the key is for.
    sequence(oid("551d0f"), octets(tagged(0x03, Buffer.from(options.isAuthority ? [2, 0x04] : [7, 0x80])))),
  );
}

function commonName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(oid("550403"), tagged(0x0c, Buffer.from(name)))));
}

function utcTime(ms: number): Buffer {
  const text = new Date(ms)
    .toISOString()
    .replace(/[-:T]|\.\d+/g, "")
    .slice(2);
  return tagged(0x17, Buffer.from(text));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function oid(hex: string): Buffer {
  return tagged(0x06, Buffer.from(hex, "hex"));
}

function octets(content: Buffer): Buffer {
  return tagged(0x04, content);
}

function sequence(...parts: Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  let size = [length];
  if (length > 255) size = [0x82, length >> 8, length & 255];
  else if (length > 127) size = [0x81, length];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}
