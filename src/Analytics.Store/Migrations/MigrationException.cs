// A migration that must not go on: a person has to look.
namespace Analytics.Store.Migrations;

/// <summary>The database and the scripts disagree in a way that the migrator must not settle by itself.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
