"use strict";

// Lets LokiJS, Azurite's database, answer from the index that leaves least. LokiJS takes the conditions of a query in the order in which they
// are written and uses an index for the first alone. Azurite writes the account first, of which there is one: every request for a blob or a
// message went through all blobs or messages that the account has ever kept, and the emulator became slower with every run. For entities of a
// table it uses no index at all: each history of an instance was looked for among those of all instances.

/**
 * Puts the narrowest indexed condition of every query first, and looks for entities within the partition that a filter names. What a query finds
 * stays the same; whoever cares for the order sorts. What indexes cannot do, queues.js and folders.js do.
 * @param Loki the module.
 */
module.exports = function narrowFirst(Loki) {
  narrowConditions(Loki);
  narrowToPartition(Loki);
  require("./queues.js")();
  require("./folders.js")();
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

// The partition that all entities of a filter are in, where it says one: "PartitionKey eq 'x'", alone or as one of several that all must hold.
function partitionOf(node) {
  if (node?.name === "and") {
    return partitionOf(node.left) ?? partitionOf(node.right);
  }
  const isPartition = node?.name === "eq" && node.left?.identifier === "PartitionKey" && node.right?.name === "constant";
  return isPartition && typeof node.right.value === "string" ? node.right.value : undefined;
}
