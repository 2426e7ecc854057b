// Remembers which fields are plain properties, so that execution can read them without a resolver.
using System.Reflection;
using GraphQL;
using GraphQL.Resolvers;
using GraphQL.Types;

namespace Analytics.Gql.Engine.Plain;

/// <summary>Takes <see cref="PropertyObjectType{TSource}"/> wherever the library would take its own type.</summary>
public sealed class PropertyObjectTypes : IGraphTypeMappingProvider
{
    public Type? GetGraphTypeFromClrType(Type clrType, bool isInputType, Type? preferredGraphType) =>
        preferredGraphType == typeof(AutoRegisteringObjectGraphType<>).MakeGenericType(clrType)
            ? typeof(PropertyObjectType<>).MakeGenericType(clrType)
            : preferredGraphType;
}

/// <summary>An object type out of a C# class.</summary>
public sealed class PropertyObjectType<TSource> : AutoRegisteringObjectGraphType<TSource>
{
    protected override FieldType? CreateField(MemberInfo memberInfo)
    {
        var field = base.CreateField(memberInfo);
        // An attribute may have put another resolver in place of the property's.
        if (!typeof(TSource).IsValueType && field?.Resolver?.GetType() == typeof(MemberResolver)
            && memberInfo is PropertyInfo { GetMethod.IsStatic: false } property)
            field.Resolver = new PropertyResolver<TSource>(field.Resolver, property);
        return field;
    }
}

/// <summary>The mark of a plain property: whatever wraps or replaces this resolver, such as middleware, takes the field
/// off the plain path.</summary>
internal abstract class PropertyResolver(IFieldResolver general, PropertyInfo property) : IFieldResolver
{
    /// <summary>The class that has the property.</summary>
    public abstract Type Source { get; }

    protected PropertyInfo Property => property;

    public ValueTask<object?> ResolveAsync(IResolveFieldContext context) => general.ResolveAsync(context);

    /// <returns>Null when the values have no writer of their own.</returns>
    public abstract PlainValue? Leaf(ScalarGraphType type, bool nonNull);

    /// <returns>Null when the property does not give such objects, but a task or a loader's result.</returns>
    public abstract PlainValue? Object(PlainObject type, bool nonNull);

    /// <inheritdoc cref="Object"/>
    public abstract PlainValue? List(PlainObject item, bool nonNull, bool nonNullItems);
}

internal sealed class PropertyResolver<TSource>(IFieldResolver general, PropertyInfo property)
    : PropertyResolver(general, property)
{
    private readonly Lazy<Func<TSource, object?>> _getObject =
        new(property.GetMethod!.CreateDelegate<Func<TSource, object?>>);

    private readonly Lock _gate = new();
    private PlainValue? _leaf;
    private bool _leafIsKnown;

    public override Type Source => typeof(TSource);

    public override PlainValue? Leaf(ScalarGraphType type, bool nonNull)
    {
        lock (_gate)
        {
            if (_leafIsKnown) return _leaf;
            _leafIsKnown = true;
            return _leaf = LeafWriters.For(Property.PropertyType, type, nonNull) is { } write ? LeafOf(write) : null;
        }
    }

    public override PlainValue? Object(PlainObject type, bool nonNull) =>
        Gives(type.Source)
            ? new PlainProperty<TSource, object?>(_getObject.Value, (json, value) => type.Write(json, value, nonNull))
            : null;

    public override PlainValue? List(PlainObject item, bool nonNull, bool nonNullItems) =>
        Gives(typeof(IEnumerable<>).MakeGenericType(item.Source))
            ? new PlainProperty<TSource, object?>(
                _getObject.Value,
                (json, value) => item.WriteList(json, (IEnumerable<object?>?)value, nonNull, nonNullItems))
            : null;

    // A list that is a struct cannot be had as an object without a box.
    private bool Gives(Type type) => type.IsAssignableFrom(Property.PropertyType) && !Property.PropertyType.IsValueType;

    private PlainValue LeafOf(Delegate write)
    {
        Type[] types = [typeof(TSource), Property.PropertyType];
        var get = Property.GetMethod!.CreateDelegate(typeof(Func<,>).MakeGenericType(types));
        return (PlainValue)Activator.CreateInstance(typeof(PlainProperty<,>).MakeGenericType(types), get, write)!;
    }
}
