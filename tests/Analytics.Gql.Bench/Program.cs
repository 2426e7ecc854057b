// The bench's commands: load, reads, drains, freshness, latency, overhead, backlog, subscriptions, crashes, all, peers,
// differential, nights, soak. See BenchCommands for what each prints.
using Analytics.Gql.Bench.Commands;

return await BenchCommands.Create(args).Parse(args).InvokeAsync();
