using System.Diagnostics;
using MlOps.Cli.Azurite;
using MlOps.Testing;

namespace MlOps.Cli.Tests.Azurite;

/// <summary>The emulator's database answers from the narrowest index, and answers the same.</summary>
public sealed class NarrowFirstTests
{
    private const string Beginning = """
        const [, installation, seed] = process.argv;
        const load = require("node:module").createRequire(installation);
        const Loki = load(load.resolve("lokijs", { paths: [load.resolve("azurite/package.json")] }));
        let state = Number(seed);
        const random = (below) => (state = (state * 48271) % 2147483647) % below;

        """;

    private const string Script = """
        // Every look at a document's account is counted: without an index of its own a condition looks at all.
        let looks = 0;
        class Blob {
          constructor(i) { this.containerName = "c" + random(20); this.name = "n" + random(4000); this.snapshot = ""; this.size = i; }
          get accountName() { looks++; return "devstoreaccount1"; }
        }
        const blobs = new Loki("x").addCollection("blobs", { indices: ["containerName", "name", "snapshot", "accountName"], disableMeta: true });
        for (let i = 0; i < 5000; i++) blobs.insert(new Blob(i));
        for (let i = 0; i < 300; i++) blobs.remove(blobs.data[random(blobs.data.length)]);
        const queries = Array.from({ length: 300 }, () => {
          const query = { accountName: random(10) === 0 ? "another" : "devstoreaccount1" };
          if (random(3) > 0) query.containerName = "c" + random(22);
          if (random(2) === 0) query.name = random(3) === 0 ? { $gt: "n" + random(4000) } : "n" + random(4200);
          if (random(2) === 0) query.size = { $lte: random(5000) };
          if (random(2) === 0) query.snapshot = "";
          return query;
        });
        const answers = () => queries.map((q) => blobs.chain().find(q).data().map((d) => d.$loki).sort((a, b) => a - b).join(" "));
        const finds = () => {
          looks = 0;
          for (const d of blobs.data.slice(0, 100)) {
            const found = blobs.findOne({ accountName: "devstoreaccount1", containerName: d.containerName, name: d.name, snapshot: "" });
            if (found.name !== d.name || found.containerName !== d.containerName) throw new Error(`found ${found.name}`);
          }
          return looks;
        };
        const [before, looksBefore] = [answers(), finds()];
        load("./narrow.js")(Loki);
        const [after, looksAfter] = [answers(), finds()];
        const differing = before.findIndex((answer, i) => answer !== after[i]);
        if (differing >= 0) throw new Error(`${JSON.stringify(queries[differing])}: ${before[differing]} and ${after[differing]}`);
        console.log(`${before.filter((answer) => answer !== "").length} ${looksBefore} ${looksAfter}`);
        """;

    private const string TableScript = """
        const generator = load("azurite/dist/src/table/persistence/LokiTableStoreQueryGenerator.js").default;

        let looks = 0;
        class Entity {
          constructor(i) {
            this.key = random(2) ? "p" + random(40) : "0" + random(40);
            this.RowKey = "r" + i;
            this.properties = { Size: i % 50 };
            Object.defineProperty(this, "PartitionKey", { get: () => (looks++, this.key) });
          }
        }
        const entities = new Loki("x").addCollection("history", { indices: ["PartitionKey", "RowKey"], disableMeta: true });
        for (let i = 0; i < 3000; i++) entities.insert(new Entity(i));
        for (let i = 0; i < 100; i++) entities.remove(entities.data[random(entities.data.length)]);
        const key = () => (random(2) ? `'p${random(42)}'` : `'${random(2) ? "0" : ""}${random(42)}'`);
        const conditions = [
          () => `PartitionKey eq ${key()}`, () => `PartitionKey eq ${key()}`, () => `${key()} eq PartitionKey`, () => `PartitionKey gt ${key()}`, () => `PartitionKey ne ${key()}`,
          () => `RowKey ge 'r${random(3000)}'`, () => `Size eq ${random(50)}`, () => `Size lt ${random(50)}`,
        ];
        const filter = (depth) => {
          const kind = depth === 0 ? 0 : random(5);
          return kind === 1 || kind === 2 ? `(${filter(depth - 1)}) and (${filter(depth - 1)})`
            : kind === 3 ? `(${filter(depth - 1)}) or (${filter(depth - 1)})`
            : kind === 4 ? `not (${filter(depth - 1)})`
            : conditions[random(conditions.length)]();
        };
        const filters = ["", "true", ...Array.from({ length: 400 }, () => filter(3))];
        const answer = (f) => entities.chain().where(generator.generateQueryEntityWhereFunction(f)).data().map((d) => d.$loki).sort((a, b) => a - b).join(" ");
        const asked = () => {
          looks = 0;
          for (let i = 0; i < 40; i++) answer(`(PartitionKey eq 'p${i}') and (Size ge 0)`);
          return looks;
        };
        const [before, looksBefore] = [filters.map(answer), asked()];
        load("./narrow.js")(Loki);
        const [after, looksAfter] = [filters.map(answer), asked()];
        const differing = before.findIndex((found, i) => found !== after[i]);
        if (differing >= 0) throw new Error(`${filters[differing]}: ${before[differing]} and ${after[differing]}`);
        const all = entities.data.filter((d) => d.key === "p7").map((d) => d.$loki).sort((a, b) => a - b).join(" ");
        if (answer("PartitionKey eq 'p7'") !== all) throw new Error("p7 is not whole");

        console.log(`${before.filter((found) => found !== "").length} ${looksBefore} ${looksAfter}`);
        """;

