namespace Analytics.Store.Refresh;

/// <summary>How far a refresh or a verification is, for whoever waits for it.</summary>
/// <param name="What">What is being done, such as <c>refreshing session_summary</c>.</param>
/// <param name="Of">What <paramref name="Done"/> grows to.</param>
public readonly record struct RefreshStep(string What, long Done, long Of);
