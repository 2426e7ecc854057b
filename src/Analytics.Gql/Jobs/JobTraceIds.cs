// Gives each run of a job a trace id, so that its lines in the log can be told from another run's also where no traces are
// exported. A request has one from ASP.NET.
using System.Diagnostics;

namespace Analytics.Gql.Jobs;

internal static class JobTraceIds
{
    private static readonly ActivityListener Listener = new()
    {
        ShouldListenTo = source => source.Name == "Quartz",
        Sample = (ref ActivityCreationOptions<ActivityContext> run) =>
            run.Name == "Quartz.Job.Execute" ? ActivitySamplingResult.PropagationData : ActivitySamplingResult.None,
    };

    // Once a process; adding it again changes nothing.
    public static void Begin() => ActivitySource.AddActivityListener(Listener);
}
