"use strict";

// Makes every change of Azurite's databases durable before its caller has the answer. Azurite keeps them in memory (LokiJS) and writes
// each of them, whole and by itself, only every few seconds: after a kill a file that a client was told is stored would be gone, and
// queues, tables and blobs would come back as of different moments. Here each change is appended to a journal beside the database as it
// happens, and read back when the database is loaded; a snapshot that is written whole makes the journals before it superfluous.
//
// A line is one change: {"c": collection, "d": document}, {"c": collection, "r": [ids removed]}, {"c": collection, "n": options}
// (collection added) or {"x": collection} (collection dropped). Applying lines again that are in the snapshot already does no harm,
// because they are applied in order and a document is whole in its line.

const fs = require("node:fs");
const path = require("node:path");

// A journal makes saving often needless; it costs the whole database each time.
const saveEverySeconds = 60;

// So many are sooner put in their places one by one than all documents are sorted.
const fewDocuments = 32;

// What a failed write was to keep is in memory alone: messages that look taken, documents that nobody was promised. The disk is right, so the process
// ends once it can be written again, and whoever started it starts it anew from what is there.
const room = 8 << 20;
let waiting;
const startAnewWhenThereIsRoom = (folder) => {
  waiting ??= setInterval(() => {
    const { bavail, bsize } = fs.statfsSync(folder);
    if (bavail * bsize >= room) {
      process.exit(1);
    }
  }, 500).unref();
};

/**
 * Puts the journal under every LokiJS database of this process.
 * @param Loki the module.
 * @param changed told the collection's name and the document of each insert and update, once it is on disk.
 */
