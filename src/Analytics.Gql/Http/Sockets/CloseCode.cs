// Why a socket is closed, after the protocol graphql-transport-ws.
namespace Analytics.Gql.Http.Sockets;

internal static class CloseCode
{
    public const int GoingAway = 1001;
    public const int TooBig = 1009;
    public const int InternalError = 1011;
    public const int TryAgainLater = 1013;
    public const int BadRequest = 4400;
    public const int Unauthorized = 4401;
    public const int Forbidden = 4403;
    public const int SubprotocolNotAcceptable = 4406;
    public const int InitTimeout = 4408;
    public const int SubscriberExists = 4409;
    public const int TooManyInits = 4429;
}
