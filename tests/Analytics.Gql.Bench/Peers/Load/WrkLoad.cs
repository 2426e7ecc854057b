// Load from wrk on loopback: each connection asks again as soon as it has its answer.
using System.Globalization;
using System.Text;

namespace Analytics.Gql.Bench.Peers.Load;

internal static class WrkLoad
{
    private const string Install = "Debian: apt-get install wrk; macOS: brew install wrk.";

    /// <summary>A request without an answer for so long has failed.</summary>
    private const string Patience = "30s";

    /// <exception cref="MissingToolException">wrk is not installed.</exception>
    public static void Require() => Tool.Require("wrk", Install);

    /// <param name="requests">Asked in turn.</param>
    /// <param name="duration">Whole seconds.</param>
    /// <param name="cpu">Reads the CPU used so far, just before and just after.</param>
    public static async Task<LoadFigures> RunAsync(
        Uri server, IReadOnlyList<WireRequest> requests, int connections, TimeSpan duration, Func<CpuReading> cpu,
        CancellationToken ct)
    {
        var file = Path.GetTempFileName();
        try
        {
            await WriteAsync(file, server, requests, ct);
            var before = cpu();
            // One thread: it is not what is measured, and there are few cores.
            var output = await Tool.RunAsync("wrk",
            [
                "--threads=1", $"--connections={connections}", $"--duration={duration.TotalSeconds:F0}s", $"--timeout={Patience}",
                $"--script={PeerFiles.Path("load.lua")}", server.ToString(), "--", file,
                connections.ToString(CultureInfo.InvariantCulture),
            ], Install, ct);
            var used = cpu() - before;
            return Parse(output, used);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static async Task WriteAsync(string file, Uri server, IReadOnlyList<WireRequest> requests, CancellationToken ct)
    {
        await using var stream = File.Create(file);
        foreach (var bytes in requests.Select(request => request.Bytes(server)))
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{bytes.Length}\n")), ct);
            await stream.WriteAsync(bytes, ct);
        }
    }

    private static LoadFigures Parse(string output, CpuReading used)
    {
        var line = output.Split('\n').LastOrDefault(l => l.StartsWith("RESULT ", StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"wrk printed no result:\n{output}");
        var n = line.Split(' ').Skip(1).Select(figure => long.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        return new LoadFigures(
            n[0], TimeSpan.FromMicroseconds(n[1]), n[2] / 1000.0, n[3] / 1000.0, n[4] / 1000.0, used.ServerUs, used.PostgresUs,
            n[5], n[6]);
    }
}

/// <summary>CPU in µs.</summary>
internal readonly record struct CpuReading(double ServerUs, double PostgresUs)
{
    public static CpuReading operator -(CpuReading a, CpuReading b) => new(a.ServerUs - b.ServerUs, a.PostgresUs - b.PostgresUs);
}
