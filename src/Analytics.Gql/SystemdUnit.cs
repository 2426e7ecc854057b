// The server as a unit of systemd: it says when it is up and when it leaves, and its log lines carry their priority.
using Microsoft.Extensions.Logging.Console;

namespace Analytics.Gql;

internal static class SystemdUnit
{
    private const string FormatterKey = "Logging:Console:FormatterName";

    /// <summary>Does nothing where systemd did not start the process.</summary>
    public static void AddSystemdUnit(this WebApplicationBuilder builder)
    {
        builder.Services.AddSystemd();
        // The package writes lines for the journal, whatever the operator chose.
        if (builder.Configuration[FormatterKey] is { Length: > 0 } chosen)
            builder.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName = chosen);
    }
}
