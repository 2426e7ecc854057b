// The CPU that a process and all that it started have used, as Linux accounts for it.
using System.Globalization;

namespace Analytics.Gql.Bench.Measuring;

internal static class CpuTimes
{
    // Fields of /proc/PID/stat after the command's name, which is in brackets and may hold anything.
    private const int Parent = 1, User = 11, System = 12, ChildrenUser = 13, ChildrenSystem = 14;

    /// <summary>Linux counts for programs in hundredths of a second, whatever its own clock is.</summary>
    private const double UsPerTick = 10_000;

    /// <summary>User and system time in µs, of the living and of those that have ended and were waited for.</summary>
    public static double OfTreeUs(int root)
    {
        var all = ReadAll();
        var children = all.ToLookup(p => p.Parent, p => p.Id);
        var ticks = all.ToDictionary(p => p.Id, p => p.Ticks);
        return Sum(root) * UsPerTick;

        long Sum(int id) => ticks.GetValueOrDefault(id) + children[id].Sum(Sum);
    }

    /// <summary>What the process holds in memory, without its children.</summary>
    public static double ResidentMiB(int id) => Environment.SystemPageSize / 1_048_576.0 * long.Parse(
        File.ReadAllText($"/proc/{id}/statm").Split(' ')[1], CultureInfo.InvariantCulture);

    private static List<(int Id, int Parent, long Ticks)> ReadAll()
    {
        var all = new List<(int, int, long)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Stat(folder) is { } stat)
            {
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                all.Add((id, (int)Number(fields[Parent]), Number(fields[User]) + Number(fields[System])
                    + Number(fields[ChildrenUser]) + Number(fields[ChildrenSystem])));
            }
        return all;
    }

    /// <summary>Null: it ended while we looked.</summary>
    private static string? Stat(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "stat"));
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static long Number(string field) => long.Parse(field, CultureInfo.InvariantCulture);
}
