"use strict";

// Lets Azurite list folders without looking at every blob in them. A folder stands for all blobs in it, and only the last of them is looked at: the
// page of a list goes on behind it. Blobs are kept by their first folder, so that putting one in its place does not take longer the more there are in
// others.

/** Keeps names of blobs in order. What is listed, and page by page, stays the same. */
module.exports = function jumpOverFolders() {
  const delimiter = "/";
  const { prototype } = require("azurite/dist/src/blob/persistence/LokiBlobMetadataStore.js").default;
  const list = prototype.listBlobs;
  const containers = new WeakMap(); // collection -> container -> first folder, or name of a blob in none -> blobs by name
  const firstOf = (name) => name.slice(0, name.indexOf(delimiter) + 1) || name;
  const keyOf = (account, container) => `${account}/${container}`;

  const foldersOf = (collection, account, container) => {
    let all = containers.get(collection);
    if (all === undefined) {
      containers.set(collection, (all = new Map()));
      const of = (blob) => madeOnce(madeOnce(all, keyOf(blob.accountName, blob.containerName), () => new Map()), firstOf(blob.name), () => []);
      const put = (blob) => of(blob).splice(placeOf(of(blob), blob.name), 0, blob);
      collection.data.forEach(put);
      collection.on("insert", put);
      collection.on("delete", (blob) => {
        const blobs = of(blob);
        const at = blobs.indexOf(blob, placeOf(blobs, blob.name));
        if (at >= 0) {
          blobs.splice(at, 1);
        }
      });
    }
    return all.get(keyOf(account, container)) ?? new Map();
  };

  prototype.listBlobs = function (context, account, container, by, blob, prefix = "", maxResults, marker = "", snapshots, uncommitted, ...rest) {
    if (by !== delimiter || blob !== undefined || account === undefined || container === undefined) {
      return list.apply(this, arguments);
    }
    const folders = foldersOf(this.db.getCollection(this.BLOBS_COLLECTION), account, container);
    const isListed = (one) => one.name > marker && (snapshots || one.snapshot.length === 0) && (uncommitted || one.isCommitted);
    const found = [];
    const addLast = (blobs, from, to) => {
      for (let last = to - 1; last >= from; last--) {
        if (isListed(blobs[last])) {
          found.push(blobs[last]);
          return;
        }
      }
    };
    if (prefix.includes(delimiter)) {
      const blobs = folders.get(firstOf(prefix)) ?? [];
      for (let at = placeOf(blobs, prefix); at < blobs.length && blobs[at].name.startsWith(prefix); ) {
        const end = blobs[at].name.indexOf(delimiter, prefix.length);
        const behind = end < 0 ? at + 1 : placeOf(blobs, blobs[at].name.slice(0, end) + afterDelimiter);
        addLast(blobs, at, behind);
        at = behind;
      }
    } else {
      for (const first of [...folders.keys()].filter((name) => name.startsWith(prefix)).sort()) {
        const blobs = folders.get(first);
        if (first.endsWith(delimiter)) {
          addLast(blobs, 0, blobs.length);
        } else {
          found.push(...blobs);
        }
      }
    }
    const store = Object.create(this);
    store.db = { getCollection: () => ({ chain: () => new Few(found) }) };
    return list.call(store, context, account, container, by, blob, prefix, maxResults, marker, snapshots, uncommitted, ...rest);
  };
};

// The character behind "/": what starts with it follows all that is in the folder.
const afterDelimiter = "0";

const madeOnce = (map, key, make) => {
  if (!map.has(key)) {
    map.set(key, make());
  }
  return map.get(key);
};

/** As much of LokiJS's result of a query as a list asks for. */
class Few {
  #documents;

  constructor(documents) {
    this.#documents = documents;
  }

  find = () => this;
  where = (isFound) => new Few(this.#documents.filter(isFound));
  sort = (compare) => new Few([...this.#documents].sort(compare));
  offset = (count) => new Few(this.#documents.slice(count));
  limit = (count) => new Few(this.#documents.slice(0, count));
  data = () => this.#documents;
}

// Place of the first blob whose name is not before this one.
function placeOf(blobs, name) {
  let [from, to] = [0, blobs.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    [from, to] = blobs[middle].name < name ? [middle + 1, to] : [from, middle];
  }
  return from;
}
