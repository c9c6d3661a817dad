"use strict";

// Lets LokiJS, Azurite's database, answer from the index that leaves least. LokiJS takes the conditions of a query in the order in which they
// are written and uses an index for the first alone. Azurite writes the account first, of which there is one: every request for a blob or a
// message went through all blobs or messages that the account has ever kept, and the emulator became slower with every run. For entities of a
// table it uses no index at all: each history of an instance was looked for among those of all instances. With each message that is taken or
// deleted it looks through its whole queue for expired ones, and it sorts all messages of a queue to take the first, timers of days to come among them:
// a queue of a thousand messages took more time than all the work that they stood for. And a list of folders looks at every blob in them.

const millisecondsBetweenLooks = 1000;

/**
 * Puts the narrowest indexed condition of every query first, and looks for entities within the partition that a filter names. What a query finds
 * stays the same; whoever cares for the order sorts. A queue's expired messages are looked for once a second: they live for days. The messages
 * of a queue are kept in order, and so are names of blobs.
 * @param Loki the module.
 */
module.exports = function narrowFirst(Loki) {
  narrowConditions(Loki);
  narrowToPartition(Loki);
  const { prototype } = require("azurite/dist/src/queue/persistence/LokiQueueMetadataStore.js").default;
  lookForExpiredNowAndThen(prototype);
  keepMessagesInOrder(prototype);
  jumpOverFolders();
};

function narrowConditions(Loki) {
  const { Resultset } = Loki;
  const findAnd = Resultset.prototype.findAnd;

  const widthOf = (collection, condition) => {
    const [property] = Object.keys(condition);
    const value = condition[property];
    if (!collection.binaryIndices[property] || (typeof value !== "string" && typeof value !== "number")) {
      return Infinity;
    }
    if (collection.adaptiveBinaryIndices !== true) {
      collection.ensureIndex(property);
    }
    const [from, to] = collection.calculateRange("$eq", property, value);
    return to - from + 1;
  };

  const narrowest = (collection, conditions) => {
    let [best, least] = [0, Infinity];
    for (let i = 0; i < conditions.length; i++) {
      const width = widthOf(collection, conditions[i]);
      if (width < least) {
        [best, least] = [i, width];
      }
    }
    return best;
  };

  Resultset.prototype.findAnd = Resultset.prototype.$and = function (conditions) {
    if (this.filterInitialized || this.collection.data.length === 0) {
      return findAnd.call(this, conditions);
    }
    const first = narrowest(this.collection, conditions);
    return findAnd.call(this, [conditions[first], ...conditions.slice(0, first), ...conditions.slice(first + 1)]);
  };
}

function narrowToPartition(Loki) {
  const folder = "azurite/dist/src/table/persistence/";
  const generator = require(`${folder}LokiTableStoreQueryGenerator.js`).default;
  const parser = require(`${folder}QueryInterpreter/QueryParser.js`);

  let tree;
  const parse = parser.default;
  parser.default = (filter) => (tree = parse(filter));

  const generate = generator.generateQueryEntityWhereFunction;
  generator.generateQueryEntityWhereFunction = (filter) => {
    tree = undefined;
    const where = generate(filter);
    where.partition = partitionOf(tree);
    return where;
  };

  const { Resultset } = Loki;
  const where = Resultset.prototype.where;
  Resultset.prototype.where = function (isFound) {
    const isNarrowed = isFound.partition !== undefined && !this.filterInitialized && this.collection.binaryIndices.PartitionKey;
    return where.call(isNarrowed ? this.find({ PartitionKey: isFound.partition }) : this, isFound);
  };
}

function lookForExpiredNowAndThen(prototype) {
  const clear = prototype.clearExpiredMessages;
  const looked = new Map();
  prototype.clearExpiredMessages = async function (account, queue, context) {
    const key = `${account}/${queue}`;
    const now = Date.now();
    if (now - (looked.get(key) ?? 0) >= millisecondsBetweenLooks) {
      looked.set(key, now);
      await clear.call(this, account, queue, context);
    }
  };
}

