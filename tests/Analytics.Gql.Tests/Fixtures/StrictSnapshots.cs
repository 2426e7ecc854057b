// A missing snapshot fails: to write a new one, run its test with SNAPSHOOTER_STRICT_MODE=false and read what it wrote.
using System.Runtime.CompilerServices;

namespace Analytics.Gql.Tests.Fixtures;

internal static class StrictSnapshots
{
    private const string Variable = "SNAPSHOOTER_STRICT_MODE";

    [ModuleInitializer]
    internal static void Require() =>
        Environment.SetEnvironmentVariable(Variable, Environment.GetEnvironmentVariable(Variable) ?? "true");
}
