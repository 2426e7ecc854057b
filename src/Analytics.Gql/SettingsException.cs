// A setting is missing or wrong; the message names its key and the remedy.
namespace Analytics.Gql;

public sealed class SettingsException(string message) : Exception(message);
