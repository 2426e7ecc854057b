// What the doctor looks for, what it finds, and what mends it.
namespace Analytics.Store.Doctor;

public enum Severity
{
    /// <summary>It works, but slower, less safely, or not for long.</summary>
    Warning,

    /// <summary>Something is wrong or missing: answers are late, or may be.</summary>
    Error,
}

public enum RemedyKind
{
    /// <summary>A statement for the database, run as an account that may.</summary>
    Sql,

    /// <summary>A line for the shell.</summary>
    Command,

    /// <summary>What a person must do by other means.</summary>
    Advice,
}

/// <summary>One step that mends what was found; several are taken in order.</summary>
public sealed record Remedy(RemedyKind Kind, string Text)
{
    public static Remedy Sql(string text) => new(RemedyKind.Sql, text);

    public static Remedy Command(string text) => new(RemedyKind.Command, text);

    public static Remedy Advice(string text) => new(RemedyKind.Advice, text);
}

/// <summary>What one check found in one place.</summary>
public sealed record Fault(string Found, params Remedy[] Remedies);

/// <summary>A fault with the name of its check, for people and programs.</summary>
/// <param name="Id">Stable: monitoring may rely on it.</param>
public sealed record Finding(string Id, Severity Severity, string Found, IReadOnlyList<Remedy> Remedies);

/// <summary>One thing that is looked at; it only reads.</summary>
/// <param name="Id">Group and name, such as <c>trigger.disabled</c>.</param>
/// <param name="LooksFor">What is wrong when it finds something; a sentence for the documentation.</param>
/// <param name="Mends">What its remedy is, likewise.</param>
/// <param name="NeedsSchema">False: it can look before anything is migrated.</param>
public sealed record Check(
    string Id, Severity Severity, string LooksFor, string Mends, Func<Examination, CancellationToken, Task<IReadOnlyList<Fault>>> RunAsync,
    bool NeedsSchema = true);
