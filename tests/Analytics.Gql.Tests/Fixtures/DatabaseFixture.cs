// One migrated database for the tests of a class: IClassFixture<DatabaseFixture>.
namespace Analytics.Gql.Tests.Fixtures;

/// <summary>Derive from it to seed once for all tests of the class.</summary>
public class DatabaseFixture : IAsyncLifetime
{
    public TestDatabase Database { get; private set; } = null!;

    public virtual async Task InitializeAsync() => Database = await PostgresServer.CreateDatabaseAsync();

    public virtual async Task DisposeAsync()
    {
        if (Database is not null)
            await Database.DisposeAsync();
    }
}
