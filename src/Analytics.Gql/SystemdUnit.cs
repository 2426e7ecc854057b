// The server as a unit of systemd: it says when it is up and when it leaves, and its log lines carry their priority.
using Microsoft.Extensions.Hosting.Systemd;
using Microsoft.Extensions.Logging.Console;

namespace Analytics.Gql;

// AddSystemd() of the package asks /proc whether the parent is systemd, which a unit with ProtectProc=invisible may not
// see; what systemd puts into the environment says it as well.

internal static class SystemdUnit
{
    private const string FormatterKey = "Logging:Console:FormatterName";

    /// <summary>Does nothing where systemd did not start the process.</summary>
    public static void AddSystemdUnit(this WebApplicationBuilder builder)
    {
        if (IsSet("NOTIFY_SOCKET"))
        {
            builder.Services.AddSingleton<ISystemdNotifier, SystemdNotifier>();
            builder.Services.AddSingleton<IHostLifetime, SystemdLifetime>();
        }
        // What the operator chose stays.
        if (IsSet("JOURNAL_STREAM") && string.IsNullOrEmpty(builder.Configuration[FormatterKey]))
            builder.Services.Configure<ConsoleLoggerOptions>(
                console => console.FormatterName = ConsoleFormatterNames.Systemd);
    }

    private static bool IsSet(string variable) => Environment.GetEnvironmentVariable(variable) is { Length: > 0 };
}
