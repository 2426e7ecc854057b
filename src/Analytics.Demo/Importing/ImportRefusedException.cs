namespace Analytics.Demo.Importing;

/// <summary>The file is refused as a whole and nothing was changed; the message says why and what to do.</summary>
public sealed class ImportRefusedException(string message) : Exception(message);
