// analytics-gql: serve (default), migrate, roles, doctor, refresh, mode, verify, schema.
using Analytics.Gql.Commands;

return await CommandLine.Create(args).Parse(args).InvokeAsync();