    private const string QueueScript = """
        load("./narrow.js")(Loki);
        const { prototype } = load("azurite/dist/src/queue/persistence/LokiQueueMetadataStore.js").default;
        const messages = new Loki("x").addCollection("messages", { indices: ["accountName", "queueName"] });
        const put = (queueName, hours) => messages.insert({ accountName: "a", queueName, expirationTime: Date.now() + hours * 3600000 });
        let looks = 0;
        const store = { db: { getCollection: () => (looks++, messages) }, checkQueueExist() {}, MESSAGES_COLLECTION: "messages" };
        const clear = (queue) => prototype.clearExpiredMessages.call(store, "a", queue);
        (async () => {
          for (const queue of ["q", "r"]) { put(queue, 1); put(queue, -1); put(queue, -2); }
          for (let i = 0; i < 1000; i++) await clear("q");
          const [few, left] = [looks, messages.find({ queueName: "q" }).length];
          put("q", -1);
          await clear("r");
          await new Promise((next) => setTimeout(next, 1100));
          await clear("q");
          console.log(`${few} ${left} ${messages.find({ queueName: "q" }).length} ${messages.find({ queueName: "r" }).length}`);
        })();
        """;

    private const string MessageScript = """
        const { prototype } = load("azurite/dist/src/queue/persistence/LokiQueueMetadataStore.js").default;

        let looks = 0;
        class Message {
          constructor(i, from) {
            Object.assign(this, { accountName: "a" + (random(9) === 0), queueName: "q" + random(4), messageId: "m" + i, popReceipt: "", dequeueCount: 0 });
            Object.assign(this, { insertionTime: new Date(from), expirationTime: new Date(8e14), persistency: { id: "e" + i, offset: i, count: 1 } });
            let time = from + random(200);
            Object.defineProperty(this, "timeNextVisible", { enumerable: true, get: () => (looks++, time), set: (to) => (time = to) });
          }
        }
        const play = async () => {
          state = Number(seed);
          looks = 0;
          const messages = new Loki("x").addCollection("messages", { indices: ["accountName", "queueName", "messageId", "visibleTime"], disableMeta: true });
          const store = Object.assign(Object.create(prototype), { db: { getCollection: () => messages }, checkQueueExist() {}, MESSAGES_COLLECTION: "messages" });
          const queues = { findOne: () => ({}) };
          store.db.getCollection = (name) => (name === "messages" ? messages : queues);
          const taken = [];
          for (let i = 0; i < 4000; i++) messages.insert(new Message(i, 1000));
          for (let i = 0; i < 300; i++) {
            const [account, queue, now] = ["a" + (random(5) === 0), "q" + random(5), 1000 + random(260)];
            const number = [undefined, 0, 1, 5, 32][random(5)];
            const got = await store.getMessages(account, queue, new Date(now + random(100)), "r" + i, number, new Date(now), {});
            taken.push(JSON.stringify(got), await store.getMessagesCount(account, queue, {}));
            if (got.length > 0 && random(2) === 0) await store.deleteMessage(account, queue, got[0].messageId, "r" + i, {});
          }
          return [taken, looks];
        };
        (async () => {
          const [before, looksBefore] = await play();
          load("./narrow.js")(Loki);
          const [after, looksAfter] = await play();
          const differing = before.findIndex((answer, i) => answer !== after[i]);
          if (differing >= 0) throw new Error(`${differing}: ${before[differing]} and ${after[differing]}`);
          console.log(`${before.filter((answer) => answer !== "[]").length} ${looksBefore} ${looksAfter}`);
        })();
        """;

