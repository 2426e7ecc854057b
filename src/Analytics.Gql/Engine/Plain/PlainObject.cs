// Writes objects whose selected fields are all plain properties: their JSON is a function of the object alone.
using System.Text.Json;
using GraphQL.Types;

namespace Analytics.Gql.Engine.Plain;

// Every Write throws when the value must not be written as it is: a null in a non-null field, a number that is not
// finite, what a property throws. The caller then forgets what was written.

/// <summary>A value found in an object.</summary>
internal abstract class PlainValue
{
    public abstract void Write(Utf8JsonWriter json, object source);
}

/// <summary>The value of a property.</summary>
internal sealed class PlainProperty<TSource, TValue>(Func<TSource, TValue> get, Action<Utf8JsonWriter, TValue> write)
    : PlainValue
{
    public override void Write(Utf8JsonWriter json, object source) => write(json, get((TSource)source));
}

/// <summary>The value of <c>__typename</c>.</summary>
internal sealed class PlainTypeName(string name) : PlainValue
{
    private readonly JsonEncodedText _name = JsonEncodedText.Encode(name, PlainJson.Options.Encoder);

    public override void Write(Utf8JsonWriter json, object source) => json.WriteStringValue(_name);
}

/// <summary>A list that is already at hand.</summary>
internal sealed class PlainList(PlainObject item, bool nonNullItems) : PlainValue
{
    public override void Write(Utf8JsonWriter json, object source) =>
        item.WriteList(json, (IEnumerable<object?>)source, nonNull: true, nonNullItems);
}

/// <summary>What is selected of an object type, all of it plain.</summary>
internal sealed class PlainObject(
    IObjectGraphType type, Type source, IReadOnlyList<(JsonEncodedText Key, PlainValue Value)> fields)
{
    private readonly (JsonEncodedText Key, PlainValue Value)[] _fields = [.. fields];
    private readonly Type _lists = typeof(IReadOnlyCollection<>).MakeGenericType(source);
    private readonly Func<object, bool>? _isOfType = type.SkipTypeCheck ? null : type.IsTypeOf;

    /// <summary>The C# class of the objects.</summary>
    public Type Source => source;

    /// <summary>Lists of them that can be read again; a list of loader results is none.</summary>
    public bool IsListOfThem(object values) => _lists.IsInstanceOfType(values);

    public void Write(Utf8JsonWriter json, object? value, bool nonNull)
    {
        if (WriteNull(json, value, nonNull)) return;
        if (_isOfType?.Invoke(value!) == false) throw new InvalidCastException();
        json.WriteStartObject();
        foreach (var (key, field) in _fields)
        {
            json.WritePropertyName(key);
            field.Write(json, value!);
        }
        json.WriteEndObject();
    }

    public void WriteList(Utf8JsonWriter json, IEnumerable<object?>? values, bool nonNull, bool nonNullItems)
    {
        if (WriteNull(json, values, nonNull)) return;
        json.WriteStartArray();
        foreach (var value in values!) Write(json, value, nonNullItems);
        json.WriteEndArray();
    }

    private static bool WriteNull(Utf8JsonWriter json, object? value, bool nonNull)
    {
        if (value is not null) return false;
        if (nonNull) throw new InvalidOperationException("Null in a non-null field.");
        json.WriteNullValue();
        return true;
    }
}
