// Where settings come from besides the command line: files beside the program, a file or folder of the operator's, and
// the environment.
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Configuration.KeyPerFile;
using Microsoft.Extensions.FileProviders;

namespace Analytics.Gql;

// appsettings.json ⇒ appsettings.{environment}.json ⇒ what ANALYTICS_SETTINGS names ⇒ environment ⇒ --Key=value of 'serve'
//
// The later wins. docs/packaging.md says the same to operators.

public static class SettingsSources
{
    /// <summary>Names a JSON file, or a folder with a file for each key (<c>ConnectionStrings__Analytics</c>), as
    /// secrets are mounted.</summary>
    public const string Variable = "ANALYTICS_SETTINGS";

    /// <summary>What every command but <c>serve</c> reads.</summary>
    /// <exception cref="SettingsException">The file that is named is not there.</exception>
    public static IConfiguration Read()
    {
        var environment = Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT")
            ?? Environment.GetEnvironmentVariable("DOTNET_ENVIRONMENT") ?? Environments.Production;
        var builder = new ConfigurationBuilder().SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile($"appsettings.{environment}.json", optional: true)
            .AddEnvironmentVariables();
        InsertOperators(builder);
        return builder.Build();
    }

    /// <summary>Puts the operator's file or folder below the environment's variables.</summary>
    /// <exception cref="SettingsException">It is not there.</exception>
    public static void InsertOperators(IConfigurationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } path)
            return;
        var above = builder.Sources.ToList()
            .FindLastIndex(source => source is EnvironmentVariablesConfigurationSource { Prefix: null or "" });
        builder.Sources.Insert(above, Named(Path.GetFullPath(path)));
    }

    // Neither is watched: settings are those of the start, so that all parts of a node have the same.
    private static IConfigurationSource Named(string path)
    {
        if (Directory.Exists(path))
        {
            return new KeyPerFileConfigurationSource
            {
                FileProvider = new PhysicalFileProvider(path),
                ReloadOnChange = false,
                // Mounted secrets come with folders and links of their own, such as ..data.
                IgnoreCondition = name => name.StartsWith('.'),
            };
        }
        if (!File.Exists(path))
        {
            throw new SettingsException(
                $"{Variable} is '{path}', where there is neither a file nor a folder that this account may read. "
                + "Name a JSON file, or a folder with a file for each key; or unset it.");
        }
        return new JsonConfigurationSource
        {
            FileProvider = new PhysicalFileProvider(Path.GetDirectoryName(path)!),
            Path = Path.GetFileName(path),
        };
    }
}
