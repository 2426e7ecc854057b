// analytics-gql: serve (default), migrate, roles, doctor, refresh, mode, verify, schema, health.
using System.CommandLine;
using Analytics.Gql.Commands;

// A server that is told to stop finishes its requests; the library would end the process after two seconds.
return await CommandLine.Create(args).Parse(args).InvokeAsync(
    new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromMinutes(15) });
