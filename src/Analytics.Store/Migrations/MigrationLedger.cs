// What has been applied: migrations by number and checksum, definitions by name and checksum, and the triggers they made.
using Dapper;
using Npgsql;

namespace Analytics.Store.Migrations;

internal static class MigrationLedger
{
    public static Task CreateAsync(NpgsqlConnection connection, CancellationToken ct) => connection.ExecuteAsync(new CommandDefinition("""
        -- 'if not exists' would ask for the right to create one, which belongs to the database and comes with no dump.
        do $$ begin if to_regnamespace('analytics') is null then create schema analytics; end if; end $$;
        create table if not exists analytics.schema_migrations (
            number     int         not null,
            name       text        not null,
            checksum   text        not null,
            applied_at timestamptz not null default now(),
            constraint schema_migrations_pkey primary key (number)
        );
        create table if not exists analytics.schema_definitions (
            name       text        not null,
            checksum   text        not null,
            applied_at timestamptz not null default now(),
            constraint schema_definitions_pkey primary key (name)
        );
        create table if not exists analytics.staging_triggers (
            table_name   text not null,
            trigger_name text not null,
            constraint staging_triggers_pkey primary key (table_name, trigger_name)
        );
        comment on table analytics.schema_migrations is 'Applied files of db/migrations; a changed checksum is refused.';
        comment on table analytics.schema_definitions is 'Applied definitions; a changed checksum applies them again.';
        comment on table analytics.staging_triggers is
            'The triggers that the applied definitions make: an audit looks whether they are there and fire.';
        """, cancellationToken: ct));

    public static async Task<IReadOnlyDictionary<int, string>> MigrationsAsync(NpgsqlConnection connection, CancellationToken ct) =>
        (await connection.QueryAsync<(int Number, string Checksum)>(new CommandDefinition(
            "select number, checksum from analytics.schema_migrations", cancellationToken: ct)))
        .ToDictionary(m => m.Number, m => m.Checksum);

    public static async Task<IReadOnlyDictionary<string, string>> DefinitionsAsync(NpgsqlConnection connection, CancellationToken ct) =>
        (await connection.QueryAsync<(string Name, string Checksum)>(new CommandDefinition(
            "select name, checksum from analytics.schema_definitions", cancellationToken: ct)))
        .ToDictionary(m => m.Name, m => m.Checksum);

    public static Task RecordMigrationAsync(NpgsqlConnection connection, Script script, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition(
            "insert into analytics.schema_migrations (number, name, checksum) values (@Number, @Name, @Checksum)",
            new { script.Number, script.Name, script.Checksum }, cancellationToken: ct));

    public static Task RecordDefinitionAsync(NpgsqlConnection connection, string name, string checksum, CancellationToken ct) =>
        connection.ExecuteAsync(new CommandDefinition("""
            insert into analytics.schema_definitions (name, checksum) values (@name, @checksum)
            on conflict (name) do update set checksum = excluded.checksum, applied_at = now()
            """, new { name, checksum }, cancellationToken: ct));
}
