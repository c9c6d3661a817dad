"use strict";

// Runs Azurite's blob, queue and table services so that they never outlive the program that started them: that program holds the other
// end of our standard input, and the pipe closes when it ends, even when it is killed. Then Azurite is asked to stop in its own way.
// What it says it has stored is on disk, whenever either of them is killed: journal.js.

const detached = "--detached";

if (process.argv[2] !== detached) {
  // A session of its own: a signal to the parent's whole process group (Ctrl-C in a terminal, a job that is killed)
  // must not take the store away before the parent has drained.
  const { spawn } = require("node:child_process");
  // What a request needs is garbage when it is answered: with more room for what is new, less of it is found alive and copied.
  const child = spawn(process.execPath, ["--max-semi-space-size=64", __filename, detached, ...process.argv.slice(2)], {
    detached: true,
    stdio: "inherit",
  });
  child.unref();
} else {
  process.argv.splice(2, 1);

  // Nobody reads our output any more once the parent is gone; a broken pipe must not stop the last save.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => {});
  }

  const stop = () => {
    process.emit("message", "shutdown");
    setTimeout(() => process.exit(0), 10_000).unref();
  };
  process.stdin.once("end", stop);
  process.stdin.once("error", stop);
  process.stdin.resume();

  const keepJournals = require("./journal.js");
  const Loki = require(require.resolve("lokijs", { paths: [require.resolve("azurite/package.json")] }));
  keepJournals(Loki, (collection, document) => {
    // Who starts runs need not look again and again.
    if (collection === "$BLOBS_COLLECTION$" && document.isCommitted) {
      console.log(`stored in ${document.containerName}`);
    }
  });

  // Told to report nothing to its makers, Azurite still loads the package that would do it, which is half of its start, and the one for data in
  // an SQL server, a quarter of the rest. And to find out what a request asks for it parses the address templates of all operations, with each
  // request anew.
  const Module = require("node:module");
  const load = Module._load;
  const isSilent = process.argv.includes("--disableTelemetry");
  Module._load = function (request) {
    if (isSilent && request === "applicationinsights") {
      return {};
    }
    if (request === "sequelize" && !process.env.AZURITE_DB) {
      return { Model: class {} };
    }
    const loaded = load.apply(this, arguments);
    return request === "uri-templates" ? parsedOnce(loaded) : loaded;
  };
  const parsed = new Map();
  const parsedOnce = (parse) => (template) => {
    if (!parsed.has(template)) {
      parsed.set(template, parse(template));
    }
    return parsed.get(template);
  };

  require("./narrow.js")(Loki);

  console.log(`pid ${process.pid}`);
  require("azurite/dist/src/azurite.js");
}
