// A schema of plain properties, with everything beside them that must not be taken for one.
using Analytics.Gql.Engine.Limits;
using GraphQL;
using GraphQL.DataLoader;
using GraphQL.Resolvers;
using GraphQL.Types;

namespace Analytics.Gql.Tests.Engine;

public enum Mood { Good, VeryBad }

/// <summary>What is wrong with reading number 2.</summary>
public enum ReadingFault { None, Throws, NullText, NullInner, NullPart, NotFinite, UnknownMood }

/// <summary>Puts another resolver in place of the property's.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class ReplacedAttribute : GraphQLAttribute
{
    public override void Modify(FieldType fieldType, bool isInputType)
    {
        ArgumentNullException.ThrowIfNull(fieldType);
        fieldType.Resolver = new FuncFieldResolver<object>(_ => 42);
    }
}

/// <summary>A loader's result that is there already.</summary>
public sealed class ReadyResult<T>(T value) : IDataLoaderResult<T>
{
    public Task<T> GetResultAsync(CancellationToken cancellationToken = default) => Task.FromResult(value);

    async Task<object?> IDataLoaderResult.GetResultAsync(CancellationToken cancellationToken) =>
        await GetResultAsync(cancellationToken);
}

public interface INumbered
{
    int Number { get; }
}

[Implements(typeof(INumbered))]
public sealed class Reading(int number, ReadingFault fault) : INumbered
{
    private readonly ReadingFault _fault = number == 2 ? fault : ReadingFault.None;
    private bool Odd => number % 2 == 1;

    public Guid Id => SampleIds.Id(number);
    [Id] public string Key => $"key {number}";
    public int Number => number;
    public int? MaybeNumber => Odd ? number : null;
    public long Big => 9_000_000_000L + number;
    public double Mean => _fault == ReadingFault.NotFinite ? double.NaN : number / 3.0;
    public double? MaybeMean => Odd ? -0.0 : null;
    public float Narrow => number + 0.1f;
    public decimal Exact => 62.500m + number;
    public bool IsOdd => Odd;
    public bool? MaybeOdd => Odd ? true : null;
    public string Text => _fault == ReadingFault.NullText ? null! : "\" \\ <é> \U0001f600 \u2028 \ud800";
    public string? Note => Odd ? "" : null;
    public DateOnly Day => new DateOnly(2026, 1, 5).AddDays(number);
    public DateOnly? MaybeDay => Odd ? DateOnly.MaxValue : null;
    public DateTimeOffset At => new DateTimeOffset(2026, 1, 5, 0, 30, 0, TimeSpan.FromHours(2)).AddTicks(
        number switch { 0 => 0, 1 => 1, 2 => 10, 3 => 1_234_567, _ => 5_000_000 });
    public DateTimeOffset? MaybeAt => Odd ? DateTimeOffset.MinValue : null;
    public Mood Mood => _fault == ReadingFault.UnknownMood ? (Mood)7 : Mood.VeryBad;
    public Mood? MaybeMood => Odd ? Mood.Good : null;
    public int Checked => _fault == ReadingFault.Throws ? throw new TimeoutException("secret") : number;
    public int? MaybeChecked => Checked;

    public Reading? Before => number == 0 ? null : new(number - 1, fault);
    public Reading Inner => _fault == ReadingFault.NullInner ? null! : new(number / 2, fault);
    public IEnumerable<Reading> Parts => Enumerable.Range(0, number % 4).Select(n => new Reading(n, fault));
    public IReadOnlyList<Reading?>? MaybeParts => Odd ? [null, new(2, fault)] : null;
    public Reading[] All => _fault == ReadingFault.NullPart ? [new(1, fault), null!] : [new(1, fault)];

    // Not plain.
    public static string Unit => "kg";
    [Replaced] public int Replaced => number;
    public IReadOnlyList<double> Values => [number, 0.5];
    public Task<string> Later => Task.FromResult($"later {number}");
    public IDataLoaderResult<string> Loaded => new ReadyResult<string>($"loaded {number}");
    public IReadOnlyList<IDataLoaderResult<Reading>> LoadedParts => [new ReadyResult<Reading>(new(2, fault))];
    public INumbered Numbered => new Reading(number, ReadingFault.None);
    public string Method() => $"method {number}";
}

[Name("Query")]
public sealed class PlainQuery
{
    [ListSize(5)]
    public static IReadOnlyList<Reading> Readings(ReadingFault fault) => [.. Lazy(fault)];

    [ListSize(5)]
    public static IEnumerable<Reading> Lazy(ReadingFault fault) =>
        Enumerable.Range(0, 5).Select(n => new Reading(n, fault));

    [ListSize(5)]
    public static Task<IReadOnlyList<Reading?>> Gaps(ReadingFault fault) =>
        Task.FromResult<IReadOnlyList<Reading?>>([null, .. Lazy(fault)]);

    [ListSize(5)]
    public static IReadOnlyList<IDataLoaderResult<Reading>> Loaded(ReadingFault fault) =>
        [.. Lazy(fault).Select(r => new ReadyResult<Reading>(r))];

    public static IDataLoaderResult<Reading?> One(ReadingFault fault) =>
        new ReadyResult<Reading?>(new Reading(2, fault));

    public static INumbered Numbered(ReadingFault fault) => new Reading(2, fault);
}
