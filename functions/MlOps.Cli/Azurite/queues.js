"use strict";

// Lets Azurite take a message without looking at all others. With each message that is taken or deleted it looks through its whole queue for expired
// ones, and it sorts all messages of a queue to take the first, timers of days to come among them: a queue of a thousand messages took more time than
// all the work that they stood for.

const millisecondsBetweenLooks = 1000;

/** Keeps the messages of each queue in order, and looks for expired ones once a second: they live for days. What is taken and counted stays the same. */
module.exports = function keepQueues() {
  const { prototype } = require("azurite/dist/src/queue/persistence/LokiQueueMetadataStore.js").default;
  lookForExpiredNowAndThen(prototype);
  keepMessagesInOrder(prototype);
};

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
