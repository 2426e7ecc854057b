// A user as other subgraphs of a federation may mean one.
using Analytics.Gql.Access;
using Analytics.Gql.Engine.Federation;

namespace Analytics.Gql.Users;

internal static class UserEntity
{
    /// <summary>Read by the same loader, with the same access, as an element of <c>users</c>.</summary>
    public static readonly EntityType Type = new(nameof(User), (context, id) =>
        context.RequestServices!.GetRequiredService<UserLoader>()
            .LoadListed(context, context.RequestServices!.GetRequiredService<Permissions>(), id));
}
