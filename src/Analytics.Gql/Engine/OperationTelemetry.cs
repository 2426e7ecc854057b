// What the engine tells of each operation: a span, how long it took, how it ended, which errors, how many statements.
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Analytics.Gql.Telemetry;
using Analytics.Store;
using GraphQL;
using GraphQL.Execution;

namespace Analytics.Gql.Engine;

// begin (span, clock, count of statements) ⇒ the engine runs ⇒ end (what it was, and how it went) ⇒ dispose
//                                                 ⇒ thrown out of it: its caller went away ⇒ dispose alone
//
// Names of operations are the clients' to choose, so that series exist for those of trusted documents only.

public sealed class OperationTelemetry
{
    private const string Type = "graphql.operation.type", Name = "graphql.operation.name";

    private static readonly Histogram<double> Duration = ServerTelemetry.Meter.CreateHistogram(
        "analytics.operation.duration", "s", "GraphQL operations, from the request's text to the result before it is written.",
        advice: ServerTelemetry.Durations);

    private static readonly Histogram<int> Statements = ServerTelemetry.Meter.CreateHistogram(
        "analytics.operation.statements", "{statement}", "SQL statements that an operation took.", advice: ServerTelemetry.Counts);

    private static readonly Counter<long> Errors = ServerTelemetry.Meter.CreateCounter<long>(
        "analytics.operation.errors", "{operation}", "Operations and requests that were answered with an error of this code.");

    private static readonly List<string> None = [];

    private readonly OperationIdentities _identities;
    private readonly IErrorInfoProvider _presenter;

    public OperationTelemetry(Documents.TrustedDocuments trusted, IErrorInfoProvider presenter) =>
        (_identities, _presenter) = (new OperationIdentities(trusted), presenter);

    /// <summary>Lets the counts of the server's own faults begin at 0: an alert would else miss the first.</summary>
    internal static void BeginSeries()
    {
        foreach (var code in (string[])[ErrorCodes.Internal, ErrorCodes.Timeout, ErrorCodes.Unavailable])
            Errors.Add(0, new KeyValuePair<string, object?>(StoreTelemetry.ErrorType, code));
    }

    /// <summary>Null when nobody listens.</summary>
    internal Watch? Begin(OperationContext context) =>
        Duration.Enabled || ServerTelemetry.Spans.HasListeners() ? new Watch(this, context) : null;

    /// <summary>A request that never became an operation.</summary>
    public void Refused(ClientError error)
    {
        if (Errors.Enabled) Errors.Add(1, new KeyValuePair<string, object?>(StoreTelemetry.ErrorType, error.Code));
    }

    // Each code once an operation: a failed batch gives thousands of fields the same one.
    private List<string> CodesOf(ExecutionResult result)
    {
        if (result.Errors is not { Count: > 0 } errors) return None;
        List<string> codes = [];
        foreach (var error in errors)
        {
            var code = error is ClientError known ? known.Code : _presenter.GetInfo(error).Extensions?["code"] as string;
            if (code is not null && !codes.Contains(code)) codes.Add(code);
        }
        return codes;
    }

    private static string OutcomeOf(ExecutionResult result, List<string> codes) =>
        codes.Count == 0 ? "ok"
        : codes.Any(IsFault) ? "failed"
        : result.Executed ? "partial" : "refused";

    private static bool IsFault(string code) =>
        code is ErrorCodes.Internal or ErrorCodes.Timeout or ErrorCodes.Unavailable;

    /// <summary>One operation while it runs.</summary>
    internal sealed class Watch(OperationTelemetry telemetry, OperationContext context) : IDisposable
    {
        private readonly long _started = Stopwatch.GetTimestamp();
        private readonly Activity? _span = ServerTelemetry.Spans.StartActivity("GraphQL Operation", ActivityKind.Server);
        private readonly StatementCount? _count = Statements.Enabled ? StatementCount.Begin() : null;
        private bool _ended;

        public void End(ExecutionResult result)
        {
            var identity = telemetry._identities.Of(result);
            var codes = telemetry.CodesOf(result);
            var outcome = OutcomeOf(result, codes);
            Measure(identity, outcome);
            foreach (var code in codes)
                Errors.Add(1, new KeyValuePair<string, object?>(StoreTelemetry.ErrorType, code));
            if (_span is { IsAllDataRequested: true }) Describe(_span, identity, codes, outcome);
        }

        private void Measure(OperationIdentity? identity, string outcome)
        {
            _ended = true;
            KeyValuePair<string, object?> type = new(Type, identity?.Type ?? ServerTelemetry.Other);
            KeyValuePair<string, object?> name = new(Name, identity?.SeriesName ?? ServerTelemetry.Other);
            Duration.Record(
                Stopwatch.GetElapsedTime(_started).TotalSeconds, type, name, new(StoreTelemetry.Outcome, outcome));
            if (_count is not null) Statements.Record(_count.Statements, type, name);
        }

        private void Describe(Activity span, OperationIdentity? identity, List<string> codes, string outcome)
        {
            if (identity is not null)
            {
                span.DisplayName = identity.SpanName;
                span.SetTag(Type, identity.Type).SetTag(Name, identity.Name)
                    .SetTag("graphql.document.hash", identity.DocumentHash)
                    .SetTag("analytics.document.trusted", identity.IsTrusted);
            }
            span.SetTag("analytics.operation.cost", context.Cost).SetTag(StoreTelemetry.Outcome, outcome);
            if (_count is not null) span.SetTag("analytics.operation.statements", _count.Statements);
            if (codes.Count == 0) return;
            span.SetTag(StoreTelemetry.ErrorType, codes[0]).SetTag("analytics.error.codes", codes.ToArray());
            if (outcome == "failed") span.SetStatus(ActivityStatusCode.Error);
        }

        public void Dispose()
        {
            if (!_ended) Measure(identity: null, "cancelled");
            _span?.Dispose();
        }
    }
}
