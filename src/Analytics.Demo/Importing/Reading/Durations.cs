// How long a workout took, as Strong writes it: '1h 5m', '38min', '264h 1m', '1h 2m 3s', '62m', or bare seconds.
using System.Globalization;
using System.Text.RegularExpressions;

namespace Analytics.Demo.Importing.Reading;

internal static partial class Durations
{
    /// <summary>A year. Somebody forgets to end a workout for days; nobody for longer.</summary>
    private const long MostSeconds = 366 * 86_400;

    public const string Expected = "a duration such as '1h 5m', '38min' or seconds, at most 8784h";

    /// <returns>False when it is none, or too long.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        var match = Written().Match(text);
        if (!match.Success)
            return false;
        var seconds = Part("h", 3600) + Part("m", 60) + Part("s", 1);
        duration = TimeSpan.FromSeconds(Math.Min(seconds, MostSeconds));
        return seconds <= MostSeconds;

        // Nine digits at most, so that no sum overflows.
        long Part(string name, int unitSeconds) =>
            match.Groups[name] is { Success: true } part ? unitSeconds * long.Parse(part.ValueSpan, CultureInfo.InvariantCulture) : 0;
    }

    // A number without a unit is seconds, and then the only part.
    [GeneratedRegex(
        @"\A(?=[0-9])((?<h>[0-9]{1,9})\s*h(rs?|ours?)?\s*)?"
        + @"((?<m>[0-9]{1,9})\s*m(ins?|inutes?)?\s*)?((?<s>[0-9]{1,9})\s*s(ecs?|econds?)?)?\z"
        + @"|\A(?<s>[0-9]{1,9})(\.0+)?\z",
        RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex Written();
}
