// The bounds of the API: settings under Analytics:Limits, with defaults that an ordinary dashboard never meets.
namespace Analytics.Gql.Engine.Limits;

/// <summary>Bounds on what one request may ask for.</summary>
public sealed class LimitOptions
{
    public const string Section = "Analytics:Limits";

    /// <summary>The most that <see cref="MaxWeeksPerRange"/> may be set to: twenty years.</summary>
    public const int MostWeeksPerRange = 1_040;

    /// <summary>Weeks that one range of <c>weeklyAggregates</c> may overlap.</summary>
    [Bounds(1, MostWeeksPerRange)] public int MaxWeeksPerRange { get; set; } = 104;

    /// <summary>Users that one list of ids may name.</summary>
    [Bounds(1, 10_000)] public int MaxUsers { get; set; } = 100;

    /// <summary>Rows of one page.</summary>
    [Bounds(1, 1_000)] public int MaxPageSize { get; set; } = 100;

    /// <summary>Sessions listed under one week.</summary>
    [Bounds(1, 10_000)] public int MaxSessionsPerWeek { get; set; } = 500;

    /// <summary>Exercises of one list of personal records.</summary>
    [Bounds(1, 10_000)] public int MaxExercises { get; set; } = 500;

    /// <summary>Fields with an alias in one operation, fragments expanded.</summary>
    [Bounds(0, 10_000)] public int MaxAliases { get; set; } = 100;

    /// <summary>Levels of fields; a field of the root is level 1. Introspection has bounds of its own.</summary>
    [Bounds(1, 50)] public int MaxDepth { get; set; } = 15;

    /// <summary>Fields, fragment spreads and inline fragments of one operation, expanded at each spread.</summary>
    /// <remarks>As many as the aliases allowed may select with every field of a range and its sessions.</remarks>
    [Bounds(1, 20_000)] public int MaxSelections { get; set; } = 5_000;

    /// <summary>Fragments that one document may define; the standard rules compare them with each other.</summary>
    [Bounds(0, 500)] public int MaxFragments { get; set; } = 100;

    /// <summary>The cost of one operation: about the number of values that the largest answer would have.</summary>
    /// <remarks>
    /// A field costs 1, plus the cost of what is selected in it times the size of the list it answers. The size is what
    /// the field declares, from the real arguments (<c>ids</c>: as many as given; <c>first</c>: the page), else
    /// <see cref="CostRule.UndeclaredListSize"/>. An object that pages (a connection) passes its size to the lists
    /// directly in it. A field selected twice counts twice; one that @skip or @include leaves out counts nothing;
    /// <c>__schema</c> and <c>__type</c> cost <see cref="CostRule.IntrospectionCost"/> each.
    /// 100 users × 12 weeks × 5 sessions with every field cost about 150,000.
    /// </remarks>
    [Bounds(1, 100_000_000)] public long MaxCost { get; set; } = 250_000;

    /// <summary>The cost from which an operation is large: its reads wait for a place among <see
    /// cref="MaxConcurrentLargeReads"/>, the cheaper ones earlier, and leave other connections to small ones.</summary>
    /// <remarks>12 weeks of a user cost about 100, a page of 20 sessions 230, an athlete's page 360, 50 users × 12 weeks
    /// 5,000.</remarks>
    [Bounds(1, 100_000_000)] public long LargeOperationCost { get; set; } = 300;

    /// <summary>Reads of large operations at once on this node; 0: half of the connections that reads have, three at
    /// least where there are more.</summary>
    [Bounds(0, 10_000)] public int MaxConcurrentLargeReads { get; set; }

    /// <summary>Directives of one operation, fragments expanded; several rules look at each.</summary>
    [Bounds(0, 10_000)] public int MaxDirectives { get; set; } = 50;

    /// <summary>UTF-8 bytes of one document.</summary>
    /// <remarks>Tokens need no bound of their own: each has at least a byte, and reading takes time in proportion to
    /// the bytes. What grows faster is bounded above: selections, aliases, fragments, directives, and repeated
    /// fields in <see cref="ShapeRule.MaxMergeWork"/>.</remarks>
    [Bounds(1_000, 1_048_576)] public int MaxDocumentBytes { get; set; } = 65_536;

    /// <summary>Bytes of one HTTP request body.</summary>
    [Bounds(1_000, 104_857_600)] public int MaxRequestBytes { get; set; } = 1_048_576;

    /// <summary>Operations of one HTTP batch.</summary>
    [Bounds(1, 100)] public int MaxOperationsPerBatch { get; set; } = 10;

    /// <summary>Seconds that one SQL statement may take.</summary>
    [Bounds(1, 600)] public int StatementTimeoutS { get; set; } = 15;

    /// <summary>Seconds that one request may take, from its first byte to its answer; then its statements are
    /// cancelled.</summary>
    [Bounds(1, 3_600)] public int RequestTimeoutS { get; set; } = 30;

    /// <summary>Requests that one client may send in a minute, counted by its user, else by its address; 0: any
    /// number. A batch is one request.</summary>
    [Bounds(0, 1_000_000)] public int RequestsPerMinutePerClient { get; set; }

    /// <summary>Requests that are worked on at once.</summary>
    [Bounds(1, 100_000)] public int MaxConcurrentRequests { get; set; } = 1_000;

    /// <summary>Requests that wait for others to end; more are refused.</summary>
    [Bounds(0, 100_000)] public int MaxQueuedRequests { get; set; } = 1_000;

    /// <summary>Memory for parsed documents, in bytes.</summary>
    [Bounds(0, 1_073_741_824)] public long DocumentCacheBytes { get; set; } = 33_554_432;
}

/// <summary>Refuses to start with a limit out of its range.</summary>
public sealed class LimitOptionsCheck() : BoundsCheck<LimitOptions>(LimitOptions.Section);
