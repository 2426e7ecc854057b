using System.Globalization;

namespace Analytics.Demo.Seeding;

/// <summary>The seeder's reports in the words of the demo's progress.</summary>
internal sealed class SeedSteps(IProgress<DemoStep> progress) : IProgress<SeedProgress>
{
    public void Report(SeedProgress value) => progress.Report(new DemoStep("Seeding", string.Create(
        CultureInfo.InvariantCulture,
        $"Seeding: {value.Users} of {value.OfUsers} users, {value.Sessions:N0} sessions, {value.Sets:N0} sets"),
        value.Users, value.OfUsers));
}
