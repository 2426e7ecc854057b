using System.Globalization;
using Analytics.Gql.Commands;

namespace Analytics.Demo.Seeding;

/// <summary>The seeder's reports in the words of the progress shown.</summary>
internal sealed class SeedSteps(IProgress<WorkStep> progress) : IProgress<SeedProgress>
{
    public void Report(SeedProgress value) => progress.Report(new WorkStep("Seeding", string.Create(
        CultureInfo.InvariantCulture,
        $"Seeding: {value.Users} of {value.OfUsers} users, {value.Sessions:N0} sessions, {value.Sets:N0} sets"),
        value.Users, value.OfUsers));
}