    private const string ListScript = """
        const { prototype } = load("azurite/dist/src/blob/persistence/LokiBlobMetadataStore.js").default;

        let looks = 0;
        class Blob {
          constructor(name) {
            Object.assign(this, { accountName: "a" + (random(9) === 0), containerName: "c" + random(2), snapshot: random(10) === 0 ? "s" + random(9) : "" });
            Object.assign(this, { isCommitted: random(8) !== 0, properties: {} });
            Object.defineProperty(this, "name", { enumerable: true, get: () => (looks++, name) });
          }
        }
        const part = () => ["a", "b", "a/", "b0", ".", "é", "20201001", "ab", "B"][random(9)];
        const nameOf = () => part() + (random(4) ? "/" + (random(2) ? random(300) : part() + "/" + random(300)) : "");
        const play = async () => {
          state = Number(seed);
          const blobs = new Loki("x").addCollection("blobs", { indices: ["accountName", "containerName", "name", "snapshot"], disableMeta: true });
          const store = Object.assign(Object.create(prototype), { db: { getCollection: () => blobs }, BLOBS_COLLECTION: "blobs" });
          const pages = [];
          for (let i = 0; i < 3000; i++) blobs.insert(new Blob(nameOf()));
          looks = 0;
          for (let i = 0; i < 200; i++) {
            blobs.remove(blobs.data[random(blobs.data.length)]);
            if (random(20) === 0) blobs.findAndRemove({ containerName: "c0", name: blobs.data[random(blobs.data.length)].name });
            blobs.insert(new Blob(nameOf()));
            const [account, container] = ["a" + (random(9) === 0), "c" + random(3)];
            const prefix = random(2) ? "" : ["a", "a/", "b/", "a//", "é/", "20", "x"][random(7)];
            const [most, snapshots, uncommitted, from] = [[1, 2, 7, 5000][random(4)], random(4) === 0, random(4) === 0, random(5) === 0 ? part() : undefined];
            const listed = [];
            let [marker, page] = [random(6) === 0 ? part() : "", 0];
            do {
              const [items, prefixes, next] = await prototype.listBlobs.call(store, { startTime: new Date() }, account, container, random(12) === 0 ? undefined : "/", undefined, prefix, most, marker, snapshots, uncommitted, from);
              listed.push([items.map((b) => b.name), prefixes, next]);
              marker = next;
            } while (marker && ++page < 4);
            pages.push(JSON.stringify(listed));
          }
          return [pages, looks];
        };
        (async () => {
          const [before, looksBefore] = await play();
          load("./narrow.js")(Loki);
          const [after, looksAfter] = await play();
          const differing = before.findIndex((answer, i) => answer !== after[i]);
          if (differing >= 0) throw new Error(`${differing}: ${before[differing]} and ${after[differing]}`);
          console.log(`${before.filter((answer) => answer !== '[[[],[],""]]').length} ${looksBefore} ${looksAfter}`);
        })();
        """;

    [Fact]
    public async Task Messages_are_taken_in_the_order_in_which_they_were_and_few_are_looked_at()
    {
        var counts = await RunAsync(MessageScript);
        Assert.True(counts[0] > 450, $"only {counts[0]} of 600 answers hold anything");
        Assert.True(counts[1] > 20 * counts[2], $"{counts[1]} looks before, {counts[2]} after");
    }

    [Fact]
    public async Task Folders_are_listed_as_they_were_page_by_page_and_few_of_their_blobs_are_looked_at()
    {
        var counts = await RunAsync(ListScript);
        Assert.True(counts[0] > 100, $"only {counts[0]} of 200 lists hold anything");
        Assert.True(counts[1] > 20 * counts[2], $"{counts[1]} looks before, {counts[2]} after");
    }

    [Fact]
    public async Task Expired_messages_go_and_a_queue_is_looked_through_for_them_once_a_second()
    {
        var counts = await RunAsync(QueueScript);
        Assert.InRange(counts[0], 1, 3);
        Assert.Equal([1, 1, 1], counts[1..]);
    }

    [Fact]
    public async Task Every_filter_finds_the_entities_that_it_found_and_one_for_a_partition_looks_at_that_alone()
    {
        var counts = await RunAsync(TableScript);
        Assert.True(counts[0] > 150, $"only {counts[0]} of 402 filters found anything");
        Assert.True(counts[1] > 100_000, $"{counts[1]} looks before");
        Assert.True(counts[2] < 10_000, $"{counts[2]} looks");
    }

    [Fact]
    public async Task Every_query_finds_what_it_found_and_one_for_a_single_blob_looks_at_few()
    {
        var counts = await RunAsync(Script);
        Assert.True(counts[0] > 50, $"only {counts[0]} of 300 queries found anything");
        Assert.True(counts[1] > 100_000, $"{counts[1]} looks before");
        Assert.True(counts[2] < 20_000, $"{counts[2]} looks");
    }

    private static async Task<int[]> RunAsync(string script)
    {
        var installation = await AzuriteInstallation.EnsureAsync(null, CancellationToken.None);
        var seed = Environment.GetEnvironmentVariable("MLOPS_TEST_SEED") ?? $"{Random.Shared.Next(1, int.MaxValue)}";
        var start = new ProcessStartInfo("node", ["-e", Beginning + script, installation.LaunchScript, seed]) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false };
        using var node = Process.Start(start)!;
        var texts = await Task.WhenAll(node.StandardOutput.ReadToEndAsync(), node.StandardError.ReadToEndAsync());
        await node.WaitForExitAsync(Patience.Token);

        Assert.True(node.ExitCode == 0, $"MLOPS_TEST_SEED={seed}: {texts[1]}");
        return [.. texts[0].Trim().Split(' ').Select(int.Parse)];
    }
}
