"use strict";

// Lets LokiJS, Azurite's database, answer from the index that leaves least. LokiJS takes the conditions of a query in the order in which they
// are written and uses an index for the first alone. Azurite writes the account first, of which there is one: every request for a blob or a
// message went through all blobs or messages that the account has ever kept, and the emulator became slower with every run.

/**
 * Puts the narrowest indexed condition of every query first. What a query finds stays the same; whoever cares for the order sorts.
 * @param Loki the module.
 */
module.exports = function narrowFirst(Loki) {
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
};
