// What the viewer may do, asked by each field that is given a user; and the audit log of what only a scope allowed.
using System.Security.Claims;
using Analytics.Gql.Engine;
using GraphQL;

namespace Analytics.Gql.Access;

/// <summary>One for each operation.</summary>
/// <remarks>Fields below a user need not ask again: nobody has the object who may not read the user.</remarks>
public sealed partial class Permissions(ILogger<Permissions> log) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly HashSet<Guid> _others = [], _audited = [];
    private Viewer? _viewer;
    private string _trace = "none";

    /// <summary>Whether the viewer may read this user's data. The user need not exist: the answer is the same.</summary>
    public bool MayRead(IResolveFieldContext context, Guid userId) => MayRead(Of(context), userId);

    /// <summary>The same before anything is executed.</summary>
    public bool MayRead(ClaimsPrincipal? user, string traceId, Guid userId) => MayRead(Of(user, traceId), userId);

    private bool MayRead(Viewer viewer, Guid userId)
    {
        if (!viewer.MayRead(userId))
            return false;
        // Where the server is open there is nobody to audit.
        if (viewer.Subject is not null && userId != viewer.UserId)
            lock (_gate)
                if (!_audited.Contains(userId)) _others.Add(userId);
        return true;
    }

    /// <exception cref="ClientError">FORBIDDEN.</exception>
    public void DemandRead(IResolveFieldContext context, Guid userId)
    {
        if (!MayRead(context, userId))
            throw Forbidden(context, userId);
    }

    /// <summary>Reads what belongs to no user: whoever may read anything.</summary>
    /// <exception cref="ClientError">FORBIDDEN.</exception>
    public void DemandAnyRead(IResolveFieldContext context)
    {
        var viewer = Of(context);
        if (!viewer.Has(Scopes.Read) && !viewer.Has(Scopes.ReadAny) && !viewer.Has(Scopes.Refresh))
            throw new ClientError(
                ErrorCodes.Forbidden, $"{Name(context)}: the token has none of the scopes {Scopes.Read}, {Scopes.ReadAny} and "
                    + $"{Scopes.Refresh}. Ask for one.");
    }

    /// <exception cref="ClientError">FORBIDDEN.</exception>
    public void DemandRefresh(IResolveFieldContext context)
    {
        if (!Of(context).Has(Scopes.Refresh))
            throw new ClientError(
                ErrorCodes.Forbidden, $"{Name(context)}: the token lacks the scope {Scopes.Refresh}. Ask for it.");
    }

    /// <summary>A refresh of one's own data, or with the scope of anyone's.</summary>
    /// <exception cref="ClientError">FORBIDDEN.</exception>
    public void DemandRefreshOf(IResolveFieldContext context, Guid userId)
    {
        var viewer = Of(context);
        if (viewer.Has(Scopes.Refresh) || viewer.Has(Scopes.Read) && userId == viewer.UserId)
            return;
        throw new ClientError(
            ErrorCodes.Forbidden, $"{Name(context)}: the token does not allow refreshes of user {userId}. Give your own id with the "
                + $"scope {Scopes.Read}, or ask for the scope {Scopes.Refresh}.");
    }

    /// <summary>Writes a mutation that was done into the audit log.</summary>
    public void Audit(IResolveFieldContext context, Guid? userId = null)
    {
        var viewer = Of(context);
        LogMutation(log, viewer.Subject ?? "(open)", Name(context), userId?.ToString() ?? "everyone", _trace);
    }

    /// <summary>The error that tells somebody else's data apart from nobody's in no way.</summary>
    public static ClientError Forbidden(IResolveFieldContext context, Guid userId) => new(
        ErrorCodes.Forbidden, $"{Name(context)}: the token does not allow reading user {userId}. Give your own id with the scope "
            + $"{Scopes.Read}, or ask for the scope {Scopes.ReadAny}.");

    /// <summary>Writes whose data was read into the audit log; to be called before the answer goes out, so that nobody has
    /// seen what the log does not know. Each user once for an operation.</summary>
    public void AuditReads()
    {
        lock (_gate)
        {
            if (_others.Count == 0) return;
            LogRead(log, _viewer!.Subject!, _others.Count, string.Join(", ", _others.Order().Take(20)), _trace);
            _audited.UnionWith(_others);
            _others.Clear();
        }
    }

    /// <summary>The operation is over: what the later results of a subscription read, or what was never answered.</summary>
    public void Dispose() => AuditReads();

    private Viewer Of(IResolveFieldContext context) =>
        _viewer ?? Of(context.User, (context.UserContext as OperationContext)?.TraceId ?? _trace);

    private Viewer Of(ClaimsPrincipal? user, string traceId)
    {
        _trace = traceId;
        return _viewer ??= new Viewer(user);
    }

    private static string Name(IResolveFieldContext context) => context.FieldDefinition.Name;

    [LoggerMessage(LogLevel.Information, "Audit: {Viewer} read the data of {Count} others ({Users}); trace id {TraceId}")]
    private static partial void LogRead(ILogger log, string viewer, int count, string users, string traceId);

    [LoggerMessage(LogLevel.Information, "Audit: {Viewer} did {Mutation} for {User}; trace id {TraceId}")]
    private static partial void LogMutation(ILogger log, string viewer, string mutation, string user, string traceId);
}
