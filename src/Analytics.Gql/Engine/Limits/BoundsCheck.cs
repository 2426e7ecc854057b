// The range of a setting, and its check at start.
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Analytics.Gql.Engine.Limits;

/// <summary>The values that a setting may take, both ends included.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class BoundsAttribute(long least, long most) : Attribute
{
    public long Least { get; } = least;

    public long Most { get; } = most;
}

/// <summary>Refuses to start with a setting of <typeparamref name="T"/> out of its <see
/// cref="BoundsAttribute"/>.</summary>
public class BoundsCheck<T>(string section) : IValidateOptions<T>
    where T : class
{
    public ValidateOptionsResult Validate(string? name, T options)
    {
        List<string> faults = [];
        foreach (var property in typeof(T).GetProperties())
        {
            if (property.GetCustomAttribute<BoundsAttribute>() is not { } range) continue;
            var value = Convert.ToInt64(property.GetValue(options), CultureInfo.InvariantCulture);
            if (value >= range.Least && value <= range.Most) continue;
            faults.Add($"{section}:{property.Name} is {value}; "
                + $"it must be between {range.Least} and {range.Most}. "
                + "Correct the setting, or remove it to use the default.");
        }
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }
}
