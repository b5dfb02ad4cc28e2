import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const NEW_KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];

/** Makes a CA, a server's certificate for an address, and a client's, under the names that Docker's tools expect. */
export async function certificates(folder: string, address: string): Promise<void> {
  const openssl = (...args: string[]) => run("openssl", args, { cwd: folder });
  const authority = ["-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=seatrial e2e", "-days", "2"];
  await openssl("req", "-x509", ...NEW_KEY, ...authority);
  const issue = async (name: string, key: string, certificate: string) => {
    await openssl("req", ...NEW_KEY, "-keyout", key, "-out", `${name}.csr`, "-subj", `/CN=${name}`);
    // Docker-in-Docker is reached as "docker".
    const extensions = `subjectAltName=IP:${address},DNS:docker\nextendedKeyUsage=${name}Auth\n`;
    await writeFile(`${folder}/${name}.ext`, extensions);
    const signing = ["-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", "2"];
    await openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      ...signing,
      "-extfile",
      `${name}.ext`,
      "-out",
      certificate,
    );
  };
  await issue("server", "server-key.pem", "server.pem");
  await issue("client", "key.pem", "cert.pem");
}