module.exports = function keepJournals(Loki, changed) {
  const journals = new WeakMap(); // database -> { fd, size, number }
  const owners = new WeakMap(); // collection -> database
  let replaying = false;

  const names = (db) => {
    const folder = path.dirname(db.filename);
    const prefix = path.basename(db.filename) + ".journal.";
    return fs
      .readdirSync(folder)
      .filter((name) => name.startsWith(prefix))
      .map((name) => ({ file: path.join(folder, name), number: Number(name.slice(prefix.length)) }))
      .sort((a, b) => a.number - b.number);
  };

  const open = (db, number) => {
    const journal = { fd: fs.openSync(`${db.filename}.journal.${number}`, "a"), size: 0, number };
    journals.set(db, journal);
    return journal;
  };

  const append = (db, line) => {
    if (replaying || !db) {
      return;
    }
    const journal = journals.get(db) ?? open(db, 1 + Math.max(0, ...names(db).map((j) => j.number)));
    const bytes = Buffer.from(JSON.stringify(line) + "\n");
    try {
      let written = 0;
      while (written < bytes.length) {
        written += fs.writeSync(journal.fd, bytes, written);
      }
      journal.size += bytes.length;
    } catch (error) {
      // No room, say. What was begun must not spoil the next line; the caller hears of it.
      try {
        fs.ftruncateSync(journal.fd, journal.size);
      } catch {
        // The next load stops at the broken line.
      }
      startAnewWhenThereIsRoom(path.dirname(db.filename));
      throw error;
    }
  };

  const around = (type, name, wrap) => {
    const original = type.prototype[name];
    type.prototype[name] = function (...args) {
      return wrap.call(this, original, args);
    };
  };

  const Collection = Loki.Collection;
  const wrote = (collection, doc) => {
    const db = owners.get(collection);
    append(db, { c: collection.name, d: doc });
    if (db && !replaying) {
      changed(collection.name, doc);
    }
  };

  around(Collection, "insertOne", function (original, args) {
    const doc = original.apply(this, args);
    if (doc) {
      wrote(this, doc);
    }
    return doc;
  });
  around(Collection, "update", function (original, args) {
    const [documents] = args;
    if (!Array.isArray(documents)) {
      const doc = original.apply(this, args);
      wrote(this, documents);
      return doc;
    }
    if (documents.length > fewDocuments) {
      return original.apply(this, args);
    }
    // As a batch LokiJS would sort every index anew for the one message that is taken from a queue.
    documents.forEach((one) => this.update(one));
  });
  around(Collection, "remove", function (original, args) {
    const [doc] = args;
    const id = typeof doc === "number" ? doc : doc?.$loki;
    const removed = original.apply(this, args);
    if (!Array.isArray(doc)) {
      append(owners.get(this), { c: this.name, r: [id] });
    }
    return removed;
  });
  // Every look into a queue removes its expired messages, mostly none: LokiJS would sort all messages of the account anew, once an
  // index. It was half of what Azurite did.
  around(Collection, "removeBatch", function (original, args) {
    if (args[0].length > 0) {
      original.apply(this, args);
    }
  });
  around(Collection, "removeBatchByPositions", function (original, [positions]) {
    const ids = positions.map((position) => this.data[position].$loki);
    original.call(this, positions);
    append(owners.get(this), { c: this.name, r: ids });
  });
  around(Collection, "clear", function (original, args) {
    const ids = this.data.map((doc) => doc.$loki);
    original.apply(this, args);
    append(owners.get(this), { c: this.name, r: ids });
  });

  around(Loki, "addCollection", function (original, args) {
    const isNew = !this.collections.some((collection) => collection.name === args[0]);
    const collection = original.apply(this, args);
    owners.set(collection, this);
    if (isNew) {
      append(this, { c: args[0], n: args[1] ?? {} });
    }
    return collection;
  });
  around(Loki, "removeCollection", function (original, args) {
    original.apply(this, args);
    append(this, { x: args[0] });
  });

  // The snapshot is taken at once and written later: what changes in between belongs to the next journal.
  around(Loki, "saveDatabaseInternal", function (original, [callback]) {
    const before = names(this);
    const journal = journals.get(this);
    if (journal) {
      fs.closeSync(journal.fd);
    }
    open(this, 1 + Math.max(0, ...before.map((j) => j.number)));
    original.call(this, (error) => {
      if (!error) {
        for (const { file } of before) {
          fs.rmSync(file, { force: true });
        }
      }
      if (callback) {
        callback(error);
      } else if (error) {
        throw error;
      }
    });
  });

  around(Loki, "autosaveEnable", function (original, args) {
    this.autosaveInterval = saveEverySeconds * 1000;
    original.apply(this, args);
  });

  around(Loki, "loadDatabaseInternal", function (original, [options, callback]) {
    original.call(this, options, (error) => {
      if (!error) {
        replaying = true;
        try {
          replay(this);
        } finally {
          replaying = false;
        }
        for (const collection of this.collections) {
          owners.set(collection, this);
        }
      }
      callback(error);
    });
  });

  function replay(db) {
    const changes = new Map(); // collection -> documents by id
    const documents = (name) => {
      const collection = db.getCollection(name) ?? db.addCollection(name);
      if (!changes.has(collection)) {
        changes.set(collection, new Map(collection.data.map((doc) => [doc.$loki, doc])));
      }
      return changes.get(collection);
    };
    for (const { file } of names(db)) {
      for (const line of fs.readFileSync(file, "utf8").split("\n")) {
        let change;
        try {
          change = line === "" ? {} : JSON.parse(line);
        } catch {
          break; // Cut off by a kill: nobody was answered.
        }
        if (change.n) {
          if (!db.getCollection(change.c)) {
            db.addCollection(change.c, change.n);
          }
        } else if (change.d) {
          documents(change.c).set(change.d.$loki, change.d);
        } else if (change.r) {
          change.r.forEach((id) => documents(change.c).delete(id));
        } else if (change.x) {
          changes.delete(db.getCollection(change.x));
          db.removeCollection(change.x);
        }
      }
    }
    for (const [collection, docs] of changes) {
      collection.data = [...docs.values()].sort((a, b) => a.$loki - b.$loki);
      collection.maxId = collection.data.reduce((max, doc) => Math.max(max, doc.$loki), collection.maxId);
      collection.ensureId();
      collection.ensureAllIndexes(true);
      collection.uniqueNames.forEach((field) => collection.ensureUniqueIndex(field));
      collection.dirty = true;
    }
  }
};
