// The operations that the dashboard sends: files of schema/operations, typed by graphql-codegen.
import { gql, type TypedDocumentNode } from 'urql';
import aggregatesRefreshed from '../../../../schema/operations/AggregatesRefreshed.graphql';
import athleteChart from '../../../../schema/operations/AthleteChart.graphql';
import athleteName from '../../../../schema/operations/AthleteName.graphql';
import athleteRecords from '../../../../schema/operations/AthleteRecords.graphql';
import enqueueRefresh from '../../../../schema/operations/EnqueueRefresh.graphql';
import operationsBoard from '../../../../schema/operations/OperationsBoard.graphql';
import requestFullRefresh from '../../../../schema/operations/RequestFullRefresh.graphql';
import serviceFreshness from '../../../../schema/operations/ServiceFreshness.graphql';
import sessionPages from '../../../../schema/operations/SessionPages.graphql';
import teamBoard from '../../../../schema/operations/TeamBoard.graphql';
import userFreshness from '../../../../schema/operations/UserFreshness.graphql';
import weekSessions from '../../../../schema/operations/WeekSessions.graphql';
import type * as Of from './generated';

/** By its id where we have that: then the text need not be sent, nor be in the bundle, and any server takes it. */
function operation<Result, Variables>(document: string): TypedDocumentNode<Result, Variables & object> {
  return document.startsWith('sha256:')
    ? { kind: 'Document', definitions: [], documentId: document } as unknown as TypedDocumentNode<Result, Variables & object>
    : gql(document);
}

export const AthleteChart = operation<Of.AthleteChartQuery, Of.AthleteChartQueryVariables>(athleteChart);
export const AthleteName = operation<Of.AthleteNameQuery, Of.AthleteNameQueryVariables>(athleteName);
export const AthleteRecords = operation<Of.AthleteRecordsQuery, Of.AthleteRecordsQueryVariables>(athleteRecords);
export const EnqueueRefresh = operation<Of.EnqueueRefreshMutation, Of.EnqueueRefreshMutationVariables>(enqueueRefresh);
export const OperationsBoard = operation<Of.OperationsBoardQuery, Of.OperationsBoardQueryVariables>(operationsBoard);
export const RequestFullRefresh =
  operation<Of.RequestFullRefreshMutation, Of.RequestFullRefreshMutationVariables>(requestFullRefresh);
export const ServiceFreshness = operation<Of.ServiceFreshnessQuery, Of.ServiceFreshnessQueryVariables>(serviceFreshness);
export const SessionPages = operation<Of.SessionPagesQuery, Of.SessionPagesQueryVariables>(sessionPages);
export const TeamBoard = operation<Of.TeamBoardQuery, Of.TeamBoardQueryVariables>(teamBoard);
export const UserFreshness = operation<Of.UserFreshnessQuery, Of.UserFreshnessQueryVariables>(userFreshness);
export const WeekSessions = operation<Of.WeekSessionsQuery, Of.WeekSessionsQueryVariables>(weekSessions);

/** The one operation that goes over the socket, in the form that graphql-ws sends: it insists on a 'query'. */
export const aggregatesRefreshedRequest: { query: string; documentId?: string } = aggregatesRefreshed.startsWith('sha256:')
  ? { query: '', documentId: aggregatesRefreshed }
  : { query: aggregatesRefreshed };