function keepMessagesInOrder(prototype) {
  const queues = new WeakMap(); // collection -> first messages by queue

  const firstOf = (collection, account, queue) => {
    let all = queues.get(collection);
    if (all === undefined) {
      queues.set(collection, (all = new Map()));
      const put = (message) => {
        const key = `${message.accountName}/${message.queueName}`;
        let first = all.get(key);
        if (first === undefined) {
          all.set(key, (first = new FirstMessages()));
        }
        first.put(message.timeNextVisible, message.$loki);
      };
      collection.data.forEach(put);
      collection.on("insert", put);
      collection.on("update", put);
    }
    return all.get(`${account}/${queue}`) ?? new FirstMessages();
  };

  prototype.getMessages = async function (account, queue, timeNextVisible, popReceipt, numOfMessages, queryDate, context) {
    this.checkQueueExist(account, queue, context);
    this.clearExpiredMessages(account, queue, context);
    const collection = this.db.getCollection(this.MESSAGES_COLLECTION);
    const [first, visibleTo, most] = [firstOf(collection, account, queue), (queryDate ?? new Date()).getTime(), Math.max(1, numOfMessages ?? 1)];
    const taken = [];
    for (let next; taken.length < most && (next = first.take(visibleTo)) !== undefined; ) {
      const message = collection.get(next.id);
      // One that was deleted, or taken and hidden since.
      if (message === null || message.timeNextVisible !== next.time || taken.includes(message)) {
        continue;
      }
      message.timeNextVisible = timeNextVisible.getTime();
      message.popReceipt = popReceipt;
      message.dequeueCount = Number(message.dequeueCount) + 1;
      taken.push(message);
    }
    collection.update(taken);
    return taken.map((message) => ({ ...this.messageCopy(message), timeNextVisible }));
  };

  prototype.getMessagesCount = async function (account, queue, context) {
    this.checkQueueExist(account, queue, context);
    const collection = this.db.getCollection(this.MESSAGES_COLLECTION);
    const widthOf = (property, value) => {
      collection.ensureIndex(property);
      const [from, to] = collection.calculateRange("$eq", property, value);
      return to - from + 1;
    };
    return widthOf("accountName", account) === collection.data.length
      ? widthOf("queueName", queue)
      : collection.count({ accountName: account, queueName: queue });
  };
}

/** Messages of a queue by when they become visible, then by when they were put: a binary heap. It may hold more than there are, of times that have changed. */
class FirstMessages {
  #heap = [];

  put(time, id) {
    const heap = this.#heap;
    let at = heap.push({ time, id }) - 1;
    while (at > 0 && isBefore(heap[at], heap[(at - 1) >> 1])) {
      [heap[at], heap[(at - 1) >> 1]] = [heap[(at - 1) >> 1], heap[at]];
      at = (at - 1) >> 1;
    }
  }

  /** Takes the first out, if it is visible by then. */
  take(time) {
    const heap = this.#heap;
    if (heap.length === 0 || heap[0].time > time) {
      return undefined;
    }
    const [first, last] = [heap[0], heap.pop()];
    if (heap.length > 0) {
      heap[0] = last;
      for (let at = 0, child; (child = 2 * at + 1) < heap.length; at = child) {
        child += child + 1 < heap.length && isBefore(heap[child + 1], heap[child]) ? 1 : 0;
        if (!isBefore(heap[child], heap[at])) {
          break;
        }
        [heap[at], heap[child]] = [heap[child], heap[at]];
      }
    }
    return first;
  }
}

const isBefore = (a, b) => a.time < b.time || (a.time === b.time && a.id < b.id);

// A folder of a list stands for all blobs in it, and only the last of them is looked at: the page of a list goes on behind it. Blobs are kept by their
// first folder, so that putting one in its place does not take longer the more there are in others.
function jumpOverFolders() {
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
}

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

// The partition that all entities of a filter are in, where it says one: "PartitionKey eq 'x'", alone or as one of several that all must hold.
function partitionOf(node) {
  if (node?.name === "and") {
    return partitionOf(node.left) ?? partitionOf(node.right);
  }
  const isPartition = node?.name === "eq" && node.left?.identifier === "PartitionKey" && node.right?.name === "constant";
  return isPartition && typeof node.right.value === "string" ? node.right.value : undefined;
}
