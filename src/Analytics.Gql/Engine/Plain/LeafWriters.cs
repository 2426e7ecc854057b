// How scalars and enums are written without a box and without a string in between.
using System.Reflection;
using System.Text.Json;
using Analytics.Gql.Engine.Scalars;
using GraphQL.Types;

namespace Analytics.Gql.Engine.Plain;

/// <summary>Writers that give the very bytes of the scalar's own <c>Serialize</c>, or throw where it does.</summary>
internal static class LeafWriters
{
    // By the scalar's exact class: one that serializes in its own way is not known here.
    private static readonly Dictionary<(Type Scalar, Type Value), Delegate> _known = new()
    {
        [(typeof(BooleanGraphType), typeof(bool))] = (Utf8JsonWriter json, bool value) => json.WriteBooleanValue(value),
        [(typeof(IntGraphType), typeof(int))] = (Utf8JsonWriter json, int value) => json.WriteNumberValue(value),
        [(typeof(LongGraphType), typeof(long))] = (Utf8JsonWriter json, long value) => json.WriteNumberValue(value),
        [(typeof(FloatScalar), typeof(double))] = FloatScalar.Write,
        [(typeof(FloatScalar), typeof(float))] = (Utf8JsonWriter json, float value) => FloatScalar.Write(json, value),
        [(typeof(FloatScalar), typeof(decimal))] = (Utf8JsonWriter json, decimal value) => FloatScalar.Write(json, (double)value),
        [(typeof(IdScalar), typeof(Guid))] = (Utf8JsonWriter json, Guid value) => json.WriteStringValue(value),
        [(typeof(DateScalar), typeof(DateOnly))] = DateScalar.Write,
        [(typeof(DateTimeScalar), typeof(DateTimeOffset))] = DateTimeScalar.Write,
    };

    /// <returns>An <c>Action&lt;Utf8JsonWriter, value&gt;</c>, or null when there is none.</returns>
    public static Delegate? For(Type value, ScalarGraphType scalar, bool nonNull)
    {
        if (Nullable.GetUnderlyingType(value) is { } inner)
            return For(inner, scalar, nonNull: true) is { } write ? Call(nameof(OrNull), inner, write, nonNull) : null;
        if (value == typeof(string) && (scalar.GetType() == typeof(StringGraphType) || scalar is IdScalar))
            return Text(nonNull);
        if (value.IsEnum && scalar.GetType() == typeof(EnumerationGraphType<>).MakeGenericType(value))
            return Call(nameof(Names), value, scalar);
        return _known.GetValueOrDefault((scalar.GetType(), value));
    }

    private static Action<Utf8JsonWriter, string?> Text(bool nonNull) => nonNull
        ? (json, value) => json.WriteStringValue(value ?? throw new InvalidOperationException())
        : (json, value) => json.WriteStringValue(value);

    private static Action<Utf8JsonWriter, T?> OrNull<T>(Action<Utf8JsonWriter, T> write, bool nonNull)
        where T : struct => (json, value) =>
        {
            if (value is { } present) write(json, present);
            else if (nonNull) throw new InvalidOperationException();
            else json.WriteNullValue();
        };

    private static Action<Utf8JsonWriter, T> Names<T>(EnumerationGraphType scalar)
        where T : struct, Enum
    {
        var names = new Dictionary<T, JsonEncodedText>();
        foreach (var value in scalar.Values)
            names[(T)value.Value!] = JsonEncodedText.Encode(value.Name, PlainJson.Options.Encoder);
        return (json, value) => json.WriteStringValue(names[value]);
    }

    private static Delegate Call(string method, Type value, params object[] arguments) =>
        (Delegate)typeof(LeafWriters).GetMethod(method, BindingFlags.NonPublic | BindingFlags.Static)!
            .MakeGenericMethod(value).Invoke(null, arguments)!;
}
