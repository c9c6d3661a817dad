// Builds the page into a folder: packages from the lock file first, where they are not there yet.
// usage: node build.mjs OUT
import { execSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const out = resolve(process.argv[2]);
const lock = join(here, ".building");
const run = (command, args = "") => execSync(`${command} ${args}`, { cwd: here, stdio: ["ignore", "ignore", "inherit"] });

// Several builds may come here at the same time (a publish beside a test's build). One folder can be made by one process alone;
// a folder that has not been touched for long was left behind by a process that was killed.
async function alone(work) {
  for (let waited = 0; ; waited++) {
    try {
      mkdirSync(lock);
      break;
    } catch (e) {
      if (e.code !== "EEXIST") throw e;
      if (existsSync(lock) && Date.now() - statSync(lock).mtimeMs > 5 * 60_000) rmSync(lock, { recursive: true, force: true });
      if (waited > 3000) throw new Error(`${lock} is held by another build; delete it if none runs`);
      await new Promise((done) => setTimeout(done, 200));
    }
  }
  try {
    work();
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

await alone(() => {
  const packages = createHash("sha256").update(readFileSync(join(here, "package-lock.json"))).digest("hex");
  const stamp = join(here, "node_modules", ".mlops-installed");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== packages) {
    try {
      run("npm --version");
    } catch {
      console.log("The page is left out, because npm was not found beside Node.js; command line and API are whole.");
      return;
    }
    run("npm ci", "--ignore-scripts --no-audit --no-fund --loglevel=error");
    writeFileSync(stamp, packages);
  }
  const fresh = `${out}.${process.pid}`;
  // The shapes of the API's answers, of the document that a test holds against the server.
  execSync(`${process.execPath} node_modules/openapi-typescript/bin/cli.js openapi.json -o src/api/schema.d.ts`, { cwd: here, stdio: ["ignore", "ignore", "inherit"] });
  execSync(`${process.execPath} node_modules/typescript/bin/tsc --noEmit`, { cwd: here, stdio: "inherit" });
  execSync(`${process.execPath} node_modules/vite/bin/vite.js build --logLevel error --outDir "${fresh}" --emptyOutDir`, { cwd: here, stdio: "inherit" });
  // Whole or not at all.
  rmSync(out, { recursive: true, force: true });
  renameSync(fresh, out);
});
